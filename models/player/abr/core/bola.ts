import { BolaCurve } from './bola-curve.ts';
import { NumberColumns } from './columns.ts';
import { KEEP, type Core, type Situation, type Transfer } from './core.ts';
import type { Ladder } from './ladder.ts';
import { mbps, seconds, UNDECIDED } from './words.ts';

/** What a climb beyond the sustainable rung is held to: that rung (O) or the next above it (U). */
export type BolaHold = 'O' | 'U';

/** What tells one BOLA from another. */
export interface BolaOptions {
  /** Utility a full segment's worth of buffer is weighed with: gamma p of the paper. */
  readonly gp: number;
  /** BOLA-BASIC: the buffer goal does not shrink at either end of the video, and nothing is abandoned. */
  readonly basic: boolean;
  readonly hold: BolaHold;
  /** Sabre: the rung before is that of the last decision, even of one that was not followed. */
  readonly trustsOwnDecisions: boolean;
}

/** BOLA (basic, O and U) as Sabre has it. */
export class BolaCore implements Core {
  pauseMs = 0;
  readonly #options: BolaOptions;
  readonly #columns: NumberColumns<Column>;
  readonly #last: Float64Array;
  readonly #vp: Float64Array;
  readonly #why: Float64Array;
  readonly #wanted: Float64Array;
  readonly #level: Float64Array;
  readonly #throughput: Float64Array;
  #ladder: Ladder | undefined;
  #curve: BolaCurve | undefined;
  readonly #curves = new WeakMap<Ladder, BolaCurve>();

  constructor(slots: number, options: BolaOptions) {
    this.#options = options;
    this.#columns = new NumberColumns<Column>(slots, {
      Last: 0, Vp: 0, Why: WHY_UNDECIDED, Wanted: 0, Level: 0, Throughput: 0,
    });
    this.#last = this.#columns.of('Last');
    this.#vp = this.#columns.of('Vp');
    this.#why = this.#columns.of('Why');
    this.#wanted = this.#columns.of('Wanted');
    this.#level = this.#columns.of('Level');
    this.#throughput = this.#columns.of('Throughput');
  }

  reset(slot: number): void {
    this.#columns.reset(slot);
  }

  decide(at: Situation): number {
    const { slot, ladder } = at;
    const curve = this.#curveOf(ladder);
    const vp = (this.#goalMs(at) - ladder.segmentMs) / (curve.highestUtility + this.#options.gp);
    this.#vp[slot] = vp;
    curve.scale(vp);
    if (!this.#options.trustsOwnDecisions) this.#last[slot] = Math.max(0, at.lastRung);
    const wanted = curve.best(at.bufferMs);
    this.#wanted[slot] = wanted;
    this.#level[slot] = at.bufferMs;
    this.#throughput[slot] = at.throughputKbps;
    this.pauseMs = 0;
    const rung = wanted > this.#last[slot]! ? this.#hold(at, curve, wanted) : wanted;
    if (rung === wanted) this.#why[slot] = WHY_BUFFER;
    this.#last[slot] = rung;
    return rung;
  }

  waited(): void {
    // The level alone decides.
  }

  arrived(): void {
    // The level alone decides.
  }

  abandon(at: Situation, transfer: Transfer, bufferMs: number): number {
    const leftBits = transfer.sizeBits - transfer.bits;
    if (this.#options.basic || transfer.bits <= 0 || leftBits <= 0) return KEEP;
    const curve = this.#curveOf(at.ladder);
    curve.scale(this.#vp[at.slot]!);
    const rung = curve.betterThan(transfer.rung, leftBits, transfer.sizeBits, bufferMs, false);
    if (rung === transfer.rung) return KEEP;
    this.#last[at.slot] = rung;
    return rung;
  }

  calmMs(at: Situation, transfer: Transfer, bufferMs: number): number {
    if (this.#options.basic) return Infinity;
    const curve = this.#curveOf(at.ladder);
    curve.scale(this.#vp[at.slot]!);
    const leftBits = transfer.sizeBits - transfer.bits;
    return bufferMs - curve.givesUpBelow(transfer.rung, leftBits, transfer.sizeBits);
  }

  explain(slot: number): string {
    const chosen = this.#last[slot]!;
    const best = `rendition ${this.#wanted[slot]!} scores best with ${seconds(this.#level[slot]!)} of buffer`;
    switch (this.#why[slot]!) {
      case WHY_BUFFER:
        return best;
      case WHY_STAY:
        return `${best}, but ${this.#rate(slot)} does not bear it: it stays at ${chosen}`;
      case WHY_HELD:
        return `${best}, but ${this.#rate(slot)} holds the climb at ${chosen}`;
      default:
        return UNDECIDED;
    }
  }

  save(prefix: string): Record<string, Float64Array> {
    return this.#columns.save(prefix);
  }

  restore(prefix: string, state: Readonly<Record<string, Float64Array>>): void {
    this.#columns.restore(prefix, state);
  }

  /** The buffer BOLA aims at: less at both ends of the video, unless basic. [ms] */
  #goalMs(at: Situation): number {
    if (this.#options.basic) return at.bufferMaxMs;
    const segments = Math.max(Math.min(at.segment, at.segmentsLeft) / 2, LEAST_GOAL_SEGMENTS);
    return Math.min(at.bufferMaxMs, segments * at.ladder.segmentMs);
  }

  /** A climb to `wanted`, held to what throughput bears. */
  #hold(at: Situation, curve: BolaCurve, wanted: number): number {
    const { slot, ladder } = at;
    const bearable = ladder.sustainable(at.throughputKbps, at.latencyMs);
    if (wanted <= bearable) return wanted;
    const last = this.#last[slot]!;
    this.#why[slot] = last > bearable ? WHY_STAY : WHY_HELD;
    if (last > bearable) return last;
    if (this.#options.hold === 'U') return bearable + 1;
    if (bearable < ladder.rungs - 1) this.pauseMs = Math.max(0, at.bufferMs - curve.worthUpTo(bearable));
    return bearable;
  }

  #curveOf(ladder: Ladder): BolaCurve {
    if (this.#ladder === ladder) return this.#curve!;
    let curve = this.#curves.get(ladder);
    if (curve === undefined) {
      curve = new BolaCurve(ladder, 0, this.#options.gp);
      this.#curves.set(ladder, curve);
    }
    this.#ladder = ladder;
    this.#curve = curve;
    return curve;
  }

  #rate(slot: number): string {
    return mbps(this.#throughput[slot]!);
  }
}

type Column = 'Last' | 'Vp' | 'Why' | 'Wanted' | 'Level' | 'Throughput';

const LEAST_GOAL_SEGMENTS = 3; // Sabre, from BOLA-FINITE

const WHY_UNDECIDED = 0;
const WHY_BUFFER = 1;
const WHY_STAY = 2;
const WHY_HELD = 3;
