import { quantileOfSorted } from '../models/core/statistics.ts';
import type { RunRecord } from '../models/core/run-record.ts';

/** Values of one quantity by replication, then by time in seconds. */
export type Curve = ReadonlyMap<number, ReadonlyMap<number, number>>;

/** A moment of a curve over its replications; null where no replication has a value. */
export interface BandPoint {
  readonly seconds: number;
  readonly median: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** Labels that a series must carry to be counted. */
export type LabelFilter = Readonly<Record<string, string | readonly string[]>>;

/** The series of a record by metric, so that panels find theirs without reading all of them. */
export class SeriesIndex {
  readonly #byMetric = new Map<string, Map<string, LabelledSeries>>();

  constructor(series: RunRecord['series']) {
    for (const { metric, labels, replication, seconds, value } of series) {
      let sets = this.#byMetric.get(metric);
      if (sets === undefined) this.#byMetric.set(metric, (sets = new Map<string, LabelledSeries>()));
      let set = sets.get(labels);
      if (set === undefined) sets.set(labels, (set = { labels: parseLabels(labels), points: [] }));
      set.points.push({ replication, seconds, value });
    }
  }

  /** Names of all metrics that have a series. */
  metrics(): string[] {
    return [...this.#byMetric.keys()];
  }

  /** Values that a label takes in the series of a metric. */
  labelValues(metric: string, label: string): string[] {
    const values = [...(this.#byMetric.get(metric)?.values() ?? [])].map((set) => set.labels[label]);
    return [...new Set(values.filter((value) => value !== undefined))];
  }

  /** Sum of a metric over all its label sets that carry `labels`; undefined when there are none. */
  sum(metric: string, labels: LabelFilter = {}): Curve | undefined {
    const wanted = Object.entries(labels);
    const sets = [...(this.#byMetric.get(metric)?.values() ?? [])]
      .filter((set) => wanted.every(([name, values]) => [values].flat().includes(set.labels[name]!)));
    if (sets.length === 0) return undefined;
    const curve = new Map<number, Map<number, number>>();
    for (const { points } of sets) {
      for (const { replication, seconds, value } of points) {
        if (!Number.isFinite(value)) continue;
        let values = curve.get(replication);
        if (values === undefined) curve.set(replication, (values = new Map<number, number>()));
        values.set(seconds, (values.get(seconds) ?? 0) + value);
      }
    }
    return curve;
  }
}

/** One curve divided by another where the divisor is positive; undefined when either is. */
export function ratioOf(part: Curve | undefined, whole: Curve | undefined): Curve | undefined {
  if (part === undefined || whole === undefined) return undefined;
  return new Map([...whole].map(([replication, values]) => {
    const shares = [...values].flatMap(([seconds, value]) => {
      const share = part.get(replication)?.get(seconds) ?? 0;
      return value > 0 ? [[seconds, share / value] as const] : [];
    });
    return [replication, new Map(shares)] as const;
  }));
}

/** Every value of a curve times a factor. */
export function scaleCurve(curve: Curve | undefined, factor: number): Curve | undefined {
  if (curve === undefined) return undefined;
  return new Map([...curve].map(([replication, values]) => {
    const scaled = [...values].map(([seconds, value]) => [seconds, value * factor] as const);
    return [replication, new Map(scaled)] as const;
  }));
}

/** Median and band over replications at each of `times`. */
export function bandOf(curve: Curve, times: readonly number[]): BandPoint[] {
  return times.map((seconds) => {
    const values = [...curve.values()].flatMap((replication) => replication.get(seconds) ?? []);
    values.sort((a, b) => a - b);
    if (values.length === 0) return { seconds, median: null, low: null, high: null };
    const tail = values.length >= FEW_REPLICATIONS ? 0.05 : 0;
    return {
      seconds,
      median: quantileOfSorted(values, 0.5),
      low: quantileOfSorted(values, tail),
      high: quantileOfSorted(values, 1 - tail),
    };
  });
}

/** What the band of `bandOf` shows, in words. */
export function bandMeaning(replications: number): string {
  if (replications < 2) return 'single run';
  const band = replications >= FEW_REPLICATIONS ? 'the middle 90 %' : 'lowest to highest';
  return `median of ${replications} replications, band: ${band}`;
}

/** All times at which any of the curves has a value, ascending. */
export function timesOf(curves: readonly Curve[]): number[] {
  const times = new Set<number>();
  for (const values of curves.flatMap((curve) => [...curve.values()])) {
    for (const seconds of values.keys()) times.add(seconds);
  }
  return [...times].sort((a, b) => a - b);
}

interface LabelledSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: Array<{ readonly replication: number; readonly seconds: number; readonly value: number }>;
}

function parseLabels(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/(\w+)="([^"]*)"/g)];
  return Object.fromEntries(pairs.map((match) => [match[1]!, match[2]!] as const));
}

// Below twenty replications a 5 % quantile lies between the two lowest: the range says it more plainly.
const FEW_REPLICATIONS = 20;
