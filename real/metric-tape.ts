import { assert } from '../models/core/assert.ts';
import { MetricSet, type Labels, type MetricDeclaration } from '../models/core/metrics.ts';
import type { Us } from '../models/core/units.ts';

/** Why the metrics were read at a moment: for the time series, at the end of the warm-up, or at the end. */
export type MarkKind = 'sample' | 'measure' | 'end';

/**
 * All values at one moment, in the order of the tape's metrics; a metric bound later is missing at the end.
 */
export interface TapeFrame {
  readonly kind: MarkKind;
  readonly atUs: Us;
  readonly values: readonly number[];
  /** Observations made so far; 0 for what is no tally. */
  readonly counts: readonly number[];
}

/** What a process measured, as plain data that can be sent to another. */
export interface MetricTapeData {
  readonly metrics: readonly {
    readonly declaration: MetricDeclaration;
    readonly labels: Labels;
    readonly observations: readonly number[];
  }[];
  readonly frames: readonly TapeFrame[];
}

/**
 * Reads a metric set at given moments, so that the sets of several processes can be joined into one
 * afterwards.
 */
export class MetricTape {
  readonly #set: MetricSet;
  readonly #frames: TapeFrame[] = [];

  constructor(set: MetricSet) {
    this.#set = set;
  }

  /** Reads all values. Moments must be the same on all tapes that are to be joined. */
  mark(kind: MarkKind, atUs: Us): void {
    const metrics = this.#set.export();
    this.#frames.push({
      kind,
      atUs,
      values: metrics.map((metric) => metric.value),
      counts: metrics.map((metric) => metric.observations.length),
    });
  }

  /** The tape as data. */
  data(): MetricTapeData {
    const metrics = this.#set.export().map(({ declaration, labels, observations }) => {
      return { declaration, labels, observations };
    });
    return { metrics, frames: this.#frames };
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
    tapes.forEach(({ metrics, frames: own }, t) => {
      const frame = own[i];
      assert(frame !== undefined && frame.kind === kind && frame.atUs === atUs, 'tapes have the same marks', {
        t,
        i,
      });
      const before = own[i - 1];
      frame.values.forEach((value, m) => {
        const handle = handles[t]![m]!;
        const { declaration, observations } = metrics[m]!;
        if (declaration.kind === 'tally') {
          observations
            .slice(before?.counts[m] ?? 0, frame.counts[m])
            .forEach((one) => set.observe(handle, one));
        } else set.add(handle, value - (before?.values[m] ?? 0));
      });
    });
    if (kind === 'sample') set.sample(atUs);
    if (kind === 'measure') set.startMeasuring(atUs);
  }
  return set;
}
