import { BolaCurve } from './bola-curve.ts';
import type { BolaHold } from './bola.ts';
import { NumberColumns } from './columns.ts';
import { KEEP, type Core, type Situation, type Transfer } from './core.ts';
import { InsufficientBuffer } from './insufficient-buffer.ts';
import type { Ladder } from './ladder.ts';
import { mbps, seconds, UNDECIDED } from './words.ts';

/** What tells one BOLA-E from another. */
export interface BolaEOptions {
  readonly hold: BolaHold;
  /** enhanced: levels follow the number of rungs; plain: those of BOLA. */
  readonly levels: 'enhanced' | 'plain';
  /** Whether the insufficient-buffer rule holds it back. */
  readonly insufficientBuffer: boolean;
  /** gamma p of BOLA, for plain levels. */
  readonly gp: number;
}

/** BOLA-E as Sabre has it: BOLA on a level that a placeholder buffer raises, so that it starts fast. */
export class BolaECore implements Core {
  pauseMs = 0;
  readonly #options: BolaEOptions;
  readonly #insufficientBuffer: InsufficientBuffer;
  readonly #columns: NumberColumns<Column>;
  readonly #placeholder: Float64Array;
  readonly #last: Float64Array;
  readonly #steady: Float64Array;
  readonly #why: Float64Array;
  readonly #chosen: Float64Array;
  readonly #wanted: Float64Array;
  readonly #level: Float64Array;
  readonly #throughput: Float64Array;
  #ladder: Ladder | undefined;
  #curve: BolaCurve | undefined;
  readonly #curves = new WeakMap<Ladder, BolaCurve>();

  constructor(slots: number, options: BolaEOptions) {
    this.#options = options;
    this.#insufficientBuffer = new InsufficientBuffer(slots);
    this.#columns = new NumberColumns<Column>(slots, {
      Placeholder: 0, Last: 0, Steady: 0, Why: WHY_UNDECIDED, Chosen: 0, Wanted: 0, Level: 0, Throughput: 0,
    });
    this.#placeholder = this.#columns.of('Placeholder');
    this.#last = this.#columns.of('Last');
    this.#steady = this.#columns.of('Steady');
    this.#why = this.#columns.of('Why');
    this.#chosen = this.#columns.of('Chosen');
    this.#wanted = this.#columns.of('Wanted');
    this.#level = this.#columns.of('Level');
    this.#throughput = this.#columns.of('Throughput');
  }

  reset(slot: number): void {
    this.#columns.reset(slot);
    this.#insufficientBuffer.reset(slot);
  }

  decide(at: Situation): number {
    const { slot } = at;
    const curve = this.#curveOf(at);
    this.#throughput[slot] = at.throughputKbps;
    this.pauseMs = 0;
    const rung = this.#steady[slot] === 1 ? this.#decideSteady(at, curve) : this.#start(at, curve);
    this.#chosen[slot] = rung;
    return rung;
  }

  waited(slot: number, ms: number): void {
    this.#placeholder[slot]! += ms;
  }

  arrived(at: Situation, transfer: Transfer, replacement: boolean): void {
    const { slot } = at;
    this.#last[slot] = transfer.rung;
    const curve = this.#curveOf(at);
    if (transfer.abandonTo !== KEEP) {
      if (!replacement) this.#lower(at, curve, transfer.abandonTo);
    } else if (replacement) this.#placeholder[slot]! += at.ladder.segmentMs;
    else this.#fit(at, curve, transfer);
  }

  abandon(at: Situation, transfer: Transfer, bufferMs: number): number {
    const remainingBits = transfer.sizeBits - transfer.bits;
    if (transfer.bits <= 0 || remainingBits <= 0) return KEEP;
    // Another request would cost the wait for its first byte: judge by how things stand after it.
    const levelMs = Math.max(0, bufferMs + this.#placeholder[at.slot]! - transfer.firstByteMs);
    const throughputKbps = transfer.bits / (transfer.ms - transfer.firstByteMs);
    const leftBits = remainingBits - transfer.firstByteMs * throughputKbps;
    if (leftBits <= 0) return KEEP;
    const rung = this.#curveOf(at).betterThan(transfer.rung, leftBits, transfer.sizeBits, levelMs, true);
    return rung === transfer.rung ? KEEP : rung;
  }

  calmMs(at: Situation, transfer: Transfer, bufferMs: number): number {
    const leftBits = transfer.sizeBits - transfer.bits;
    const levelMs = bufferMs + this.#placeholder[at.slot]! - transfer.firstByteMs;
    const aboveMs = levelMs - this.#curveOf(at).givesUpBelow(transfer.rung, leftBits, transfer.sizeBits);
    // While the first byte is out the level falls twice: by what plays and by the wait another would cost.
    return transfer.bits > 0 ? aboveMs : aboveMs / 2;
  }

  explain(slot: number): string {
    const [chosen, wanted] = [this.#chosen[slot]!, this.#wanted[slot]!];
    const best = `rendition ${wanted} scores best at a level of ${seconds(this.#level[slot]!)}`;
    const rate = mbps(this.#throughput[slot]!);
    switch (this.#why[slot]!) {
      case WHY_START:
        return `rendition ${chosen} is the highest that ${rate} bears at the start`;
      case WHY_LEVEL:
        return best;
      case WHY_HELD:
        return `${best}, but ${rate} holds the climb at ${chosen}`;
      case WHY_INSUFFICIENT:
        return `${best}, but the buffer is too short for more than ${chosen} at ${rate}`;
      default:
        return UNDECIDED;
    }
  }

  save(prefix: string): Record<string, Float64Array> {
    return { ...this.#columns.save(prefix), ...this.#insufficientBuffer.save(prefix) };
  }

  restore(prefix: string, state: Readonly<Record<string, Float64Array>>): void {
    this.#columns.restore(prefix, state);
    this.#insufficientBuffer.restore(prefix, state);
  }

  /** The first decision follows throughput; the placeholder makes BOLA agree with it. */
  #start(at: Situation, curve: BolaCurve): number {
    const { slot } = at;
    this.#steady[slot] = 1;
    this.#insufficientBuffer.reset(slot);
    const rung = at.ladder.sustainable(at.throughputKbps, at.latencyMs);
    this.#placeholder[slot] = Math.max(0, curve.preferredFrom(rung) - at.bufferMs);
    this.#why[slot] = WHY_START;
    return rung;
  }

  #decideSteady(at: Situation, curve: BolaCurve): number {
    const { slot, ladder, bufferMs } = at;
    const level = bufferMs + this.#placeholder[slot]!;
    let rung = curve.best(level);
    this.#wanted[slot] = rung;
    this.#level[slot] = level;
    this.#why[slot] = WHY_LEVEL;
    const last = this.#last[slot]!;
    if (rung > last) {
      const bearable = ladder.sustainable(at.throughputKbps, at.latencyMs);
      if (rung > bearable) {
        const held = Math.max(last, bearable) + (this.#options.hold === 'U' ? 1 : 0);
        if (held !== rung) this.#why[slot] = WHY_HELD;
        rung = held;
      }
    }
    this.#pause(at, curve, rung);
    if (!this.#options.insufficientBuffer) return rung;
    const capped = this.#insufficientBuffer.cap(at, rung);
    if (capped < rung) {
      this.#why[slot] = WHY_INSUFFICIENT;
      this.pauseMs = 0;
      this.#atMost(slot, curve.preferredFrom(capped) - bufferMs);
    }
    return capped;
  }

  /** What is above the worth of the rung is taken from the placeholder first, and waited for then. */
  #pause(at: Situation, curve: BolaCurve, rung: number): void {
    const { slot } = at;
    const placeholder = this.#placeholder[slot]!;
    const excess = at.bufferMs + placeholder - curve.worthUpTo(rung);
    if (excess <= 0) return;
    if (excess <= placeholder) this.#placeholder[slot] = placeholder - excess;
    else {
      this.#placeholder[slot] = 0;
      if (rung < at.ladder.rungs - 1) this.pauseMs = excess - placeholder;
    }
  }

  /** Holds the placeholder to what the rung that arrived would justify. */
  #fit(at: Situation, curve: BolaCurve, transfer: Transfer): void {
    const { slot, bufferMs } = at;
    const levelWas = bufferMs + transfer.ms;
    this.#atMost(slot, curve.worthUpTo(transfer.rung) - levelWas);
    // While it stalls, the placeholder is not inflated.
    if (bufferMs <= 0) return;
    const least = curve.preferredFrom(transfer.rung) - levelWas;
    this.#placeholder[slot] = Math.max(this.#placeholder[slot]!, least);
  }

  /** An abandoned transfer says that something went wrong: the placeholder goes down to a careful level. */
  #lower(at: Situation, curve: BolaCurve, abandonTo: number): void {
    const wantedMs = abandonTo > 0 ? curve.preferredFrom(abandonTo) : MINIMUM_BUFFER_MS;
    this.#atMost(at.slot, wantedMs - at.bufferMs);
  }

  #atMost(slot: number, ms: number): void {
    this.#placeholder[slot] = Math.min(this.#placeholder[slot]!, Math.max(0, ms));
  }

  #curveOf(at: Situation): BolaCurve {
    const { ladder } = at;
    if (this.#ladder === ladder) return this.#curve!;
    let curve = this.#curves.get(ladder);
    if (curve === undefined) {
      curve = this.#options.levels === 'enhanced' ? enhanced(at) : plain(at, this.#options.gp);
      this.#curves.set(ladder, curve);
    }
    this.#ladder = ladder;
    this.#curve = curve;
    return curve;
  }
}

/** Levels from 10 s on, 2 s a rung, or the buffer if it holds more. */
function enhanced({ ladder, bufferMaxMs }: Situation): BolaCurve {
  const goalMs = Math.max(MINIMUM_BUFFER_MS + MINIMUM_BUFFER_PER_RUNG_MS * ladder.rungs, bufferMaxMs);
  const curve = new BolaCurve(ladder, 1, (highest) => (highest - 1) / (goalMs / MINIMUM_BUFFER_MS - 1));
  curve.scale(MINIMUM_BUFFER_MS / curve.gp);
  return curve;
}

/** Levels of BOLA, for utilities that start at 1. */
function plain({ ladder, bufferMaxMs }: Situation, gp: number): BolaCurve {
  const curve = new BolaCurve(ladder, 1, gp - 1);
  curve.scale((bufferMaxMs - ladder.segmentMs) / (curve.highestUtility + curve.gp));
  return curve;
}

type Column =
  'Placeholder' | 'Last' | 'Steady' | 'Why' | 'Chosen' | 'Wanted' | 'Level' | 'Throughput';

const MINIMUM_BUFFER_MS = 10_000; // Sabre and dash.js BolaRule MINIMUM_BUFFER_S 10
const MINIMUM_BUFFER_PER_RUNG_MS = 2_000; // Sabre and dash.js MINIMUM_BUFFER_PER_BITRATE_LEVEL_S 2

const WHY_UNDECIDED = 0;
const WHY_START = 1;
const WHY_LEVEL = 2;
const WHY_HELD = 3;
const WHY_INSUFFICIENT = 4;
