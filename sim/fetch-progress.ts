import { rangeBytes } from '../models/cdn/open-requests.ts';
import { larger } from '../models/core/columns.ts';
import type { Bytes } from '../models/core/units.ts';

/** The parent has the whole object. */
export const WHOLE = 1;
/** All that it had so far has crossed the uplink. */
export const CROSSED = 2;
/** Asked by a conditional request. */
export const CONDITIONAL = 4;
/** Packets that are lost on the way would have let all of it through. */
export const PACED = 8;
/** Bits of the status above the flags. */
const STATUS_AT = 8;

/** Copied state of fetches under way. */
export interface FetchProgressState {
  readonly flags: readonly Uint16Array[];
  readonly asked: readonly Int32Array[];
  readonly first: readonly Float64Array[];
  readonly last: readonly Float64Array[];
}

/**
 * How far the fetches of each server have come, in columns by their numbers: flags, status, who was asked
 * for which bytes.
 */
export class FetchProgress {
  #flags: Uint16Array[] = [];
  /** Server that was asked, or -1 for the origin. */
  #asked: Int32Array[] = [];
  #first: Float64Array[] = [];
  #last: Float64Array[] = [];

  addNode(): void {
    this.#flags.push(new Uint16Array(16));
    this.#asked.push(new Int32Array(16));
    this.#first.push(new Float64Array(16));
    this.#last.push(new Float64Array(16));
  }

  begin(node: number, fetch: number, conditional: boolean, first: Bytes, last: Bytes): void {
    if (fetch >= this.#flags[node]!.length) {
      this.#flags[node] = larger(this.#flags[node]!, fetch + 1);
      this.#asked[node] = larger(this.#asked[node]!, fetch + 1);
      this.#first[node] = larger(this.#first[node]!, fetch + 1);
      this.#last[node] = larger(this.#last[node]!, fetch + 1);
    }
    this.#flags[node]![fetch] = conditional ? CONDITIONAL : 0;
    this.#asked[node]![fetch] = -1;
    this.#first[node]![fetch] = first;
    this.#last[node]![fetch] = last;
  }

  firstOf(node: number, fetch: number): Bytes {
    return this.#first[node]![fetch]!;
  }

  lastOf(node: number, fetch: number): Bytes {
    return this.#last[node]![fetch]!;
  }

  /** Bytes that were asked for, of an object of this size. */
  bytesOf(node: number, fetch: number, size: Bytes): Bytes {
    return rangeBytes(this.firstOf(node, fetch), this.lastOf(node, fetch), size);
  }

  note(node: number, fetch: number, step: number): void {
    this.#flags[node]![fetch]! |= step;
  }

  has(node: number, fetch: number, steps: number): boolean {
    return (this.#flags[node]![fetch]! & steps) === steps;
  }

  setAsked(node: number, fetch: number, parent: number): void {
    this.#asked[node]![fetch] = parent;
  }

  askedOf(node: number, fetch: number): number {
    return this.#asked[node]![fetch]!;
  }

  /** The answer is a refusal: its status, from 400 on. */
  refuse(node: number, fetch: number, status: number): void {
    this.#flags[node]![fetch]! |= (status - 399) << STATUS_AT;
  }

  /** Status of the answer: 200, 304 or from 400 on. */
  statusOf(node: number, fetch: number): number {
    const refusal = this.#flags[node]![fetch]! >> STATUS_AT;
    if (refusal > 0) return refusal + 399;
    return this.has(node, fetch, CONDITIONAL) ? 304 : 200;
  }

  save(): FetchProgressState {
    return {
      flags: this.#flags.map((column) => column.slice()), asked: this.#asked.map((column) => column.slice()),
      first: this.#first.map((column) => column.slice()), last: this.#last.map((column) => column.slice()),
    };
  }

  restore(state: FetchProgressState): void {
    this.#flags = state.flags.map((column) => column.slice());
    this.#asked = state.asked.map((column) => column.slice());
    this.#first = state.first.map((column) => column.slice());
    this.#last = state.last.map((column) => column.slice());
  }
}
