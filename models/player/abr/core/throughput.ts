import { NumberColumns } from './columns.ts';
import { KEEP, type Core, type Situation, type Transfer } from './core.ts';
import { InsufficientBuffer } from './insufficient-buffer.ts';
import { mbps, seconds, UNDECIDED } from './words.ts';

/** What tells one throughput rule from another. */
export interface ThroughputOptions {
  /** Share of the estimate that is used. */
  readonly safety: number;
  /** Whether the insufficient-buffer rule holds it back. */
  readonly insufficientBuffer: boolean;
}

/** The throughput rule of dash.js as Sabre has it, with the AbandonRequests rule. */
export class ThroughputCore implements Core {
  readonly pauseMs = 0;
  readonly #options: ThroughputOptions;
  readonly #insufficientBuffer: InsufficientBuffer;
  readonly #columns: NumberColumns<Column>;
  readonly #chosen: Float64Array;
  readonly #fitting: Float64Array;
  readonly #throughput: Float64Array;
  readonly #buffer: Float64Array;

  constructor(slots: number, options: ThroughputOptions) {
    this.#options = options;
    this.#insufficientBuffer = new InsufficientBuffer(slots);
    this.#columns = new NumberColumns<Column>(slots, { Chosen: -1, Fitting: 0, Throughput: 0, Buffer: 0 });
    this.#chosen = this.#columns.of('Chosen');
    this.#fitting = this.#columns.of('Fitting');
    this.#throughput = this.#columns.of('Throughput');
    this.#buffer = this.#columns.of('Buffer');
  }

  reset(slot: number): void {
    this.#columns.reset(slot);
    this.#insufficientBuffer.reset(slot);
  }

  decide(at: Situation): number {
    const { slot } = at;
    const fitting = at.ladder.sustainable(at.throughputKbps * this.#options.safety, at.latencyMs);
    const chosen = this.#options.insufficientBuffer ? this.#insufficientBuffer.cap(at, fitting) : fitting;
    this.#fitting[slot] = fitting;
    this.#chosen[slot] = chosen;
    this.#throughput[slot] = at.throughputKbps;
    this.#buffer[slot] = at.bufferMs;
    return chosen;
  }

  waited(): void {
    // Waiting tells nothing about throughput.
  }

  arrived(): void {
    // What a transfer tells is in the estimate.
  }

  abandon(at: Situation, transfer: Transfer): number {
    const transferMs = transfer.ms - transfer.firstByteMs;
    if (transfer.ms < GRACE_MS || transferMs <= 0) return KEEP;
    const throughputKbps = transfer.bits / transferMs;
    const leftBits = transfer.sizeBits - transfer.bits;
    const { ladder } = at;
    if (transfer.ms + leftBits / throughputKbps <= TOO_LONG * ladder.segmentMs) return KEEP;
    const rung = ladder.sustainable(throughputKbps * this.#options.safety, at.latencyMs);
    if (rung >= transfer.rung) return KEEP;
    const otherBits = (transfer.sizeBits * ladder.kbps[rung]!) / ladder.kbps[transfer.rung]!;
    return otherBits >= leftBits ? KEEP : rung;
  }

  calmMs({ ladder }: Situation, transfer: Transfer): number {
    const leftBits = transfer.sizeBits - transfer.bits;
    const lowestBits = (transfer.sizeBits * ladder.kbps[0]!) / ladder.kbps[transfer.rung]!;
    if (transfer.rung === 0 || lowestBits >= leftBits) return Infinity;
    const graceMs = GRACE_MS - transfer.ms;
    if (transfer.bits === 0) return graceMs;
    // If nothing more came, the rest would take too long from this time of transfer on.
    const bearableMs = TOO_LONG * ladder.segmentMs - transfer.firstByteMs;
    const transferMs = (bearableMs * transfer.bits) / transfer.sizeBits;
    return Math.max(graceMs, transferMs - (transfer.ms - transfer.firstByteMs));
  }

  explain(slot: number): string {
    const chosen = this.#chosen[slot]!;
    if (chosen < 0) return UNDECIDED;
    const throughput = this.#throughput[slot]!;
    const { safety } = this.#options;
    const used = `${mbps(throughput * safety)} = ${mbps(throughput)} x ${safety}`;
    const fitting = this.#fitting[slot]!;
    return chosen < fitting
      ? `rendition ${fitting} fits ${used}, but ${seconds(this.#buffer[slot]!)} allow ${chosen} only`
      : `rendition ${chosen} is the highest within ${used}`;
  }

  save(prefix: string): Record<string, Float64Array> {
    return { ...this.#columns.save(prefix), ...this.#insufficientBuffer.save(prefix) };
  }

  restore(prefix: string, state: Readonly<Record<string, Float64Array>>): void {
    this.#columns.restore(prefix, state);
    this.#insufficientBuffer.restore(prefix, state);
  }
}

type Column = 'Chosen' | 'Fitting' | 'Throughput' | 'Buffer';

const GRACE_MS = 500; // dash.js AbandonRequestsRule GRACE_TIME_THRESHOLD
const TOO_LONG = 1.8; // dash.js AbandonRequestsRule ABANDON_MULTIPLIER, segment durations
