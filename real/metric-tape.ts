import { assert } from '../models/core/assert.ts';
import type { Labels } from '../models/core/labels.ts';
import {
  MetricSet, type MetricDeclaration, type MetricGain, type MetricMark,
} from '../models/core/metrics.ts';
import type { Us } from '../models/core/units.ts';

/** Why metrics were read: for the time series, the end of the warm-up, the monitoring, or the end. */
export type MarkKind = 'sample' | 'measure' | 'scrape' | 'end';

/** What all metrics gained since the frame before, in the order of the tape's metrics. */
export interface TapeFrame {
  readonly kind: MarkKind;
  readonly atUs: Us;
  readonly gains: readonly MetricGain[];
}

/** What a process measured, as plain data that can be sent to another. */
export interface MetricTapeData {
  readonly metrics: readonly { readonly declaration: MetricDeclaration; readonly labels: Labels }[];
  readonly frames: readonly TapeFrame[];
}

/**
 * Reads a metric set at given moments, so that the sets of several processes can be joined into one
 * afterwards.
 */
export class MetricTape {
  readonly #set: MetricSet;
  readonly #start: MetricMark;
  readonly #marks: { readonly kind: MarkKind; readonly mark: MetricMark }[] = [];

  constructor(set: MetricSet) {
    this.#set = set;
    this.#start = set.mark(0);
  }

  /** Reads all values. Moments must be the same on all tapes that are to be joined. */
  mark(kind: MarkKind, atUs: Us): void {
    this.#marks.push({ kind, mark: this.#set.mark(atUs) });
  }

  /** The tape as data. */
  data(): MetricTapeData {
    const frames = this.#marks.map(({ kind, mark }, i) => {
      return { kind, atUs: mark.atUs, gains: this.#set.gains(this.#marks[i - 1]?.mark ?? this.#start, mark) };
    });
    return { metrics: this.#set.metrics(), frames };
  }
}

/**
 * One metric set with what all tapes hold, sampled and measured where they were marked. The first tape has
 * all marks; others may begin late or end early, as their processes did. `set` is filled, and `onFrame` told
 * of each moment once all of it is in.
 */
export function joinTapes(
  tapes: readonly MetricTapeData[], set = new MetricSet(), onFrame?: (atUs: Us) => void,
): MetricSet {
  const joining = tapes.map((tape) => new Joining(tape, set));
  for (const { kind, atUs } of tapes[0]?.frames ?? []) {
    for (const one of joining) one.advance(kind, atUs);
    onFrame?.(atUs);
    if (kind === 'sample') set.sample(atUs);
    if (kind === 'measure') set.startMeasuring(atUs);
  }
  joining.forEach((one, t) => assert(one.isOver, 'tapes have the same marks', { t }));
  return set;
}

/** One tape on its way into a set. */
class Joining {
  readonly #tape: MetricTapeData;
  readonly #set: MetricSet;
  readonly #handles: readonly number[];
  #next = 0;
  #isGone = false;

  constructor(tape: MetricTapeData, set: MetricSet) {
    this.#tape = tape;
    this.#set = set;
    this.#handles = tape.metrics.map(({ declaration, labels }) =>
      set.bind(declaration, ...declaration.labels.map((label) => labels[label]!)));
  }

  get isOver(): boolean {
    return this.#next === this.#tape.frames.length;
  }

  /** Takes in the frame of a moment, if the process was there. */
  advance(kind: MarkKind, atUs: Us): void {
    const frame = this.#tape.frames[this.#next];
    if (frame?.kind === kind && frame.atUs === atUs) {
      this.#next++;
      frame.gains.forEach((gain, m) => this.#set.absorb(this.#handles[m]!, gain, atUs));
    } else if (frame === undefined && !this.#isGone) this.#letGo(atUs);
    else assert(frame === undefined || this.#next === 0, 'tapes have the same marks', { kind, atUs });
  }

  /** The process is gone, and with it what its gauges and levels stood at. */
  #letGo(atUs: Us): void {
    this.#isGone = true;
    const { metrics, frames } = this.#tape;
    metrics.forEach(({ declaration }, m) => {
      if (declaration.kind === 'counter' || declaration.kind === 'tally') return;
      const held = frames.reduce((sum, { gains }) => sum + gains[m]!.value, 0);
      this.#set.absorb(this.#handles[m]!, { value: -held }, atUs);
    });
  }
}
