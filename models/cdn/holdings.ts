import { NEVER, type Bytes, type Us } from '../core/units.ts';
import type { CacheResult, Status } from './events.ts';
import { Freshness, type FreshnessState } from './freshness.ts';
import type { NodeMeters } from './node-meters.ts';
import { rangeBytes } from './open-requests.ts';
import type { EvictionPolicy, EvictionPolicyState } from './policy/policy.ts';
import { NO_FETCH } from './events.ts';
import { DISK, MEMORY, type CacheNodePorts } from './ports.ts';

/** Copied state of what a node holds. */
export interface HoldingsState {
  readonly policy: EvictionPolicyState;
  readonly memory: EvictionPolicyState | undefined;
  readonly freshness: FreshnessState | undefined;
}

/**
 * What a node holds: its policy, a memory level before it, and until when each object is fresh. As long as
 * nothing expires and no refusal is kept, freshness takes no memory and no time.
 */
export class Holdings {
  readonly #policy: EvictionPolicy;
  readonly #memory: EvictionPolicy | undefined;
  readonly #meters: NodeMeters;
  readonly #ports: CacheNodePorts;
  #freshness: Freshness | undefined;
  readonly #onEvict: (object: number) => void;

  constructor(
    policy: EvictionPolicy, memory: EvictionPolicy | undefined, meters: NodeMeters, ports: CacheNodePorts,
  ) {
    this.#policy = policy;
    this.#memory = memory;
    this.#meters = meters;
    this.#ports = ports;
    this.#onEvict = (object) => {
      if (memory?.has(object) === true) memory.remove(object);
      meters.evicted();
      ports.evicted(object);
    };
  }

  get used(): Bytes {
    return this.#policy.used;
  }

  has(object: number): boolean {
    return this.#policy.has(object);
  }

  isFresh(object: number, now: Us): boolean {
    if (!this.#policy.has(object)) return false;
    return this.#freshness === undefined || now < this.#freshness.expires(this.#policy.slotOf(object));
  }

  /**
   * Size of an object that is answered with at once at `at`, as long as nothing is dropped before, and is no
   * other level's business; -1 where that is not certain.
   */
  sizeAhead(object: number, at: Us): Bytes {
    if (this.#memory !== undefined || !this.isFresh(object, at)) return -1;
    const status = this.#freshness?.status(this.#policy.slotOf(object)) ?? 200;
    return status === 200 ? this.#policy.sizeOf(object) : -1;
  }

  /** True when it may be given although it has expired. */
  isGivenStale(object: number, now: Us): boolean {
    if (this.#freshness === undefined || !this.#policy.has(object)) return false;
    return this.isWithin(object, now, this.#freshness.stale(this.#policy.slotOf(object)));
  }

  /** True when it is held and expired no longer ago than this. */
  isWithin(object: number, now: Us, us: Us): boolean {
    const freshness = this.#freshness;
    const slot = this.#policy.slotOf(object);
    return freshness !== undefined && us > 0 && this.#policy.has(object)
      && now < freshness.expires(slot) + us && freshness.status(slot) === 200;
  }

  /** True when the parent may be asked for it by a conditional request: `us` from the end of its grace on. */
  isConditional(object: number, now: Us, us: Us): boolean {
    if (us < 0 || this.#freshness === undefined || !this.#policy.has(object)) return false;
    return this.isWithin(object, now, this.#freshness.stale(this.#policy.slotOf(object)) + us);
  }

  /** Lifetime of a held object: what is left of it, or all of it. [us] */
  freshFor(now: Us, object: number, left: boolean): Us {
    if (this.#freshness === undefined) return NEVER;
    const slot = this.#policy.slotOf(object);
    return left ? Math.max(0, this.#freshness.expires(slot) - now) : this.#freshness.ttl(slot);
  }

  /** Answers with a held object, which is used by that. */
  answer(requestId: number, object: number, first: Bytes, last: Bytes, result: CacheResult): void {
    const policy = this.#policy;
    const status = this.#freshness === undefined ? 200 : this.#freshness.status(policy.slotOf(object));
    // Answered before it is touched: a policy of segments may drop objects on a hit.
    if (status === 200) {
      const size = policy.sizeOf(object);
      const bytes = last >= size - 1 && first === 0 ? size : rangeBytes(first, last, size);
      const level = this.#memory === undefined ? MEMORY : this.#read(object, size);
      this.#meters.answered(result, bytes);
      this.#ports.respond(requestId, object, bytes, result, NO_FETCH, level);
    } else {
      this.#meters.failed();
      this.#ports.respondFailure(requestId, object, status);
    }
    const before = policy.used;
    policy.touch(object, this.#onEvict);
    if (policy.used !== before) this.#meters.grown(policy.used - before);
  }

  /** Keeps an object, or a refusal, in place of what was held under its name. */
  store(object: number, bytes: Bytes, status: Status, now: Us, ttl: Us, stale: Us): void {
    const policy = this.#policy;
    const before = policy.used;
    let held = policy.has(object);
    if (held && policy.sizeOf(object) !== bytes) {
      this.#remove(object);
      held = false;
    }
    if (!held) held = policy.insert(object, bytes, this.#onEvict);
    if (held && this.#memory?.has(object) === false) this.#memory.insert(object, bytes, FORGOTTEN);
    if (held) this.#note(object, now, ttl, stale, status);
    this.#meters.grown(policy.used - before);
  }

  /** A held object is fresh again. */
  renew(object: number, now: Us, ttl: Us, stale: Us): void {
    this.#note(object, now, ttl, stale, 200);
  }

  /** Drops an object if it is held. */
  drop(object: number): void {
    if (!this.#policy.has(object)) return;
    const before = this.#policy.used;
    this.#remove(object);
    this.#meters.grown(this.#policy.used - before);
    this.#ports.evicted(object);
  }

  save(): HoldingsState {
    return {
      policy: this.#policy.save(), memory: this.#memory?.save(), freshness: this.#freshness?.save(),
    };
  }

  restore(state: HoldingsState): void {
    this.#policy.restore(state.policy);
    if (state.memory !== undefined) this.#memory?.restore(state.memory);
    this.#freshness = undefined;
    if (state.freshness === undefined) return;
    this.#freshness = new Freshness();
    this.#freshness.restore(state.freshness);
  }

  #note(object: number, now: Us, ttl: Us, stale: Us, status: Status): void {
    if (this.#freshness === undefined) {
      if (ttl === NEVER && status === 200) return;
      this.#freshness = new Freshness();
    }
    this.#freshness.set(this.#policy.slotOf(object), now, ttl, stale, status);
  }

  #remove(object: number): void {
    if (this.#memory?.has(object) === true) this.#memory.remove(object);
    this.#policy.remove(object);
  }

  /** The level an object is read from; what comes from disk is in memory then. */
  #read(object: number, size: Bytes): number {
    const memory = this.#memory!;
    if (memory.has(object)) {
      memory.touch(object, FORGOTTEN);
      return MEMORY;
    }
    memory.insert(object, size, FORGOTTEN);
    return DISK;
  }
}

/** What leaves the memory is still on disk. */
const FORGOTTEN = (): void => {};
