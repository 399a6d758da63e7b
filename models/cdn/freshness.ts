import { larger } from '../core/columns.ts';
import type { Us } from '../core/units.ts';
import { NO_STORE, UNSTATED, type Status } from './events.ts';
import type { ByStatus, NodeBehaviour } from './behaviour.ts';

/** Copied state of the freshness of what a node holds. */
export interface FreshnessState {
  readonly expires: Float64Array;
  readonly ttl: Float64Array;
  readonly stale: Float64Array;
  readonly status: Uint16Array;
}

/**
 * Until when what a node holds is fresh, how long it may be given beyond that, and its status; a column
 * each, by slot.
 */
export class Freshness {
  #expires: Float64Array = new Float64Array(1024).fill(Infinity);
  #ttl: Float64Array = new Float64Array(1024).fill(Infinity);
  #stale: Float64Array = new Float64Array(1024);
  #status: Uint16Array = new Uint16Array(1024).fill(200);

  set(slot: number, now: Us, ttl: Us, stale: Us, status: Status): void {
    if (slot >= this.#expires.length) this.#grow(slot + 1);
    this.#expires[slot] = now + ttl;
    this.#ttl[slot] = ttl;
    this.#stale[slot] = stale;
    this.#status[slot] = status;
  }

  /**
   * First moment at which it is no longer fresh. What was kept before anything could expire never does.
   * [us]
   */
  expires(slot: number): Us {
    return slot < this.#expires.length ? this.#expires[slot]! : Infinity;
  }

  ttl(slot: number): Us {
    return slot < this.#ttl.length ? this.#ttl[slot]! : Infinity;
  }

  /** How long after that it may be given while it is fetched anew. [us] */
  stale(slot: number): Us {
    return slot < this.#stale.length ? this.#stale[slot]! : 0;
  }

  /** 200, or what the parent said instead. */
  status(slot: number): Status {
    return slot < this.#status.length ? this.#status[slot]! : 200;
  }

  save(): FreshnessState {
    return {
      expires: this.#expires.slice(), ttl: this.#ttl.slice(),
      stale: this.#stale.slice(), status: this.#status.slice(),
    };
  }

  restore(state: FreshnessState): void {
    this.#expires = state.expires.slice();
    this.#ttl = state.ttl.slice();
    this.#stale = state.stale.slice();
    this.#status = state.status.slice();
  }

  #grow(slots: number): void {
    this.#expires = larger(this.#expires, slots, Infinity);
    this.#ttl = larger(this.#ttl, slots, Infinity);
    this.#stale = larger(this.#stale, slots);
    this.#status = larger(this.#status, slots, 200);
  }
}

/** Lifetime of an answer by a node's own rules; 0 when it is not kept. [us] */
export function lifetime(behaviour: NodeBehaviour, status: Status, ttlUs: Us): Us {
  if (ttlUs === NO_STORE) return 0;
  if (ttlUs === UNSTATED) return ofStatus(behaviour.unstatedTtl, status);
  return ofStatus(behaviour.honoursTtl, status) ? ttlUs : 0;
}

/** How long an answer may be given beyond its lifetime while it is fetched anew. [us] */
export function staleFor(behaviour: NodeBehaviour, staleUs: Us): Us {
  return behaviour.honoursStale && staleUs !== UNSTATED ? staleUs : behaviour.grace;
}

function ofStatus<Value>(values: ByStatus<Value>, status: Status): Value {
  if (status < 400) return values.found;
  if (status === 404 || status === 410 || status === 414) return values.missing;
  return status < 500 ? values.refused : values.broken;
}
