import { assert } from '../core/assert.ts';
import type { Us } from '../core/units.ts';
import { Connections, type ConnectionsState } from './connections.ts';

/** How one of several nodes is chosen: any, or of any two the one that is free first. */
export type Balance = 'random' | 'bestOfTwo';

/** Copied state of a set of nodes. */
export interface ReplicaSetState {
  readonly nodes: readonly ConnectionsState[];
  readonly up: readonly number[];
}

/** Nodes that answer the same queries, each in order of arrival on so many threads; some may be lost. */
export class ReplicaSet {
  readonly #threads: number;
  readonly #nodes: Connections[] = [];
  /** Nodes in use, in no order. */
  readonly #up: number[] = [];

  constructor(count: number, threads: number) {
    this.#threads = threads;
    this.grow(count);
  }

  /** Nodes in use. */
  get up(): number {
    return this.#up.length;
  }

  /** So many more nodes, free at once. */
  grow(count: number): void {
    for (let i = 0; i < count; i++) this.#up.push(this.#nodes.push(new Connections(this.#threads)) - 1);
  }

  /** The first nodes in use go out of use, as many as there are; says which. */
  lose(count: number): number[] {
    return this.#up.splice(0, count);
  }

  /** Nodes that were lost are back. */
  regain(nodes: readonly number[]): void {
    assert(nodes.every((node) => !this.#up.includes(node)), 'only what was lost comes back', { nodes });
    this.#up.push(...nodes);
  }

  /** A node for a query that comes now, by two numbers uniform on [0, 1); -1 when there is none. */
  choose(now: Us, balance: Balance, u: number, v: number): number {
    const up = this.#up;
    if (up.length === 0) return -1;
    const i = Math.floor(u * up.length);
    if (balance === 'random' || up.length === 1) return up[i]!;
    let j = Math.floor(v * (up.length - 1));
    if (j >= i) j++;
    return this.startAt(now, up[j]!) < this.startAt(now, up[i]!) ? up[j]! : up[i]!;
  }

  /** A node other than one, by a number uniform on [0, 1); -1 when there is none. */
  chooseOther(node: number, u: number): number {
    const own = this.#up.indexOf(node);
    const others = this.#up.length - (own < 0 ? 0 : 1);
    if (others === 0) return -1;
    const i = Math.floor(u * others);
    return this.#up[own >= 0 && i >= own ? i + 1 : i]!;
  }

  /** When a query that comes now would be begun with by a node. */
  startAt(now: Us, node: number): Us {
    return Math.max(now, this.#nodes[node]!.freeAt);
  }

  /** A thread of a node works until a time. */
  take(node: number, until: Us): void {
    this.#nodes[node]!.take(until);
  }

  /** Work that the nodes still have. [us] */
  left(now: Us): Us {
    return this.#nodes.reduce((sum, node) => sum + node.left(now), 0);
  }

  save(): ReplicaSetState {
    return { nodes: this.#nodes.map((node) => node.save()), up: [...this.#up] };
  }

  restore(state: ReplicaSetState): void {
    this.#nodes.length = 0;
    this.#up.length = 0;
    this.grow(state.nodes.length);
    state.nodes.forEach((node, i) => this.#nodes[i]!.restore(node));
    this.#up.splice(0, Infinity, ...state.up);
  }
}
