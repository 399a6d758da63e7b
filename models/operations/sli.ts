import { tallyQuantile, type Labels, type MetricDeclaration, type MetricView } from '../core/metrics.ts';
import { cacheBytes, cacheFetches, cacheFetchSeconds, cacheRequests } from '../cdn/metrics.ts';
import * as player from '../player/metrics.ts';

/** A service level indicator: a number computed in one place from the metrics of either world. */
export interface SliDefinition {
  readonly name: string;
  readonly unit: string;
  readonly help: string;
  /** Which direction is good. */
  readonly better: 'lower' | 'higher';
  /** Natural bounds of the value; intervals are cut there. */
  readonly range: readonly [number, number];
  /** undefined when nothing was observed. */
  readonly compute: (view: MetricView) => number | undefined;
}

const ANY: readonly [number, number] = [0, Infinity];
const RATIO: readonly [number, number] = [0, 1];
const PERCENT: readonly [number, number] = [0, 100];

/** Every indicator Weir knows, in the order of reports. */
export const SLIS: readonly SliDefinition[] = [
  {
    name: 'playback_start_seconds_p99', unit: 's', better: 'lower', range: ANY,
    help: 'Start latency, 99th percentile over sessions that started (CTA-2066).',
    compute: (view) => tallyQuantile(view, player.startupSeconds, 0.99),
  },
  {
    name: 'playback_start_seconds_p50', unit: 's', better: 'lower', range: ANY,
    help: 'Start latency, median over sessions that started.',
    compute: (view) => tallyQuantile(view, player.startupSeconds, 0.5),
  },
  {
    name: 'rebuffer_rate_percent', unit: '%', better: 'lower', range: PERCENT,
    help: 'Stalled time over watched time: start-up, play and stalls (CTA-2066 stalled time %).',
    compute: (view) => scaled(100, ratio(view.total(player.stallSeconds), view.total(player.watchSeconds))),
  },
  {
    name: 'stalls_per_hour', unit: '1/h', better: 'lower', range: ANY,
    help: 'Stalls per hour of media played.',
    compute: (view) => scaled(3600, ratio(view.total(player.stalls), view.total(player.playedSeconds))),
  },
  {
    name: 'playback_failure_rate', unit: 'ratio', better: 'lower', range: RATIO,
    help: 'Sessions that ended in an error, of those that ended.',
    compute: (view) => ended(view, 'failed'),
  },
  {
    name: 'exit_before_start_rate', unit: 'ratio', better: 'lower', range: RATIO,
    help: 'Sessions whose viewer left before the first frame, of those that ended.',
    compute: (view) => ended(view, 'leftBeforeStart'),
  },
  {
    name: 'playback_bitrate', unit: 'bits/s', better: 'higher', range: ANY,
    help: 'Nominal bits played over media time (CTA-2066 average playback bitrate).',
    compute: (view) => ratio(view.total(player.playedBits), view.total(player.playedSeconds)),
  },
  {
    name: 'quality_switches_per_minute', unit: '1/min', better: 'lower', range: ANY,
    help: 'Changes of rendition per minute of media played.',
    compute: (view) => scaled(60, ratio(view.total(player.switches), view.total(player.playedSeconds))),
  },
  {
    name: 'cdn_availability', unit: 'ratio', better: 'higher', range: RATIO,
    help: 'Requests of viewers that the edge answered without an error.',
    compute: (view) => {
      const failures = requests(view, { tier: 'edge', result: 'error' });
      const failed = ratio(failures, requests(view, { tier: 'edge' }));
      return failed === undefined ? undefined : 1 - failed;
    },
  },
  {
    name: 'cache_hit_rate', unit: 'ratio', better: 'higher', range: RATIO,
    help: 'Requests of viewers that did not reach the origin: 1 - origin requests / edge requests.',
    compute: (view) => {
      const reached = view.total(cacheFetches, { tier: 'regional' });
      const share = ratio(reached, requests(view, { tier: 'edge' }));
      return share === undefined ? undefined : 1 - share;
    },
  },
  {
    name: 'edge_hit_rate', unit: 'ratio', better: 'higher', range: RATIO,
    help: 'Requests at the edge answered from its own cache.',
    compute: (view) => tierHits(view, 'edge'),
  },
  {
    name: 'regional_hit_rate', unit: 'ratio', better: 'higher', range: RATIO,
    help: 'Requests at the regional tier answered from its own cache.',
    compute: (view) => tierHits(view, 'regional'),
  },
  {
    name: 'origin_fetch_latency_ms', unit: 'ms', better: 'lower', range: ANY,
    help: 'From a request to the object store to the last byte of its answer, 99th percentile.',
    compute: (view) => scaled(1000, tallyQuantile(view, cacheFetchSeconds, 0.99, { tier: 'regional' })),
  },
  {
    name: 'origin_bytes', unit: 'bytes', better: 'lower', range: ANY,
    help: 'Bytes fetched from the object store.',
    compute: (view) => {
      const bytes = view.total(cacheBytes, { tier: 'regional', result: 'miss' });
      return observed(view, cacheRequests, bytes);
    },
  },
  {
    name: 'delivered_bytes', unit: 'bytes', better: 'higher', range: ANY,
    help: 'Bytes of segments that arrived at viewers.',
    compute: (view) => observed(view, player.sessionsStarted, view.total(player.deliveredBytes)),
  },
];

/** The indicator of this name, or undefined. */
export function findSli(name: string): SliDefinition | undefined {
  return SLIS.find((sli) => sli.name === name);
}

function requests(view: MetricView, labels: Labels): number {
  return view.total(cacheRequests, labels);
}

function tierHits(view: MetricView, tier: string): number | undefined {
  return ratio(requests(view, { tier, result: 'hit' }), requests(view, { tier }));
}

function ended(view: MetricView, outcome: string): number | undefined {
  return ratio(view.total(player.sessionsEnded, { outcome }), view.total(player.sessionsEnded));
}

function ratio(part: number, whole: number): number | undefined {
  return whole > 0 ? part / whole : undefined;
}

function scaled(factor: number, value: number | undefined): number | undefined {
  return value === undefined ? undefined : value * factor;
}

/** The value, unless the metric that proves observation counted nothing. */
function observed(view: MetricView, proof: MetricDeclaration, value: number): number | undefined {
  return view.total(proof) > 0 ? value : undefined;
}
