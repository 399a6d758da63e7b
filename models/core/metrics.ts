import { assert } from './assert.ts';
import { GrowableFloat64 } from './growable.ts';
import { formatLabels, type Labels } from './labels.ts';
import { LevelColumns, type LevelExtremes } from './level-columns.ts';
import { Observations, type ObservationsState } from './observations.ts';
import { US_PER_S, type Us } from './units.ts';

/**
 * How a metric adds up: a counter sums, a gauge holds what it was set to last, a level does so too and knows
 * for how long, a tally takes single observations.
 */
export type MetricKind = 'counter' | 'gauge' | 'level' | 'tally';

/** What a metric is called and means; declared once, in the `metrics.ts` of its part of the platform. */
export interface MetricDeclaration {
  readonly name: string;
  readonly kind: MetricKind;
  readonly labels: readonly string[];
  readonly unit: string;
  readonly help: string;
  /** Of a tally whose whole distribution reports show. */
  readonly curve?: true;
}

type DeclarationOptions =
  Pick<MetricDeclaration, 'unit' | 'help' | 'curve'> & { readonly labels?: readonly string[] };

/** A value that only grows; the name ends in `_total` unless the platform already knows it by another. */
export function counter(name: string, options: DeclarationOptions): MetricDeclaration {
  return { name, kind: 'counter', labels: options.labels ?? [], unit: options.unit, help: options.help };
}

/** A value that goes up and down, read where the run is sampled; it survives the end of the warm-up. */
export function gauge(name: string, options: DeclarationOptions): MetricDeclaration {
  return { name, kind: 'gauge', labels: options.labels ?? [], unit: options.unit, help: options.help };
}

/**
 * A gauge whose changes carry `now`, so that its time average and its extremes are exact: queue depth,
 * servers in use.
 */
export function level(name: string, options: DeclarationOptions): MetricDeclaration {
  return { name, kind: 'level', labels: options.labels ?? [], unit: options.unit, help: options.help };
}

/** Single observations >= 0; quantiles are exact for few of them and from a sketch for many. */
export function tally(name: string, options: DeclarationOptions): MetricDeclaration {
  return { name, kind: 'tally', ...options, labels: options.labels ?? [] };
}

/** What was measured over some span of the run; each method takes all label sets that contain `labels`. */
export interface MetricView {
  /** Sum of what counters counted, or of how far gauges and levels rose; 0 when nothing was. */
  total(declaration: MetricDeclaration, labels?: Labels): number;
  /** Observations of a tally. */
  count(declaration: MetricDeclaration, labels?: Labels): number;
  /** Mean of a tally; undefined without observations. */
  mean(declaration: MetricDeclaration, labels?: Labels): number | undefined;
  /**
   * Quantile of a tally: exact over few observations, else within the relative error of the sketch
   * (models/core/observations.ts); undefined without observations.
   */
  quantile(declaration: MetricDeclaration, q: number, labels?: Labels): number | undefined;
  /** Average over time of the sum of levels; undefined when there are none, or no time. */
  timeAverage(declaration: MetricDeclaration, labels?: Labels): number | undefined;
  /** The most that any one of the levels held for some time; undefined as above. */
  peak(declaration: MetricDeclaration, labels?: Labels): number | undefined;
  /** The least that any one of the levels held for some time; undefined as above. */
  trough(declaration: MetricDeclaration, labels?: Labels): number | undefined;
}

/** What one metric with one set of labels gained between two marks: plain data. */
export interface MetricGain {
  /** Counter: what it counted; gauge, level: how far it rose; tally: the sum of its observations. */
  readonly value: number;
  /** Of a level: value times microseconds, and the extremes it held; null when it held none. */
  readonly level?: { readonly area: number; readonly least: number | null; readonly most: number | null };
  /** Of a tally. */
  readonly observations?: ObservationsState;
}

/** One metric with one set of labels, as a host exports it. */
export interface MetricExport {
  readonly declaration: MetricDeclaration;
  readonly labels: Labels;
  /** What a counter counted, what a gauge stands at, a level's average over time, a tally's sum. */
  readonly value: number;
  /** The extremes a level held; absent for the other kinds. */
  readonly least?: number;
  readonly most?: number;
  /** Observations of a tally; absent for the other kinds. */
  readonly observations?: ObservationsState;
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

/** What all metrics stood at, at one moment; two of them part a span out of the run. */
export interface MetricMark {
  readonly atUs: Us;
  readonly values: Float64Array;
  /** Areas under the levels since the run began, value times microseconds, in the order they were bound. */
  readonly areas: Float64Array;
  /** Intervals between marks that had been closed. */
  readonly intervals: number;
}

interface Entry {
  readonly declaration: MetricDeclaration;
  readonly labels: Labels;
}

/** What is kept of the time between two marks, however much is counted; tallies by handle. */
interface Interval extends LevelExtremes {
  readonly tallies: ReadonlyArray<Observations | undefined>;
}

/** What some series gained together over a span. */
interface Gain {
  readonly series: number;
  readonly value: number;
  readonly area: number;
  readonly least: number;
  readonly most: number;
  readonly observations: () => Observations;
}

/**
 * The measured values of one run. Components bind handles at construction and count through
 * them; the host samples the set and ends the warm-up. Memory grows with metrics and marks, not with what is
 * counted.
 */
export class MetricSet {
  readonly #entries: Entry[] = [];
  readonly #byKey = new Map<string, MetricHandle>();
  readonly #values = new GrowableFloat64(64);
  readonly #levels = new LevelColumns();
  /** Observations since the last mark. */
  #tallies: (Observations | undefined)[] = [];
  #intervals: Interval[] = [];
  #samples: MetricMark[] = [];
  #baseline = START;

  /** The handle of a metric with the given label values, in the order its declaration names them. */
  bind(declaration: MetricDeclaration, ...labelValues: readonly string[]): MetricHandle {
    assert(
      labelValues.length === declaration.labels.length, 'one value a label', { metric: declaration.name },
    );
    const key = `${declaration.name}\u0000${labelValues.join('\u0000')}`;
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const labels = Object.fromEntries(declaration.labels.map((name, i) => [name, labelValues[i]!]));
    this.#entries.push({ declaration, labels });
    this.#values.push(0);
    this.#levels.add(declaration.kind === 'level');
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

  /** Adds to a level from `now` on, which never goes back. */
  addLevel(handle: MetricHandle, now: Us, amount: number): void {
    this.setLevel(handle, now, this.#values.array[handle]! + amount);
  }

  /** Sets a level from `now` on, which never goes back. */
  setLevel(handle: MetricHandle, now: Us, value: number): void {
    this.#levels.hold(handle, now, this.#values.array[handle]!);
    this.#values.array[handle] = value;
  }

  /** Records one observation of a tally, finite and >= 0. */
  observe(handle: MetricHandle, value: number): void {
    this.#values.array[handle]! += value;
    (this.#tallies[handle] ??= new Observations()).add(value);
  }

  /** Adds what a metric of another set gained until `now`; levels of several sets are summed. */
  absorb(handle: MetricHandle, gain: MetricGain, now: Us): void {
    this.#values.array[handle]! += gain.value;
    if (gain.level !== undefined) {
      const { area, least, most } = gain.level;
      this.#levels.absorb(handle, now, area, least ?? Infinity, most ?? -Infinity);
    }
    if (gain.observations !== undefined) {
      (this.#tallies[handle] ??= new Observations()).merge(Observations.restore(gain.observations));
    }
  }

  /** Ends the warm-up: counters and tallies count from here; gauges and levels stay. */
  startMeasuring(now: Us): void {
    this.#baseline = this.mark(now);
  }

  /** Keeps the state at `now`, for the time series. */
  sample(now: Us): void {
    this.#samples.push(this.mark(now));
  }

  /** What everything stands at: from here, or up to here, a span can be looked at later. */
  mark(now: Us): MetricMark {
    for (const handle of this.#levels.handles) this.#levels.hold(handle, now, this.#values.array[handle]!);
    this.#intervals.push({ ...this.#levels.takeExtremes(), tallies: this.#tallies });
    this.#tallies = [];
    const intervals = this.#intervals.length;
    return { atUs: now, values: this.#values.slice(0), areas: this.#levels.areas(), intervals };
  }

  /** What was measured between two marks. */
  between(from: MetricMark, to: MetricMark): MetricView {
    const gain = (declaration: MetricDeclaration, labels: Labels = {}): Gain =>
      this.#gain(this.#matching(declaration, labels), from, to);
    const spanUs = to.atUs - from.atUs;
    return {
      total: (declaration, labels) => gain(declaration, labels).value,
      count: (declaration, labels) => gain(declaration, labels).observations().count,
      mean: (declaration, labels) => {
        const { value, observations } = gain(declaration, labels);
        const { count } = observations();
        return count === 0 ? undefined : value / count;
      },
      quantile: (declaration, q, labels) => gain(declaration, labels).observations().quantile(q),
      timeAverage: (declaration, labels) => {
        const { series, area } = gain(declaration, labels);
        return series > 0 && spanUs > 0 ? area / spanUs : undefined;
      },
      peak: (declaration, labels) => finite(gain(declaration, labels).most),
      trough: (declaration, labels) => finite(gain(declaration, labels).least),
    };
  }

  /** The metrics that were bound, in that order. */
  metrics(): ReadonlyArray<{ readonly declaration: MetricDeclaration; readonly labels: Labels }> {
    return this.#entries;
  }

  /** What each gained between two marks, for another set to absorb. */
  gains(from: MetricMark, to: MetricMark): MetricGain[] {
    return this.#entries.map(({ declaration: { kind } }, handle) => {
      const { value, area, least, most, observations } = this.#gain([handle], from, to);
      if (kind === 'tally') return { value, observations: observations().save() };
      if (kind !== 'level') return { value };
      return { value, level: { area, least: finite(least) ?? null, most: finite(most) ?? null } };
    });
  }

  /** What was measured from the end of the warm-up until `now`. */
  view(now: Us): MetricView {
    return this.between(this.#baseline, this.mark(now));
  }

  /** Views of the windows between samples, each with the time at which its window ends. */
  windows(): ReadonlyArray<{ readonly atUs: Us; readonly spanUs: Us; readonly view: MetricView }> {
    return this.#samples.slice(1).map((sample, i) => {
      const { atUs } = this.#samples[i]!;
      return { atUs: sample.atUs, spanUs: sample.atUs - atUs, view: this.between(this.#samples[i]!, sample) };
    });
  }

  /** The time series: gauges and levels as they stood, counters as the rate a second over the window. */
  series(): SeriesPoint[] {
    const points: SeriesPoint[] = [];
    this.#samples.forEach((sample, i) => {
      const previous = this.#samples[i - 1];
      sample.values.forEach((value, handle) => {
        const { declaration, labels } = this.#entries[handle]!;
        const text = formatLabels(labels);
        const seconds = sample.atUs / US_PER_S;
        if (declaration.kind === 'gauge' || declaration.kind === 'level') {
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

  /** Every metric as measured from the end of the warm-up until `now`. */
  export(now: Us): MetricExport[] {
    const from = this.#baseline;
    const to = this.mark(now);
    return this.gains(from, to).map(({ value, level: held, observations }, handle) => {
      const { declaration, labels } = this.#entries[handle]!;
      if (declaration.kind === 'gauge') return { declaration, labels, value: to.values[handle]! };
      if (observations !== undefined) return { declaration, labels, value, observations };
      if (held === undefined) return { declaration, labels, value };
      const stood = to.values[handle]!;
      const average = to.atUs > from.atUs ? held.area / (to.atUs - from.atUs) : stood;
      return { declaration, labels, value: average, least: held.least ?? stood, most: held.most ?? stood };
    });
  }

  /** A copy of the whole state; handles are not part of it: the same components bind the same ones again. */
  save(): MetricSetState {
    const saved = (tallies: Interval['tallies']) => Array.from(tallies, (one) => one?.save());
    return {
      names: this.#entries.map((entry) => entry.declaration.name),
      values: this.#values.slice(0),
      levels: this.#levels.save(),
      tallies: saved(this.#tallies),
      intervals: this.#intervals.map((one) => ({ ...one, tallies: saved(one.tallies) })),
      samples: [...this.#samples],
      baseline: this.#baseline,
    };
  }

  /** Puts a saved state back into a set in which the same handles were bound in the same order. */
  restore(state: MetricSetState): void {
    const names = this.#entries.map((entry) => entry.declaration.name);
    assert(names.join() === state.names.join(), 'a state goes back into a set with the same metrics');
    const restored = (tallies: MetricSetState['tallies']) =>
      tallies.map((one) => (one === undefined ? undefined : Observations.restore(one)));
    this.#values.replace(state.values);
    this.#levels.restore(state.levels);
    this.#tallies = restored(state.tallies);
    this.#intervals = state.intervals.map((one) => ({ ...one, tallies: restored(one.tallies) }));
    this.#samples = [...state.samples];
    this.#baseline = state.baseline;
  }

  #gain(handles: readonly MetricHandle[], from: MetricMark, to: MetricMark): Gain {
    const spanned = this.#intervals.slice(from.intervals, to.intervals);
    let [value, area, least, most] = [0, 0, Infinity, -Infinity];
    for (const handle of handles) {
      value += (to.values[handle] ?? 0) - (from.values[handle] ?? 0);
      const level = this.#levels.handles.indexOf(handle);
      if (level < 0) continue;
      area += (to.areas[level] ?? 0) - (from.areas[level] ?? 0);
      for (const interval of spanned) {
        least = Math.min(least, interval.least[level] ?? Infinity);
        most = Math.max(most, interval.most[level] ?? -Infinity);
      }
    }
    const observations = () =>
      mergedOf(spanned.flatMap(({ tallies }) => handles.map((handle) => tallies[handle])));
    return { series: handles.length, value, area, least, most, observations };
  }

  #matching(declaration: MetricDeclaration, labels: Labels): MetricHandle[] {
    const wanted = Object.entries(labels);
    const handles: number[] = [];
    this.#entries.forEach((entry, handle) => {
      if (entry.declaration.name !== declaration.name) return;
      if (wanted.every(([name, value]) => entry.labels[name] === value)) handles.push(handle);
    });
    return handles;
  }
}

/** Before anything was bound or counted. */
const START: MetricMark = { atUs: 0, values: new Float64Array(0), areas: new Float64Array(0), intervals: 0 };

function mergedOf(parts: ReadonlyArray<Observations | undefined>): Observations {
  const merged = new Observations();
  for (const part of parts) if (part !== undefined) merged.merge(part);
  return merged;
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}

/** Copied state of a metric set. */
export interface MetricSetState {
  readonly names: readonly string[];
  readonly values: Float64Array;
  readonly levels: readonly Float64Array[];
  readonly tallies: ReadonlyArray<ObservationsState | undefined>;
  readonly intervals: ReadonlyArray<Omit<Interval, 'tallies'> & Pick<MetricSetState, 'tallies'>>;
  readonly samples: readonly MetricMark[];
  readonly baseline: MetricMark;
}
