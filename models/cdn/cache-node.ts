import { assert } from '../core/assert.ts';
import { ABSENT, IntMap } from '../core/int-map.ts';
import type { MetricSet } from '../core/metrics.ts';
import { NO_ROW, RowLists } from '../core/row-lists.ts';
import { NEVER, type Bytes, type Us } from '../core/units.ts';
import { Answers } from './answers.ts';
import { BEHAVIOURS, type NodeBehaviour } from './behaviour.ts';
import {
  COALESCED, HIT, MISS, NO_STORE, PASS, REVALIDATED, STALE, TO_END, UNSTATED, type CacheInput, type Status,
} from './events.ts';
import { CONDITIONAL, Fetches, LEADS, RANGE, STARTED, STORES } from './fetches.ts';
import { Holdings } from './holdings.ts';
import { lifetime, staleFor } from './freshness.ts';
import { NodeMeters } from './node-meters.ts';
import { restoreNode, saveNode, type CacheNodeState, type NodeParts } from './node-state.ts';
import { OpenRequests } from './open-requests.ts';
import { ColumnHeap } from './policy/heap.ts';
import type { EvictionPolicy } from './policy/policy.ts';
import type { CacheNodePorts } from './ports.ts';
import { UncacheableMemory } from './uncacheable.ts';

/** What a cache node is made of. */
export interface CacheNodeSetup {
  /** Label of its metrics: `edge`. */
  readonly tier: string;
  readonly policy: EvictionPolicy;
  /** Default `varnish`. */
  readonly behaviour?: NodeBehaviour;
  /** A level before the policy's disk: what is held there is held on disk, too. */
  readonly memory?: EvictionPolicy;
}

/**
 * One cache: answers what it holds, asks its parent for what it does not, and lets those who ask meanwhile
 * wait, follow or ask for themselves, as its behaviour says. SPEC.md numbers what it promises.
 */
export class CacheNode {
  readonly tier: string;
  readonly #behaviour: NodeBehaviour;
  readonly #ports: CacheNodePorts;
  readonly #meters: NodeMeters;
  readonly #held: Holdings;
  readonly #requests = new OpenRequests();
  readonly #fetches = new Fetches();
  /** For each fetch a list of those who wait for it, its owner first, and one of those who follow it. */
  readonly #lists = new RowLists();
  /** When those who wait look again. */
  readonly #timers = new ColumnHeap(64);
  /** The fetch that others wait for, by object. */
  readonly #leads = new IntMap();
  readonly #uncacheable = new UncacheableMemory();
  readonly #answers: Answers;
  readonly #streams: boolean;

  constructor(setup: CacheNodeSetup, ports: CacheNodePorts, metrics: MetricSet) {
    const { tier, policy, behaviour = BEHAVIOURS.varnish, memory } = setup;
    this.tier = tier;
    this.#behaviour = behaviour;
    this.#ports = ports;
    this.#meters = new NodeMeters(tier, metrics);
    this.#streams = behaviour.deliver === 'stream';
    const held = new Holdings(policy, memory, this.#meters, ports);
    this.#held = held;
    const parts = { requests: this.#requests, fetches: this.#fetches, lists: this.#lists, held };
    this.#answers = new Answers(parts, this.#meters, ports);
  }

  /** Delivers one input as data: the door for real hosts, recordings and tests. */
  handle(now: Us, input: CacheInput): void {
    switch (input.kind) {
      case 'requested':
        return this.requested(now, input.requestId, input.object, input.first, input.last);
      case 'headArrived':
        return this.headArrived(now, input.fetch, input.status, input.bytes, input.ttlUs, input.staleUs);
      case 'fetchEnded':
        return this.fetchEnded(now, input.fetch);
      case 'parentFailed':
        return this.parentFailed(now, input.fetch, input.status);
      case 'prefetched':
        return this.prefetched(now, input.object);
      case 'purged':
        return this.purged(input.object);
      case 'woken':
        return this.woken(now);
      default:
        input satisfies never;
    }
  }

  /** A viewer or a child asks for an object, or for a range of it. */
  requested(now: Us, requestId: number, object: number, first: Bytes = 0, last: Bytes = TO_END): void {
    if (this.#held.isFresh(object, now)) this.#held.answer(requestId, object, first, last, HIT);
    else this.#route(now, this.#requests.open(requestId, object, first, last, now));
  }

  /** An object is wanted here before anybody asks for it: it is fetched unless it is held or on its way. */
  prefetched(now: Us, object: number): void {
    if (this.#held.isFresh(object, now) || this.#leads.get(object) !== ABSENT) return;
    this.#send(object, this.#open(now, object, LEADS | STORES));
  }

  /**
   * The first byte of the parent's answer: `bytes` is the size of the whole object, `ttlUs` the stated
   * lifetime, NO_STORE or UNSTATED, `staleUs` the stated stale-while-revalidate or UNSTATED. With 304 and
   * from 400 on the fetch is over.
   */
  headArrived(now: Us, fetch: number, status: Status, bytes: Bytes, ttlUs: Us, staleUs: Us = UNSTATED): void {
    assert(this.#fetches.isOpen(fetch) && !this.#fetches.is(fetch, STARTED), 'an answer is to a question',
      { tier: this.tier, fetch });
    if (status >= 400) return this.#refused(now, fetch, status, bytes, ttlUs, true);
    const ttl = this.#fetches.is(fetch, RANGE) ? 0 : lifetime(this.#behaviour, status, ttlUs);
    const stale = staleFor(this.#behaviour, staleUs);
    if (status === 304) return this.#confirmed(now, fetch, ttl, stale);
    this.#fetches.start(fetch, 200, bytes, ttl, stale);
    if (ttl <= 0) this.#rememberUncacheable(now, fetch);
    if (this.#streams) this.#stream(now, fetch);
  }

  /** The last byte of the parent's answer: the object is kept if it may be and fits. */
  fetchEnded(now: Us, fetch: number): void {
    const fetches = this.#fetches;
    assert(fetches.isOpen(fetch) && fetches.is(fetch, STARTED), 'an end has a beginning',
      { tier: this.tier, fetch });
    const object = fetches.object[fetch]!;
    const bytes = fetches.bytes[fetch]!;
    const ttl = fetches.ttl[fetch]!;
    this.#meters.fetched(now - fetches.since[fetch]!);
    const kept = ttl > 0 && fetches.is(fetch, STORES);
    // Objects too large for the cache, and those not admitted, pass through.
    if (kept) this.#held.store(object, bytes, 200, now, ttl, fetches.stale[fetch]!);
    this.#answers.endFollowers(fetch, true);
    const waiting = this.#close(fetch);
    for (const row of waiting) {
      if (this.#requests.own[row] === 1) this.#answers.whole(row, bytes, kept ? MISS : PASS);
      else if (!kept && !this.#behaviour.shareUncacheable) this.#again(now, row);
      else if (this.#behaviour.waitPoll > 0) this.#sleep(now, row);
      else this.#answers.whole(row, bytes, COALESCED);
    }
  }

  /**
   * The parent was silent or broke off: those who follow are cut short, those who wait are told or try
   * again.
   */
  parentFailed(now: Us, fetch: number, status: Status): void {
    assert(this.#fetches.isOpen(fetch), 'a failure is of a question', { tier: this.tier, fetch });
    this.#answers.endFollowers(fetch, false);
    this.#refused(now, fetch, status, 0, NO_STORE, false);
  }

  /** The object has changed or gone: it is dropped, and what is on its way is not kept. */
  purged(object: number): void {
    this.#held.drop(object);
    this.#uncacheable.forget(object);
    const lead = this.#leads.get(object);
    if (lead === ABSENT) return;
    this.#leads.delete(object);
    this.#fetches.flags[lead]! &= ~(LEADS | STORES);
  }

  /** Time has come to what `wakeAt` said: those who wait look again. */
  woken(now: Us): void {
    const timers = this.#timers;
    for (let row = timers.first; row !== NO_ROW && timers.keyOf(row) <= now; row = timers.first) {
      timers.remove(row);
      const fetch = this.#requests.fetch[row]!;
      if (fetch !== NO_ROW) this.#lists.remove(2 * fetch, row);
      this.#requests.fetch[row] = NO_ROW;
      this.#route(now, row);
    }
  }

  /** When it wants to be woken; NEVER without anybody who waits for a limited time. [us] */
  wakeAt(): Us {
    const { first } = this.#timers;
    return first === NO_ROW ? NEVER : this.#timers.keyOf(first);
  }

  /** Bytes held. */
  get used(): Bytes {
    return this.#held.used;
  }

  /** Requests to the parent that are under way. */
  get fetching(): number {
    return this.#fetches.size;
  }

  /** The object that a fetch under way is for. */
  objectOf(fetch: number): number {
    return this.#fetches.object[fetch]!;
  }

  /** True when the node holds the object, fresh or not. */
  holds(object: number): boolean {
    return this.#held.has(object);
  }

  /**
   * Lifetime that an answer with this object states to a child now: what is left of it, or all of it. [us]
   */
  freshFor(now: Us, object: number): Us {
    const lead = this.#leads.get(object);
    if (this.#held.has(object)) return this.#held.freshFor(now, object, this.#behaviour.sendsAge);
    return lead !== ABSENT && this.#fetches.is(lead, STARTED) ? this.#fetches.ttl[lead]! : UNSTATED;
  }

  /** A copy of the whole state. */
  save(): CacheNodeState {
    return saveNode(this.#parts());
  }

  /** Puts a saved state back. */
  restore(state: CacheNodeState): void {
    restoreNode(this.#parts(), state);
  }

  #parts(): NodeParts {
    return {
      held: this.#held, requests: this.#requests, fetches: this.#fetches, lists: this.#lists,
      timers: this.#timers, leads: this.#leads, uncacheable: this.#uncacheable,
    };
  }

  /** Finds out what becomes of a request that is not answered with a fresh object at once. */
  #route(now: Us, row: number): void {
    const behaviour = this.#behaviour;
    const requests = this.#requests;
    const object = requests.object[row]!;
    if (this.#held.isFresh(object, now)) return this.#answers.fromHeld(row, COALESCED); // while it waited
    const lead = this.#leads.get(object);
    if (this.#held.has(object)) {
      if (this.#held.isGivenStale(object, now)) return this.#routeStale(now, row, lead);
      if (lead !== ABSENT && !behaviour.coalesceRevalidation) return this.#fetchFor(now, row, STORES);
    } else if (behaviour.range === 'pass' && (requests.first[row]! > 0 || requests.last[row]! < TO_END)) {
      return this.#fetchFor(now, row, RANGE);
    }
    const waited = now - requests.since[row]!;
    if (waited >= behaviour.waitTimeout) return this.#fetchFor(now, row, 0);
    if (this.#uncacheable.has(object, now)) return this.#fetchFor(now, row, STORES);
    if (lead === ABSENT) return this.#fetchFor(now, row, LEADS | STORES);
    if (behaviour.coalesce === 'none') return this.#fetchFor(now, row, STORES);
    this.#join(now, row, lead);
  }

  /** A request for an object that may be given although it has expired. */
  #routeStale(now: Us, row: number, lead: number): void {
    const object = this.#requests.object[row]!;
    if (lead !== ABSENT) return this.#answers.fromHeld(row, STALE);
    if (!this.#behaviour.backgroundUpdate) return this.#fetchFor(now, row, LEADS | STORES);
    this.#answers.fromHeld(row, STALE);
    this.#send(object, this.#open(now, object, LEADS | STORES));
  }

  /** Lets a request wait for another's fetch, or follow it when its bytes come already. */
  #join(now: Us, row: number, lead: number): void {
    const { coalesce, waitTimeout, lockAge } = this.#behaviour;
    const leadSince = this.#fetches.since[lead]!;
    if (coalesce === 'stream' && this.#fetches.is(lead, STARTED)) {
      return this.#answers.follow(row, lead, COALESCED);
    }
    if (now - leadSince >= lockAge) return this.#fetchFor(now, row, LEADS | STORES);
    this.#requests.fetch[row] = lead;
    this.#requests.own[row] = 0;
    this.#lists.push(2 * lead, row);
    const until = Math.min(this.#requests.since[row]! + waitTimeout, leadSince + lockAge);
    if (until < NEVER) this.#wakeAt(row, until);
  }

  #fetchFor(now: Us, row: number, flags: number): void {
    const object = this.#requests.object[row]!;
    const fetch = this.#open(now, object, flags);
    this.#requests.fetch[row] = fetch;
    this.#requests.own[row] = 1;
    this.#lists.push(2 * fetch, row);
    if ((flags & RANGE) === 0) this.#send(object, fetch);
    else this.#send(object, fetch, this.#requests.first[row]!, this.#requests.last[row]!);
  }

  #open(now: Us, object: number, flags: number): number {
    const conditional = this.#held.isConditional(object, now, this.#behaviour.revalidate) ? CONDITIONAL : 0;
    const fetch = this.#fetches.open(object, flags | conditional, now);
    if ((flags & LEADS) !== 0) this.#leads.set(object, fetch);
    return fetch;
  }

  #send(object: number, fetch: number, first: Bytes = 0, last: Bytes = TO_END): void {
    this.#meters.asked();
    this.#ports.fetchFromParent(fetch, object, this.#fetches.is(fetch, CONDITIONAL), first, last);
  }

  /** The head has come: its owner is answered, and those who wait for it if they may. */
  #stream(now: Us, fetch: number): void {
    const { coalesce, shareUncacheable, waitPoll } = this.#behaviour;
    const requests = this.#requests;
    const list = 2 * fetch;
    const owner = this.#lists.first(list);
    if (owner === NO_ROW) return; // fetched in the background
    const kept = this.#fetches.ttl[fetch]! > 0;
    if (requests.own[owner] === 1) {
      this.#lists.remove(list, owner);
      this.#answers.follow(owner, fetch, this.#answers.ownResult(fetch));
    }
    if (this.#lists.first(list) === NO_ROW || (kept && coalesce === 'wait')) return;
    for (const row of this.#drain(list)) {
      if (!kept && !shareUncacheable) this.#again(now, row);
      else if (waitPoll > 0) this.#sleep(now, row);
      else this.#answers.follow(row, fetch, COALESCED);
    }
  }

  /** A conditional request was answered with 304: what is held is fresh again. */
  #confirmed(now: Us, fetch: number, ttl: Us, stale: Us): void {
    const object = this.#fetches.object[fetch]!;
    assert(this.#fetches.is(fetch, CONDITIONAL), 'only a condition is met', { tier: this.tier, fetch });
    if (!this.#held.has(object)) { // it was dropped meanwhile
      this.#fetches.flags[fetch]! &= ~CONDITIONAL;
      return this.#send(object, fetch);
    }
    this.#meters.fetched(now - this.#fetches.since[fetch]!);
    this.#held.renew(object, now, ttl, stale);
    for (const row of this.#close(fetch)) {
      if (this.#requests.own[row] === 1) this.#answers.fromHeld(row, REVALIDATED);
      else if (this.#behaviour.waitPoll > 0) this.#sleep(now, row);
      else this.#answers.fromHeld(row, COALESCED);
    }
  }

  /**
   * No object comes: a stale one is given, or the refusal, which may be kept; `said` by the parent or not.
   */
  #refused(now: Us, fetch: number, status: Status, bytes: Bytes, ttlUs: Us, said: boolean): void {
    const { shareUncacheable, waitPoll, staleIfError } = this.#behaviour;
    const object = this.#fetches.object[fetch]!;
    const stale = status >= 500 && this.#held.isWithin(object, now, staleIfError);
    const ttl = lifetime(this.#behaviour, status, ttlUs);
    const kept = !stale && ttl > 0 && this.#fetches.is(fetch, STORES);
    if (kept) this.#held.store(object, bytes, status, now, ttl, 0);
    else if (!stale && said) this.#rememberUncacheable(now, fetch);
    for (const row of this.#close(fetch)) {
      if (stale) this.#answers.fromHeld(row, STALE);
      else if (this.#requests.own[row] === 1) this.#answers.fail(row, status);
      else if (!kept && !shareUncacheable) this.#again(now, row);
      else if (waitPoll > 0) this.#sleep(now, row);
      else this.#answers.fail(row, status);
    }
  }

  /** Ends a fetch; those who waited for it, its owner first, who wait for nothing now. */
  #close(fetch: number): readonly number[] {
    this.#lose(fetch);
    this.#fetches.close(fetch);
    return this.#lists.first(2 * fetch) === NO_ROW ? NOBODY : this.#drain(2 * fetch);
  }

  #drain(list: number): readonly number[] {
    const rows: number[] = [];
    for (let row = this.#lists.shift(list); row !== NO_ROW; row = this.#lists.shift(list)) {
      if (this.#timers.has(row)) this.#timers.remove(row);
      this.#requests.fetch[row] = NO_ROW;
      rows.push(row);
    }
    return rows;
  }

  /** Nobody waits for this fetch any more. */
  #lose(fetch: number): void {
    if (!this.#fetches.is(fetch, LEADS)) return;
    this.#fetches.flags[fetch]! &= ~LEADS;
    if (this.#leads.get(this.objectOf(fetch)) === fetch) this.#leads.delete(this.objectOf(fetch));
  }

  #rememberUncacheable(now: Us, fetch: number): void {
    const { uncacheableMemory, shareUncacheable } = this.#behaviour;
    if (!this.#fetches.is(fetch, STORES)) return;
    if (!shareUncacheable) this.#lose(fetch);
    if (uncacheableMemory <= 0) return;
    this.#uncacheable.remember(this.#fetches.object[fetch]!, now + uncacheableMemory);
  }

  /** Looks again: at the next step of its own waiting, or at once. */
  #again(now: Us, row: number): void {
    if (this.#behaviour.waitPoll > 0) this.#sleep(now, row);
    else this.#route(now, row);
  }

  #sleep(now: Us, row: number): void {
    const { waitPoll, waitTimeout } = this.#behaviour;
    const since = this.#requests.since[row]!;
    const steps = Math.floor((now - since) / waitPoll) + 1;
    this.#wakeAt(row, Math.min(since + steps * waitPoll, Math.max(now, since + waitTimeout)));
  }

  #wakeAt(row: number, at: Us): void {
    if (row >= this.#timers.room) this.#timers.grow(2 * row);
    this.#timers.put(row, at);
  }
}

const NOBODY: readonly number[] = [];
