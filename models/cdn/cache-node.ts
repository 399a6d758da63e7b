import { assert } from '../core/assert.ts';
import { ABSENT, IntMap } from '../core/int-map.ts';
import type { MetricSet } from '../core/metrics.ts';
import { NO_ROW, RowLists } from '../core/row-lists.ts';
import type { Bytes, Us } from '../core/units.ts';
import { Answers } from './answers.ts';
import { BEHAVIOURS, type NodeBehaviour } from './behaviour.ts';
import {
  COALESCED, HIT, MISS, NO_STORE, PASS, REVALIDATED, STALE, TO_END, UNSTATED, type CacheInput, type Status,
} from './events.ts';
import { deliver } from './deliver.ts';
import { CONDITIONAL, Fetches, LEADS, RANGE, STARTED, STORES } from './fetches.ts';
import { Holdings } from './holdings.ts';
import { lifetime, staleFor } from './freshness.ts';
import { LookAgain } from './look-again.ts';
import { NodeMeters } from './node-meters.ts';
import { restoreNode, saveNode, type CacheNodeState, type NodeParts } from './node-state.ts';
import { OpenRequests } from './open-requests.ts';
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
  readonly #lookAgain: LookAgain;
  /** The fetch that others wait for, by object. */
  readonly #leads = new IntMap();
  readonly #uncacheable = new UncacheableMemory();
  readonly #answers: Answers;

  constructor(setup: CacheNodeSetup, ports: CacheNodePorts, metrics: MetricSet) {
    const { tier, policy, behaviour = BEHAVIOURS.varnish, memory } = setup;
    this.tier = tier;
    this.#behaviour = behaviour;
    this.#ports = ports;
    this.#meters = new NodeMeters(tier, metrics);
    this.#lookAgain = new LookAgain(behaviour);
    const held = new Holdings(policy, memory, this.#meters, ports);
    this.#held = held;
    const parts = { requests: this.#requests, fetches: this.#fetches, lists: this.#lists, held };
    this.#answers = new Answers(parts, this.#meters, ports);
  }

  /** Delivers one input as data: the door for real hosts, recordings and tests. */
  handle(now: Us, input: CacheInput): void {
    deliver(this, now, input);
  }

  /** A viewer or a child asks for an object, or for a range of it. */
  requested(now: Us, requestId: number, object: number, first: Bytes = 0, last: Bytes = TO_END): void {
    if (this.#held.isFresh(object, now)) this.#held.answer(requestId, object, first, last, HIT);
    else this.#route(now, this.#requests.open(requestId, object, first, last, now));
  }

  /**
   * Size of an object that a request at `at` is answered with at once, as long as nothing is dropped before;
   * -1 where that is not certain.
   */
  sizeAhead(object: number, at: Us): Bytes {
    return this.#held.sizeAhead(object, at);
  }

  /**
   * Counts the answer to a request whose host knew its size ahead of time. The object is not touched: where
   * nothing is ever dropped, the order of use means nothing.
   */
  answeredAhead(bytes: Bytes): void {
    this.#meters.answered(HIT, bytes);
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
    if (this.#behaviour.deliver === 'stream') this.#stream(now, fetch);
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
    const owner = this.#takeOwner(fetch);
    const others = this.#close(fetch);
    if (owner !== NO_ROW) this.#answers.whole(owner, bytes, kept ? MISS : PASS);
    if (!kept && !this.#behaviour.shareUncacheable) return this.#release(now, others);
    for (const row of others) if (!this.#sleeps(now, row)) this.#answers.whole(row, bytes, COALESCED);
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
    for (let row = this.#lookAgain.takeDue(now); row !== NO_ROW; row = this.#lookAgain.takeDue(now)) {
      const fetch = this.#requests.fetch[row]!;
      if (fetch !== NO_ROW) this.#lists.remove(2 * fetch, row);
      this.#requests.fetch[row] = NO_ROW;
      this.#route(now, row);
    }
  }

  /** When it wants to be woken; NEVER without anybody who waits for a limited time. [us] */
  wakeAt(): Us {
    return this.#lookAgain.next();
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
      lookAgain: this.#lookAgain, leads: this.#leads, uncacheable: this.#uncacheable,
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
    this.#wait(row, lead);
    const until = Math.min(this.#requests.since[row]! + waitTimeout, leadSince + lockAge);
    this.#lookAgain.at(row, until);
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
    const { coalesce, shareUncacheable } = this.#behaviour;
    const list = 2 * fetch;
    const kept = this.#fetches.ttl[fetch]! > 0;
    const owner = this.#takeOwner(fetch);
    if (owner !== NO_ROW) this.#answers.follow(owner, fetch, this.#answers.ownResult(fetch));
    if (this.#lists.first(list) === NO_ROW || (kept && coalesce === 'wait')) return;
    const others = this.#drain(list);
    if (!kept && !shareUncacheable) return this.#release(now, others);
    for (const row of others) if (!this.#sleeps(now, row)) this.#answers.follow(row, fetch, COALESCED);
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
    const owner = this.#takeOwner(fetch);
    const others = this.#close(fetch);
    if (owner !== NO_ROW) this.#answers.fromHeld(owner, REVALIDATED);
    for (const row of others) if (!this.#sleeps(now, row)) this.#answers.fromHeld(row, COALESCED);
  }

  /**
   * No object comes: a stale one is given, or the refusal, which may be kept; `said` by the parent or not.
   */
  #refused(now: Us, fetch: number, status: Status, bytes: Bytes, ttlUs: Us, said: boolean): void {
    const { shareUncacheable, staleIfError } = this.#behaviour;
    const object = this.#fetches.object[fetch]!;
    const stale = status >= 500 && this.#held.isWithin(object, now, staleIfError);
    const ttl = lifetime(this.#behaviour, status, ttlUs);
    const kept = !stale && ttl > 0 && this.#fetches.is(fetch, STORES);
    if (kept) this.#held.store(object, bytes, status, now, ttl, 0);
    else if (!stale && said) this.#rememberUncacheable(now, fetch);
    const owner = this.#takeOwner(fetch);
    const others = this.#close(fetch);
    if (owner !== NO_ROW && stale) this.#answers.fromHeld(owner, STALE);
    else if (owner !== NO_ROW) this.#answers.fail(owner, status);
    if (stale) for (const row of others) this.#answers.fromHeld(row, STALE);
    else if (!kept && !shareUncacheable) this.#release(now, others);
    else for (const row of others) if (!this.#sleeps(now, row)) this.#answers.fail(row, status);
  }

  /** Ends a fetch; those who waited for it, who wait for nothing now. */
  #close(fetch: number): readonly number[] {
    this.#lose(fetch);
    this.#fetches.close(fetch);
    return this.#lists.first(2 * fetch) === NO_ROW ? NOBODY : this.#drain(2 * fetch);
  }

  /** The request that a fetch was sent for, if it waits for it: it is first among those who do. */
  #takeOwner(fetch: number): number {
    const row = this.#lists.first(2 * fetch);
    if (row === NO_ROW || this.#requests.own[row] === 0) return NO_ROW;
    this.#lists.remove(2 * fetch, row);
    return row;
  }

  #drain(list: number): readonly number[] {
    const rows: number[] = [];
    for (let row = this.#lists.shift(list); row !== NO_ROW; row = this.#lists.shift(list)) {
      this.#lookAgain.cancel(row);
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

  /**
   * What some waited for may not be kept: they look again, at the next step of their own waiting or at
   * once. No more than `rush` of them at once; the others wait for the answers of those.
   */
  #release(now: Us, rows: readonly number[]): void {
    const { rush } = this.#behaviour;
    rows.forEach((row, i) => {
      if (this.#sleeps(now, row)) return;
      const fetch = i < rush ? NO_ROW : this.#requests.fetch[rows[i % rush]!]!;
      if (!this.#fetches.isOpen(fetch)) return this.#route(now, row);
      this.#wait(row, fetch);
    });
  }

  /** Whether who waits looks again by itself, in steps, rather than being told. */
  #sleeps(now: Us, row: number): boolean {
    if (this.#behaviour.waitPoll === 0) return false;
    this.#lookAgain.atNextStep(row, now, this.#requests.since[row]!);
    return true;
  }

  #wait(row: number, fetch: number): void {
    this.#requests.fetch[row] = fetch;
    this.#requests.own[row] = 0;
    this.#lists.push(2 * fetch, row);
  }
}

const NOBODY: readonly number[] = [];
