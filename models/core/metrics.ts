import { assert } from './assert.ts';
import { GrowableFloat64 } from './growable.ts';
import { quantileOfSorted } from './statistics.ts';
import { US_PER_S, type Us } from './units.ts';

/** How a metric adds up: a counter sums, a gauge holds its last level, a tally keeps every observation. */
export type MetricKind = 'counter' | 'gauge' | 'tally';
/** Names and values that tell the series of one metric apart. */
export type Labels = Readonly<Record<string, string>>;

/** What a metric is called and means; declared once, in the `metrics.ts` of its part of the platform. */
export interface MetricDeclaration {
  readonly name: string;
  readonly kind: MetricKind;
  readonly labels: readonly string[];
  readonly unit: string;
  readonly help: string;
}

interface DeclarationOptions {
  readonly labels?: readonly string[];
  readonly unit: string;
  readonly help: string;
}

/** A value that only grows; the name ends in `_total` unless the platform already knows it by another. */
export function counter(name: string, options: DeclarationOptions): MetricDeclaration {
  return { name, kind: 'counter', labels: options.labels ?? [], unit: options.unit, help: options.help };
}

/** A level that goes up and down; it survives the end of the warm-up. */
export function gauge(name: string, options: DeclarationOptions): MetricDeclaration {
  return { name, kind: 'gauge', labels: options.labels ?? [], unit: options.unit, help: options.help };
}

/** Single observations, all kept, so that quantiles are exact. */
export function tally(name: string, options: DeclarationOptions): MetricDeclaration {
  return { name, kind: 'tally', labels: options.labels ?? [], unit: options.unit, help: options.help };
}

/** Read access to measured values over some span of the run: what SLIs are computed from. */
export interface MetricView {
  /** Sum of a counter over all label sets that contain `labels`; 0 when nothing was counted. */
  total(declaration: MetricDeclaration, labels?: Labels): number;
  /** Observations of a tally over all label sets that contain `labels`, ascending. */
  sorted(declaration: MetricDeclaration, labels?: Labels): Float64Array;
}

/** One metric with one set of labels, as a host exports it. */
export interface MetricExport {
  readonly declaration: MetricDeclaration;
  readonly labels: Labels;
  /** Counter or gauge value; sum of a tally. */
  readonly value: number;
  /** Observations of a tally, in the order they were made; empty for the other kinds. */
  readonly observations: readonly number[];
}

/** A row of a time series: the value a metric had, or gained in the window that ends at `seconds`. */
export interface SeriesPoint {
  readonly seconds: number;
  readonly metric: string;
  readonly labels: string;
  readonly value: number;
}

/**
 * Handle of one metric with one set of labels, bound when a component is built; an index, so that counting
 * is an add.
 */
export type MetricHandle = number;

interface Entry {
  readonly declaration: MetricDeclaration;
  readonly labels: Labels;
  readonly observations: GrowableFloat64 | undefined;
}

/**
 * The measured values of one run. Components bind handles at construction and count through
 * them; the host samples the set and ends the warm-up.
 */
export class MetricSet {
  readonly #entries: Entry[] = [];
  readonly #byKey = new Map<string, MetricHandle>();
  readonly #values = new GrowableFloat64(64);
  #samples: Sample[] = [];
  #baseline: Sample = { atUs: 0, values: new Float64Array(0), counts: [] };

  /** The handle of a metric with the given label values, in the order its declaration names them. */
  bind(declaration: MetricDeclaration, ...labelValues: readonly string[]): MetricHandle {
    assert(
      labelValues.length === declaration.labels.length, 'one value a label', { metric: declaration.name },
    );
    const key = `${declaration.name}\u0000${labelValues.join('\u0000')}`;
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const labels = Object.fromEntries(declaration.labels.map((name, i) => [name, labelValues[i]!]));
    const observations = declaration.kind === 'tally' ? new GrowableFloat64(64) : undefined;
    this.#entries.push({ declaration, labels, observations });
    this.#values.push(0);
    const handle = this.#entries.length - 1;
    this.#byKey.set(key, handle);
    return handle;
  }

  /** Adds to a counter or a gauge. */
  add(handle: MetricHandle, amount: number): void {
    this.#values.array[handle]! += amount;
  }

  /** Sets a gauge. */
  set(handle: MetricHandle, value: number): void {
    this.#values.array[handle] = value;
  }

  /** Records one observation of a tally. */
  observe(handle: MetricHandle, value: number): void {
    this.#values.array[handle]! += value;
    this.#entries[handle]!.observations!.push(value);
  }

  /** Ends the warm-up: counters and tallies count from here; levels of gauges stay. */
  startMeasuring(now: Us): void {
    this.#baseline = this.#snapshot(now);
  }

  /** Keeps the state at `now`, for the time series. */
  sample(now: Us): void {
    this.#samples.push(this.#snapshot(now));
  }

  /** What was measured from the end of the warm-up until now. */
  view(): MetricView {
    return this.#between(this.#baseline, this.#snapshot(0));
  }

  /** Views of the windows between samples, each with the time at which its window ends. */
  windows(): ReadonlyArray<{ readonly atUs: Us; readonly spanUs: Us; readonly view: MetricView }> {
    return this.#samples.slice(1).map((sample, i) => {
      const previous = this.#samples[i]!;
      return {
        atUs: sample.atUs, spanUs: sample.atUs - previous.atUs, view: this.#between(previous, sample),
      };
    });
  }

  /** The time series: gauges as they stood, counters as the rate a second over the window. */
  series(): SeriesPoint[] {
    const points: SeriesPoint[] = [];
    this.#samples.forEach((sample, i) => {
      const previous = this.#samples[i - 1];
      sample.values.forEach((value, handle) => {
        const { declaration, labels } = this.#entries[handle]!;
        const text = formatLabels(labels);
        const seconds = sample.atUs / US_PER_S;
        if (declaration.kind === 'gauge') {
          points.push({ seconds, metric: declaration.name, labels: text, value });
        }
        if (declaration.kind === 'counter' && previous !== undefined) {
          const gained = value - (previous.values[handle] ?? 0);
          const span = (sample.atUs - previous.atUs) / US_PER_S;
          const metric = `${declaration.name}:rate`;
          if (span > 0) points.push({ seconds, metric, labels: text, value: gained / span });
        }
      });
    });
    return points;
  }

  /** Every metric as measured since the end of the warm-up. */
  export(): MetricExport[] {
    return this.#entries.map(({ declaration, labels, observations }, handle) => {
      const base = declaration.kind === 'gauge' ? 0 : (this.#baseline.values[handle] ?? 0);
      const value = this.#values.array[handle]! - base;
      const from = this.#baseline.counts[handle] ?? 0;
      return { declaration, labels, value, observations: [...(observations?.slice(from) ?? [])] };
    });
  }

  /** A copy of the whole state; handles are not part of it: the same components bind the same ones again. */
  save(): MetricSetState {
    return {
      names: this.#entries.map((entry) => entry.declaration.name),
      values: this.#values.slice(0),
      observations: this.#entries.map((entry) => entry.observations?.slice(0)),
      samples: [...this.#samples],
      baseline: this.#baseline,
    };
  }

  /** Puts a saved state back into a set in which the same handles were bound in the same order. */
  restore(state: MetricSetState): void {
    const names = this.#entries.map((entry) => entry.declaration.name);
    assert(names.join() === state.names.join(), 'a state goes back into a set with the same metrics');
    this.#values.array.set(state.values);
    this.#entries.forEach((entry, handle) => entry.observations?.replace(state.observations[handle]!));
    this.#samples = [...state.samples];
    this.#baseline = state.baseline;
  }

  #snapshot(now: Us): Sample {
    const counts = this.#entries.map((entry) => entry.observations?.length ?? 0);
    return { atUs: now, values: this.#values.slice(0), counts };
  }

  #between(from: Sample, to: Sample): MetricView {
    return {
      total: (declaration, labels) => {
        let sum = 0;
        for (const handle of this.#matching(declaration, labels)) {
          sum += (to.values[handle] ?? 0) - (from.values[handle] ?? 0);
        }
        return sum;
      },
      sorted: (declaration, labels) => {
        const parts: number[] = [];
        for (const handle of this.#matching(declaration, labels)) {
          const observations = this.#entries[handle]!.observations!;
          const last = to.counts[handle] ?? 0;
          for (let i = from.counts[handle] ?? 0; i < last; i++) parts.push(observations.array[i]!);
        }
        return Float64Array.from(parts).sort();
      },
    };
  }

  #matching(declaration: MetricDeclaration, labels: Labels = {}): number[] {
    const wanted = Object.entries(labels);
    const handles: number[] = [];
    this.#entries.forEach((entry, handle) => {
      if (entry.declaration.name !== declaration.name) return;
      if (wanted.every(([name, value]) => entry.labels[name] === value)) handles.push(handle);
    });
    return handles;
  }
}

/** Labels as OpenMetrics writes them: `tier="edge",result="hit"`; empty for none. */
export function formatLabels(labels: Labels): string {
  return Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`).join(',');
}

function escapeLabel(value: string): string {
  return value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');
}

/** Exact quantile of a tally in a view; undefined without observations. */
export function tallyQuantile(
  view: MetricView,
  declaration: MetricDeclaration,
  q: number,
  labels?: Labels,
): number | undefined {
  const values = view.sorted(declaration, labels);
  return values.length === 0 ? undefined : quantileOfSorted(values, q);
}

/** Copied state of a metric set. */
export interface MetricSetState {
  readonly names: readonly string[];
  readonly values: Float64Array;
  /** Observations of tallies; undefined for the other kinds. */
  readonly observations: ReadonlyArray<Float64Array | undefined>;
  readonly samples: readonly Sample[];
  readonly baseline: Sample;
}

/** What all metrics stood at, and how many observations had been made, at one moment. */
interface Sample {
  readonly atUs: Us;
  readonly values: Float64Array;
  readonly counts: readonly number[];
}
