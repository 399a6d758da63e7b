import type { Us } from '../models/core/units.ts';
import type { PartOutcome } from '../models/operations/run-summary.ts';
import { MetadataDatabase, type DatabaseState } from '../models/services/metadata/database.ts';
import type { MetadataParams } from '../models/services/metadata/params.ts';
import type { ScenarioPlan } from '../scenarios/plan.ts';
import { MetadataLevers, type MetadataLeversState } from './metadata-levers.ts';
import type { RunContext, RunPart } from './run-part.ts';

/** Copied state of the metadata database and of what has been done to it. */
export interface MetadataState {
  readonly database: DatabaseState;
  readonly levers: MetadataLeversState;
}

/** The metadata database of a run, which pages and uploads ask. */
export class Metadata implements RunPart {
  readonly name = 'metadata';
  readonly database: MetadataDatabase;
  /** What can be broken and mended while it runs. */
  readonly levers: MetadataLevers;

  constructor(plan: ScenarioPlan, params: MetadataParams, { loop, metrics, streams }: RunContext) {
    this.database = new MetadataDatabase(params, streams, metrics, {
      slowness: (now, node) => this.levers.slowness(now, node),
    });
    this.levers = new MetadataLevers(plan.scenario.faults, this.database, loop);
  }

  settle(now: Us): void {
    this.database.settle(now);
  }

  nextLook(_at: Us): void {
    // Nothing is worked out ahead.
  }

  closeBooks(_now: Us): void {
    // Every query has been counted when it came.
  }

  outcome(): PartOutcome {
    return {};
  }

  save(): MetadataState {
    return { database: this.database.save(), levers: this.levers.save() };
  }

  restore(state: MetadataState): void {
    this.database.restore(state.database);
    this.levers.restore(state.levers);
  }
}
