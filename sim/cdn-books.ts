import type { CacheTierParams, CdnParams } from '../models/cdn/params.ts';
import {
  cdnTime, edgeBandwidth, edgeCpu, edgeCpuPercent, edgeSent, edgeServerTime,
} from '../models/cdn/topology/metrics.ts';
import { TIERS, type Places } from '../models/cdn/topology/places.ts';
import { ServerLimits, type ServerLimitsState } from '../models/cdn/topology/server-limits.ts';
import type { Topology } from '../models/cdn/topology/topology.ts';
import { MARKETS } from '../models/cdn/topology/markets.ts';
import type { MetricHandle, MetricSet } from '../models/core/metrics.ts';
import { US_PER_S, type Bytes, type Us } from '../models/core/units.ts';
import { usage } from '../models/cost/metrics.ts';
import { RegionBooks, type RegionBooksState } from './region-books.ts';

/** Copied state of the books. */
export interface CdnBooksState {
  readonly limits: readonly ServerLimitsState[];
  readonly sent: Float64Array;
  readonly requests: Float64Array;
  readonly settledSent: Float64Array;
  readonly settledCpu: Float64Array;
  readonly settledRequests: number;
  readonly settledAt: Us;
  readonly probed: Float64Array;
  readonly probedAt: Float64Array;
  readonly regions: RegionBooksState;
}

/** Which part of a CDN a run simulates: all of it, or that of a shard. */
export interface SimulatedPlaces {
  /** Whether viewers of an edge are simulated. */
  readonly owns: (edge: number) => boolean;
  /** True in one shard of a run: what there is once is counted there. */
  readonly isFirst: boolean;
  /** From when on what places answer counts. [us] */
  readonly measureFrom: Us;
}

/** Handles of one region's metrics. */
interface RegionMeters {
  readonly sent: MetricHandle;
  readonly bandwidth: MetricHandle;
  readonly cpu: MetricHandle;
  readonly serverTime: MetricHandle;
  readonly cpuPercent: MetricHandle;
}

/**
 * What servers have sent and worked. A request costs an addition here; metrics, by region, and usage that
 * is paid for are brought up to date when somebody looks.
 */
export class CdnBooks {
  /** True when edges are limited in what they send. */
  readonly limited: boolean;
  /** By region, and what each place has answered. */
  readonly regions: RegionBooks;
  readonly #tiers: readonly CacheTierParams[];
  readonly #topology: Topology;
  readonly #places: Places;
  readonly #set: MetricSet;
  readonly #simulated: SimulatedPlaces;
  readonly #limits: readonly ServerLimits[];
  readonly #regions: readonly RegionMeters[];
  readonly #time: MetricHandle;
  readonly #requestUsage: MetricHandle;
  /** What is paid for egress, by provider and region. */
  readonly #egressUsage: readonly MetricHandle[];
  /** First server of each tier. */
  readonly #firstOf: readonly number[];
  /** Bytes sent and requests answered so far, by server. */
  readonly #sent: Float64Array;
  readonly #requests: Float64Array;
  readonly #settledSent: Float64Array;
  readonly #settledCpu: Float64Array;
  readonly #probed: Float64Array;
  readonly #probedAt: Float64Array;
  #settledRequests = 0;
  #settledAt: Us = 0;

  constructor(
    params: CdnParams, topology: Topology, places: Places, metrics: MetricSet, simulated: SimulatedPlaces,
    overTransit: (region: number) => Bytes,
  ) {
    this.regions = new RegionBooks(params, topology, metrics, overTransit);
    this.#simulated = simulated;
    this.#tiers = [params.edge, params.regional, params.shield];
    this.#topology = topology;
    this.#places = places;
    this.#set = metrics;
    const counts = [topology.edges, topology.regionals, topology.shields];
    const servers = counts.map((count, tier) => count * this.#tiers[tier]!.servers);
    this.#limits = this.#tiers.map((tier, i) => new ServerLimits(tier.server, servers[i]!));
    this.limited = this.#limits[0]!.limited;
    this.#firstOf = [0, servers[0]!, servers[0]! + servers[1]!];
    this.#sent = new Float64Array(places.nodes);
    this.#requests = new Float64Array(places.nodes);
    this.#settledSent = new Float64Array(places.nodes);
    this.#settledCpu = new Float64Array(places.nodes);
    this.#probed = new Float64Array(topology.edges);
    this.#probedAt = new Float64Array(topology.edges);
    this.#time = metrics.bind(cdnTime);
    this.#requestUsage = metrics.bind(usage, 'cdn', 'cloudfront.requests');
    this.#regions = topology.regions.map((region) => ({
      sent: metrics.bind(edgeSent, region),
      bandwidth: metrics.bind(edgeBandwidth, region),
      cpu: metrics.bind(edgeCpu, region),
      serverTime: metrics.bind(edgeServerTime, region),
      cpuPercent: metrics.bind(edgeCpuPercent, region),
    }));
    this.#egressUsage = params.providers.flatMap(({ egress }) => topology.regions.map((region) =>
      metrics.bind(usage, 'cdn', `${egress}.${MARKETS.get(region) ?? 'us'}`)));
  }

  /** A server answers: how much later than without limits its first byte leaves. [us] */
  answered(node: number, now: Us, bytes: Bytes, level: number, own: boolean): Us {
    this.regions.counts.answered(this.#places.popOf[node]!, bytes, own);
    this.#sent[node]! += bytes;
    this.#requests[node]!++;
    const tier = this.#places.tierOf[this.#places.popOf[node]!]!;
    return this.#limits[tier]!.answer(node - this.#firstOf[tier]!, now, bytes, level);
  }

  /** Share of its capacity to send that an edge has used since this was asked last. */
  sendingShare(edge: number, now: Us): number {
    const servers = this.#tiers[0]!.servers;
    let done = 0;
    for (let i = 0; i < servers; i++) done += this.#limits[0]!.sendingDone(edge * servers + i, now);
    const span = now - this.#probedAt[edge]!;
    const share = span > 0 ? (done - this.#probed[edge]!) / (span * servers) : 0;
    this.#probed[edge] = done;
    this.#probedAt[edge] = now;
    return share;
  }

  /** Brings metrics up to now. */
  settle(now: Us): void {
    if (now <= this.#simulated.measureFrom) this.regions.counts.mark();
    const spanS = (now - this.#settledAt) / US_PER_S;
    if (spanS <= 0) return;
    this.#settledAt = now;
    this.regions.settle();
    const { regions, regionOf, providerOf } = this.#topology;
    const bytes = new Float64Array(regions.length);
    const cpu = new Float64Array(regions.length);
    const servers = new Float64Array(regions.length);
    const simulated = new Float64Array(regions.length);
    let requests = 0;
    for (let node = 0; node < this.#firstOf[1]!; node++) {
      const pop = this.#places.popOf[node]!;
      const region = regionOf[pop]!;
      const sent = this.#sent[node]! - this.#settledSent[node]!;
      const cpuDone = this.#limits[0]!.cpuDone(node, now);
      bytes[region]! += sent;
      cpu[region]! += (cpuDone - this.#settledCpu[node]!) / US_PER_S;
      servers[region]!++;
      if (this.#simulated.owns(pop)) simulated[region]!++;
      requests += this.#requests[node]!;
      this.#settledSent[node] = this.#sent[node]!;
      this.#settledCpu[node] = cpuDone;
      const item = providerOf[pop]! * regions.length + region;
      if (sent > 0) this.#set.add(this.#egressUsage[item]!, sent / 1e9);
    }
    this.#regions.forEach((meters, region) => {
      if (servers[region] === 0) return;
      this.#set.add(meters.sent, bytes[region]!);
      this.#set.add(meters.cpu, cpu[region]!);
      this.#set.add(meters.serverTime, simulated[region]! * spanS);
      this.#set.set(meters.bandwidth, (8 * bytes[region]!) / spanS / 1e9);
      // Of all servers of the region, so that the gauges of shards add up.
      this.#set.set(meters.cpuPercent, (100 * cpu[region]!) / (servers[region]! * spanS));
    });
    if (this.#simulated.isFirst) this.#set.add(this.#time, spanS);
    this.#set.add(this.#requestUsage, requests - this.#settledRequests);
    this.#settledRequests = requests;
  }

  /** Links and networks that were full for most of the time, as sentences. */
  warnings(now: Us, carriedBits: (node: number) => number): string[] {
    if (now === 0) return [];
    const { popOf, tierOf } = this.#places;
    return TIERS.flatMap((tier, i) => {
      let uplinks = 0;
      let senders = 0;
      for (let node = 0; node < popOf.length; node++) {
        if (tierOf[popOf[node]!] !== i) continue;
        const capacity = (this.#tiers[i]!.uplink * now) / US_PER_S;
        if (carriedBits(node) / capacity > FULL) uplinks++;
        if (this.#limits[i]!.sendingDone(node - this.#firstOf[i]!, now) / now > FULL) senders++;
      }
      const most = `all they can for more than ${100 * FULL} % of the time`;
      const found: string[] = [];
      if (uplinks > 0) found.push(`Links saturated: ${counted(uplinks, `${tier} uplink`)} carried ${most}.`);
      if (senders > 0) found.push(`Servers saturated: ${counted(senders, `${tier} server`)} sent ${most}.`);
      return found;
    });
  }

  save(): CdnBooksState {
    return {
      limits: this.#limits.map((limits) => limits.save()), sent: this.#sent.slice(),
      requests: this.#requests.slice(), settledSent: this.#settledSent.slice(),
      settledCpu: this.#settledCpu.slice(), settledRequests: this.#settledRequests,
      settledAt: this.#settledAt, probed: this.#probed.slice(), probedAt: this.#probedAt.slice(),
      regions: this.regions.save(),
    };
  }

  restore(state: CdnBooksState): void {
    state.limits.forEach((limits, tier) => this.#limits[tier]!.restore(limits));
    this.#sent.set(state.sent);
    this.#requests.set(state.requests);
    this.#settledSent.set(state.settledSent);
    this.#settledCpu.set(state.settledCpu);
    this.#settledRequests = state.settledRequests;
    this.#settledAt = state.settledAt;
    this.#probed.set(state.probed);
    this.#probedAt.set(state.probedAt);
    this.regions.restore(state.regions);
  }
}

/** Share of the time from which on a link or a server is called full. */
const FULL = 0.8;

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
