import { broken } from '../core/assert.ts';
import type { MetricSet } from '../core/metrics.ts';
import type { Bytes, Us } from '../core/units.ts';
import type { NodeBehaviour } from './behaviour.ts';
import { CacheNode, type CacheNodeSetup } from './cache-node.ts';
import { MORE_SLICES, NO_FETCH, TO_END, UNSTATED, type CacheResult, type Status } from './events.ts';
import type { CacheNodeState } from './node-state.ts';
import { rangeBytes } from './open-requests.ts';
import type { CacheNodePorts } from './ports.ts';
import { SliceNames, type SliceNamesState } from './slice-names.ts';

/** A request that is answered slice by slice. */
interface Open {
  readonly requestId: number;
  readonly object: number;
  readonly first: Bytes;
  readonly last: Bytes;
  /** The slice it waits for or follows. */
  index: number;
  /** The answer has begun. */
  begun: boolean;
  /** Its end has to be told. */
  follows: boolean;
}

/** Copied state of a node that keeps slices. */
export interface SlicedNodeState {
  readonly node: CacheNodeState;
  readonly names: SliceNamesState;
  readonly sizes: ReadonlyArray<readonly [object: number, bytes: Bytes]>;
  readonly open: readonly Open[];
  readonly free: readonly number[];
  readonly prefetching: readonly number[];
}

/**
 * A cache of fixed, aligned slices of objects (nginx's ngx_http_slice_module): each is asked for and kept
 * by itself, and a request gets those it touches one after the other. A cache node does the rest; to it
 * slices are objects.
 */
export class SlicedNode {
  readonly tier: string;
  readonly #slice: Bytes;
  readonly #ports: CacheNodePorts;
  readonly #node: CacheNode;
  readonly #names = new SliceNames();
  /** Sizes of whole objects, as the parent said last. */
  #sizes = new Map<number, Bytes>();
  #open: Open[] = [];
  #free: number[] = [];
  /** Rows that ask for their next slice when the node has done what it was told. */
  readonly #next: number[] = [];
  /** Objects wanted whole whose size is not known yet. */
  #prefetching = new Set<number>();

  constructor(setup: CacheNodeSetup & { readonly behaviour: NodeBehaviour }, ports: CacheNodePorts,
    metrics: MetricSet) {
    this.tier = setup.tier;
    this.#slice = setup.behaviour.slice;
    this.#ports = ports;
    // Not a copy: the host may change the behaviour it handed in.
    const behaviour = Object.create(setup.behaviour, { range: { value: 'full' } }) as NodeBehaviour;
    this.#node = new CacheNode({ ...setup, behaviour }, this.#inner(), metrics);
  }

  /** A viewer or a child asks for an object, or for a range of it. */
  requested(now: Us, requestId: number, object: number, first: Bytes = 0, last: Bytes = TO_END): void {
    const index = Math.floor(first / this.#slice);
    const row = this.#free.pop() ?? this.#open.length;
    this.#open[row] = { requestId, object, first, last, index, begun: false, follows: false };
    this.#next.push(row);
    this.#askNext(now);
  }

  /** An object is answered with slice by slice: its size is not all there is to know ahead. */
  sizeAhead(_object: number, _at: Us): Bytes {
    return -1;
  }

  /** Breaks an invariant: no size is known ahead. */
  answeredAhead(bytes: Bytes): void {
    broken('no answer of slices is known ahead', { tier: this.tier, bytes });
  }

  /** All of an object is wanted here before anybody asks for it: its other slices when its size is known. */
  prefetched(now: Us, object: number): void {
    if (!this.#sizes.has(object)) this.#prefetching.add(object);
    this.#prefetch(now, object, 0);
  }

  /** The first byte of the parent's answer; `bytes` is the size of the whole object. */
  headArrived(now: Us, fetch: number, status: Status, bytes: Bytes, ttlUs: Us, staleUs: Us = UNSTATED): void {
    const object = this.objectOf(fetch);
    const from = this.#names.indexOf(this.#node.objectOf(fetch)) * this.#slice;
    const brings = status < 300;
    if (brings) this.#sizes.set(object, bytes);
    const size = brings ? rangeBytes(from, from + this.#slice - 1, bytes) : bytes;
    this.#node.headArrived(now, fetch, status, size, ttlUs, staleUs);
    if (this.#prefetching.delete(object) && brings) this.#prefetch(now, object, 1);
    this.#askNext(now);
  }

  /** The last byte of the parent's answer. */
  fetchEnded(now: Us, fetch: number): void {
    this.#node.fetchEnded(now, fetch);
    this.#askNext(now);
  }

  /** The parent was silent or broke off: an answer that has begun is cut short. */
  parentFailed(now: Us, fetch: number, status: Status): void {
    this.#prefetching.delete(this.objectOf(fetch));
    this.#node.parentFailed(now, fetch, status);
    this.#askNext(now);
  }

  /** The object has changed or gone: all its slices are dropped. */
  purged(object: number): void {
    for (const name of this.#names.of(object)) this.#node.purged(name);
  }

  woken(now: Us): void {
    this.#node.woken(now);
    this.#askNext(now);
  }

  wakeAt(): Us {
    return this.#node.wakeAt();
  }

  get used(): Bytes {
    return this.#node.used;
  }

  get fetching(): number {
    return this.#node.fetching;
  }

  objectOf(fetch: number): number {
    return this.#names.objectOf(this.#node.objectOf(fetch));
  }

  /** True when the node holds a slice of the object. */
  holds(object: number): boolean {
    return this.#names.of(object).some((name) => this.#node.holds(name));
  }

  /** Lifetime that an answer from this byte on states: that of its first slice. [us] */
  freshFor(now: Us, object: number, first: Bytes = 0): Us {
    const name = this.#names.find(object, Math.floor(first / this.#slice));
    return name === undefined ? UNSTATED : this.#node.freshFor(now, name);
  }

  save(): SlicedNodeState {
    return {
      node: this.#node.save(), names: this.#names.save(), sizes: [...this.#sizes],
      open: structuredClone(this.#open), free: [...this.#free], prefetching: [...this.#prefetching],
    };
  }

  restore(state: SlicedNodeState): void {
    this.#node.restore(state.node);
    this.#names.restore(state.names);
    this.#sizes = new Map(state.sizes);
    this.#open = structuredClone([...state.open]);
    this.#free = [...state.free];
    this.#prefetching = new Set(state.prefetching);
  }

  /** Ports of the node within, whose requests are rows and whose objects are slices. */
  #inner(): CacheNodePorts {
    return {
      respond: (row, _name, _bytes, result, fetch, level) => this.#respond(row, result, fetch, level),
      answerEnded: (row, whole) => (whole ? this.#sliceEnded(row) : this.#cut(row)),
      respondFailure: (row, _name, status) => {
        const { begun, requestId, object } = this.#open[row]!;
        if (begun) return this.#cut(row);
        this.#free.push(row);
        this.#ports.respondFailure(requestId, object, status);
      },
      fetchFromParent: (fetch, name, conditional) => {
        const from = this.#names.indexOf(name) * this.#slice;
        const object = this.#names.objectOf(name);
        this.#ports.fetchFromParent(fetch, object, conditional, from, from + this.#slice - 1);
      },
      evicted: (name) => this.#ports.evicted(this.#names.objectOf(name)),
    };
  }

  /** A slice comes: the first one begins the answer. */
  #respond(row: number, result: CacheResult, fetch: number, level: number): void {
    const open = this.#open[row]!;
    if (!open.begun) {
      const { requestId, object, first, last } = open;
      const bytes = rangeBytes(first, last, this.#sizes.get(object)!);
      const from = this.#isLast(open) ? fetch : MORE_SLICES;
      open.begun = true;
      open.follows = from !== NO_FETCH;
      this.#ports.respond(requestId, object, bytes, result, from, level);
    }
    if (fetch === NO_FETCH) this.#sliceEnded(row);
  }

  #sliceEnded(row: number): void {
    const open = this.#open[row]!;
    if (!this.#isLast(open)) {
      open.index++;
      this.#next.push(row);
      return;
    }
    this.#free.push(row);
    if (open.follows) this.#ports.answerEnded(open.requestId, true);
  }

  #cut(row: number): void {
    this.#free.push(row);
    this.#ports.answerEnded(this.#open[row]!.requestId, false);
  }

  #isLast({ object, last, index }: Open): boolean {
    return (index + 1) * this.#slice > Math.min(last, this.#sizes.get(object)! - 1);
  }

  /** Who has had a slice to its end asks for the next. */
  #askNext(now: Us): void {
    for (let row = this.#next.shift(); row !== undefined; row = this.#next.shift()) {
      const { object, index, first, last } = this.#open[row]!;
      const from = index * this.#slice;
      const to = last - from >= this.#slice - 1 ? TO_END : last - from;
      this.#node.requested(now, row, this.#names.nameOf(object, index), Math.max(0, first - from), to);
    }
  }

  /** Fetches the slices from one on, as far as the object is known to reach. */
  #prefetch(now: Us, object: number, index: number): void {
    const slices = Math.ceil((this.#sizes.get(object) ?? 1) / this.#slice);
    for (let at = index; at < slices; at++) this.#node.prefetched(now, this.#names.nameOf(object, at));
  }
}
