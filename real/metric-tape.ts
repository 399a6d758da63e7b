import { assert } from '../models/core/assert.ts';
import type { Labels } from '../models/core/labels.ts';
import {
  MetricSet, type MetricDeclaration, type MetricGain, type MetricMark,
} from '../models/core/metrics.ts';
import type { Us } from '../models/core/units.ts';

/** Why the metrics were read at a moment: for the time series, at the end of the warm-up, or at the end. */
export type MarkKind = 'sample' | 'measure' | 'end';

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

/** One metric set with what all tapes hold, sampled and measured where they were marked. */
export function joinTapes(tapes: readonly MetricTapeData[]): MetricSet {
  const set = new MetricSet();
  const handles = tapes.map(({ metrics }) =>
    metrics.map(({ declaration, labels }) => {
      return set.bind(declaration, ...declaration.labels.map((label) => labels[label]!));
    }),
  );
  const frames = Math.max(0, ...tapes.map((tape) => tape.frames.length));
  for (let i = 0; i < frames; i++) {
    const { kind, atUs } = tapes[0]!.frames[i]!;
    tapes.forEach(({ frames: own }, t) => {
      const frame = own[i];
      assert(frame !== undefined && frame.kind === kind && frame.atUs === atUs, 'tapes have the same marks', {
        t,
        i,
      });
      frame.gains.forEach((gain, m) => set.absorb(handles[t]![m]!, gain, atUs));
    });
    if (kind === 'sample') set.sample(atUs);
    if (kind === 'measure') set.startMeasuring(atUs);
  }
  return set;
}
