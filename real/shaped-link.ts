import { assert } from '../models/core/assert.ts';
import { NEVER, US_PER_S, type Bytes, type Us } from '../models/core/units.ts';
import type { Bandwidth } from '../models/network/bandwidth.ts';

/** A piece of a flow that has passed the link, with the time at which its last bit did. */
export interface PassedPiece<Piece> {
  readonly flow: number;
  readonly piece: Piece;
  readonly at: Us;
}

interface Waiting<Piece> {
  readonly piece: Piece;
  readonly bytes: Bytes;
  readonly since: Us;
}

/**
 * The queue before a link of varying capacity: pieces pass one after the other, each when the link has
 * carried its bits, and flows take turns piece by piece. Times are exact however late it is asked: a piece
 * that follows another begins when that one has passed, not when somebody noticed.
 */
export class ShapedLink<Piece> {
  readonly #bandwidth: Bandwidth;
  readonly #flows = new Map<number, Waiting<Piece>[]>();
  readonly #queuedBytes = new Map<number, Bytes>();
  /** Bits the link has carried or given up when the piece under way has passed. */
  #cursorBits = 0;
  #current: (Waiting<Piece> & { readonly flow: number; readonly at: Us }) | undefined;

  constructor(bandwidth: Bandwidth) {
    this.#bandwidth = bandwidth;
  }

  /**
   * A piece joins its flow's queue; a piece of no bytes (an end of stream) passes in its turn and takes no
   * time.
   */
  enqueue(now: Us, flow: number, piece: Piece, bytes: Bytes): void {
    const queue = this.#flows.get(flow);
    if (queue === undefined) this.#flows.set(flow, [{ piece, bytes, since: now }]);
    else queue.push({ piece, bytes, since: now });
    this.#queuedBytes.set(flow, this.queued(flow) + bytes);
    if (this.#current === undefined) this.#next();
  }

  /** The pieces that have passed by `now`, in order. */
  passed(now: Us): PassedPiece<Piece>[] {
    const pieces: PassedPiece<Piece>[] = [];
    while (this.#current !== undefined && this.#current.at <= now) {
      const { flow, piece, bytes, at } = this.#current;
      pieces.push({ flow, piece, at });
      if (this.#queuedBytes.has(flow)) this.#queuedBytes.set(flow, this.queued(flow) - bytes);
      this.#next();
    }
    return pieces;
  }

  /** When the piece under way has passed; NEVER on an idle link or one that carries nothing any more. */
  wakeAt(): Us {
    return this.#current?.at ?? NEVER;
  }

  /** Bytes of a flow that have not passed. */
  queued(flow: number): Bytes {
    return this.#queuedBytes.get(flow) ?? 0;
  }

  /** Forgets a flow; of the piece under way the link has carried what it has carried by `now`. */
  drop(now: Us, flow: number): void {
    this.#flows.delete(flow);
    this.#queuedBytes.delete(flow);
    if (this.#current?.flow !== flow) return;
    // A piece already past its time keeps its capacity; the rest of one under way is free again.
    this.#cursorBits = Math.min(this.#cursorBits, this.#bandwidth.bitsUntil(now));
    this.#next();
  }

  /** Takes the next piece of the flow whose turn it is. */
  #next(): void {
    this.#current = undefined;
    const turn = this.#flows.entries().next();
    if (turn.done === true) return;
    const [flow, queue] = turn.value;
    const head = queue.shift();
    assert(head !== undefined, 'a flow in the queue has a piece', { flow });
    this.#flows.delete(flow); // to the back of the order, if more of it waits
    if (queue.length > 0) this.#flows.set(flow, queue);
    const startBits = Math.max(this.#cursorBits, this.#bandwidth.bitsUntil(head.since));
    this.#cursorBits = startBits + head.bytes * 8;
    const at = Math.max(head.since, this.#bandwidth.timeOfBits(this.#cursorBits));
    this.#current = { ...head, flow, at };
  }
}

/** Size of the pieces a stream is cut into at a rate: 4 ms of it, from one packet to 16 kB. */
export function pieceBytes(rate: number): Bytes {
  return Math.round(Math.min(16_384, Math.max(1_400, (rate / 8) * (PIECE_US / US_PER_S))));
}

const PIECE_US = 4_000;
