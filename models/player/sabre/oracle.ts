import { KEEP, type Core, type Situation } from '../abr/core/core.ts';
import { UNDECIDED } from '../abr/core/words.ts';
import { NO_FLAWS } from './fleet-rule.ts';
import { EwmaHistory } from './history.ts';
import { TraceClock, type LinkTrace } from './link.ts';
import type { Movie } from './movie.ts';
import { stallWeightMbps } from './qoe.ts';
import { Session, type SessionLog } from './session.ts';

/**
 * Plans a session for a link whose whole future is known: dynamic programming over the segments, whose
 * states are when a segment has come, when the buffer runs dry, and its rung; the plan of greatest
 * QoE_lin (qoe.ts), in which the wait for the first segment costs nothing. States that differ by less
 * than STEP_MS in both times count as one, the best of them is kept with its own times, and of more than
 * MOST_STATES the most promising: so the plan can be played as it is, and is the best of all but for what
 * those two cut off.
 */
export function planWithOracle(movie: Movie, trace: LinkTrace, bufferMaxMs: number): Uint8Array {
  const plans = new Planner(movie, trace, bufferMaxMs);
  for (let segment = 0; segment < movie.segments; segment++) plans.extend(segment);
  return plans.best();
}

/** A session that follows the oracle's plan, or another; nothing is abandoned, as nothing needs to be. */
export function oracleSession(
  movie: Movie, trace: LinkTrace, bufferMaxMs: number, log?: SessionLog,
  plan: Uint8Array = planWithOracle(movie, trace, bufferMaxMs),
): { readonly core: Core; readonly session: Session } {
  const core = new OracleCore(plan);
  const history = new EwmaHistory(movie.ladder.segmentMs);
  const options = { bufferMaxMs, abandonment: false, replacement: 'none', flaws: NO_FLAWS } as const;
  return { core, session: new Session(movie, trace, core, history, options, log) };
}

/** States after a segment, column by column; `parent` is the state before it. */
interface States {
  count: number;
  /** When the segment had come. [ms] */
  readonly come: Float64Array;
  /** When the buffer will run dry if nothing more comes. [ms] */
  readonly dry: Float64Array;
  /** QoE so far. */
  readonly value: Float64Array;
  readonly rung: Uint8Array;
  readonly parent: Int32Array;
}

class Planner {
  readonly #movie: Movie;
  readonly #clock: TraceClock;
  readonly #bufferMaxMs: number;
  readonly #stallWeight: number;
  readonly #mbps: Float64Array;
  /** States kept after each segment. */
  readonly #layers: States[] = [];

  constructor(movie: Movie, trace: LinkTrace, bufferMaxMs: number) {
    this.#movie = movie;
    this.#clock = new TraceClock(trace);
    this.#bufferMaxMs = bufferMaxMs;
    this.#mbps = movie.ladder.kbps.map((kbps) => kbps / 1e3);
    this.#stallWeight = stallWeightMbps(movie) / 1e3;
  }

  /** Adds a segment at each rung to every state kept. */
  extend(segment: number): void {
    const { ladder } = this.#movie;
    const { segmentMs, rungs } = ladder;
    const before = this.#layers.at(-1);
    const found = emptyStates((before?.count ?? 1) * rungs);
    const places = new Map<number, number>();
    for (let state = 0; state < (before?.count ?? 1); state++) {
      const come = before?.come[state] ?? 0;
      const dry = before?.dry[state] ?? NaN;
      const start = before === undefined ? 0 : Math.max(come, dry + segmentMs - this.#bufferMaxMs);
      for (let rung = 0; rung < rungs; rung++) {
        const arrival = this.#clock.arrival(start, this.#movie.sizeBits(segment, rung));
        let value = this.#mbps[rung]!;
        let dryNext = arrival + segmentMs;
        if (before !== undefined) {
          value += before.value[state]! - this.#stallWeight * Math.max(0, arrival - dry);
          value -= Math.abs(this.#mbps[rung]! - this.#mbps[before.rung[state]!]!);
          dryNext = Math.max(dry, arrival) + segmentMs;
        }
        put(found, places, arrival, dryNext, value, rung, state);
      }
    }
    this.#layers.push(this.#prune(found));
  }

  /** The plan that ends in the state of greatest value. */
  best(): Uint8Array {
    const plan = new Uint8Array(this.#movie.segments);
    const last = this.#layers.at(-1)!;
    let state = 0;
    for (let i = 1; i < last.count; i++) if (last.value[i]! > last.value[state]!) state = i;
    for (let segment = this.#layers.length - 1; segment >= 0; segment--) {
      const layer = this.#layers[segment]!;
      plan[segment] = layer.rung[state]!;
      state = layer.parent[state]!;
    }
    return plan;
  }

  /** The most promising states: by value, and by what their buffer is worth at the rate of the link. */
  #prune(states: States): States {
    if (states.count <= MOST_STATES) return states;
    const highest = this.#mbps[this.#mbps.length - 1]!;
    const perMs = Math.min(highest, this.#clock.meanKbps / 1e3) / this.#movie.ladder.segmentMs;
    const promise = Float64Array.from({ length: states.count }, (_, i) =>
      states.value[i]! + perMs * Math.max(0, states.dry[i]! - states.come[i]!));
    const order = Array.from({ length: states.count }, (_, i) => i).sort((a, b) => promise[b]! - promise[a]!);
    const kept = emptyStates(MOST_STATES);
    for (const i of order.slice(0, MOST_STATES)) {
      const { come, dry, value, rung, parent } = states;
      append(kept, come[i]!, dry[i]!, value[i]!, rung[i]!, parent[i]!);
    }
    return kept;
  }
}

function emptyStates(most: number): States {
  return {
    count: 0, come: new Float64Array(most), dry: new Float64Array(most), value: new Float64Array(most),
    rung: new Uint8Array(most), parent: new Int32Array(most),
  };
}

function append(
  states: States, come: number, dry: number, value: number, rung: number, parent: number,
): void {
  const i = states.count++;
  states.come[i] = come;
  states.dry[i] = dry;
  states.value[i] = value;
  states.rung[i] = rung;
  states.parent[i] = parent;
}

/** Adds a state unless one like it is as good; one that is not gives way. */
function put(
  states: States, places: Map<number, number>, come: number, dry: number, value: number, rung: number,
  parent: number,
): void {
  // Buffers hold less than 2^12 steps, ladders at most 2^5 rungs.
  const buffer = Math.max(0, Math.round((dry - come) / STEP_MS));
  const key = (Math.round(come / STEP_MS) * 4096 + buffer) * 32 + rung;
  const place = places.get(key);
  if (place === undefined) {
    places.set(key, states.count);
    append(states, come, dry, value, rung, parent);
    return;
  }
  const [known, knownCome] = [states.value[place]!, states.come[place]!];
  if (value < known || (value === known && come >= knownCome)) return;
  states.come[place] = come;
  states.dry[place] = dry;
  states.value[place] = value;
  states.parent[place] = parent;
}

/** Follows a plan. */
class OracleCore implements Core {
  readonly pauseMs = 0;
  readonly #plan: Uint8Array;
  #segment = -1;

  constructor(plan: Uint8Array) {
    this.#plan = plan;
  }

  reset(): void {
    this.#segment = -1;
  }

  decide(at: Situation): number {
    this.#segment = at.segment;
    return this.#plan[at.segment]!;
  }

  waited(): void {
    // It knew.
  }

  arrived(): void {
    // It knew.
  }

  abandon(): number {
    return KEEP;
  }

  calmMs(): number {
    return Infinity;
  }

  explain(): string {
    if (this.#segment < 0) return UNDECIDED;
    return `rendition ${this.#plan[this.#segment]!}: the best plan for all that will come`;
  }

  save(prefix: string): Record<string, Float64Array> {
    return { [`${prefix}Segment`]: Float64Array.of(this.#segment) };
  }

  restore(prefix: string, state: Readonly<Record<string, Float64Array>>): void {
    this.#segment = state[`${prefix}Segment`]![0]!;
  }
}

const STEP_MS = 50;
const MOST_STATES = 1500;
