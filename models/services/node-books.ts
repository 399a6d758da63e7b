import type { MetricDeclaration, MetricHandle, MetricSet } from '../core/metrics.ts';
import { US_PER_S, type Us } from '../core/units.ts';
import { usage } from '../cost/metrics.ts';

/** What nodes of a service are counted by. */
export interface NodeMetrics {
  readonly busySeconds: MetricDeclaration;
  readonly capacitySeconds: MetricDeclaration;
  readonly nodesUp: MetricDeclaration;
}

/** Copied state of the books. */
export interface NodeBooksState {
  readonly asOf: Us;
  readonly nodes: number;
  readonly assigned: Us;
  readonly done: Us;
}

/** Nodes as their books look at them. */
interface Nodes {
  readonly up: number;
  /** Work that they still have. [us] */
  left(now: Us): Us;
}

/** Counts the nodes of a service: how many there are, what they could work, do work and cost. */
export class NodeBooks {
  readonly #threads: number;
  readonly #set: MetricSet;
  readonly #busy: MetricHandle;
  readonly #capacity: MetricHandle;
  readonly #up: MetricHandle;
  readonly #hours: MetricHandle;
  /** Until when their time has been counted. */
  #asOf: Us = 0;
  #nodes = 0;
  /** Work that nodes were given, and what they have counted of it. [us] */
  #assigned: Us = 0;
  #done: Us = 0;

  constructor(
    service: string, params: { readonly threads: number; readonly item: string }, set: MetricSet,
    metrics: NodeMetrics,
  ) {
    this.#threads = params.threads;
    this.#set = set;
    this.#busy = set.bind(metrics.busySeconds);
    this.#capacity = set.bind(metrics.capacitySeconds);
    this.#up = set.bind(metrics.nodesUp);
    this.#hours = set.bind(usage, service, params.item);
  }

  /** Counts up to now what nodes there were and did, which are those in use from now on. */
  settle(now: Us, sets: readonly Nodes[]): void {
    const done = this.#assigned - sets.reduce((sum, set) => sum + set.left(now), 0);
    this.#set.add(this.#busy, (done - this.#done) / US_PER_S);
    this.#done = done;
    const seconds = ((now - this.#asOf) / US_PER_S) * this.#nodes;
    this.#asOf = now;
    this.#set.add(this.#capacity, seconds * this.#threads);
    this.#set.add(this.#hours, seconds / SECONDS_PER_HOUR);
    const nodes = sets.reduce((sum, { up }) => sum + up, 0);
    if (nodes === this.#nodes) return;
    this.#nodes = nodes;
    this.#set.setLevel(this.#up, now, nodes);
  }

  /** A thread is given work for so long. */
  assign(us: Us): void {
    this.#assigned += us;
  }

  save(): NodeBooksState {
    return { asOf: this.#asOf, nodes: this.#nodes, assigned: this.#assigned, done: this.#done };
  }

  restore({ asOf, nodes, assigned, done }: NodeBooksState): void {
    this.#asOf = asOf;
    this.#nodes = nodes;
    this.#assigned = assigned;
    this.#done = done;
  }
}

const SECONDS_PER_HOUR = 3600;
