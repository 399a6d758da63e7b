import { NumberColumns } from './columns.ts';
import type { Situation } from './core.ts';

/**
 * The insufficient-buffer rule of Sabre and dash.js: a nominal segment must fit into a share of what the
 * link carries while the buffer lasts. The share starts at 0.9 and shrinks with each decision down to 0.5.
 */
export class InsufficientBuffer {
  readonly #columns: NumberColumns<'Share'>;
  readonly #share: Float64Array;
  /** Size the last call held rungs to. [bits] */
  safeBits = 0;

  constructor(slots: number) {
    this.#columns = new NumberColumns(slots, { Share: FIRST_SHARE });
    this.#share = this.#columns.of('Share');
  }

  /** Starts the slot's share anew. */
  reset(slot: number): void {
    this.#columns.reset(slot);
  }

  /** The rung, or the highest below it whose segments fit, 0 if none does. */
  cap(at: Situation, rung: number): number {
    const share = this.#share[at.slot]!;
    const safeBits = share * (at.bufferMs - at.latencyMs) * at.throughputKbps;
    this.safeBits = safeBits;
    this.#share[at.slot] = Math.max(share * SHRINKING, LEAST_SHARE);
    const { segmentBits } = at.ladder;
    for (let lower = 0; lower < rung; lower++) if (segmentBits[lower + 1]! > safeBits) return lower;
    return rung;
  }

  /** A copy of the columns, by names that start with `prefix`. */
  save(prefix: string): Record<string, Float64Array> {
    return this.#columns.save(prefix);
  }

  /** Puts saved columns back. */
  restore(prefix: string, state: Readonly<Record<string, Float64Array>>): void {
    this.#columns.restore(prefix, state);
  }
}

const FIRST_SHARE = 0.9; // Sabre low_buffer_safety_factor_init
const SHRINKING = 0.9; // Sabre, the same constant again
const LEAST_SHARE = 0.5; // Sabre low_buffer_safety_factor
