import type { CdnParams } from '../models/cdn/params.ts';
import type { Router } from '../models/cdn/topology/router.ts';
import type { Us } from '../models/core/units.ts';
import { isDeliveryFault, type DeliveryFault } from '../models/operations/faults/delivery-params.ts';
import type { FaultParams } from '../models/operations/faults/params.ts';
import { isDeliveryAction, type DeliveryAction } from '../models/operations/runbook/delivery-params.ts';
import type { ActionParams } from '../models/operations/runbook/params.ts';
import { CODES } from './codes.ts';
import { DeliveryFaults, type DeliveryFaultSetup } from './delivery-faults.ts';
import type { Levers } from './incidents.ts';

/** What levers pull at. */
export interface LeverSetup extends DeliveryFaultSetup {
  readonly params: CdnParams;
  readonly router: Router;
}

/** Copied state of levers. */
export interface PlaybackLeversState {
  /** Actions that are on now. */
  readonly on: readonly string[];
  /** Places taken out of routing by hand, and by the CDN's own monitoring. */
  readonly byHand: readonly number[];
  readonly found: readonly number[];
}

/** What can be broken and mended in playback while it runs. */
export class PlaybackLevers implements Levers {
  readonly #setup: LeverSetup;
  readonly #faults: DeliveryFaults;
  readonly #on = new Set<string>();
  readonly #byHand = new Set<number>();
  readonly #found = new Set<number>();

  constructor(setup: LeverSetup) {
    this.#setup = setup;
    this.#faults = new DeliveryFaults(setup);
    setup.loop.on(CODES.videoMended, (video) => setup.origin.mend(video));
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

  begin(fault: DeliveryFault, until: Us): void {
    this.#faults.begin(fault, until);
  }

  end(fault: DeliveryFault): void {
    this.#faults.end(fault);
  }

  /** The CDN's own monitoring finds out that a fault began or ended: what is well again comes back. */
  foundOut(fault: DeliveryFault, began: boolean): void {
    if (fault.kind === 'serverDown') return this.#serverFound(fault, began);
    if (fault.kind !== 'placeDown') return;
    for (const pop of this.#faults.places(fault)) {
      if (began) this.#found.add(pop);
      else for (const set of [this.#found, this.#byHand]) set.delete(pop);
      this.#tellRouting(pop);
    }
  }

  /** The keys of a server go to the others of its place; a place without servers is down itself. */
  #serverFound(fault: Extract<DeliveryFault, { kind: 'serverDown' }>, out: boolean): void {
    const { places } = this.#setup.cdn;
    for (const node of this.#faults.servers(fault)) {
      const pop = places.popOf[node]!;
      const before = places.aliveIn(pop);
      places.setOut(node, out);
      const after = places.aliveIn(pop);
      if (before > 0 && after === 0) this.#found.add(pop);
      if (before === 0 && after > 0) this.#found.delete(pop);
      this.#tellRouting(pop);
    }
  }

  /** True when it would change nothing, as it is so already. */
  isDone(action: ActionParams): boolean {
    return action.action === 'shield' ? this.#setup.cdn.ways.shieldOn : this.#on.has(action.action);
  }

  /** Somebody does something about it, or undoes it. */
  act(action: DeliveryAction): void {
    const { cdn, ports, origin, control } = this.#setup;
    const on = !('on' in action) || action.on;
    if (on) this.#on.add(action.action);
    else this.#on.delete(action.action);
    switch (action.action) {
      case 'reroute':
        return this.#reroute(action.edge, on);
      case 'shield':
        return cdn.ways.setShield(on);
      case 'prewarm':
        return this.#prewarm(action, on);
      case 'scaleOrigin':
        return origin.setScale(on ? action.factor : 1);
      case 'failoverOrigin':
        return ports.setMuted('origin', on);
      case 'multiRegionRead':
        return cdn.reads.setMultiRegion(on);
      case 'rollback':
        origin.setRolledBack(on);
        return ports.setMuted('edge', on);
      case 'manifestTtl':
        return origin.setManifestTtl(on ? action.ttl : undefined);
      case 'ladderCap':
        control.tuning.mostRendition = on ? this.#renditionOf(action.height) : Infinity;
        return;
      case 'prebuffer':
        control.tuning.mostAheadUs = on ? action.segments * this.#setup.catalogue.segmentUs(0) : Infinity;
        return;
      case 'serveCachedOnly':
        return cdn.setCachedOnly(on);
      case 'staticPage':
        control.closed = on;
        return;
      case 'hideVideo':
        return this.#hide(action.video, on);
      case 'retranscode':
        return this.#retranscode(action.video, action.takes);
      default:
        action satisfies never;
    }
  }

  save(): PlaybackLeversState {
    return { on: [...this.#on], byHand: [...this.#byHand], found: [...this.#found] };
  }

  restore(state: PlaybackLeversState): void {
    for (const key of ['on', 'byHand', 'found'] as const) {
      const set = { on: this.#on, byHand: this.#byHand, found: this.#found }[key] as Set<unknown>;
      set.clear();
      for (const one of state[key]) set.add(one);
    }
  }

  /** Places that are down, and an edge, are taken out of routing; or what was taken out comes back. */
  #reroute(edge: number | 'worst' | undefined, on: boolean): void {
    const { cdn, control, topology } = this.#setup;
    const before = [...this.#byHand];
    if (on) {
      for (let pop = 0; pop < topology.pops; pop++) if (cdn.ways.isDown(pop)) this.#byHand.add(pop);
    } else this.#byHand.clear();
    const named = edge === 'worst' ? control.edges?.worst() : edge;
    if (on && named !== undefined && named < topology.edges) this.#byHand.add(named);
    for (const pop of new Set([...before, ...this.#byHand])) this.#tellRouting(pop);
  }

  #tellRouting(pop: number): void {
    const { cdn, router, topology } = this.#setup;
    const avoided = this.#byHand.has(pop) || this.#found.has(pop);
    cdn.ways.setAvoided(pop, avoided);
    if (pop < topology.edges) router.setHealth(pop, !avoided);
  }

  #prewarm({ video, videos }: Extract<DeliveryAction, { action: 'prewarm' }>, on: boolean): void {
    const { content, control, loop } = this.#setup;
    if (!on) return content.stopFilling();
    content.order({
      what: 'prefetch', at: loop.now, video: video === 'hot' ? control.watch.hottest() : video, count: videos,
      part: 'all', tier: 'edge', regions: [], segments: 100_000, rate: PREWARM_RATE,
    });
  }

  /** The highest rendition of at most so many lines, the lowest at least. */
  #renditionOf(height: number): number {
    return Math.max(0, this.#setup.catalogue.heights(0).findLastIndex((lines) => lines <= height));
  }

  #hide(video: number | 'worst', on: boolean): void {
    const { hidden, watch } = this.#setup.control;
    const which = video === 'worst' ? watch.worst() : video;
    if (!on) hidden.clear();
    else if (which !== undefined) hidden.add(which);
  }

  #retranscode(video: number | 'worst', takes: Us): void {
    const { control, loop } = this.#setup;
    const which = video === 'worst' ? control.watch.worst() : video;
    if (which !== undefined) loop.schedule(loop.now + takes, CODES.videoMended, which, 0);
  }
}

/** Rate at which each server is filled when somebody orders it: an appliance's off-peak fill. [bits/s] */
const PREWARM_RATE = 1.2e9; // Netflix, cited in models/storage/content-params.ts
