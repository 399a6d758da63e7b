import type { Provenance, RunRecord } from '../models/core/run-record.ts';
import { US_PER_S } from '../models/core/units.ts';
import { summariseRun, type ReplicationOutcome } from '../models/operations/run-summary.ts';
import type { ScenarioPlan } from '../scenarios/plan.ts';
import { VideoRun } from './video-run.ts';

/** How far an experiment is. */
export interface Progress {
  /** From 0 to 1. */
  readonly fraction: number;
  readonly replication: number;
  readonly replications: number;
  readonly events: number;
}

/** What a caller may want of a simulation beside its result. */
export interface SimulateOptions {
  readonly provenance: Provenance;
  /** Called a few times a second. */
  readonly onProgress?: (progress: Progress) => void;
  /** Aborting it ends the run early: what was done so far is summarised and marked incomplete. */
  readonly signal?: AbortSignal;
}

/** Events delivered between two looks at the outside world: some ten milliseconds' worth. */
const SLICE = 20_000;

/** Runs all replications of a scenario, one after the other, and summarises them. */
export async function simulate(plan: ScenarioPlan, options: SimulateOptions): Promise<RunRecord> {
  const { run } = plan.scenario;
  const startedMs = performance.now();
  const outcomes: ReplicationOutcome[] = [];
  let events = 0;
  let complete = true;
  for (let replication = 0; replication < run.replications && complete; replication++) {
    const video = new VideoRun(plan, replication);
    while (!video.advance(SLICE)) {
      const fraction = (replication + video.progress) / run.replications;
      options.onProgress?.({
        fraction, replication, replications: run.replications, events: events + video.events,
      });
      await turn();
      if (options.signal?.aborted === true) {
        complete = false;
        break;
      }
    }
    outcomes.push(video.finish());
    events += video.events;
  }
  const { name, title } = plan.scenario;
  return summariseRun({
    scenario: name, title, world: 'sim', seed: run.seed, fidelity: run.fidelity, scale: 1, complete,
    warmupSeconds: run.warmup / US_PER_S, wallSeconds: (performance.now() - startedMs) / 1000,
    provenance: options.provenance, slos: plan.slos,
  }, outcomes);
}

/** Lets signals, timers and the page have their turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}
