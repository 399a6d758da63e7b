import { OWN_RESULTS } from '../models/cdn/metrics.ts';
import type { RunRecord, SloResult } from '../models/core/run-record.ts';
import { findSli } from '../models/operations/sli.ts';
import { formatClock, formatRange, humanise } from './format.ts';
import { bandOf, ratioOf, scaleCurve, SeriesIndex, timesOf, type BandPoint, type Curve } from './series.ts';

/** One line of a panel. */
export interface PanelLine {
  readonly name: string;
  readonly points: readonly BandPoint[];
}

/** An objective drawn into a chart. */
export interface PanelBound {
  readonly value: number;
  readonly direction: 'below' | 'above';
  /** As people read it: `< 2 s`. */
  readonly target: string;
}

/** A chart over simulated time: its lines share the unit and, within a record, the times. */
export interface Panel {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly lines: readonly PanelLine[];
  readonly bound: PanelBound | null;
  /** One sentence that says what the chart shows. */
  readonly summary: string;
  /** What people look at first; the others are for looking closer. */
  readonly main: boolean;
}

/** The panels for which a record has data: those of the table below, then every other indicator's. */
export function buildPanels(record: Pick<RunRecord, 'document' | 'series'>): Panel[] {
  const index = new SeriesIndex(record.series);
  const slis = index.metrics().filter((name) => name.startsWith(SLI)).map((name) => name.slice(SLI.length));
  const rest = slis.filter((name) => !DRAWN.has(name)).map((name) => indicatorPanel(name, record.document));
  const rules = [...PANELS, ...rest];
  const drawn = rules.map((rule) => ({ rule, lines: rule.lines(index).filter(hasValues) }));
  const times = timesOf(drawn.flatMap(({ lines }) => lines.map((line) => line.curve)));
  return drawn.filter(({ lines }) => lines.length > 0).map(({ rule, lines: curves }) => {
    const lines = curves.map(({ name, curve }) => ({ name, points: bandOf(curve, times) }));
    const bound = boundOf(record.document.slos, rule.slis ?? []);
    const { id, title, unit, main = false } = rule;
    const told = lines.map((line) => measured(line, record.document.warmupSeconds));
    const summary = summarise(told, unit, bound);
    return { id, title, unit, lines, bound, main, summary };
  });
}

interface PanelRule {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly main?: boolean;
  /** Indicators whose objective belongs into the panel. */
  readonly slis?: readonly string[];
  readonly lines: (index: SeriesIndex) => RuleLine[];
}

interface RuleLine {
  readonly name: string;
  readonly curve: Curve | undefined;
}

const SLI = 'sli:';

/** Which series make which panel. */
const PANELS: readonly PanelRule[] = [
  {
    id: 'viewers', title: 'Concurrent viewers', unit: 'viewers', main: true,
    lines: (index) => [{ name: 'viewers', curve: index.sum('sessions_active') }],
  },
  {
    id: 'start-latency', title: 'Start latency', unit: 's', main: true, slis: ['playback_start_seconds_p99'],
    lines: (index) => [
      { name: '99th percentile', curve: index.sum('sli:playback_start_seconds_p99') },
      { name: 'median', curve: index.sum('sli:playback_start_seconds_p50') },
    ],
  },
  {
    id: 'stalled', title: 'Time stalled', unit: '%', main: true, slis: ['rebuffer_rate_percent'],
    lines: (index) => [{
      name: 'of watched time',
      curve: index.sum('sli:rebuffer_rate_percent') ?? percentOf(index, 'stall_seconds', 'watch_seconds'),
    }],
  },
  {
    id: 'bitrate', title: 'Mean played bitrate', unit: 'bits/s', main: true, slis: ['playback_bitrate'],
    lines: (index) => [{
      name: 'played bitrate',
      curve: index.sum('sli:playback_bitrate')
        ?? ratioOf(index.sum('played_bits_total:rate'), index.sum('played_seconds_total:rate')),
    }],
  },
  {
    id: 'hit-rate', title: 'Cache hit rate', unit: 'ratio', main: true, slis: ['cache_hit_rate'],
    lines: (index) => [
      { name: 'whole CDN', curve: index.sum('sli:cache_hit_rate') },
      ...index.labelValues(REQUESTS, 'tier').map((tier) => ({ name: tier, curve: tierHits(index, tier) })),
    ],
  },
  {
    id: 'delivered', title: 'Sent to viewers', unit: 'bytes/s', main: true,
    lines: (index) => [{ name: 'to viewers', curve: index.sum('delivered_bytes_total:rate') }],
  },
  {
    id: 'origin', title: 'Fetched from the origin', unit: 'bytes/s', main: true,
    lines: (index) => [{
      name: 'from the origin',
      curve: index.sum('origin_bytes_total:rate') ?? lastTierMisses(index),
    }],
  },
  {
    id: 'region-bandwidth', title: 'Sent by region', unit: 'bits/s',
    lines: (index) => busiestRegions(index).map((region) =>
      ({ name: region, curve: scaleCurve(index.sum(REGION_SENT, { region }), 8) })),
  },
  {
    id: 'region-hits', title: 'Edge hit rate by region', unit: 'ratio',
    lines: (index) => busiestRegions(index).map((region) => ({
      name: region,
      curve: ratioOf(index.sum(REGION_ANSWERS, { region, result: 'hit' }),
        index.sum(REGION_ANSWERS, { region })),
    })),
  },
  {
    id: 'starts', title: 'Playback starts', unit: '1/s', main: true,
    lines: (index) => [{ name: 'first frames', curve: index.sum('playback_starts_total:rate') }],
  },
  {
    id: 'backlog', title: 'Transcoding backlog', unit: 'jobs', main: true,
    slis: ['transcoding_jobs_queued', 'transcoding_jobs_queued_peak'],
    lines: (index) => [{ name: 'jobs queued', curve: index.sum('transcoding_jobs_queued') }],
  },
  {
    id: 'workers', title: 'Workers that encode', unit: 'chunks', main: true,
    lines: (index) => {
      const lanes = index.labelValues('transcoding_chunks_running', 'lane');
      return lanes.map((lane) => ({ name: lane, curve: index.sum('transcoding_chunks_running', { lane }) }));
    },
  },
  {
    id: 'in-time', title: 'Videos ready in time', unit: 'ratio', main: true, slis: ['transcoding_within_sla'],
    lines: (index) => [{ name: 'in time', curve: index.sum('sli:transcoding_within_sla') }],
  },
  {
    id: 'ready', title: 'From upload to playable', unit: 's', main: true,
    lines: (index) => [
      { name: 'all renditions, 99th percentile', curve: index.sum('sli:transcoding_ready_seconds_p99') },
      { name: 'first rendition, 95th percentile',
        curve: index.sum('sli:transcoding_first_playable_seconds_p95') },
    ],
  },
  {
    id: 'uploads', title: 'Uploads', unit: '1/s', main: true,
    lines: (index) => [
      { name: 'begun', curve: index.sum('uploads_started_total:rate') },
      { name: 'completed', curve: index.sum('uploads_completed_total:rate') },
    ],
  },
  {
    id: 'cache-used', title: 'Cache contents', unit: 'bytes',
    lines: (index) => index.labelValues('cache_used_bytes', 'tier')
      .map((tier) => ({ name: tier, curve: index.sum('cache_used_bytes', { tier }) })),
  },
];

const REQUESTS = 'cache_requests_total:rate';
const REGION_SENT = 'edge_sent_bytes_total:rate';
const REGION_ANSWERS = 'edge_requests_total:rate';
/** Lines that are told apart by colour and dash. */
const MOST_REGIONS = 6;

/** Indicators that a panel of the table draws, or whose rate it draws. */
const DRAWN: ReadonlySet<string> = new Set([
  'playback_start_seconds_p99', 'playback_start_seconds_p50', 'rebuffer_rate_percent', 'playback_bitrate',
  'transcoding_within_sla', 'transcoding_ready_seconds_p99', 'transcoding_first_playable_seconds_p95',
  'transcoding_jobs_queued', 'transcoding_jobs_queued_peak', 'uploads_completed_total',
  'transcoding_jobs_completed', 'cache_hit_rate', 'edge_hit_rate', 'regional_hit_rate', 'origin_bytes',
  'delivered_bytes',
]);

function indicatorPanel(name: string, document: RunRecord['document']): PanelRule {
  const unit = document.slis[name]?.unit ?? findSli(name)?.unit ?? '';
  const lines = (index: SeriesIndex): RuleLine[] => [{ name: humanise(name), curve: index.sum(SLI + name) }];
  return { id: `sli-${name}`, title: humanise(name), unit, slis: [name], lines };
}

function percentOf(index: SeriesIndex, part: string, whole: string): Curve | undefined {
  const share = ratioOf(index.sum(`${part}_total:rate`), index.sum(`${whole}_total:rate`));
  return scaleCurve(share, 100);
}

function tierHits(index: SeriesIndex, tier: string): Curve | undefined {
  return ratioOf(index.sum(REQUESTS, { tier, result: OWN_RESULTS }), index.sum(REQUESTS, { tier }));
}

/** Regions whose edges sent most, as many as a panel can show; none where there is one region only. */
function busiestRegions(index: SeriesIndex): string[] {
  const sent = index.labelValues(REGION_SENT, 'region')
    .map((region) => ({ region, bytes: sumOf(index.sum(REGION_SENT, { region })) }))
    .filter(({ bytes }) => bytes > 0).sort((a, b) => b.bytes - a.bytes);
  return sent.length > 1 ? sent.slice(0, MOST_REGIONS).map(({ region }) => region) : [];
}

function sumOf(curve: Curve | undefined): number {
  const values = [...(curve?.values() ?? [])].flatMap((replication) => [...replication.values()]);
  return values.reduce((sum, value) => sum + value, 0);
}

// Only the tier nearest to the origin fetches from it; it is the one that answers fewest requests.
function lastTierMisses(index: SeriesIndex): Curve | undefined {
  const total = (tier: string): number => sumOf(index.sum(REQUESTS, { tier }));
  const [last = ''] = index.labelValues(REQUESTS, 'tier').sort((a, b) => total(a) - total(b));
  return index.sum('cache_bytes_total:rate', { tier: last, result: 'miss' });
}

function hasValues(line: RuleLine): line is { readonly name: string; readonly curve: Curve } {
  return line.curve !== undefined && [...line.curve.values()].some((values) => values.size > 0);
}

function boundOf(slos: readonly SloResult[], slis: readonly string[]): PanelBound | null {
  const slo = slos.find((one) => slis.includes(one.sli));
  return slo === undefined ? null : { value: slo.bound, direction: slo.direction, target: slo.target };
}

function summarise(lines: readonly PanelLine[], unit: string, bound: PanelBound | null): string {
  const parts = lines.map(({ name, points }) => {
    const peak = points.reduce((best, point) => (point.median! > best.median! ? point : best), points[0]!);
    const lowest = Math.min(...points.map((point) => point.median!));
    const range = formatRange(lowest, peak.median, unit);
    return lines.length > 1 ? `${name} ${range}` : `${range}, highest at ${formatClock(peak.seconds)}`;
  });
  return `${capitalised(parts.join('; '))}${boundPhrase(lines[0]!, bound)}.`;
}

function boundPhrase(line: PanelLine, bound: PanelBound | null): string {
  if (bound === null) return '';
  const { value, direction, target } = bound;
  const outside = line.points.filter(({ median }) =>
    (direction === 'below' ? median! >= value : median! <= value));
  return `; outside the objective (${target}) in ${outside.length} of ${line.points.length} windows`;
}

// Windows with a value after the warm-up, which counts for nothing; all of them when it outlasted the run.
function measured(line: PanelLine, warmupSeconds: number): PanelLine {
  const known = line.points.filter((point) => point.median !== null);
  const after = known.filter((point) => point.seconds > warmupSeconds);
  return { ...line, points: after.length > 0 ? after : known };
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
