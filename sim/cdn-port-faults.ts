import { edgeLost } from '../models/cdn/topology/metrics.ts';
import type { MetricHandle, MetricSet } from '../models/core/metrics.ts';
import type { RandomStream, RandomStreams } from '../models/core/rng.ts';
import type { Us } from '../models/core/units.ts';
import { PortFaults, type PortFault, type PortVerdict } from '../models/operations/faults/port-faults.ts';
import { WayFaults, type WayFault, type WayState } from '../models/operations/faults/way-faults.ts';
import type { EventLoop } from './kernel/event-loop.ts';

/** How long it takes to notice that somebody does not answer at all; assumed. [us] */
export const LOST_AFTER_US = 1_000_000;

/** What faults do to calls at the ports of the CDN; the caches know nothing of it. */
export interface CdnVerdicts {
  /** A viewer's request at an edge, when anything can happen to it. */
  edge(pop: number): Readonly<PortVerdict> | undefined;
  /** A request at a site of the origin. */
  origin(site: number): Readonly<PortVerdict> | undefined;
  /** The way from a place to whom it asks, when anything is wrong with it. */
  way(pop: number): Readonly<WayState> | undefined;
  /** The way between viewers and an edge at a moment, when anything is wrong with it. */
  access(edge: number, at: Us): Readonly<WayState> | undefined;
  /** Whether any region is cut off. */
  readonly partitioned: boolean;
  /** Whether one region is cut from another. */
  cut(region: number, other: number): boolean;
}

/** Ports at which calls fail or are slow, and ways that take longer. */
const PORTS = ['edge', 'origin'] as const;
const WAYS = ['access', 'way'] as const;
type PortName = (typeof PORTS)[number];
type WayName = (typeof WAYS)[number];

/** A region that is cut off, and until when. [us] */
interface Cut {
  readonly region: number;
  readonly until: Us;
}

/** Copied state of the faults at the ports of a CDN, by place or site. */
export interface CdnPortFaultsState {
  readonly ports: Readonly<Record<PortName, ReadonlyArray<readonly [number, readonly PortFault[]]>>>;
  readonly ways: Readonly<Record<WayName, ReadonlyArray<readonly [number, readonly WayFault[]]>>>;
  readonly cuts: readonly Cut[];
  readonly muted: readonly PortName[];
}

/**
 * The faults at the ports of a CDN: of each edge, of each site of the origin, of each place's way to whom it
 * asks, of viewers' way to each edge, and regions that are cut off.
 */
export class CdnPortFaults implements CdnVerdicts {
  readonly #loop: EventLoop;
  readonly #set: MetricSet;
  readonly #lost: MetricHandle;
  readonly #draws: Readonly<Record<PortName, RandomStream | undefined>>;
  readonly #ports: Readonly<Record<PortName, Map<number, PortFaults>>> = {
    edge: new Map(), origin: new Map(),
  };
  readonly #ways: Readonly<Record<WayName, Map<number, WayFaults>>> = { access: new Map(), way: new Map() };
  /** Ports whose faults somebody has gone round. */
  readonly #muted = new Set<PortName>();
  #cuts: Cut[] = [];

  /** Without streams nothing ever happens at the ports. */
  constructor(loop: EventLoop, metrics: MetricSet, streams: RandomStreams | undefined) {
    this.#loop = loop;
    this.#set = metrics;
    this.#lost = metrics.bind(edgeLost);
    this.#draws = { edge: streams?.stream('faults/edge'), origin: streams?.stream('faults/origin') };
  }

  edge(pop: number): Readonly<PortVerdict> | undefined {
    const verdict = this.#verdict('edge', pop);
    if (verdict !== undefined && verdict.status > 0) this.#set.add(this.#lost, 1);
    return verdict;
  }

  origin(site: number): Readonly<PortVerdict> | undefined {
    return this.#verdict('origin', site);
  }

  way(pop: number): Readonly<WayState> | undefined {
    return this.#ways.way.size === 0 ? undefined : this.#ways.way.get(pop)?.at(this.#loop.now);
  }

  access(edge: number, at: Us): Readonly<WayState> | undefined {
    return this.#ways.access.size === 0 ? undefined : this.#ways.access.get(edge)?.at(at);
  }

  get partitioned(): boolean {
    return this.#cuts.length > 0;
  }

  cut(region: number, other: number): boolean {
    if (this.#cuts.length === 0 || region === other) return false;
    return this.#cuts.some((one) =>
      this.#loop.now < one.until && (one.region === region) !== (one.region === other));
  }

  /** Adds a fault at the given edges' own ports, or at sites of the origin. */
  add(port: PortName, numbers: readonly number[], fault: PortFault): void {
    for (const number of numbers) {
      const faults = this.#ports[port].get(number) ?? new PortFaults();
      this.#ports[port].set(number, faults);
      faults.add(fault);
    }
  }

  /** Adds a fault of viewers' ways to the given edges, or of the ways from the given places. */
  addWay(way: WayName, pops: readonly number[], fault: WayFault): void {
    for (const pop of pops) {
      const faults = this.#ways[way].get(pop) ?? new WayFaults();
      this.#ways[way].set(pop, faults);
      faults.add(fault);
    }
  }

  /** Cuts a region off until a time. */
  cutOff(region: number, until: Us): void {
    this.#cuts.push({ region, until });
  }

  /** Goes round all faults at a port, or comes back to it. */
  setMuted(port: PortName, muted: boolean): void {
    if (muted) this.#muted.add(port);
    else this.#muted.delete(port);
  }

  save(): CdnPortFaultsState {
    const all = <Fault>(map: ReadonlyMap<number, { save(): readonly Fault[] }>) =>
      [...map].map(([number, faults]) => [number, faults.save()] as const);
    return {
      ports: { edge: all(this.#ports.edge), origin: all(this.#ports.origin) },
      ways: { access: all(this.#ways.access), way: all(this.#ways.way) },
      cuts: [...this.#cuts], muted: [...this.#muted],
    };
  }

  restore(state: CdnPortFaultsState): void {
    for (const port of PORTS) {
      this.#ports[port].clear();
      for (const [at, faults] of state.ports[port]) for (const one of faults) this.add(port, [at], one);
    }
    for (const way of WAYS) {
      this.#ways[way].clear();
      for (const [pop, faults] of state.ways[way]) for (const one of faults) this.addWay(way, [pop], one);
    }
    this.#cuts = [...state.cuts];
    this.#muted.clear();
    for (const port of state.muted) this.#muted.add(port);
  }

  #verdict(port: PortName, number: number): Readonly<PortVerdict> | undefined {
    if (this.#ports[port].size === 0 || this.#muted.has(port)) return undefined;
    return this.#ports[port].get(number)?.verdict(this.#loop.now, () => this.#draws[port]!.uniform());
  }
}
