import { NumberColumns } from './columns.ts';
import { DashBola } from './dash-bola.ts';
import { KEEP, type Core, type Situation, type Transfer } from './core.ts';
import { mbps, seconds, UNDECIDED } from './words.ts';

/** The constants of dash.js's rules that are settings there. */
export interface DashOptions {
  /** Share of the estimate that ThroughputRule uses: bandwidthSafetyFactor. */
  readonly safety: number;
  /** Level from which BOLA decides, and half of which throughput does again: bufferTimeDefault. [ms] */
  readonly bolaFromMs: number;
  /** Share of drops among the requests at a rendition from which it is avoided. */
  readonly dropShare: number;
  /** Share of what the buffer lasts for that a segment may take: throughputSafetyFactor. */
  readonly bufferShare: number;
}

/**
 * dash.js's collection of rules: DYNAMIC (throughput below the threshold, BOLA from it on), held to the least
 * of what InsufficientBufferRule and SwitchHistoryRule allow; AbandonRequestsRule judges transfers.
 */
export class DashCore implements Core {
  readonly pauseMs = 0;
  readonly #options: DashOptions;
  readonly #bola: DashBola;
  readonly #columns: NumberColumns<Column>;
  readonly #c: Readonly<Record<Column, Float64Array>>;
  /** The last REMEMBERED requests of a slot: the rung before and the rung asked for. */
  readonly #from: Int8Array;
  readonly #to: Int8Array;

  constructor(slots: number, options: DashOptions) {
    this.#options = options;
    this.#bola = new DashBola(slots, options.bolaFromMs);
    this.#columns = new NumberColumns<Column>(slots, {
      Bola: 0, Requests: 0, Given: -1, BlockedUntil: -1, Chosen: -1, Wanted: 0, Why: 0, Level: 0,
      Throughput: 0,
    });
    const of = (name: Column): Float64Array => this.#columns.of(name);
    this.#c = {
      Bola: of('Bola'), Requests: of('Requests'), Given: of('Given'), BlockedUntil: of('BlockedUntil'),
      Chosen: of('Chosen'), Wanted: of('Wanted'), Why: of('Why'), Level: of('Level'),
      Throughput: of('Throughput'),
    };
    this.#from = new Int8Array(slots * REMEMBERED);
    this.#to = new Int8Array(slots * REMEMBERED);
  }

  reset(slot: number): void {
    this.#columns.reset(slot);
    this.#bola.reset(slot);
  }

  decide(at: Situation): number {
    const { slot, bufferMs } = at;
    const c = this.#c;
    const fromMs = Math.min(this.#options.bolaFromMs, at.bufferMaxMs - at.ladder.segmentMs);
    if (bufferMs >= fromMs) c.Bola[slot] = 1;
    else if (bufferMs < fromMs / 2) c.Bola[slot] = 0;
    const bearable = within(at, this.#options.safety * at.throughputKbps);
    const wanted = c.Bola[slot] === 1 ? this.#bola.decide(at, bearable) : bearable;
    c.Wanted[slot] = wanted;
    c.Level[slot] = bufferMs;
    c.Throughput[slot] = at.throughputKbps;
    c.Why[slot] = WHY_WANTED;
    let chosen = this.#hold(slot, wanted, this.#byBuffer(at), WHY_BUFFER);
    chosen = this.#hold(slot, chosen, this.#byHistory(at), WHY_HISTORY);
    if (at.nowMs < c.BlockedUntil[slot]! && chosen > at.lastRung && at.lastRung >= 0) {
      chosen = this.#hold(slot, chosen, at.lastRung, WHY_BLOCKED);
    }
    this.#remember(slot, Math.max(0, at.lastRung), chosen);
    c.Chosen[slot] = chosen;
    return chosen;
  }

  waited(slot: number, ms: number): void {
    this.#bola.waited(slot, ms);
  }

  arrived(at: Situation, transfer: Transfer): void {
    this.#bola.arrived(at, transfer);
    if (transfer.abandonTo === KEEP) return;
    this.#c.Given[at.slot] = transfer.segment;
    this.#c.BlockedUntil[at.slot] = at.nowMs + BLOCKED_MS;
  }

  abandon(at: Situation, transfer: Transfer, bufferMs: number): number {
    const { slot, ladder } = at;
    const transferMs = transfer.ms - transfer.firstByteMs;
    if (bufferMs > this.#options.bolaFromMs || this.#c.Given[slot] === transfer.segment) return KEEP;
    if (transferMs <= GRACE_MS || transfer.bits === 0) return KEEP;
    const throughputKbps = transfer.bits / transferMs;
    const leftBits = transfer.sizeBits - transfer.bits;
    if (transfer.sizeBits / throughputKbps <= TOO_LONG * ladder.segmentMs) return KEEP;
    const rung = within(at, throughputKbps);
    if (rung >= transfer.rung) return KEEP;
    return (transfer.sizeBits * ladder.kbps[rung]!) / ladder.kbps[transfer.rung]! < leftBits ? rung : KEEP;
  }

  calmMs(at: Situation, transfer: Transfer, bufferMs: number): number {
    const { slot, ladder } = at;
    if (this.#c.Given[slot] === transfer.segment || transfer.rung === 0) return Infinity;
    const highMs = bufferMs - this.#options.bolaFromMs;
    const transferMs = transfer.ms - transfer.firstByteMs;
    // Before anything has come the first byte may still turn out to have come early.
    if (transfer.bits === 0) return Math.max(highMs, GRACE_MS - transfer.ms);
    const graceMs = GRACE_MS - transferMs;
    const slowMs = (TOO_LONG * ladder.segmentMs * transfer.bits) / transfer.sizeBits - transferMs;
    return Math.max(highMs, graceMs, slowMs);
  }

  explain(slot: number): string {
    const c = this.#c;
    const [chosen, wanted] = [c.Chosen[slot]!, c.Wanted[slot]!];
    const { safety, bufferShare } = this.#options;
    if (chosen < 0) return UNDECIDED;
    const throughput = mbps(c.Throughput[slot]!);
    const why = c.Bola[slot] === 1
      ? `by BOLA: ${this.#bola.explain(slot, safety * c.Throughput[slot]!)}`
      : `by throughput: rendition ${wanted} is the highest within ${safety} x ${throughput}`;
    switch (c.Why[slot]!) {
      case WHY_BUFFER:
        return `${why}, but ${seconds(c.Level[slot]!)} allow ${chosen} only at ${bufferShare} x `
          + throughput;
      case WHY_HISTORY:
        return `${why}, but it was left too often: ${chosen}`;
      case WHY_BLOCKED:
        return `${why}, but nothing climbs so soon after a transfer was given up: ${chosen}`;
      default:
        return why;
    }
  }

  save(prefix: string): Record<string, Float64Array> {
    return {
      ...this.#columns.save(prefix), ...this.#bola.save(`${prefix}Bola`),
      [`${prefix}From`]: Float64Array.from(this.#from), [`${prefix}To`]: Float64Array.from(this.#to),
    };
  }

  restore(prefix: string, state: Readonly<Record<string, Float64Array>>): void {
    this.#columns.restore(prefix, state);
    this.#bola.restore(`${prefix}Bola`, state);
    this.#from.set(state[`${prefix}From`]!);
    this.#to.set(state[`${prefix}To`]!);
  }

  #hold(slot: number, rung: number, most: number, why: number): number {
    if (rung <= most) return rung;
    this.#c.Why[slot] = why;
    return most;
  }

  /** InsufficientBufferRule: what the buffer lasts for, after two segments; the lowest when it is empty. */
  #byBuffer(at: Situation): number {
    if (at.segment < IGNORED_SEGMENTS) return at.ladder.rungs - 1;
    if (at.bufferMs <= 0) return 0;
    return within(at, (this.#options.bufferShare * at.throughputKbps * at.bufferMs) / at.ladder.segmentMs);
  }

  /** SwitchHistoryRule: from the lowest rung up, drops against stays, added up. */
  #byHistory(at: Situation): number {
    const { slot, ladder } = at;
    if (this.#c.Requests[slot]! < REMEMBERED) return ladder.rungs - 1;
    let [drops, stays] = [0, 0];
    for (let rung = 0; rung < ladder.rungs; rung++) {
      let dropsHere = 0;
      for (let i = slot * REMEMBERED; i < (slot + 1) * REMEMBERED; i++) {
        if (this.#from[i] !== rung) continue;
        if (this.#to[i]! < rung) dropsHere++;
        else stays++;
      }
      drops += dropsHere;
      if (drops + stays < REMEMBERED || drops / stays <= this.#options.dropShare) continue;
      return rung > 0 && dropsHere > 0 ? rung - 1 : rung;
    }
    return ladder.rungs - 1;
  }

  #remember(slot: number, from: number, to: number): void {
    const place = slot * REMEMBERED + (this.#c.Requests[slot]! % REMEMBERED);
    this.#from[place] = from;
    this.#to[place] = to;
    this.#c.Requests[slot]! += 1;
  }
}

/** The highest rung within a rate, 0 if none is. [kbit/s] */
function within({ ladder }: Situation, kbps: number): number {
  let rung = ladder.rungs - 1;
  while (rung > 0 && ladder.kbps[rung]! > kbps) rung--;
  return rung;
}

type Column =
  'Bola' | 'Requests' | 'Given' | 'BlockedUntil' | 'Chosen' | 'Wanted' | 'Why' | 'Level' | 'Throughput';

const GRACE_MS = 500; // dash.js AbandonRequestsRule graceTimeThreshold, since the first byte
const TOO_LONG = 1.8; // dash.js AbandonRequestsRule abandonDurationMultiplier
const BLOCKED_MS = 10_000; // dash.js abandonLoadTimeout
const IGNORED_SEGMENTS = 2; // dash.js InsufficientBufferRule segmentIgnoreCount
const REMEMBERED = 8; // dash.js SwitchHistoryRule sampleSize

const WHY_WANTED = 0;
const WHY_BUFFER = 1;
const WHY_HISTORY = 2;
const WHY_BLOCKED = 3;
