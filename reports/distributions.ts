import type { RunDocument, SessionRow } from '../models/core/run-record.ts';
import { quantileOfSorted } from '../models/core/statistics.ts';
import { formatValue } from './format.ts';

/** Share of sessions at or below each value: one curve of a distribution. */
export interface DistributionCurve {
  readonly name: string;
  readonly count: number;
  /** Ascending in both. */
  readonly points: ReadonlyArray<{ readonly value: number; readonly share: number }>;
}

/** A value worth a line in a distribution: an objective or a percentile. */
export interface DistributionMark {
  readonly kind: 'bound' | 'percentile';
  readonly label: string;
  readonly value: number;
}

/** How one quantity is spread over sessions, all together and by network, or over requests. */
export interface Distribution {
  readonly id: string;
  readonly title: string;
  readonly axis: string;
  readonly unit: string;
  /** What the shares are of. */
  readonly counted: 'sessions' | 'requests';
  readonly scale: 'log' | 'linear';
  readonly curves: readonly DistributionCurve[];
  readonly marks: readonly DistributionMark[];
  readonly summary: string;
}

/** What one network class saw. */
export interface NetworkRow {
  readonly network: string;
  readonly sessions: number;
  /** Of the sessions, those that showed a first frame. */
  readonly started: number;
  readonly startupP50: number | null;
  readonly startupP99: number | null;
  readonly bitrateP50: number | null;
  /** Stalled time over played and stalled time. */
  readonly stalledRatio: number | null;
  /** Share of the sessions that started which stalled at least once. */
  readonly withStalls: number | null;
}

/** The distributions for which there are sessions. */
export function buildDistributions(document: RunDocument, sessions: readonly SessionRow[]): Distribution[] {
  const startups = curves(sessions, (row) => row.startupSeconds);
  const bitrates = curves(sessions, (row) => (row.playedSeconds > 0 ? row.meanBitrate : null));
  const found: Distribution[] = [];
  if (startups.length > 0) found.push(startupDistribution(document, startups));
  if (bitrates.length > 0) {
    const summary = `${quantilePhrase(bitrates[0]!, 'bits/s', 0.05, 0.5)} in the mean over the session.`;
    found.push({
      id: 'session-bitrate', title: 'Session mean bitrate', axis: 'mean played bitrate', unit: 'bits/s',
      counted: 'sessions', scale: 'linear', curves: bitrates, marks: [], summary,
    });
  }
  return found;
}

/** The time to the first byte of all requests at edges; undefined where there were none. */
export function firstByteDistribution({ metrics }: RunDocument): Distribution | undefined {
  const found = metrics.find((metric) => metric.name === TTFB && metric.curve !== undefined);
  if (found?.curve === undefined) return undefined;
  const points = found.curve.map(([share, value]) => ({ value, share })).filter(({ value }) => value > 0);
  const curve = { name: 'all requests', count: found.count ?? 0, points };
  if (points.length === 0) return undefined;
  const p99 = curveQuantile(curve, 0.99);
  return {
    id: 'first-byte', title: 'Time to the first byte', axis: 'from a request at the edge to its answer',
    unit: 's', counted: 'requests', scale: 'log', curves: [curve],
    marks: [{ kind: 'percentile', label: `p99 ${formatValue(p99, 's')}`, value: p99 }],
    summary: `${quantilePhrase(curve, 's', 0.5, 0.95, 0.99)}.`,
  };
}

/** Figures by network class, the class with the slowest start first. */
export function networkRows(sessions: readonly SessionRow[]): NetworkRow[] {
  const rows = networksOf(sessions).map((network) => {
    const own = sessions.filter((row) => row.network === network);
    const started = own.filter((row) => row.startupSeconds !== null);
    const startups = ascending(started.map((row) => row.startupSeconds!));
    const bitrates = ascending(own.filter((row) => row.playedSeconds > 0).map((row) => row.meanBitrate));
    const stalled = own.reduce((sum, row) => sum + row.stallSeconds, 0);
    const played = own.reduce((sum, row) => sum + row.playedSeconds, 0);
    const withStalls = started.filter((row) => row.stallCount > 0).length;
    return {
      network, sessions: own.length, started: started.length,
      startupP50: quantile(startups, 0.5),
      startupP99: quantile(startups, 0.99),
      bitrateP50: quantile(bitrates, 0.5),
      stalledRatio: stalled + played > 0 ? stalled / (stalled + played) : null,
      withStalls: started.length > 0 ? withStalls / started.length : null,
    };
  });
  return rows.sort((a, b) => (b.startupP50 ?? 0) - (a.startupP50 ?? 0));
}

/** The value below which a share of the curve's sessions lies. */
export function curveQuantile(curve: DistributionCurve, share: number): number {
  return (curve.points.find((point) => point.share >= share) ?? curve.points.at(-1)!).value;
}

/** The share of the curve's sessions at or below a value. */
export function curveShare(curve: DistributionCurve, value: number): number {
  return curve.points.findLast((point) => point.value <= value)?.share ?? 0;
}

function startupDistribution(document: RunDocument, found: readonly DistributionCurve[]): Distribution {
  const p99 = document.slis[STARTUP_P99]?.value ?? curveQuantile(found[0]!, 0.99);
  const slo = document.slos.find((one) => one.sli === STARTUP_P99);
  const label = `p99 ${formatValue(p99, 's')}`;
  const marks: DistributionMark[] = [{ kind: 'percentile', label, value: p99 }];
  if (slo !== undefined) marks.push({ kind: 'bound', label: `objective ${slo.target}`, value: slo.bound });
  const share = formatValue(curveShare(found[0]!, slo?.bound ?? 0), 'ratio');
  const within = slo === undefined ? '' : `; ${share} started within ${formatValue(slo.bound, 's')}`;
  return {
    id: 'startup', title: 'Startup time', axis: 'from pressing play to the first frame', unit: 's',
    counted: 'sessions', scale: 'log',
    curves: found.map((curve) => ({ ...curve, points: curve.points.filter((point) => point.value > 0) })),
    marks, summary: `${quantilePhrase(found[0]!, 's', 0.5, 0.99)}${within}.`,
  };
}

function quantilePhrase(curve: DistributionCurve, unit: string, ...shares: readonly number[]): string {
  const below = (share: number): string => formatValue(curveQuantile(curve, share), unit);
  const parts = shares.map((share) => `${share * 100} % below ${below(share)}`);
  return parts.join(', ');
}

function curves(
  sessions: readonly SessionRow[],
  of: (row: SessionRow) => number | null,
): DistributionCurve[] {
  const networks = networksOf(sessions);
  const groups = [
    { name: 'all sessions', rows: sessions },
    ...(networks.length > 1 ? networks : []).map((name) =>
      ({ name, rows: sessions.filter((row) => row.network === name) })),
  ];
  return groups.flatMap(({ name, rows }) => {
    const values = ascending(rows.flatMap((row) => of(row) ?? []));
    return values.length === 0 ? [] : [{ name, count: values.length, points: steps(values) }];
  });
}

// The last hundredth is drawn in full: that is where objectives live.
function steps(sorted: readonly number[]): DistributionCurve['points'] {
  const stride = Math.max(1, Math.floor(sorted.length / CURVE_POINTS));
  const points: Array<{ value: number; share: number }> = [];
  sorted.forEach((value, i) => {
    const share = (i + 1) / sorted.length;
    if (i % stride === 0 || share > 0.99 || i === sorted.length - 1) points.push({ value, share });
  });
  return points;
}

function networksOf(sessions: readonly SessionRow[]): string[] {
  return [...new Set(sessions.map((row) => row.network))].sort();
}

function quantile(sorted: readonly number[], share: number): number | null {
  return sorted.length === 0 ? null : quantileOfSorted(sorted, share);
}

function ascending(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}

const TTFB = 'cdn_ttfb_seconds';
const STARTUP_P99 = 'playback_start_seconds_p99';
const CURVE_POINTS = 250;
