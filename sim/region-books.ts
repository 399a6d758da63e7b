import type { CdnParams } from '../models/cdn/params.ts';
import { MARKETS } from '../models/cdn/topology/markets.ts';
import { edgeAnswers, edgeHitSent, edgeLinkSent } from '../models/cdn/topology/metrics.ts';
import { PlaceCounts, type PlaceCountsState } from '../models/cdn/topology/place-counts.ts';
import type { Topology } from '../models/cdn/topology/topology.ts';
import type { MetricHandle, MetricSet } from '../models/core/metrics.ts';
import type { Bytes } from '../models/core/units.ts';
import { usage } from '../models/cost/metrics.ts';

/** Copied state of these books. */
export interface RegionBooksState {
  readonly counts: PlaceCountsState;
  readonly settled: readonly Float64Array[];
}

/** Handles of one region; those of usage are undefined where nothing is paid. */
interface RegionHandles {
  readonly hits: MetricHandle;
  readonly misses: MetricHandle;
  readonly errors: MetricHandle;
  readonly hitBytes: MetricHandle;
  readonly peering: MetricHandle;
  readonly transit: MetricHandle;
  readonly paidPeering: MetricHandle | undefined;
  readonly paidTransit: MetricHandle | undefined;
  readonly paidTiers: ReadonlyArray<MetricHandle | undefined>;
}

/**
 * What places have answered, summed by region: hits, errors, bytes by the kind of link to viewers, and what
 * is paid for them by link and by tier.
 */
export class RegionBooks {
  readonly counts: PlaceCounts;
  readonly #topology: Topology;
  readonly #set: MetricSet;
  readonly #overTransit: (region: number) => Bytes;
  readonly #handles: readonly RegionHandles[];
  /** Of each region: hits, misses, errors, hit bytes, bytes, bytes over transit, bytes of the upper tiers. */
  readonly #settled: readonly Float64Array[];

  /** `overTransit`: what has gone to viewers over transit networks from edges of a region so far. */
  constructor(
    params: CdnParams, topology: Topology, metrics: MetricSet, overTransit: (region: number) => Bytes,
  ) {
    this.counts = new PlaceCounts(topology.pops);
    this.#topology = topology;
    this.#set = metrics;
    this.#overTransit = overTransit;
    const paid = (part: string, item: string | undefined, region: string) => (item === undefined ? undefined
      : metrics.bind(usage, part, `${item}.${MARKETS.get(region) ?? 'us'}`));
    this.#handles = topology.regions.map((region) => ({
      hits: metrics.bind(edgeAnswers, region, 'hit'), misses: metrics.bind(edgeAnswers, region, 'miss'),
      errors: metrics.bind(edgeAnswers, region, 'error'), hitBytes: metrics.bind(edgeHitSent, region),
      peering: metrics.bind(edgeLinkSent, region, 'peering'),
      transit: metrics.bind(edgeLinkSent, region, 'transit'),
      paidPeering: paid('peering', params.peering.item, region),
      paidTransit: paid('transit', params.peering.transitItem, region),
      paidTiers: [undefined, paid('regional', params.regional.egress, region),
        paid('shield', params.shield.egress, region)],
    }));
    this.#settled = topology.regions.map(() => new Float64Array(COLUMNS));
  }

  /** Brings metrics up to now. */
  settle(): void {
    const { regions, regionOf, edges, regionals, pops } = this.#topology;
    const sums = (from: number, to: number) => this.counts.sums(regions.length, from, to, regionOf);
    const tiers = [sums(0, edges), sums(edges, edges + regionals), sums(edges + regionals, pops)];
    regions.forEach((_region, i) => {
      const edge = tiers[0]![i]!;
      const now = [edge.hits, edge.requests - edge.hits - edge.errors, edge.errors, edge.hitBytes, edge.bytes,
        Math.min(edge.bytes, this.#overTransit(i)), tiers[1]![i]!.bytes, tiers[2]![i]!.bytes];
      this.#add(i, now.map((value, column) => value - this.#settled[i]![column]!));
      this.#settled[i]!.set(now);
    });
  }

  save(): RegionBooksState {
    return { counts: this.counts.save(), settled: this.#settled.map((row) => row.slice()) };
  }

  restore(state: RegionBooksState): void {
    this.counts.restore(state.counts);
    this.#settled.forEach((row, i) => row.set(state.settled[i]!));
  }

  #add(region: number, gained: readonly number[]): void {
    const [hits, misses, errors, hitBytes, bytes, transit, regional, shield] = gained as [
      number, number, number, number, number, number, number, number];
    if (hits + misses + errors + bytes + regional + shield === 0) return;
    const handles = this.#handles[region]!;
    const add = (handle: MetricHandle | undefined, amount: number) => {
      if (handle !== undefined && amount !== 0) this.#set.add(handle, amount);
    };
    add(handles.hits, hits);
    add(handles.misses, misses);
    add(handles.errors, errors);
    add(handles.hitBytes, hitBytes);
    add(handles.peering, bytes - transit);
    add(handles.transit, transit);
    add(handles.paidPeering, (bytes - transit) / 1e9);
    add(handles.paidTransit, transit / 1e9);
    add(handles.paidTiers[1], regional / 1e9);
    add(handles.paidTiers[2], shield / 1e9);
  }
}

const COLUMNS = 8;
