import type { Us } from '../models/core/units.ts';
import { isMetadataFault, type MetadataFault } from '../models/operations/faults/metadata-params.ts';
import type { FaultParams } from '../models/operations/faults/params.ts';
import { isMetadataAction, type MetadataAction } from '../models/operations/runbook/metadata-params.ts';
import type { ActionParams } from '../models/operations/runbook/params.ts';
import type { MetadataDatabase } from '../models/services/metadata/database.ts';
import type { Levers } from './incidents.ts';
import type { EventLoop } from './kernel/event-loop.ts';

/** A time in which some nodes are slow. */
interface SlowSpell {
  readonly nodes: readonly number[];
  readonly from: Us;
  readonly until: Us;
  readonly ramp: Us;
  readonly factor: number;
}

/** Copied state of the levers. */
export interface MetadataLeversState {
  readonly slow: readonly SlowSpell[];
  /** Nodes that each fault has taken, by its number. */
  readonly lost: ReadonlyArray<readonly [fault: number, nodes: readonly number[]]>;
}

/** What can be broken and mended in the metadata database while a scenario runs. */
export class MetadataLevers implements Levers {
  readonly detection = 0;
  readonly #faults: readonly FaultParams[];
  readonly #database: MetadataDatabase;
  readonly #loop: EventLoop;
  #slow: SlowSpell[] = [];
  readonly #lost = new Map<number, readonly number[]>();

  constructor(faults: readonly FaultParams[], database: MetadataDatabase, loop: EventLoop) {
    this.#faults = faults;
    this.#database = database;
    this.#loop = loop;
  }

  breaks(fault: FaultParams): boolean {
    return isMetadataFault(fault);
  }

  mends(action: ActionParams): boolean {
    return isMetadataAction(action);
  }

  /** A fault begins, to last until a time. */
  begin(fault: MetadataFault, until: Us): void {
    const { now } = this.#loop;
    this.#database.settle(now);
    switch (fault.kind) {
      case 'databaseSlow': {
        const { ramp, factor } = fault;
        this.#slow.push({ nodes: this.#nodesOf(fault.nodes), from: now, until, ramp, factor });
        return;
      }
      case 'replicaLoss':
        this.#lost.set(this.#faults.indexOf(fault), this.#database.lose(now, fault.replicas));
        return;
      default:
        fault satisfies never;
    }
  }

  /** Lost replicas come back; slowness ends by its time. */
  end(fault: MetadataFault): void {
    const index = this.#faults.indexOf(fault);
    this.#database.regain(this.#loop.now, this.#lost.get(index) ?? []);
    this.#lost.delete(index);
  }

  foundOut(_fault: MetadataFault, _began: boolean): void {
    // Nothing finds out of itself.
  }

  /** Somebody does something about it. */
  act(action: MetadataAction): void {
    const { now } = this.#loop;
    switch (action.action) {
      case 'failoverToReplica':
        this.#database.failover(now, action.takes);
        return;
      case 'addCache':
        return this.#database.addCache(now, action.hits, action.warm);
      default:
        action satisfies never;
    }
  }

  /** Times the usual that a node takes for a query; spells multiply. */
  slowness(now: Us, node: number): number {
    let times = 1;
    for (const { nodes, from, until, ramp, factor } of this.#slow) {
      if (now < from || now >= until || !nodes.includes(node)) continue;
      const strength = ramp > 0 ? Math.min(1, (now - from) / ramp) : 1;
      times *= 1 + (factor - 1) * strength;
    }
    return times;
  }

  save(): MetadataLeversState {
    return { slow: [...this.#slow], lost: [...this.#lost] };
  }

  restore(state: MetadataLeversState): void {
    this.#slow = [...state.slow];
    this.#lost.clear();
    for (const [fault, nodes] of state.lost) this.#lost.set(fault, nodes);
  }

  #nodesOf(which: 'primary' | 'replicas' | 'all'): number[] {
    const { primary, replicas } = this.#database;
    if (which === 'replicas') return replicas;
    return which === 'primary' ? [primary] : [primary, ...replicas];
  }
}
