import type { CdnParams } from '../models/cdn/params.ts';
import type { Geography } from '../models/cdn/geography/geography.ts';
import {
  edgeLost, forbidden, sessionsRerouted, sessionsRouted, timeToFirstByte,
} from '../models/cdn/topology/metrics.ts';
import { Router, type RouterState } from '../models/cdn/topology/router.ts';
import type { Topology } from '../models/cdn/topology/topology.ts';
import { larger } from '../models/core/columns.ts';
import type { MetricHandle, MetricSet } from '../models/core/metrics.ts';
import type { RandomStream, RandomStreams } from '../models/core/rng.ts';
import { NEVER, US_PER_S, type Bytes, type Us } from '../models/core/units.ts';
import type { ContentParams } from '../models/storage/content-params.ts';

/** Copied state of steering. */
export interface SteeringState {
  readonly router: RouterState;
  readonly columns: SteeringColumns;
  readonly farBytes: Float64Array;
}

/** What is kept of each slot of the fleet. */
interface SteeringColumns {
  edge: Int32Array;
  city: Int32Array;
  /** Provider, and the number drawn for the viewer among edges. */
  provider: Int32Array;
  drawn: Int32Array;
  /** Round-trip time between access network and edge, and what a transit network adds to it. [us] */
  way: Float64Array;
  transit: Float64Array;
  /** 1 for who is reached over a transit network. */
  far: Int32Array;
  /** Until when the session's URLs are valid. [us] */
  validUntil: Float64Array;
}

/** What steering is made of. */
export interface SteeringSetup {
  readonly params: CdnParams;
  readonly content: ContentParams;
  readonly topology: Topology;
  readonly geography: Geography | undefined;
  readonly streams: RandomStreams;
  readonly metrics: MetricSet;
}

/** Streams that a viewer's place is drawn from. */
interface SteeringDraws {
  readonly edges: RandomStream;
  readonly providers: RandomStream;
  readonly peering: RandomStream;
}

function drawsOf(streams: RandomStreams, prefix: string): SteeringDraws {
  const stream = (name: string) => streams.stream(`${prefix}routing/${name}`);
  return { edges: stream('edge'), providers: stream('provider'), peering: stream('peering') };
}

/** The platform's first aim: everybody is within this of an edge. [us] */
const NEAR_US = 100_000;

/**
 * Which edge a viewer is sent to and how far it is: drawn once a session, changed when the edge is known to
 * be down. Also what the edge checks of a request: whether its signed URL is still valid.
 */
export class Steering {
  readonly router: Router;
  readonly #params: CdnParams;
  readonly #content: ContentParams;
  readonly #topology: Topology;
  readonly #geography: Geography | undefined;
  readonly #streams: RandomStreams;
  readonly #draws: SteeringDraws;
  readonly #shares: number;
  /** False where nobody is reached over a transit network. */
  readonly #reachesFar: boolean;
  readonly #set: MetricSet;
  readonly #near: MetricHandle;
  readonly #far: MetricHandle;
  readonly #moved: MetricHandle;
  readonly #forbidden: MetricHandle;
  readonly #lost: MetricHandle;
  readonly #firstByte: MetricHandle;
  /** What edges have sent over transit networks, by region. */
  #farBytes: Float64Array;
  readonly #columns: SteeringColumns = {
    edge: new Int32Array(64), city: new Int32Array(64), provider: new Int32Array(64),
    drawn: new Int32Array(64), far: new Int32Array(64),
    way: new Float64Array(64), transit: new Float64Array(64), validUntil: new Float64Array(64),
  };

  constructor({ params, content, topology, geography, streams, metrics }: SteeringSetup) {
    this.#params = params;
    this.#content = content;
    this.#topology = topology;
    this.#geography = geography;
    this.router = new Router(topology, params.edge.nodes, params.routing.acrossRegions);
    this.#streams = streams;
    this.#draws = drawsOf(streams, '');
    this.#shares = params.providers.reduce((sum, provider) => sum + provider.share, 0);
    this.#reachesFar = params.peering.share < 1;
    this.#set = metrics;
    this.#near = metrics.bind(sessionsRouted, 'yes');
    this.#far = metrics.bind(sessionsRouted, 'no');
    this.#moved = metrics.bind(sessionsRerouted);
    this.#forbidden = metrics.bind(forbidden);
    this.#lost = metrics.bind(edgeLost);
    this.#firstByte = metrics.bind(timeToFirstByte);
    this.#farBytes = new Float64Array(topology.regions.length);
  }

  /** City of a viewer to come; 0 without a geography. */
  drawCity(stream: RandomStream): number {
    return this.#geography?.drawCity(stream) ?? 0;
  }

  /** Region of a city; 0 without a geography. */
  regionOf(city: number): number {
    return this.#geography?.cities.regionOf[city] ?? 0;
  }

  /** A viewer comes. */
  joined(now: Us, slot: number, city: number, isCrowd = false): void {
    if (slot >= this.#columns.edge.length) this.#grow(slot);
    const c = this.#columns;
    c.city[slot] = city;
    const draws = isCrowd ? this.#crowdDraws() : this.#draws;
    c.drawn[slot] = draws.edges.integer(this.#params.edge.nodes);
    c.provider[slot] = this.#drawProvider(draws.providers);
    const { share, transitRtt } = this.#params.peering;
    c.far[slot] = share < 1 && draws.peering.uniform() >= share ? 1 : 0;
    c.transit[slot] = c.far[slot] === 1 ? transitRtt : 0;
    this.#route(slot);
    this.#renew(now, slot);
  }

  /** The viewer who joined is one of those that are simulated. */
  counted(slot: number, accessRtt: Us): void {
    const rtt = accessRtt + this.#columns.way[slot]!;
    this.#set.add(rtt <= NEAR_US ? this.#near : this.#far, 1);
  }

  /** The viewer's edge answers with so many bytes. */
  sent(slot: number, bytes: Bytes): void {
    if (!this.#reachesFar || this.#columns.far[slot] !== 1) return;
    const edge = this.#columns.edge[slot]!;
    if (edge >= 0) this.#farBytes[this.#topology.regionOf[edge]!]! += bytes;
  }

  /** What edges of a region have sent over transit networks to viewers who waited for it. */
  sentFar(region: number): Bytes {
    return this.#farBytes[region]!;
  }

  /** The edge that a request goes to now; -1 when there is none. */
  edgeFor(slot: number): number {
    const edge = this.#columns.edge[slot]!;
    if (edge >= 0 && !this.router.isDown(edge)) return edge;
    this.#route(slot);
    if (this.#columns.edge[slot] !== edge) this.#set.add(this.#moved, 1);
    return this.#columns.edge[slot]!;
  }

  /** The edge that the slot's last request went to, or its first is to go to; -1 when there was none. */
  edgeOf(slot: number): number {
    return this.#columns.edge[slot]!;
  }

  /** Fetches from memory which edges some slots are sent to; the sum has no meaning, but has to be used. */
  warm(slots: Float64Array, count: number): number {
    const { edge } = this.#columns;
    let sum = 0;
    for (let k = 0; k < count; k++) sum += edge[slots[k]!]!;
    return sum;
  }

  /** Round-trip time between a viewer's access network and the edge. [us] */
  way(slot: number): Us {
    return this.#columns.way[slot]!;
  }

  /** Regions of the slot's viewer and of an edge. */
  regionsOf(slot: number, edge: number): readonly [number, number] {
    return [this.regionOf(this.#columns.city[slot]!), this.#topology.regionOf[edge]!];
  }

  /** The edge that takes a request at `at`, before which nothing is found out; -1 where it is refused. */
  edgeAhead(at: Us, slot: number): number {
    const c = this.#columns;
    const edge = c.edge[slot]!;
    if (edge < 0 || this.router.isDown(edge)) return -1;
    return this.#content.signedUrls === undefined || at <= c.validUntil[slot]! ? edge : -1;
  }

  /** Whether the edge refuses a request because the session's URLs have expired. */
  refuses(now: Us, slot: number): boolean {
    if (this.#content.signedUrls === undefined || now <= this.#columns.validUntil[slot]!) return false;
    this.#set.add(this.#forbidden, 1);
    return true;
  }

  /** A request came to an edge that is down. */
  lost(): void {
    this.#set.add(this.#lost, 1);
  }

  /** A refused viewer gets new URLs; false when they do not. */
  renewed(now: Us, slot: number): boolean {
    if (this.#content.signedUrls?.renew !== true) return false;
    this.#renew(now, slot);
    return true;
  }

  /** The first byte of an answer left the edge so long after the request reached it. */
  firstByte(afterUs: Us): void {
    this.#set.observe(this.#firstByte, Math.max(0, afterUs) / US_PER_S);
  }

  save(): SteeringState {
    return {
      router: this.router.save(), columns: structuredClone(this.#columns), farBytes: this.#farBytes.slice(),
    };
  }

  restore(state: SteeringState): void {
    this.router.restore(state.router);
    Object.assign(this.#columns, structuredClone(state.columns));
    this.#farBytes = state.farBytes.slice();
  }

  #renew(now: Us, slot: number): void {
    const lifetime = this.#content.signedUrls?.lifetime ?? NEVER;
    this.#columns.validUntil[slot] = now + lifetime;
  }

  #route(slot: number): void {
    const c = this.#columns;
    const edge = this.router.edgeFor(c.city[slot]!, c.provider[slot]!, c.drawn[slot]!);
    c.edge[slot] = edge;
    c.way[slot] = c.transit[slot]! + (edge < 0 ? 0 : this.#topology.rtt(c.city[slot]!, edge));
  }

  /** Numbers of a crowd's own: those of the usual viewers stay what they are. */
  #crowdDraws(): SteeringDraws {
    return drawsOf(this.#streams, 'faults/crowd/');
  }

  #drawProvider(stream: RandomStream): number {
    const { providers } = this.#params;
    if (providers.length === 1) return 0;
    let left = stream.uniform() * this.#shares;
    for (let i = 0; i < providers.length - 1; i++) {
      left -= providers[i]!.share;
      if (left < 0) return i;
    }
    return providers.length - 1;
  }

  #grow(slot: number): void {
    const c = this.#columns;
    for (const name of ['edge', 'city', 'provider', 'drawn', 'far'] as const) {
      c[name] = larger(c[name], slot + 1);
    }
    for (const name of ['way', 'transit', 'validUntil'] as const) c[name] = larger(c[name], slot + 1);
  }
}
