/** Copied state of a node's connections. */
export type ConnectionsState = Float64Array;

/**
 * The connections of a node, by when each is free: a heap, so that a station whose queries are served in
 * order of arrival needs no events (Kiefer and Wolfowitz 1955).
 */
export class Connections {
  readonly #freeAt: Float64Array;

  constructor(count: number) {
    this.#freeAt = new Float64Array(count);
  }

  /** When the first of them is free. [us] */
  get freeAt(): number {
    return this.#freeAt[0]!;
  }

  /** The one that is free first works until a time. */
  take(until: number): void {
    const heap = this.#freeAt;
    let hole = 0;
    for (let child = 1; child < heap.length; child = 2 * hole + 1) {
      if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child++;
      if (heap[child]! >= until) break;
      heap[hole] = heap[child]!;
      hole = child;
    }
    heap[hole] = until;
  }

  /** Work that they still have from a time on, not before what they were last asked. [us] */
  left(now: number): number {
    let sum = 0;
    for (const freeAt of this.#freeAt) sum += Math.max(0, freeAt - now);
    return sum;
  }

  save(): ConnectionsState {
    return this.#freeAt.slice();
  }

  restore(state: ConnectionsState): void {
    this.#freeAt.set(state);
  }
}
