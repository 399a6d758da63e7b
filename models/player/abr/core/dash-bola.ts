import { BolaCurve } from './bola-curve.ts';
import { NumberColumns } from './columns.ts';
import { KEEP, type Situation, type Transfer } from './core.ts';
import type { Ladder } from './ladder.ts';
import { mbps, seconds } from './words.ts';

/**
 * BolaRule of dash.js 5.1.1: BOLA-E that holds climbs to throughput (O). Unlike Sabre's it scores a rung by
 * its utility less one (so since 5.0), which is as if the buffer held Vp more; it aims at a buffer time that
 * is a setting, not at all the buffer there is; its placeholder decays. Not here: the pause above a rung's
 * worth (the fleet fetches when there is room), and the fresh start after a seek.
 */
export class DashBola {
  readonly #bufferTimeMs: number;
  readonly #columns: NumberColumns<Column>;
  readonly #c: Readonly<Record<Column, Float64Array>>;
  readonly #curves = new WeakMap<Ladder, DashCurve>();
  #ladder: Ladder | undefined;
  #curve: DashCurve | undefined;

  /** `bufferTimeMs`: dash.js bufferTimeDefault. */
  constructor(slots: number, bufferTimeMs: number) {
    this.#bufferTimeMs = bufferTimeMs;
    this.#columns = new NumberColumns<Column>(slots, INITIAL);
    const of = (name: Column): Float64Array => this.#columns.of(name);
    this.#c = {
      BolaSteady: of('BolaSteady'), BolaPlaceholder: of('BolaPlaceholder'), BolaLast: of('BolaLast'),
      BolaWaited: of('BolaWaited'), BolaWanted: of('BolaWanted'), BolaLevel: of('BolaLevel'),
      BolaChosen: of('BolaChosen'),
    };
  }

  reset(slot: number): void {
    this.#columns.reset(slot);
  }

  /** The rung by the buffer, where `bearable` is the highest that throughput bears. */
  decide(at: Situation, bearable: number): number {
    const { slot, ladder, bufferMs } = at;
    const c = this.#c;
    if (ladder.rungs === 1) return 0;
    const { curve, vpMs } = this.#curveOf(ladder);
    if (c.BolaSteady[slot] === 0) {
      c.BolaPlaceholder[slot] = Math.max(0, curve.preferredFrom(bearable) - bufferMs);
      // From the first segment's worth of buffer on it goes by the buffer.
      c.BolaSteady[slot] = bufferMs >= ladder.segmentMs ? 1 : 0;
      c.BolaLevel[slot] = NaN;
      return this.#note(slot, bearable, bearable);
    }
    c.BolaPlaceholder[slot]! += c.BolaWaited[slot]!;
    c.BolaWaited[slot] = 0;
    const level = bufferMs + c.BolaPlaceholder[slot]!;
    const last = c.BolaLast[slot]!;
    const wanted = curve.best(level + vpMs);
    const rung = wanted > last && wanted > bearable ? Math.max(last, bearable) : wanted;
    const excess = Math.max(0, level - curve.worthUpTo(rung));
    c.BolaPlaceholder[slot] = Math.max(0, c.BolaPlaceholder[slot]! - excess);
    c.BolaLevel[slot] = level;
    return this.#note(slot, wanted, rung);
  }

  /** A request waited for room: that is not the link's doing, and made up for. Only the last wait counts. */
  waited(slot: number, ms: number): void {
    this.#c.BolaWaited[slot] = ms;
  }

  /** A transfer is over, whole or given up for another rung. */
  arrived(at: Situation, transfer: Transfer): void {
    const { slot, bufferMs, ladder } = at;
    const c = this.#c;
    const given = transfer.abandonTo !== KEEP;
    c.BolaLast[slot] = given ? transfer.abandonTo : transfer.rung;
    if (ladder.rungs === 1) return;
    const { curve } = this.#curveOf(ladder);
    if (given) {
      const wantedMs = transfer.abandonTo > 0 ? curve.preferredFrom(transfer.abandonTo) : MINIMUM_BUFFER_MS;
      return this.#atMost(slot, wantedMs - bufferMs);
    }
    c.BolaWaited[slot] = 0;
    const beforeMs = bufferMs - ladder.segmentMs;
    if (beforeMs <= 0 && c.BolaSteady[slot] === 1) c.BolaPlaceholder[slot] = 0; // it stalled
    c.BolaPlaceholder[slot]! *= PLACEHOLDER_DECAY;
    this.#atMost(slot, curve.worthUpTo(transfer.rung) - beforeMs - transfer.ms);
  }

  explain(slot: number, throughputKbps: number): string {
    const c = this.#c;
    const [chosen, wanted, level] = [c.BolaChosen[slot]!, c.BolaWanted[slot]!, c.BolaLevel[slot]!];
    const rate = mbps(throughputKbps);
    if (Number.isNaN(level)) return `rendition ${chosen} is the highest that ${rate} bears at the start`;
    const best = `rendition ${wanted} scores best at a level of ${seconds(level)}`;
    return chosen === wanted ? best : `${best}, but ${rate} holds the climb at ${chosen}`;
  }

  save(prefix: string): Record<string, Float64Array> {
    return this.#columns.save(prefix);
  }

  restore(prefix: string, state: Readonly<Record<string, Float64Array>>): void {
    this.#columns.restore(prefix, state);
  }

  #note(slot: number, wanted: number, rung: number): number {
    this.#c.BolaWanted[slot] = wanted;
    this.#c.BolaChosen[slot] = rung;
    this.#c.BolaLast[slot] = rung;
    return rung;
  }

  #atMost(slot: number, ms: number): void {
    this.#c.BolaPlaceholder[slot] = Math.min(this.#c.BolaPlaceholder[slot]!, Math.max(0, ms));
  }

  #curveOf(ladder: Ladder): DashCurve {
    if (this.#ladder === ladder) return this.#curve!;
    let found = this.#curves.get(ladder);
    if (found === undefined) {
      const leastMs = MINIMUM_BUFFER_MS + MINIMUM_BUFFER_PER_RUNG_MS * ladder.rungs;
      const goalMs = Math.max(this.#bufferTimeMs, leastMs);
      const curve = new BolaCurve(ladder, 1, (highest) => (highest - 1) / (goalMs / MINIMUM_BUFFER_MS - 1));
      const vpMs = MINIMUM_BUFFER_MS / curve.gp;
      curve.scale(vpMs);
      found = { curve, vpMs };
      this.#curves.set(ladder, found);
    }
    this.#ladder = ladder;
    this.#curve = found;
    return found;
  }
}

interface DashCurve {
  readonly curve: BolaCurve;
  /** Weight of utility: Vp. [ms a unit of utility] */
  readonly vpMs: number;
}

type Column =
  'BolaSteady' | 'BolaPlaceholder' | 'BolaLast' | 'BolaWaited' | 'BolaWanted' | 'BolaLevel' | 'BolaChosen';

const INITIAL = {
  BolaSteady: 0, BolaPlaceholder: 0, BolaLast: 0, BolaWaited: 0, BolaWanted: 0, BolaLevel: NaN, BolaChosen: 0,
};

const MINIMUM_BUFFER_MS = 10_000; // dash.js BolaRule MINIMUM_BUFFER_S
const MINIMUM_BUFFER_PER_RUNG_MS = 2_000; // dash.js BolaRule MINIMUM_BUFFER_PER_BITRATE_LEVEL_S
const PLACEHOLDER_DECAY = 0.99; // dash.js BolaRule PLACEHOLDER_BUFFER_DECAY
