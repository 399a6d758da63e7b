import { toBehaviour } from '../models/cdn/behaviour-params.ts';
import type { NodeBehaviour } from '../models/cdn/behaviour.ts';
import { createCacheNode, type AnyCacheNode, type AnyCacheNodeState } from '../models/cdn/create-node.ts';
import { NO_FETCH, NO_STORE, REVALIDATED, UNSTATED } from '../models/cdn/events.ts';
import type { CacheTierParams } from '../models/cdn/params.ts';
import type { EvictionPolicy } from '../models/cdn/policy/policy.ts';
import { MEMORY, type CacheNodePorts } from '../models/cdn/ports.ts';
import { createStorage } from '../models/cdn/storage-params.ts';
import { Places, TIERS, type PlacesState } from '../models/cdn/topology/places.ts';
import { ORIGIN } from '../models/cdn/topology/topology.ts';
import { assert } from '../models/core/assert.ts';
import type { MetricSet } from '../models/core/metrics.ts';
import type { RandomStreams } from '../models/core/rng.ts';
import { NEVER, US_PER_S, type Bytes, type Us } from '../models/core/units.ts';
import { lossyRate } from '../models/network/tcp-loss.ts';
import { ConstantBandwidth } from '../models/network/trace.ts';
import type { Catalogue } from '../models/storage/catalogue.ts';
import { CdnBooks, type CdnBooksState } from './cdn-books.ts';
import { LOST_AFTER_US, type CdnVerdicts } from './cdn-port-faults.ts';
import type { CdnSetup, OnAnswer } from './cdn-setup.ts';
import { CdnWays, type CdnWaysState } from './cdn-ways.ts';
import type { SimulatedClaims } from './claims.ts';
import { CODES } from './codes.ts';
import { UNAVAILABLE } from './requests.ts';
import { CROSSED, FetchProgress, PACED, WHOLE, type FetchProgressState } from './fetch-progress.ts';
import { NO_EVENT, type EventHandle } from './kernel/event-list.ts';
import type { EventLoop } from './kernel/event-loop.ts';
import { Links, type LinkState } from './links.ts';
import type { LivePlaylists } from './live-playlists.ts';
import type { SimulatedOrigin, SimulatedOriginState } from './origin.ts';
import { OriginReads, type OriginReadsState } from './origin-reads.ts';

/** Copied state of a simulated CDN. */
export interface SimulatedCdnState {
  readonly nodes: readonly AnyCacheNodeState[];
  readonly uplinks: readonly LinkState[];
  readonly progress: FetchProgressState;
  readonly wakes: readonly EventHandle[];
  readonly wakeAts: readonly Us[];
  readonly places: PlacesState;
  readonly books: CdnBooksState;
  readonly origin: SimulatedOriginState;
  readonly ways: CdnWaysState;
  readonly reads: OriginReadsState;
  readonly cachedOnly: boolean;
  readonly keepsAll: boolean;
}

/** Status for that, as a gateway gives it. */
const LOST = 502;

/**
 * The simulated CDN: tiers of places, each with servers that are cache nodes, and the origin behind them. A
 * request to a parent takes half a round trip, its answer the parent's latency, the other half, and then
 * crosses the child's uplink; the last byte is there when it has crossed and the parent has it.
 */
export class SimulatedCdn {
  readonly nodes: AnyCacheNode[] = [];
  readonly places: Places;
  /** Whom places ask, and which of them are down. */
  readonly ways: CdnWays;
  /** How the origin is read. */
  readonly reads: OriginReads;
  /** What each server holds. */
  readonly policies: EvictionPolicy[] = [];
  readonly #tiers: readonly CacheTierParams[];
  readonly #catalogue: Catalogue;
  readonly #loop: EventLoop;
  readonly #onAnswer: OnAnswer;
  readonly books: CdnBooks;
  readonly #origin: SimulatedOrigin;
  readonly #verdicts: CdnVerdicts;
  readonly #claims: SimulatedClaims | undefined;
  readonly #playlists: LivePlaylists | undefined;
  /** How nodes behave; what people change while it runs is changed here. */
  readonly #behaviours: Array<{ -readonly [Key in keyof NodeBehaviour]: NodeBehaviour[Key] }>;
  readonly #uplinks: Links;
  readonly #progress = new FetchProgress();
  #cachedOnly = false;
  /** Whether what an edge holds it gives to everybody, at once, until the run is over. */
  #keepsAll: boolean;
  /** What a fault adds to an answer that is given at once. [us] */
  #slow: Us = 0;
  #wakes: EventHandle[] = [];
  #wakeAts: Us[] = [];

  constructor(setup: CdnSetup) {
    const { params, topology, catalogue, loop, metrics, streams, onAnswer } = setup;
    this.#tiers = [params.edge, params.regional, params.shield];
    this.#behaviours = this.#tiers.map(({ behaviour }) => ({ ...toBehaviour(behaviour) }));
    this.#catalogue = catalogue;
    this.#loop = loop;
    this.#onAnswer = onAnswer;
    const { epsilon, window } = params.hashing;
    this.places = new Places(topology, this.#tiers.map((tier) => tier.servers), epsilon, window);
    this.books = new CdnBooks(params, topology, this.places, metrics, setup.simulated, setup.overTransit);
    this.#keepsAll = setup.keepsAll;
    this.#origin = setup.origin;
    this.#verdicts = setup.verdicts;
    this.#claims = setup.claims;
    this.#playlists = setup.playlists;
    this.ways = new CdnWays(topology, this.places, setup.verdicts);
    this.reads = new OriginReads(topology, setup.origin, setup.verdicts, LOST_AFTER_US);
    this.#uplinks = new Links(loop, CODES.uplinkWake, CODES.uplinkLate, (node, fetch) => {
      this.#advance(node, fetch, CROSSED);
    });
    for (let node = 0; node < this.places.nodes; node++) this.#add(node, metrics, streams);
    this.#listen();
  }

  /** A viewer's request reaches an edge. */
  requested(edge: number, request: number, object: number): void {
    if (this.ways.isDown(edge)) return this.#lost(edge, request);
    const verdict = this.#verdicts.edge(edge);
    if (verdict !== undefined && verdict.status > 0) {
      this.books.regions.counts.failed(edge);
      return this.#onAnswer.failed(request, verdict.status, this.#tiers[0]!.latency + verdict.delay);
    }
    const node = this.places.serverFor(this.#loop.now, edge, object);
    if (node < 0 || this.ways.isServerDown(node)) return this.#lost(edge, request);
    this.#claims?.note(this.#loop.now, node, object);
    this.#slow = verdict?.delay ?? 0;
    this.nodes[node]!.requested(this.#loop.now, request, object);
    this.#slow = 0;
    this.#rearm(node);
  }

  /** Size of an object that an edge is certain to answer with at `at`, before the next look; else -1. */
  sizeAhead(edge: number, object: number, at: Us): Bytes {
    if (!this.#keepsAll) return -1;
    return this.nodes[this.places.firstOf[edge]!]!.sizeAhead(object, at);
  }

  /** An edge answers what `sizeAhead` has told: how long after the request the first byte leaves. [us] */
  answeredAhead(edge: number, bytes: Bytes, at: Us): Us {
    const node = this.places.firstOf[edge]!;
    this.nodes[node]!.answeredAhead(bytes);
    return this.#tiers[0]!.latency + this.books.answered(node, at, bytes, MEMORY, true);
  }

  /** From now on edges may drop what they hold. */
  mayDrop(): void {
    this.#keepsAll = false;
  }

  /** Caches ask the origin nothing: they give what they hold, fresh or not, and refuse the rest. */
  setCachedOnly(on: boolean): void {
    this.#cachedOnly = on;
    this.#behaviours.forEach((behaviour, tier) => {
      behaviour.staleIfError = on ? Infinity : toBehaviour(this.#tiers[tier]!.behaviour).staleIfError;
    });
  }

  /** A server is to fetch an object before anybody asks. */
  prefetch(node: number, object: number): void {
    if (this.ways.isServerDown(node)) return;
    this.nodes[node]!.prefetched(this.#loop.now, object);
    this.#rearm(node);
  }

  /** Brings counters up to now. */
  settle(): void {
    this.books.settle(this.#loop.now);
    this.#origin.settle(this.#loop.now);
  }

  /** What the reader of the figures has to know: links that were full. */
  warnings(): string[] {
    const { now } = this.#loop;
    return this.books.warnings(now, (node) => this.#uplinks.carriedBits(node))
      .concat(this.#origin.warnings(now));
  }

  /** A copy of the whole state. */
  save(): SimulatedCdnState {
    return {
      nodes: this.nodes.map((node) => node.save()), uplinks: this.#uplinks.save(),
      progress: this.#progress.save(), wakes: [...this.#wakes], wakeAts: [...this.#wakeAts],
      places: this.places.save(), books: this.books.save(), origin: this.#origin.save(),
      ways: this.ways.save(), reads: this.reads.save(), cachedOnly: this.#cachedOnly,
      keepsAll: this.#keepsAll,
    };
  }

  /** Puts a saved state of as many nodes back. */
  restore(state: SimulatedCdnState): void {
    assert(state.nodes.length === this.nodes.length, 'a state goes back into a CDN of the same shape',
      { nodes: this.nodes.length });
    state.nodes.forEach((node, i) => this.nodes[i]!.restore(node));
    this.#uplinks.restore(state.uplinks, (node) => new ConstantBandwidth(this.#tierOf(node).uplink));
    this.#progress.restore(state.progress);
    this.#wakes = [...state.wakes];
    this.#wakeAts = [...state.wakeAts];
    this.places.restore(state.places);
    this.books.restore(state.books);
    this.#origin.restore(state.origin);
    this.ways.restore(state.ways);
    this.reads.restore(state.reads);
    this.setCachedOnly(state.cachedOnly);
    this.#keepsAll &&= state.keepsAll;
  }

  #lost(edge: number, request: number): void {
    this.books.regions.counts.failed(edge);
    this.#onAnswer.lost(request, LOST_AFTER_US);
  }

  #listen(): void {
    const loop = this.#loop;
    loop.on(CODES.uplinkStart, (node, fetch) => this.#head(node, fetch));
    loop.on(CODES.uplinkWhole, (node, fetch) => this.#advance(node, fetch, WHOLE));
    loop.on(CODES.uplinkPaced, (node, fetch) => this.#advance(node, fetch, PACED));
    loop.on(CODES.requestAtParent, (node, fetch) => {
      const parent = this.#progress.askedOf(node, fetch);
      if (parent === ORIGIN) this.#atOrigin(node, fetch);
      else this.#atParent(parent, node, fetch);
    });
    loop.on(CODES.parentLost, (node, fetch) => {
      this.nodes[node]!.parentFailed(loop.now, fetch, LOST);
      this.#rearm(node);
    });
    loop.on(CODES.cacheWake, (node) => {
      this.#wakes[node] = NO_EVENT;
      this.#wakeAts[node] = NEVER;
      this.nodes[node]!.woken(loop.now);
      this.#rearm(node);
    });
  }

  #tierOf(node: number): CacheTierParams {
    return this.#tiers[this.places.tierOf[this.places.popOf[node]!]!]!;
  }

  #add(node: number, metrics: MetricSet, streams: RandomStreams): void {
    const pop = this.places.popOf[node]!;
    const tier = this.places.tierOf[pop]!;
    const params = this.#tiers[tier]!;
    const storage = createStorage(params, params.capacity, (use) => {
      return streams.stream(`cdn/${TIERS[tier]!}-${node}/${use}`);
    });
    const ports = tier === 0 ? this.#edgePorts(node, pop) : this.#parentPorts(node, pop);
    const setup = { tier: TIERS[tier]!, ...storage, behaviour: this.#behaviours[tier]! };
    this.policies.push(storage.policy);
    this.nodes.push(createCacheNode(setup, ports, metrics));
    this.#uplinks.add(new ConstantBandwidth(params.uplink));
    this.#progress.addNode();
    this.#wakes.push(NO_EVENT);
    this.#wakeAts.push(NEVER);
  }

  #edgePorts(node: number, pop: number): CacheNodePorts {
    const { latency } = this.#tiers[0]!;
    return {
      respond: (request, object, bytes, result, fetch, level) => {
        const delay = this.books.answered(node, this.#loop.now, bytes, level, result <= REVALIDATED);
        this.#playlists?.answers(node, object);
        this.#onAnswer.answered(request, bytes, latency + this.#slow + delay, fetch === NO_FETCH);
      },
      answerEnded: (request) => this.#onAnswer.ended(request, latency),
      respondFailure: (request, _object, status) => {
        this.books.regions.counts.failed(pop);
        this.#onAnswer.failed(request, status, latency);
      },
      fetchFromParent: (...call) => this.#ask(node, pop, ...call),
      evicted: () => {},
    };
  }

  /** Ports of a server that other servers ask; a child's request is numbered by the child and its fetch. */
  #parentPorts(node: number, pop: number): CacheNodePorts {
    const { latency } = this.#tiers[this.places.tierOf[pop]!]!;
    const { nodes } = this.places;
    const after = (request: number, code: number, delay: Us) => {
      const child = request % nodes;
      const way = Math.ceil(this.ways.rtt(this.places.popOf[child]!, pop) / 2);
      this.#loop.schedule(this.#loop.now + latency + delay + way, code, child, Math.floor(request / nodes));
    };
    return {
      respond: (request, object, bytes, result, fetch, level) => {
        this.#playlists?.passedOn(node, request % nodes, Math.floor(request / nodes), object);
        if (fetch === NO_FETCH) this.#progress.note(request % nodes, Math.floor(request / nodes), WHOLE);
        const delay = this.books.answered(node, this.#loop.now, bytes, level, result <= REVALIDATED);
        after(request, CODES.uplinkStart, delay);
      },
      answerEnded: (request) => after(request, CODES.uplinkWhole, 0),
      respondFailure: (request, _object, status) => {
        this.books.regions.counts.failed(pop);
        this.#progress.refuse(request % nodes, Math.floor(request / nodes), status);
        after(request, CODES.uplinkStart, 0);
      },
      fetchFromParent: (...call) => this.#ask(node, pop, ...call),
      evicted: () => {},
    };
  }

  /** A server asks its parent, or the origin. */
  #ask(node: number, pop: number, ...call: Parameters<CacheNodePorts['fetchFromParent']>): void {
    const [fetch, object, conditional, first, last] = call;
    this.#progress.begin(node, fetch, conditional, first, last);
    const parentPop = this.ways.parentOf(pop);
    const way = Math.floor(this.ways.rtt(pop, parentPop) / 2);
    const { now } = this.#loop;
    if (parentPop === ORIGIN && this.#cachedOnly) {
      this.#progress.refuse(node, fetch, UNAVAILABLE);
      this.#loop.schedule(now, CODES.uplinkStart, node, fetch);
      return;
    }
    if (parentPop !== ORIGIN) {
      const parent = this.places.serverFor(now, parentPop, object);
      this.#progress.setAsked(node, fetch, parent);
      if (way === 0) return this.#atParent(parent, node, fetch);
    } else if (way === 0) return this.#atOrigin(node, fetch);
    this.#loop.schedule(now + way, CODES.requestAtParent, node, fetch);
  }

  #atParent(parent: number, node: number, fetch: number): void {
    if (parent < 0 || this.ways.isServerDown(parent)
      || this.ways.isCut(this.places.popOf[node]!, this.places.popOf[parent]!)) {
      return this.#lose(node, fetch, LOST_AFTER_US);
    }
    const request = fetch * this.places.nodes + node;
    const [first, last] = [this.#progress.firstOf(node, fetch), this.#progress.lastOf(node, fetch)];
    this.nodes[parent]!.requested(this.#loop.now, request, this.nodes[node]!.objectOf(fetch), first, last);
    this.#rearm(parent);
  }

  #atOrigin(node: number, fetch: number): void {
    const { now } = this.#loop;
    const pop = this.places.popOf[node]!;
    const way = Math.ceil(this.ways.rtt(pop, ORIGIN) / 2);
    const conditional = this.#progress.statusOf(node, fetch) === 304;
    const object = this.nodes[node]!.objectOf(fetch);
    const size = conditional ? 0 : this.#catalogue.objectBytes(object);
    this.#playlists?.read(now, node, fetch, object);
    const answer = this.reads.read(now, pop, object, this.#progress.bytesOf(node, fetch, size));
    if (answer.status === 0) return this.#lose(node, fetch, answer.firstByteUs);
    if (answer.status >= 400) this.#progress.refuse(node, fetch, answer.status);
    else if (answer.lastByteUs === answer.firstByteUs) this.#progress.note(node, fetch, WHOLE);
    else this.#loop.schedule(now + answer.lastByteUs + way, CODES.uplinkWhole, node, fetch);
    this.#loop.schedule(now + answer.firstByteUs + way, CODES.uplinkStart, node, fetch);
  }

  /** Nobody answers: the child gives up after a while. */
  #lose(node: number, fetch: number, afterUs: Us): void {
    this.#loop.schedule(this.#loop.now + afterUs, CODES.parentLost, node, fetch);
  }

  /** The first byte of a parent's answer is at a server. */
  #head(node: number, fetch: number): void {
    const cache = this.nodes[node]!;
    const { now } = this.#loop;
    const object = cache.objectOf(fetch);
    const status = this.#progress.statusOf(node, fetch);
    if (status >= 400) {
      const ttl = status === 404 ? this.#origin.negativeTtl : NO_STORE;
      cache.headArrived(now, fetch, status, 0, ttl);
    } else {
      const bytes = this.#catalogue.objectBytes(object);
      this.#playlists?.arrived(node, fetch, object);
      cache.headArrived(now, fetch, status, bytes, this.#lifetime(node, fetch, object));
      if (status === 200) this.#transfer(node, fetch, this.#progress.bytesOf(node, fetch, bytes));
    }
    this.#rearm(node);
  }

  /** Bytes cross the uplink, no faster than a connection sends that loses packets on the way. */
  #transfer(node: number, fetch: number, bytes: Bytes): void {
    const pop = this.places.popOf[node]!;
    const { loss = 0 } = this.#verdicts.way(pop) ?? {};
    const asked = this.#progress.askedOf(node, fetch);
    const parent = asked === ORIGIN ? ORIGIN : this.places.popOf[asked]!;
    const takes = loss > 0 ? (8 * bytes * US_PER_S) / lossyRate(this.ways.rtt(pop, parent), loss) : 0;
    if (takes === 0) this.#progress.note(node, fetch, PACED);
    else this.#loop.schedule(this.#loop.now + Math.ceil(takes), CODES.uplinkPaced, node, fetch);
    this.#uplinks.start(node, fetch, bytes);
  }

  /** Lifetime that an answer states: what is left of it at a parent, all of it from the origin. */
  #lifetime(node: number, fetch: number, object: number): Us {
    const ttl = this.#origin.lifetime(object);
    const parent = this.#progress.askedOf(node, fetch);
    if (ttl === NEVER || parent === ORIGIN) return ttl;
    const left = this.nodes[parent]!.freshFor(this.#loop.now, object, this.#progress.firstOf(node, fetch));
    return left === UNSTATED ? ttl : left;
  }

  #advance(node: number, fetch: number, step: number): void {
    this.#progress.note(node, fetch, step);
    if (!this.#progress.has(node, fetch, WHOLE | CROSSED | PACED)) return;
    this.nodes[node]!.fetchEnded(this.#loop.now, fetch);
    this.#rearm(node);
  }

  #rearm(node: number): void {
    const at = this.nodes[node]!.wakeAt();
    if (at === this.#wakeAts[node]) return;
    this.#wakes[node] = this.#loop.rearm(this.#wakes[node]!, at, CODES.cacheWake, node);
    this.#wakeAts[node] = at;
  }
}
