import type { Us } from '../../core/units.ts';
import { hashObject } from '../policy/hash.ts';

/** Requests by server and object, in the order of their coming. */
export interface RequestStream {
  readonly nodes: Int32Array;
  readonly objects: Int32Array;
  /** Index from which on requests count; those before it fill caches. */
  readonly measuredFrom: number;
}

/** Copied state of a log. */
export interface RequestLogState extends RequestStream {
  readonly limit: number;
  readonly seen: number;
}

/**
 * The requests that reached the edges of a run, for replays with caches of other sizes. When it is full, half
 * of the objects are left out from then on, with all their requests, by a hash (Waldspurger et al., FAST
 * 2015): what is kept is always every request for a share of the objects.
 */
export class RequestLog {
  readonly #most: number;
  readonly #warmup: Us;
  #nodes = new Int32Array(FIRST_ROOM);
  #objects = new Int32Array(FIRST_ROOM);
  #length = 0;
  #measuredFrom = 0;
  /** Objects whose hash is below it are kept. */
  #limit = 2 ** 32;
  #seen = 0;

  /** `most`: requests kept at once; those before `warmup` fill caches and do not count. */
  constructor(most: number, warmup: Us) {
    this.#most = most;
    this.#warmup = warmup;
  }

  /** Share of the objects whose requests are kept. */
  get rate(): number {
    return this.#limit / 2 ** 32;
  }

  /** Requests that count, kept or not. */
  get seen(): number {
    return this.#seen;
  }

  /** What is kept. */
  get stream(): RequestStream {
    const length = this.#length;
    return {
      nodes: this.#nodes.subarray(0, length), objects: this.#objects.subarray(0, length),
      measuredFrom: this.#measuredFrom,
    };
  }

  /** A viewer's request reaches a server. */
  note(now: Us, node: number, object: number): void {
    const counts = now >= this.#warmup;
    if (counts) this.#seen++;
    if (hashObject(object, ROW) >= this.#limit) return;
    if (this.#length === this.#nodes.length) this.#makeRoom();
    this.#nodes[this.#length] = node;
    this.#objects[this.#length++] = object;
    if (!counts) this.#measuredFrom = this.#length;
  }

  save(): RequestLogState {
    const { nodes, objects, measuredFrom } = this.stream;
    return {
      nodes: nodes.slice(), objects: objects.slice(), measuredFrom, limit: this.#limit, seen: this.#seen,
    };
  }

  restore(state: RequestLogState): void {
    this.#length = state.nodes.length;
    if (this.#nodes.length < this.#length) this.#grow(this.#length);
    this.#nodes.set(state.nodes);
    this.#objects.set(state.objects);
    this.#measuredFrom = state.measuredFrom;
    this.#limit = state.limit;
    this.#seen = state.seen;
  }

  #makeRoom(): void {
    if (this.#length < this.#most) return this.#grow(Math.min(this.#most, 2 * this.#length));
    this.#limit /= 2;
    let kept = 0;
    let before = 0;
    for (let i = 0; i < this.#length; i++) {
      if (hashObject(this.#objects[i]!, ROW) >= this.#limit) continue;
      if (i < this.#measuredFrom) before++;
      this.#nodes[kept] = this.#nodes[i]!;
      this.#objects[kept++] = this.#objects[i]!;
    }
    this.#length = kept;
    this.#measuredFrom = before;
    if (kept === this.#nodes.length) this.#grow(2 * kept); // one object alone
  }

  #grow(length: number): void {
    const [nodes, objects] = [this.#nodes, this.#objects];
    this.#nodes = new Int32Array(length);
    this.#objects = new Int32Array(length);
    this.#nodes.set(nodes.subarray(0, this.#length));
    this.#objects.set(objects.subarray(0, this.#length));
  }
}

const FIRST_ROOM = 1024;
/** Which of the hash functions: another one than places share objects by. */
const ROW = 3;
