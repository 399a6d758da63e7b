import type { Us } from '../models/core/units.ts';
import type { Catalogue } from '../models/storage/catalogue.ts';

/** Copied state of live playlists. */
export interface LivePlaylistsState {
  readonly held: ReadonlyArray<readonly [number, Us]>;
  readonly coming: ReadonlyArray<readonly [number, Us]>;
  readonly shown: ReadonlyArray<readonly [number, Us]>;
}

/**
 * How old the playlists of live videos are on their way: a cache gives what it holds, which lists no more
 * than there was when it left the origin. Told of every step of a playlist from there to a viewer.
 */
export class LivePlaylists {
  readonly #catalogue: Catalogue;
  /** When the playlist that a server holds left the origin, by server and object. */
  #held = new Map<number, Us>();
  /** The same of those that servers are being given, by server and fetch. */
  #coming = new Map<number, Us>();
  /** The same of those that viewers were given last, by slot. */
  #shown = new Map<number, Us>();
  /** Of what an edge answers at this moment; undefined for all but live playlists. */
  #given: Us | undefined;

  constructor(catalogue: Catalogue) {
    this.#catalogue = catalogue;
  }

  /** The origin is asked by a server. */
  read(now: Us, node: number, fetch: number, object: number): void {
    if (this.#catalogue.isLivePlaylist(object)) this.#coming.set(fetch * SERVERS + node, now);
  }

  /** A parent answers a server's fetch. */
  passedOn(parent: number, node: number, fetch: number, object: number): void {
    const asOf = this.#heldBy(parent, object);
    if (asOf !== undefined) this.#coming.set(fetch * SERVERS + node, asOf);
  }

  /** The answer to a server's fetch has come. */
  arrived(node: number, fetch: number, object: number): void {
    const asOf = this.#coming.get(fetch * SERVERS + node);
    if (asOf === undefined) return;
    this.#coming.delete(fetch * SERVERS + node);
    this.#held.set(object * SERVERS + node, asOf);
  }

  /** An edge is about to answer a viewer's request. */
  answers(node: number, object: number): void {
    this.#given = this.#heldBy(node, object);
  }

  /** That answer is for the viewer in a slot. */
  shows(slot: number): void {
    if (this.#given === undefined) this.#shown.delete(slot);
    else this.#shown.set(slot, this.#given);
  }

  /** When the manifest that the slot was given last left the origin; undefined where it does not grow. */
  asOf(slot: number): Us | undefined {
    return this.#shown.get(slot);
  }

  save(): LivePlaylistsState {
    return { held: [...this.#held], coming: [...this.#coming], shown: [...this.#shown] };
  }

  restore(state: LivePlaylistsState): void {
    this.#held = new Map(state.held);
    this.#coming = new Map(state.coming);
    this.#shown = new Map(state.shown);
  }

  #heldBy(node: number, object: number): Us | undefined {
    return this.#held.get(object * SERVERS + node);
  }
}

/** More than there are servers, and so few that names of objects times it are exact. */
const SERVERS = 2 ** 22;
