import type { Geography } from '../models/cdn/geography/geography.ts';
import type { Topology } from '../models/cdn/topology/topology.ts';
import type { Us } from '../models/core/units.ts';
import type { DeliveryFault } from '../models/operations/faults/delivery-params.ts';
import type { Catalogue } from '../models/storage/catalogue.ts';
import { placesOf, type PlaceScope } from './cdn-schedule.ts';
import type { SimulatedCdn } from './cdn.ts';
import type { CdnPortFaults } from './cdn-port-faults.ts';
import type { ContentOperations } from './content.ts';
import type { Crowds } from './crowds.ts';
import type { EventLoop } from './kernel/event-loop.ts';
import type { SimulatedOrigin } from './origin.ts';
import type { ViewerControl } from './viewer-control.ts';

/** What faults of delivery break. */
export interface DeliveryFaultSetup {
  readonly topology: Topology;
  readonly geography: Geography | undefined;
  readonly catalogue: Catalogue;
  readonly cdn: SimulatedCdn;
  readonly origin: SimulatedOrigin;
  readonly content: ContentOperations;
  readonly ports: CdnPortFaults;
  readonly control: ViewerControl;
  readonly crowds: Crowds;
  readonly loop: EventLoop;
}

/** Breaks delivery as faults say; it keeps nothing: what breaks has a state of its own. */
export class DeliveryFaults {
  readonly #setup: DeliveryFaultSetup;

  constructor(setup: DeliveryFaultSetup) {
    this.#setup = setup;
  }

  /** A fault begins, to last until a time; what it is about follows from its scope. */
  begin(fault: DeliveryFault, until: Us): void {
    const { ports, origin, control, crowds, loop } = this.#setup;
    const from = loop.now;
    switch (fault.kind) {
      case 'placeDown':
        for (const pop of this.places(fault)) this.#setup.cdn.ways.setDown(pop, true);
        return;
      case 'serverDown':
        for (const node of this.servers(fault)) this.#setup.cdn.ways.setServerDown(node, true);
        return;
      case 'originOutage': {
        const { ramp, share } = fault;
        return ports.add('origin', this.#sites(fault), { from, until, ramp, share, status: 503, delay: 0 });
      }
      case 'originSlow': {
        const { ramp, delay } = fault;
        return ports.add('origin', this.#sites({}), { from, until, ramp, share: 0, status: 0, delay });
      }
      case 'originOverload':
        return origin.setLeft(fault.capacity);
      case 'badDeploy': {
        const { ramp, share, status, delay } = fault;
        return ports.add('edge', this.#edges(fault), { from, until, ramp, share, status, delay });
      }
      case 'keyExpiry':
        return ports.add('edge', this.#edges(fault),
          { from, until, ramp: 0, share: 1, status: 403, delay: 0 });
      case 'partition':
        return ports.cutOff(this.#setup.topology.regions.indexOf(fault.region), until);
      case 'network': {
        const { way, ramp, latency, loss } = fault;
        const tier = way === 'viewers' ? 'edge' : way;
        return ports.addWay(way === 'viewers' ? 'access' : 'way', this.places({ ...fault, tier }),
          { from, until, ramp, latency, loss });
      }
      case 'herd':
        return crowds.add({ from, until, rise: fault.rise, factor: fault.factor, video: undefined });
      case 'hotVideo':
        return crowds.add({ from, until, rise: fault.rise, factor: fault.factor, video: fault.video });
      case 'brokenVideo':
        return this.#breakVideo(fault.video, fault.share);
      case 'shortTtl':
        return origin.setMostTtl(fault.ttl);
      case 'retryStorm': {
        const { retries, every, share } = fault;
        return control.retries.add({ from, until, retries, every, share });
      }
      case 'cacheFlush':
        return this.#flush(this.places(fault));
      default:
        fault satisfies never;
    }
  }

  /** A fault ends by itself; those at ports, ways and clients do so by their time. */
  end(fault: DeliveryFault): void {
    if (fault.kind === 'placeDown') {
      for (const pop of this.places(fault)) this.#setup.cdn.ways.setDown(pop, false);
    } else if (fault.kind === 'serverDown') {
      for (const node of this.servers(fault)) this.#setup.cdn.ways.setServerDown(node, false);
    } else if (fault.kind === 'originOverload') this.#setup.origin.setLeft(1);
    else if (fault.kind === 'brokenVideo') this.#setup.origin.mend(fault.video);
    else if (fault.kind === 'shortTtl') this.#setup.origin.setMostTtl(undefined);
  }

  /** Places that a fault is about. */
  places(scope: PlaceScope): number[] {
    return placesOf(scope, this.#setup.topology, this.#setup.geography);
  }

  /** Servers that a fault is about. */
  servers(fault: Extract<DeliveryFault, { kind: 'serverDown' }>): number[] {
    const { firstOf } = this.#setup.cdn.places;
    return this.places(fault).map((pop) => firstOf[pop]! + fault.server);
  }

  #edges(scope: Omit<PlaceScope, 'tier'>): number[] {
    return this.places({ ...scope, tier: 'edge' });
  }

  /** Sites of the origin: one by number, those of a region, or all. */
  #sites({ region, site }: { readonly region?: string | undefined; readonly site?: number | undefined }) {
    const { topology } = this.#setup;
    return topology.sitesOf(0).filter((one) => (site === undefined || one === site)
      && (region === undefined || topology.regions[topology.regionOfSite(one)] === region));
  }

  /** What caches hold of it goes, as it does when a video is encoded anew, and the origin lacks segments. */
  #breakVideo(video: number, share: number): void {
    const { origin, content, loop } = this.#setup;
    origin.breakVideo(video, share);
    content.order({ what: 'purge', at: loop.now, video, part: 'all' });
  }

  #flush(pops: readonly number[]): void {
    const { cdn, catalogue } = this.#setup;
    for (let node = 0; node < cdn.places.nodes; node++) {
      if (!pops.includes(cdn.places.popOf[node]!)) continue;
      for (let object = 0; object < catalogue.objects; object++) cdn.nodes[node]!.purged(object);
    }
  }
}
