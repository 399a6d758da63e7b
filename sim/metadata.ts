import { MetadataDatabase, type DatabaseState } from '../models/services/metadata/database.ts';
import type { MetadataParams } from '../models/services/metadata/params.ts';
import type { ScenarioPlan } from '../scenarios/plan.ts';
import { MetadataLevers, type MetadataLeversState } from './metadata-levers.ts';
import type { RunContext } from './run-part.ts';
import { ServicePart } from './service-part.ts';

/** The metadata database of a run, which pages and uploads ask. */
export class Metadata extends ServicePart<DatabaseState, MetadataLeversState> {
  readonly name = 'metadata';
  readonly database: MetadataDatabase;
  protected readonly service: MetadataDatabase;
  readonly levers: MetadataLevers;

  constructor(plan: ScenarioPlan, params: MetadataParams, { loop, metrics, streams }: RunContext) {
    super();
    this.database = new MetadataDatabase(params, streams, metrics, {
      slowness: (now, node) => this.levers.slowness(now, node),
    });
    this.service = this.database;
    this.levers = new MetadataLevers(plan.scenario.faults, this.database, loop);
  }
}
