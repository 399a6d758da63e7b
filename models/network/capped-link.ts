import { assert } from '../core/assert.ts';
import { NEVER, US_PER_S, type BitsPerS, type Bytes, type Us } from '../core/units.ts';
import type { SteppedBandwidth } from './bandwidth.ts';
import { IndexedHeap, type IndexedHeapState } from './indexed-heap.ts';
import type { LinkPorts } from './ports.ts';
import { roundedBits } from './shared-link.ts';

/** Copied state of a capped link. */
export interface CappedLinkState {
  readonly columns: Columns;
  readonly free: readonly number[];
  readonly rows: number;
  readonly heaps: readonly IndexedHeapState[];
  readonly levelBits: number;
  readonly linkBits: number;
  readonly boundRate: number;
  readonly lastUs: number;
  readonly started: number;
  readonly carriedBits: number;
}

interface Columns {
  /** Number its owner gave the flow. */
  readonly flow: number[];
  readonly cap: BitsPerS[];
  readonly order: number[];
}

/**
 * Flows that share a link max-min fairly, none above its cap: everybody gets the same level or, where that
 * is less, their cap, and the level is as high as the capacity allows. Exact, and O(log flows) a change, also
 * of the capacity. Bound flows (those at their caps) run by the clock, so their ends are known times; the
 * others run by a virtual clock that counts the bits the level has given, on which their ends are known as
 * well. When the level moves past a flow's cap the flow changes sides, the flow nearest to the level first.
 * While nobody is bound it is a SharedLink, to the last bit. Rules in SPEC.md.
 */
export class CappedLink {
  readonly #bandwidth: SteppedBandwidth;
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
  /** Bits the link could carry from time 0 to the instant at which the virtual clock stands. */
  #linkBits = 0;
  /** Sum of the caps of bound flows. */
  #boundRate = 0;
  /** Instant at which the virtual clock stands: may lie between microseconds. [us] */
  #lastUs = 0;
  /** Capacity at that instant, and when it may change next. [us] */
  #rate: BitsPerS = 0;
  #changeUs: Us = 0;
  #started = 0;
  #carriedBits = 0;
  #wakeAtUs: Us = NEVER;

  constructor(bandwidth: SteppedBandwidth, ports: LinkPorts) {
    this.#bandwidth = bandwidth;
    this.#ports = ports;
    this.#look();
  }

  /** A flow joins with `bytes` to carry at `cap` at most, which may be Infinity. */
  transferStarted(now: Us, flow: number, bytes: Bytes, cap: BitsPerS): void {
    assert(bytes >= 0 && bytes < Infinity && cap > 0, 'a transfer has a size and may move', { bytes, cap });
    this.#advance(now, undefined);
    assert(!this.#rowOf.has(flow), 'a flow is on the link once', { flow });
    const row = this.#free.pop() ?? this.#rows++;
    this.#rowOf.set(flow, row);
    this.#c.flow[row] = flow;
    this.#c.cap[row] = cap;
    this.#c.order[row] = this.#started++;
    // The virtual clock starts again whenever it may, so that a long run loses no precision.
    if (this.#levelEnds.size === 0) this.#levelBits = 0;
    // It joins at the level, and is bound at once if that is above its cap.
    this.#levelEnds.insert(row, roundedBits(this.#levelBits + bytes * 8), this.#c.order[row]!);
    this.#levelCaps.insert(row, cap, this.#c.order[row]!);
    this.#balance();
    this.#planWake();
  }

  /** A flow leaves, never to be reported; one not here is ignored. */
  transferCancelled(now: Us, flow: number): void {
    if (!this.#rowOf.has(flow)) return;
    this.#advance(now, flow);
    const row = this.#rowOf.get(flow);
    if (row !== undefined) this.#remove(row);
    this.#balance();
    this.#planWake();
  }

  /** Reports the flows that have ended by `now`, in the order of their ends, ties in that of their starts. */
  woken(now: Us): void {
    if (now < this.#wakeAtUs) return;
    this.#advance(now, undefined);
    this.#planWake();
  }

  /** When the host shall call `woken`: the next end, or change of who is bound [us]; NEVER when idle. */
  wakeAt(): Us {
    return this.#wakeAtUs;
  }

  /** Flows on the link. */
  get flows(): number {
    return this.#rowOf.size;
  }

  /** Bits carried for all flows up to the latest input, those of cancelled flows included. */
  get carriedBits(): number {
    return this.#carriedBits;
  }

  /** What a flow got at the latest input; 0 when it is not on the link. [bits/s] */
  rateOf(flow: number): BitsPerS {
    const row = this.#rowOf.get(flow);
    if (row === undefined) return 0;
    return this.#levelEnds.has(row) ? this.#level() : this.#c.cap[row]!;
  }

  /** Bits a flow still has to receive at `now`, not past `wakeAt()`; 0 when it is not on the link. */
  bitsLeft(now: Us, flow: number): number {
    assert(now >= this.#lastUs && now <= this.#wakeAtUs, 'progress is asked for between inputs');
    const row = this.#rowOf.get(flow);
    if (row === undefined) return 0;
    if (!this.#levelEnds.has(row)) {
      return Math.max(0, ((this.#boundEnds.keyOf(row) - now) * this.#c.cap[row]!) / US_PER_S);
    }
    const given = this.#boundEnds.size === 0
      ? (this.#bandwidth.bitsUntil(now) - this.#linkBits) / this.#levelEnds.size
      : (this.#level() * (now - this.#lastUs)) / US_PER_S;
    return Math.max(0, this.#levelEnds.keyOf(row) - this.#levelBits - given);
  }

  /** A copy of the whole state. */
  save(): CappedLinkState {
    return {
      columns: { flow: [...this.#c.flow], cap: [...this.#c.cap], order: [...this.#c.order] },
      free: [...this.#free], rows: this.#rows, heaps: this.#heaps().map((heap) => heap.save()),
      levelBits: this.#levelBits, linkBits: this.#linkBits, boundRate: this.#boundRate,
      lastUs: this.#lastUs, started: this.#started, carriedBits: this.#carriedBits,
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
    this.#linkBits = state.linkBits;
    this.#boundRate = state.boundRate;
    this.#lastUs = state.lastUs;
    this.#started = state.started;
    this.#carriedBits = state.carriedBits;
    this.#look();
    this.#planWake();
  }

  /** Rate of everybody who is not bound; Infinity when nobody is. */
  #level(): BitsPerS {
    const { size } = this.#levelEnds;
    return size === 0 ? Infinity : Math.max(0, this.#rate - this.#boundRate) / size;
  }

  /** Moves to `now`; reports the flows that end on the way, except `unreported`. */
  #advance(now: Us, unreported: number | undefined): void {
    assert(now >= this.#lastUs, 'a link is never told of the past', { now, lastUs: this.#lastUs });
    for (;;) {
      const ended = this.#boundEnds.size === 0 ? this.#stepShared(now) : this.#stepBound(now);
      if (ended === undefined) {
        if (this.#lastUs === now) return;
        continue;
      }
      const flow = this.#c.flow[ended]!;
      this.#remove(ended);
      // With nobody bound and no caps, that is all: whose turn it is does not depend on the time.
      if (this.#boundEnds.size > 0 || this.#levelCaps.firstKey < Infinity) this.#balance();
      if (flow !== unreported) this.#ports.transferred(flow);
    }
  }

  /** While nobody is bound: goes to the next end, somebody's cap or `now`; the flow whose end it is. */
  #stepShared(now: Us): number | undefined {
    const flows = this.#levelEnds.size;
    const to = flows === 0 ? now : Math.min(now, this.#boundAt(now));
    const toBits = this.#bandwidth.bitsUntil(to);
    if (flows > 0) {
      const dueBits = this.#dueBits();
      if (toBits >= dueBits) {
        this.#carriedBits += dueBits - this.#linkBits;
        this.#levelBits = this.#levelEnds.firstKey;
        this.#linkBits = dueBits;
        if (this.#levelCaps.firstKey < Infinity) {
          this.#lastUs = Math.min(to, this.#instantOf(dueBits));
          this.#look();
        }
        return this.#levelEnds.first;
      }
      this.#carriedBits += toBits - this.#linkBits;
      this.#levelBits += (toBits - this.#linkBits) / flows;
    }
    this.#linkBits = toBits; // what an idle link could have carried is lost
    this.#lastUs = to;
    this.#look();
    this.#balance();
    return undefined;
  }

  /** While somebody is bound: goes to the next end, change of capacity or `now`. */
  #stepBound(now: Us): number | undefined {
    const boundAt = this.#boundEnds.firstKey;
    const levelAt = this.#levelDueAt();
    const due = Math.min(boundAt, levelAt);
    const isEnd = due <= Math.min(now, this.#changeUs) + SLACK_US;
    const to = Math.min(now, this.#changeUs, Math.max(this.#lastUs, due));
    const rate = this.#boundRate + (this.#levelEnds.size === 0 ? 0 : this.#level() * this.#levelEnds.size);
    this.#carriedBits += (rate * (to - this.#lastUs)) / US_PER_S;
    if (this.#levelEnds.size > 0) this.#levelBits += (this.#level() * (to - this.#lastUs)) / US_PER_S;
    this.#lastUs = to;
    this.#linkBits = this.#bandwidth.bitsUntil(to);
    if (isEnd) {
      if (boundAt > due + SLACK_US) return this.#levelEnds.first;
      if (levelAt > due + SLACK_US) return this.#boundEnds.first;
      const [level, bound] = [this.#levelEnds.first, this.#boundEnds.first];
      return this.#c.order[level]! < this.#c.order[bound]! ? level : bound;
    }
    this.#look();
    this.#balance();
    return undefined;
  }

  /** Bits the link must have been able to carry since time 0 when the next flow ends, if nobody is bound. */
  #dueBits(): number {
    return this.#linkBits + (this.#levelEnds.firstKey - this.#levelBits) * this.#levelEnds.size;
  }

  /** When the next flow at the level ends, if nothing changes; Infinity when nobody is there. */
  #levelDueAt(): Us {
    if (this.#levelEnds.size === 0) return Infinity;
    const leftBits = this.#levelEnds.firstKey - this.#levelBits;
    return leftBits <= 0 ? this.#lastUs : this.#lastUs + (leftBits / this.#level()) * US_PER_S;
  }

  /** The first change of capacity up to `until` that lifts the level above a cap; else Infinity. */
  #boundAt(until: Us): Us {
    const least = this.#levelCaps.firstKey * this.#levelEnds.size;
    if (least === Infinity) return Infinity;
    for (let at = this.#changeUs; at <= until && at < Infinity; at = this.#bandwidth.changeAfter(at)) {
      if (this.#bandwidth.rateAt(at) > least) return at;
    }
    return Infinity;
  }

  /** When the link has carried `bits` since time 0, between microseconds. [us] */
  #instantOf(bits: number): Us {
    const whole = this.#bandwidth.timeOfBits(bits);
    if (whole <= this.#lastUs) return this.#lastUs;
    const beyond = this.#bandwidth.bitsUntil(whole) - bits;
    const instant = whole - (beyond / this.#bandwidth.rateAt(whole - 1)) * US_PER_S;
    return Math.max(this.#lastUs, whole - 1, instant);
  }

  #look(): void {
    this.#rate = this.#bandwidth.rateAt(this.#lastUs);
    this.#changeUs = this.#bandwidth.changeAfter(this.#lastUs);
  }

  #planWake(): void {
    if (this.#rowOf.size === 0) this.#wakeAtUs = NEVER;
    else if (this.#boundEnds.size > 0) {
      const due = Math.min(this.#boundEnds.firstKey, this.#levelDueAt());
      this.#wakeAtUs = Math.max(this.#lastUs, Math.min(this.#changeUs, Math.ceil(due - SLACK_US)));
    } else {
      const due = Math.max(this.#lastUs, this.#bandwidth.timeOfBits(this.#dueBits()));
      this.#wakeAtUs = Math.min(due, this.#boundAt(due));
    }
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
      if (this.#levelCaps.size > 0 && this.#levelCaps.firstKey < this.#level()) {
        this.#bind(this.#levelCaps.first);
      } else if (this.#boundCaps.size > 0 && this.#isShort()) this.#unbind(this.#boundCaps.first);
      else return;
    }
  }

  /** Whether the bound flow with the greatest cap would get less at the level. */
  #isShort(): boolean {
    const cap = -this.#boundCaps.firstKey;
    const flows = this.#levelEnds.size + 1;
    // By more than rounding: otherwise a flow just at its cap would change sides for ever.
    return this.#rate - this.#boundRate + cap < flows * cap - 1e-12 * (this.#rate + this.#boundRate);
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
    if (this.#levelEnds.size === 0) this.#levelBits = 0;
    this.#levelEnds.insert(row, this.#levelBits + leftBits, this.#c.order[row]!);
    this.#levelCaps.insert(row, cap, this.#c.order[row]!);
  }

  #heaps(): IndexedHeap[] {
    return [this.#levelEnds, this.#levelCaps, this.#boundEnds, this.#boundCaps];
  }
}

/** What sums of doubles may be off by: ends nearer than this are the same instant. [us] */
const SLACK_US = 1e-3;
