import type { Geography } from '../models/cdn/geography/geography.ts';
import type { CdnParams } from '../models/cdn/params.ts';
import type { Router } from '../models/cdn/topology/router.ts';
import type { Topology } from '../models/cdn/topology/topology.ts';
import type { Us } from '../models/core/units.ts';
import { isDeliveryFault, type DeliveryFault } from '../models/operations/faults/delivery-params.ts';
import type { FaultParams } from '../models/operations/faults/params.ts';
import { isDeliveryAction, type DeliveryAction } from '../models/operations/runbook/delivery-params.ts';
import type { ActionParams } from '../models/operations/runbook/params.ts';
import type { Catalogue } from '../models/storage/catalogue.ts';
import { placesOf, type PlaceScope } from './cdn-schedule.ts';
import type { SimulatedCdn } from './cdn.ts';
import type { CdnPortFaults } from './cdn-port-faults.ts';
import type { ContentOperations } from './content.ts';
import type { Levers } from './incidents.ts';
import type { EventLoop } from './kernel/event-loop.ts';
import type { SimulatedOrigin } from './origin.ts';

/** What levers pull at. */
export interface LeverSetup {
  readonly params: CdnParams;
  readonly topology: Topology;
  readonly geography: Geography | undefined;
  readonly catalogue: Catalogue;
  readonly cdn: SimulatedCdn;
  readonly origin: SimulatedOrigin;
  readonly router: Router;
  readonly content: ContentOperations;
  readonly ports: CdnPortFaults;
  readonly loop: EventLoop;
}

/** Copied state of levers. */
export interface PlaybackLeversState {
  /** Places that faults hold down now. */
  readonly down: readonly number[];
  readonly overload: number;
  readonly scale: number;
}

/** What can be broken and mended in playback while it runs. */
export class PlaybackLevers implements Levers {
  readonly #setup: LeverSetup;
  readonly #down = new Set<number>();
  /** Part of its capacity that a fault leaves the origin, and times that people gave it. */
  #overload = 1;
  #scale = 1;

  constructor(setup: LeverSetup) {
    this.#setup = setup;
  }

  /** Time until the CDN's own monitoring finds out about a place that goes down or comes back. [us] */
  get detection(): Us {
    return this.#setup.params.routing.detection;
  }

  breaks(fault: FaultParams): boolean {
    return isDeliveryFault(fault);
  }

  mends(action: ActionParams): boolean {
    return isDeliveryAction(action);
  }

  /** A fault begins, to last until a time; what it is about follows from its scope. */
  begin(fault: DeliveryFault, until: Us): void {
    const { ports, origin, loop } = this.#setup;
    const from = loop.now;
    switch (fault.kind) {
      case 'placeDown':
        return this.#setDown(this.#places(fault), true);
      case 'originOutage':
        return ports.add('origin', this.#asking(fault.region),
          { from, until, ramp: fault.ramp, share: fault.share, status: 503, delay: 0 });
      case 'originSlow':
        return ports.add('origin', this.#asking(undefined),
          { from, until, ramp: fault.ramp, share: 0, status: 0, delay: fault.delay });
      case 'originOverload':
        this.#overload = fault.capacity;
        return origin.scaled(this.#overload * this.#scale);
      case 'badDeploy':
        return ports.add('edge', this.#edges(fault),
          { from, until, ramp: fault.ramp, share: fault.share, status: fault.status, delay: fault.delay });
      case 'keyExpiry':
        return ports.add('edge', this.#edges(fault), {
          from,
          until,
          ramp: 0,
          share: 1,
          status: 403,
          delay: 0,
        });
      case 'cacheFlush':
        return this.#flush(this.#places(fault));
      default:
        fault satisfies never;
    }
  }

  /** A fault ends by itself; those at ports do so by their time. */
  end(fault: DeliveryFault): void {
    if (fault.kind === 'placeDown') this.#setDown(this.#places(fault), false);
    if (fault.kind !== 'originOverload') return;
    this.#overload = 1;
    this.#setup.origin.scaled(this.#scale);
  }

  /** The CDN's own monitoring finds out that a fault began or ended. */
  foundOut(fault: DeliveryFault, began: boolean): void {
    if (fault.kind !== 'placeDown') return;
    for (const pop of this.#places(fault)) this.#avoid(pop, began);
  }

  /** Somebody does something about it. */
  act(action: DeliveryAction): void {
    const { cdn, ports, origin, content, loop } = this.#setup;
    switch (action.action) {
      case 'reroute':
        for (const pop of this.#down) this.#avoid(pop, true);
        return;
      case 'shield':
        return cdn.setShield(action.on);
      case 'prewarm':
        return content.order({
          what: 'prefetch',
          at: loop.now,
          video: 0,
          count: action.videos,
          part: 'all',
          tier: 'edge',
          regions: [],
          segments: 100_000,
          rate: PREWARM_RATE,
        });
      case 'scaleOrigin':
        this.#scale = action.factor;
        return origin.scaled(this.#overload * this.#scale);
      case 'failoverOrigin':
        return ports.clear('origin');
      case 'rollback':
        return ports.clear('edge');
      default:
        action satisfies never;
    }
  }

  save(): PlaybackLeversState {
    return { down: [...this.#down], overload: this.#overload, scale: this.#scale };
  }

  restore(state: PlaybackLeversState): void {
    this.#down.clear();
    for (const pop of state.down) this.#down.add(pop);
    this.#overload = state.overload;
    this.#scale = state.scale;
  }

  #setDown(pops: readonly number[], down: boolean): void {
    for (const pop of pops) {
      if (down) this.#down.add(pop);
      else this.#down.delete(pop);
      this.#setup.cdn.setDown(pop, down);
    }
  }

  #avoid(pop: number, avoided: boolean): void {
    const { cdn, router, topology } = this.#setup;
    cdn.setAvoided(pop, avoided);
    if (pop < topology.edges) router.setHealth(pop, !avoided);
  }

  #flush(pops: readonly number[]): void {
    const { cdn, catalogue } = this.#setup;
    for (let node = 0; node < cdn.places.nodes; node++) {
      if (!pops.includes(cdn.places.popOf[node]!)) continue;
      for (let object = 0; object < catalogue.objects; object++) cdn.nodes[node]!.purged(object);
    }
  }

  #places(scope: PlaceScope): number[] {
    return placesOf(scope, this.#setup.topology, this.#setup.geography);
  }

  #edges(scope: Omit<PlaceScope, 'tier'>): number[] {
    return this.#places({ ...scope, tier: 'edge' });
  }

  /** Every place of a region, or of all, that may ask the origin. */
  #asking(region: string | undefined): number[] {
    const tiers = ['edge', 'regional', 'shield'] as const;
    return tiers.flatMap((tier) => this.#places({ tier, region }));
  }
}

/** Rate at which each server is filled when somebody orders it: an appliance's off-peak fill. [bits/s] */
const PREWARM_RATE = 1.2e9; // Netflix, cited in models/storage/content-params.ts
