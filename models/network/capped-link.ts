import { assert } from '../core/assert.ts';
import { NEVER, US_PER_S, type BitsPerS, type Bytes, type Us } from '../core/units.ts';
import { IndexedHeap, type IndexedHeapState } from './indexed-heap.ts';
import type { LinkPorts } from './ports.ts';

/** Copied state of a capped link. */
export interface CappedLinkState {
  readonly columns: Columns;
  readonly free: readonly number[];
  readonly rows: number;
  readonly heaps: readonly IndexedHeapState[];
  readonly levelBits: number;
  readonly boundRate: number;
  readonly lastUs: number;
  readonly started: number;
}

interface Columns {
  /** Number its owner gave the flow. */
  readonly flow: number[];
  readonly cap: BitsPerS[];
  readonly order: number[];
}

/**
 * Flows that share a link of constant capacity max-min fairly, none above its cap: everybody gets the same
 * level or, where that is less, their cap, and the level is as high as the capacity allows. Exact, and
 * O(log flows) a change. Bound flows (those at their caps) run by the clock, so their ends are known times;
 * the others run by a virtual clock that counts the bits the level has given, on which their ends are known
 * as well. When the level moves past a flow's cap the flow changes sides, the flow nearest to the level
 * first. Rules in SPEC.md.
 */
export class CappedLink {
  readonly #rate: BitsPerS;
  readonly #ports: LinkPorts;
  readonly #c: Columns = { flow: [], cap: [], order: [] };
  #free: number[] = [];
  #rows = 0;
  readonly #rowOf = new Map<number, number>();
  /** Flows at the level, by their end on the virtual clock [bits], and by their caps, the least first. */
  readonly #levelEnds = new IndexedHeap();
  readonly #levelCaps = new IndexedHeap();
  /** Flows at their caps, by their end [us], and by their caps, the greatest first (negative). */
  readonly #boundEnds = new IndexedHeap();
  readonly #boundCaps = new IndexedHeap();
  /** Bits that the level has given. */
  #levelBits = 0;
  /** Sum of the caps of bound flows. */
  #boundRate = 0;
  /** Instant at which the virtual clock stands: may lie between microseconds. [us] */
  #lastUs = 0;
  #started = 0;

  /** `rate` > 0. */
  constructor(rate: BitsPerS, ports: LinkPorts) {
    assert(rate > 0 && rate < Infinity, 'a link has a capacity', { rate });
    this.#rate = rate;
    this.#ports = ports;
  }

  /** A flow joins with `bytes` to carry at `cap` at most, which may be Infinity. */
  transferStarted(now: Us, flow: number, bytes: Bytes, cap: BitsPerS): void {
    assert(bytes >= 0 && bytes < Infinity && cap > 0, 'a transfer has a size and may move', { bytes, cap });
    this.woken(now);
    assert(!this.#rowOf.has(flow), 'a flow is on the link once', { flow });
    const row = this.#free.pop() ?? this.#rows++;
    this.#rowOf.set(flow, row);
    this.#c.flow[row] = flow;
    this.#c.cap[row] = cap;
    this.#c.order[row] = this.#started++;
    // It joins at the level, and is bound at once if that is above its cap.
    this.#levelEnds.insert(row, this.#levelBits + bytes * 8, this.#c.order[row]!);
    this.#levelCaps.insert(row, cap, this.#c.order[row]!);
    this.#balance();
  }

  /** A flow leaves, never to be reported; one not here is ignored. */
  transferCancelled(now: Us, flow: number): void {
    this.#advance(now, flow);
    const row = this.#rowOf.get(flow);
    if (row !== undefined) this.#remove(row);
    this.#balance();
  }

  /** Reports the flows that have ended by `now`, in the order of their ends, ties in that of their starts. */
  woken(now: Us): void {
    this.#advance(now, undefined);
  }

  /** When the host shall call `woken`: the next end, rounded up [us]; NEVER on an idle link. */
  wakeAt(): Us {
    const at = this.#nextEnd();
    return at === Infinity ? NEVER : Math.max(Math.ceil(this.#lastUs), Math.ceil(at - SLACK_US));
  }

  /** Flows on the link. */
  get flows(): number {
    return this.#rowOf.size;
  }

  /** What a flow gets now; 0 when it is not on the link. [bits/s] */
  rateOf(flow: number): BitsPerS {
    const row = this.#rowOf.get(flow);
    if (row === undefined) return 0;
    return this.#levelEnds.has(row) ? this.#level() : this.#c.cap[row]!;
  }

  /** A copy of the whole state. */
  save(): CappedLinkState {
    return {
      columns: { flow: [...this.#c.flow], cap: [...this.#c.cap], order: [...this.#c.order] },
      free: [...this.#free], rows: this.#rows, heaps: this.#heaps().map((heap) => heap.save()),
      levelBits: this.#levelBits, boundRate: this.#boundRate, lastUs: this.#lastUs, started: this.#started,
    };
  }

  /** Puts a saved state back. */
  restore(state: CappedLinkState): void {
    for (const name of ['flow', 'cap', 'order'] as const) {
      this.#c[name].length = 0;
      for (const value of state.columns[name]) this.#c[name].push(value);
    }
    this.#free = [...state.free];
    this.#rows = state.rows;
    this.#heaps().forEach((heap, i) => heap.restore(state.heaps[i]!));
    this.#rowOf.clear();
    for (const heap of [this.#levelEnds, this.#boundEnds]) {
      for (const row of heap.ids()) this.#rowOf.set(this.#c.flow[row]!, row);
    }
    this.#levelBits = state.levelBits;
    this.#boundRate = state.boundRate;
    this.#lastUs = state.lastUs;
    this.#started = state.started;
  }

  /** Rate of everybody who is not bound; Infinity when nobody is. */
  #level(): BitsPerS {
    const { size } = this.#levelEnds;
    return size === 0 ? Infinity : (this.#rate - this.#boundRate) / size;
  }

  #nextEnd(): Us {
    const bound = this.#boundEnds.size === 0 ? Infinity : this.#boundEnds.firstKey;
    if (this.#levelEnds.size === 0) return bound;
    const leftBits = Math.max(0, this.#levelEnds.firstKey - this.#levelBits);
    return Math.min(bound, this.#lastUs + (leftBits / this.#level()) * US_PER_S);
  }

  /** Moves to `now`; reports the flows that end on the way, except `unreported`. */
  #advance(now: Us, unreported: number | undefined): void {
    assert(now >= this.#lastUs - SLACK_US, 'a link is never told of the past', { now, lastUs: this.#lastUs });
    for (let at = this.#nextEnd(); at <= now + SLACK_US; at = this.#nextEnd()) {
      this.#moveTo(Math.max(this.#lastUs, at));
      const row = this.#firstEnded();
      const flow = this.#c.flow[row]!;
      this.#remove(row);
      this.#balance();
      if (flow !== unreported) this.#ports.transferred(flow);
    }
    this.#moveTo(Math.max(this.#lastUs, now));
  }

  #moveTo(at: Us): void {
    if (this.#levelEnds.size > 0) this.#levelBits += (this.#level() * (at - this.#lastUs)) / US_PER_S;
    else this.#levelBits = 0; // the clock starts again whenever it may, so that it loses no precision
    this.#lastUs = at;
  }

  /** Of the flows that end now, the one that started first. */
  #firstEnded(): number {
    const [level, bound] = [this.#levelEnds, this.#boundEnds];
    const isLevelDue = level.size > 0 && level.firstKey - this.#levelBits <= SLACK_BITS;
    const isBoundDue = bound.size > 0 && bound.firstKey <= this.#lastUs + SLACK_US;
    if (isLevelDue && isBoundDue) {
      return this.#c.order[level.first]! < this.#c.order[bound.first]! ? level.first : bound.first;
    }
    return isBoundDue ? bound.first : level.first;
  }

  #remove(row: number): void {
    this.#rowOf.delete(this.#c.flow[row]!);
    this.#free.push(row);
    if (this.#levelEnds.has(row)) {
      this.#levelEnds.remove(row);
      this.#levelCaps.remove(row);
      return;
    }
    this.#boundEnds.remove(row);
    this.#boundCaps.remove(row);
    this.#boundRate = this.#boundEnds.size === 0 ? 0 : this.#boundRate - this.#c.cap[row]!;
  }

  /** Binds flows whose caps the level is above, and frees those whose caps it has fallen below. */
  #balance(): void {
    for (;;) {
      const level = this.#level();
      if (this.#levelCaps.size > 0 && this.#levelCaps.firstKey <= level) this.#bind(this.#levelCaps.first);
      else if (this.#boundCaps.size > 0 && this.#freedLevel() < -this.#boundCaps.firstKey) {
        this.#unbind(this.#boundCaps.first);
      } else return;
    }
  }

  /** The level if the bound flow with the greatest cap were at it, too. */
  #freedLevel(): BitsPerS {
    return (this.#rate - this.#boundRate - this.#boundCaps.firstKey) / (this.#levelEnds.size + 1);
  }

  #bind(row: number): void {
    const cap = this.#c.cap[row]!;
    const leftBits = Math.max(0, this.#levelEnds.keyOf(row) - this.#levelBits);
    this.#levelEnds.remove(row);
    this.#levelCaps.remove(row);
    this.#boundEnds.insert(row, this.#lastUs + (leftBits / cap) * US_PER_S, this.#c.order[row]!);
    this.#boundCaps.insert(row, -1 * cap, this.#c.order[row]!);
    this.#boundRate += cap;
  }

  #unbind(row: number): void {
    const cap = this.#c.cap[row]!;
    const leftBits = Math.max(0, ((this.#boundEnds.keyOf(row) - this.#lastUs) * cap) / US_PER_S);
    this.#boundEnds.remove(row);
    this.#boundCaps.remove(row);
    this.#boundRate = this.#boundEnds.size === 0 ? 0 : this.#boundRate - cap;
    this.#levelEnds.insert(row, this.#levelBits + leftBits, this.#c.order[row]!);
    this.#levelCaps.insert(row, cap, this.#c.order[row]!);
  }

  #heaps(): IndexedHeap[] {
    return [this.#levelEnds, this.#levelCaps, this.#boundEnds, this.#boundCaps];
  }
}

/** What sums of doubles may be off by: ends nearer than this are the same instant. */
const SLACK_US = 1e-3;
const SLACK_BITS = 1e-2;
