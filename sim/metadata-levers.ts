import type { Us } from '../models/core/units.ts';
import { isMetadataFault, type MetadataFault } from '../models/operations/faults/metadata-params.ts';
import type { FaultParams } from '../models/operations/faults/params.ts';
import { isMetadataAction, type MetadataAction } from '../models/operations/runbook/metadata-params.ts';
import type { ActionParams } from '../models/operations/runbook/params.ts';
import type { MetadataDatabase } from '../models/services/metadata/database.ts';
import type { Levers } from './incidents.ts';
import type { EventLoop } from './kernel/event-loop.ts';
import { SlowSpells, type SlowSpell } from './slow-spells.ts';

/** Copied state of the levers. */
export interface MetadataLeversState {
  readonly slow: readonly SlowSpell<readonly number[]>[];
  /** Nodes that each fault has taken, by its number. */
  readonly lost: ReadonlyArray<readonly [fault: number, nodes: readonly number[]]>;
}

/** What can be broken and mended in the metadata database while a scenario runs. */
export class MetadataLevers implements Levers {
  readonly detection = 0;
  readonly #faults: readonly FaultParams[];
  readonly #database: MetadataDatabase;
  readonly #loop: EventLoop;
  readonly #slow = new SlowSpells<readonly number[]>();
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
        return this.#slow.begin({ scope: this.#nodesOf(fault.nodes), from: now, until, ramp, factor });
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

  /** Times the usual that a node takes for a query. */
  slowness(now: Us, node: number): number {
    return this.#slow.slowness(now, (nodes) => nodes.includes(node));
  }

  save(): MetadataLeversState {
    return { slow: this.#slow.save(), lost: [...this.#lost] };
  }

  restore(state: MetadataLeversState): void {
    this.#slow.restore(state.slow);
    this.#lost.clear();
    for (const [fault, nodes] of state.lost) this.#lost.set(fault, nodes);
  }

  #nodesOf(which: 'primary' | 'replicas' | 'all'): number[] {
    const { primary, replicas } = this.#database;
    if (which === 'replicas') return replicas;
    return which === 'primary' ? [primary] : [primary, ...replicas];
  }
}
