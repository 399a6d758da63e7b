import { labelRecord, labelSet, NAME, type LabelSet } from '../promql/labels.ts';
import type { SeriesStore } from '../promql/series.ts';
import type { MetricDeclaration, MetricGain, MetricMark, MetricSet } from '../../core/metrics.ts';
import { Observations } from '../../core/observations.ts';
import type { ScrapedSeries } from '../../core/run-record.ts';
import type { Us } from '../../core/units.ts';

const US_PER_MS = 1000;

/** Upper bounds of the buckets of classic histograms of seconds, from a millisecond to a day. [s] */
export const SECONDS_BUCKETS: readonly number[] = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600,
  7200, 14_400, 43_200, 86_400,
];
/** Upper bounds of the buckets of everything else: powers of ten. */
export const OTHER_BUCKETS: readonly number[] = Array.from({ length: 16 }, (_, i) => 10 ** (i - 2));

/** A bucket of a metric's histogram: observations at or below a bound. */
export interface HistogramBucket {
  readonly metric: string;
  readonly bound: number;
}

/** One metric's series and what they stand at. */
interface Source {
  readonly declaration: MetricDeclaration;
  readonly labels: LabelSet;
  /** Of a tally: its buckets' series with their bounds, then those of its sum and count. */
  readonly buckets: ReadonlyArray<{ readonly bound: number; readonly labels: LabelSet }>;
  readonly sum: LabelSet;
  readonly count: LabelSet;
  total: number;
  readonly counts: Float64Array;
}

/** Copied state of a scraper. */
export interface ScraperState {
  readonly mark: MetricMark | undefined;
  readonly totals: readonly number[];
  readonly counts: readonly Float64Array[];
}

/**
 * Reads a set of metrics into series, as a monitoring system scrapes a process: counters and levels as they
 * stand, tallies as classic histograms (`_bucket`, `_sum`, `_count`).
 */
export class Scraper {
  readonly #set: MetricSet;
  readonly #store: SeriesStore;
  readonly #buckets: readonly HistogramBucket[];
  readonly #sources: Source[] = [];
  #mark: MetricMark | undefined;

  /** `buckets`: those that histograms have beside the usual ones. */
  constructor(set: MetricSet, store: SeriesStore, buckets: readonly HistogramBucket[] = []) {
    this.#set = set;
    this.#buckets = buckets;
    this.#store = store;
  }

  /** Adds a sample of every metric; counters must have been brought up to `now`. */
  scraped(now: Us): void {
    const mark = this.#set.mark(now);
    this.#open();
    const gains = this.#set.gains(this.#mark ?? START, mark);
    this.#sources.forEach((source, handle) => this.#add(source, gains[handle]!, mark.values[handle]!, now));
    this.#mark = mark;
  }

  /** All that was scraped, metric by metric; of a histogram its buckets, sum and count. */
  series(): ScrapedSeries[] {
    const all = new Map(this.#store.all().map((one) => [one.labels.key, one]));
    return this.#sources.flatMap((source) => {
      const { kind, help } = source.declaration;
      const isHistogram = kind === 'tally';
      const parts = isHistogram
        ? [...source.buckets.map(({ labels }) => labels), source.sum, source.count]
        : [source.labels];
      return parts.flatMap((labels): ScrapedSeries[] => {
        const found = all.get(labels.key);
        if (found === undefined) return [];
        const { [NAME]: metric = '', ...rest } = labelRecord(labels);
        return [
          {
            metric,
            labels: rest,
            help,
            kind: isHistogram ? 'histogram' : kind === 'counter' ? 'counter' : 'gauge',
            seconds: found.times.slice(0).map((timeMs) => timeMs / 1000),
            values: found.values.slice(0),
          },
        ];
      });
    });
  }

  /** A copy of the whole state; the store is saved by its owner. */
  save(): ScraperState {
    return {
      mark: this.#mark,
      totals: this.#sources.map((source) => source.total),
      counts: this.#sources.map((source) => source.counts.slice()),
    };
  }

  /** Puts a saved state back. */
  restore(state: ScraperState): void {
    this.#mark = state.mark;
    this.#sources.length = 0;
    this.#open(state.totals.length);
    this.#sources.forEach((source, i) => {
      source.total = state.totals[i]!;
      source.counts.set(state.counts[i]!);
    });
  }

  /** Takes up metrics that were bound since the last scrape. */
  #open(most = Infinity): void {
    const metrics = this.#set.metrics();
    while (this.#sources.length < Math.min(most, metrics.length)) {
      const { declaration, labels } = metrics[this.#sources.length]!;
      const of = (suffix: string, more: Readonly<Record<string, string>> = {}) =>
        labelSet({ ...labels, ...more, [NAME]: declaration.name + suffix });
      const bounds = declaration.kind === 'tally' ? this.#boundsOf(declaration) : [];
      this.#sources.push({
        declaration,
        labels: of(''),
        sum: of('_sum'),
        count: of('_count'),
        total: 0,
        buckets: bounds.map((bound) => ({ bound, labels: of('_bucket', { le: boundText(bound) }) })),
        counts: new Float64Array(bounds.length),
      });
    }
  }

  #boundsOf(declaration: MetricDeclaration): number[] {
    const usual = declaration.unit === 's' ? SECONDS_BUCKETS : OTHER_BUCKETS;
    const asked = this.#buckets.filter(({ metric }) => metric === declaration.name).map(({ bound }) => bound);
    return [...new Set([...usual, ...asked, Infinity])].sort((a, b) => a - b);
  }

  #add(source: Source, gain: MetricGain, stands: number, now: Us): void {
    const timeMs = now / US_PER_MS;
    source.total += gain.value;
    if (gain.observations === undefined) {
      this.#store.append(
        source.labels,
        timeMs,
        source.declaration.kind === 'counter' ? source.total : stands,
      );
      return;
    }
    const observations = Observations.restore(gain.observations);
    source.buckets.forEach(({ bound, labels }, i) => {
      source.counts[i]! += observations.countAtMost(bound);
      this.#store.append(labels, timeMs, source.counts[i]!);
    });
    this.#store.append(source.sum, timeMs, source.total);
    this.#store.append(source.count, timeMs, source.counts.at(-1)!);
  }
}

const START: MetricMark = {
  atUs: 0,
  values: new Float64Array(0),
  areas: new Float64Array(0),
  intervals: 0,
};

/** A bucket's bound as the label `le` has it. */
function boundText(bound: number): string {
  return bound === Infinity ? '+Inf' : String(bound);
}
