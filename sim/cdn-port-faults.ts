import { edgeLost } from '../models/cdn/topology/metrics.ts';
import type { MetricHandle, MetricSet } from '../models/core/metrics.ts';
import type { RandomStream, RandomStreams } from '../models/core/rng.ts';
import { PortFaults, type PortFault, type PortVerdict } from '../models/operations/faults/port-faults.ts';
import type { EventLoop } from './kernel/event-loop.ts';

/** What faults do to calls at the ports of the CDN; the caches know nothing of it. */
export interface CdnVerdicts {
  /** A viewer's request at an edge, when anything can happen to it. */
  edge(pop: number): Readonly<PortVerdict> | undefined;
  /** A request of a place to the origin. */
  origin(pop: number): Readonly<PortVerdict> | undefined;
}

/** Copied state of the faults at the ports of a CDN, by place. */
export interface CdnPortFaultsState {
  readonly edge: ReadonlyArray<readonly [number, readonly PortFault[]]>;
  readonly origin: ReadonlyArray<readonly [number, readonly PortFault[]]>;
}

/** The faults at the ports of a CDN: of each edge, and of each place's way to the origin. */
export class CdnPortFaults implements CdnVerdicts {
  readonly #loop: EventLoop;
  readonly #set: MetricSet;
  readonly #lost: MetricHandle;
  readonly #edgeDraws: RandomStream | undefined;
  readonly #originDraws: RandomStream | undefined;
  readonly #edge = new Map<number, PortFaults>();
  readonly #origin = new Map<number, PortFaults>();

  /** Without streams nothing ever happens at the ports. */
  constructor(loop: EventLoop, metrics: MetricSet, streams: RandomStreams | undefined) {
    this.#loop = loop;
    this.#set = metrics;
    this.#lost = metrics.bind(edgeLost);
    this.#edgeDraws = streams?.stream('faults/edge');
    this.#originDraws = streams?.stream('faults/origin');
  }

  edge(pop: number): Readonly<PortVerdict> | undefined {
    if (this.#edge.size === 0) return undefined;
    const verdict = this.#edge.get(pop)?.verdict(this.#loop.now, () => this.#edgeDraws!.uniform());
    if (verdict !== undefined && verdict.status > 0) this.#set.add(this.#lost, 1);
    return verdict;
  }

  origin(pop: number): Readonly<PortVerdict> | undefined {
    if (this.#origin.size === 0) return undefined;
    return this.#origin.get(pop)?.verdict(this.#loop.now, () => this.#originDraws!.uniform());
  }

  /** Adds a fault at the given places' own ports, or at their way to the origin. */
  add(port: 'edge' | 'origin', pops: readonly number[], fault: PortFault): void {
    const map = port === 'edge' ? this.#edge : this.#origin;
    for (const pop of pops) {
      const faults = map.get(pop) ?? new PortFaults();
      map.set(pop, faults);
      faults.add(fault);
    }
  }

  /** Takes back all faults at a port. */
  clear(port: 'edge' | 'origin'): void {
    (port === 'edge' ? this.#edge : this.#origin).clear();
  }

  save(): CdnPortFaultsState {
    const saved = (map: ReadonlyMap<number, PortFaults>) =>
      [...map].map(([pop, faults]) => [pop, faults.save()] as const);
    return { edge: saved(this.#edge), origin: saved(this.#origin) };
  }

  restore(state: CdnPortFaultsState): void {
    for (const port of ['edge', 'origin'] as const) {
      this.clear(port);
      for (const [pop, faults] of state[port]) for (const fault of faults) this.add(port, [pop], fault);
    }
  }
}
