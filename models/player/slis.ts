import type { MetricView } from '../core/metrics.ts';
import { ANY, observed, PERCENT, RATIO, ratio, scaled, SIGNED, type SliDefinition } from '../core/sli.ts';
import * as metrics from './metrics.ts';

/** What viewers see, in the order of reports. */
export const PLAYER_SLIS: readonly SliDefinition[] = [
  {
    name: 'playback_start_seconds_p99', unit: 's', better: 'lower', range: ANY,
    help: 'Start latency, 99th percentile over sessions that started (CTA-2066).',
    over: 'sessions that started',
    compute: (view) => view.quantile(metrics.startupSeconds, 0.99),
  },
  {
    name: 'playback_start_seconds_p50', unit: 's', better: 'lower', range: ANY,
    help: 'Start latency, median over sessions that started.',
    over: 'sessions that started',
    compute: (view) => view.quantile(metrics.startupSeconds, 0.5),
  },
  {
    name: 'rebuffer_rate_percent', unit: '%', better: 'lower', range: PERCENT,
    help: 'Stalled time over watched time: start-up, play and stalls (CTA-2066 stalled time %).',
    over: 'watched time: start-up, play, stalls',
    compute: (view) => scaled(100, ratio(view.total(metrics.stallSeconds), view.total(metrics.watchSeconds))),
  },
  {
    name: 'stalls_per_hour', unit: '1/h', better: 'lower', range: ANY,
    help: 'Stalls per hour of media played.',
    over: 'media played',
    compute: (view) => scaled(3600, ratio(view.total(metrics.stalls), view.total(metrics.playedSeconds))),
  },
  {
    name: 'playback_failure_rate', unit: 'ratio', better: 'lower', range: RATIO,
    help: 'Sessions that ended in an error, of those that ended.',
    over: 'sessions that ended',
    compute: (view) => ended(view, 'failed'),
  },
  {
    name: 'video_start_failure_rate', unit: 'ratio', better: 'lower', range: RATIO,
    help: 'VSF: sessions that ended in an error before the first frame, of those that ended.',
    over: 'sessions that ended',
    compute: (view) => ratio(view.total(metrics.startFailures), view.total(metrics.sessionsEnded)),
  },
  {
    name: 'video_playback_failure_rate', unit: 'ratio', better: 'lower', range: RATIO,
    help: 'VPF: sessions that ended in an error after the first frame, of those that ended.',
    over: 'sessions that ended',
    compute: (view) => {
      const failed = view.total(metrics.sessionsEnded, { outcome: 'failed' });
      return ratio(failed - view.total(metrics.startFailures), view.total(metrics.sessionsEnded));
    },
  },
  {
    name: 'exit_before_start_rate', unit: 'ratio', better: 'lower', range: RATIO,
    help: 'Sessions whose viewer left before the first frame, of those that ended.',
    over: 'sessions that ended',
    compute: (view) => ended(view, 'leftBeforeStart'),
  },
  {
    name: 'playback_bitrate', unit: 'bits/s', better: 'higher', range: ANY,
    help: 'Nominal bits played over media time (CTA-2066 average playback bitrate).',
    over: 'media played, at rates delivered',
    compute: (view) => ratio(view.total(metrics.playedBits), view.total(metrics.playedSeconds)),
  },
  {
    name: 'session_qoe_lin', unit: 'Mbit/s', better: 'higher', range: SIGNED,
    help: 'QoE_lin a segment: mean rate less stalls (a second costs the highest rate) and steps, all rates '
      + 'those of the first codec.',
    over: 'segments fetched, at rates of the first codec',
    compute: (view) => {
      const net = view.total(metrics.qoeLin) - view.total(metrics.qoeLinLoss);
      return ratio(net, view.total(metrics.segmentsFetched));
    },
  },
  {
    name: 'session_qoe_log', unit: 'utility', better: 'higher', range: SIGNED,
    help: 'QoE_log a segment: the same by logarithms of rates over the lowest.',
    over: 'segments fetched',
    compute: (view) => {
      const net = view.total(metrics.qoeLog) - view.total(metrics.qoeLogLoss);
      return ratio(net, view.total(metrics.segmentsFetched));
    },
  },
  {
    name: 'quality_switches_per_minute', unit: '1/min', better: 'lower', range: ANY,
    help: 'Changes of rendition per minute of media played.',
    over: 'media played',
    compute: (view) => scaled(60, ratio(view.total(metrics.switches), view.total(metrics.playedSeconds))),
  },
  {
    name: 'delivered_bytes', unit: 'bytes', better: 'higher', range: ANY,
    help: 'Bytes of segments that arrived at viewers.',
    compute: (view) => observed(view, metrics.sessionsStarted, view.total(metrics.deliveredBytes)),
  },
];

/** What viewers of live videos see. */
export const LIVE_SLIS: readonly SliDefinition[] = [
  {
    name: 'live_latency_seconds_p50', unit: 's', better: 'lower', range: ANY,
    help: 'Live latency from filming to showing (glass to glass), median over segments that arrived.',
    compute: (view) => view.quantile(metrics.liveLatencySeconds, 0.5),
  },
  {
    name: 'live_latency_seconds_p99', unit: 's', better: 'lower', range: ANY,
    help: 'Live latency from filming to showing, 99th percentile over segments that arrived.',
    compute: (view) => view.quantile(metrics.liveLatencySeconds, 0.99),
  },
  {
    name: 'live_off_speed_percent', unit: '%', better: 'lower', range: PERCENT,
    help: 'Time at another speed than 1, of the time in which live videos played.',
    compute: (view) => {
      const all = view.total(metrics.livePlaySeconds);
      return scaled(100, ratio(all - view.total(metrics.livePlaySeconds, { speed: 'normal' }), all));
    },
  },
  {
    name: 'live_edge_seeks_per_hour', unit: '1/h', better: 'lower', range: ANY,
    help: 'Seeks to the live edge per hour in which live videos played.',
    compute: (view) =>
      scaled(3600, ratio(view.total(metrics.liveEdgeSeeks), view.total(metrics.livePlaySeconds))),
  },
];

function ended(view: MetricView, outcome: string): number | undefined {
  return ratio(view.total(metrics.sessionsEnded, { outcome }), view.total(metrics.sessionsEnded));
}
