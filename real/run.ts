import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Provenance, RunRecord } from '../models/core/run-record.ts';
import { US_PER_S } from '../models/core/units.ts';
import { mostSessions } from '../models/player/audience.ts';
import { summariseRun } from '../models/operations/run-summary.ts';
import { isWatched, type ScenarioPlan, type WatchedPlan } from '../scenarios/plan.ts';
import { Supervisor } from './children.ts';
import { abortOnInterrupt } from './interrupt.ts';
import { checkFaults } from './faults.ts';
import { InterruptedError } from './missing-requirement.ts';
import { outcomeOf, realParameters, recordingOf, sizeTableOf } from './outcome.ts';
import { play, type PlayOptions } from './play.ts';
import { setStage, type Stage } from './stage.ts';

/** What a caller may want of a real run beside its result. */
export interface RealRunOptions extends PlayOptions {
  readonly provenance: Provenance;
  /** Aborting it ends the run early: what was played so far is summarised and marked incomplete. */
  readonly signal?: AbortSignal;
  /** An S3 endpoint instead of a MinIO of our own. */
  readonly s3Url?: string | undefined;
  /** A clip instead of the scenario's. */
  readonly clip?: string | undefined;
  /** Folder for recording.jsonl (inputs and decisions) and sizes.json (the segments as packaged). */
  readonly outDir?: string | undefined;
}

/** A real run cannot hold so many viewers, caches or copies of the clip; exit status 2. */
export class RealRunTooLargeError extends Error {
  readonly exitStatus = 2;
}

/** Nobody watches in the scenario; exit status 2. */
export class NothingToStreamError extends Error {
  readonly exitStatus = 2;
}

/**
 * Runs a scenario for real: object store, packaged clip, cache processes, shaped links and players on the
 * machine's clock. Everything it started is stopped when it returns or throws. Throws MissingRequirementError
 * (status 5) when something is not there, InterruptedError (130) when it is interrupted before anybody could
 * watch.
 */
export async function runReal(plan: ScenarioPlan, options: RealRunOptions): Promise<RunRecord> {
  if (!isWatched(plan)) {
    const { name } = plan.scenario;
    throw new NothingToStreamError(`${name} has no audience: a real run streams video to viewers`);
  }
  checkSize(plan);
  const { cdn, faults } = plan.scenario;
  checkFaults(faults, { edge: cdn.edge.nodes, regional: cdn.regional.nodes }, options.s3Url === undefined);
  const startedMs = performance.now();
  const clip = options.clip ?? plan.clip ?? SHIPPED_CLIP;
  const interrupts = abortOnInterrupt();
  const signal =
    options.signal === undefined ? interrupts.signal : AbortSignal.any([options.signal, interrupts.signal]);
  const supervisor = new Supervisor();
  const log = options.log ?? (() => {});
  let stage: Stage | undefined;
  try {
    stage = await setStage(supervisor, plan, { clip, s3Url: options.s3Url, signal, log });
    const played = await play(supervisor, plan, stage, signal, options);
    if (options.outDir !== undefined) {
      mkdirSync(options.outDir, { recursive: true });
      writeFileSync(join(options.outDir, 'recording.jsonl'), recordingOf(plan, stage, played));
      writeFileSync(join(options.outDir, 'sizes.json'), sizeTableOf(stage.package, basename(clip)));
    }
    const { run, name, title } = plan.scenario;
    return summariseRun(
      {
        scenario: name,
        title,
        world: 'real',
        seed: run.seed,
        parts: ['playback'],
        fidelity: run.fidelity,
        scale: 1,
        complete: !signal.aborted,
        warmupSeconds: run.warmup / US_PER_S,
        wallSeconds: (performance.now() - startedMs) / 1000,
        provenance: withReality(options.provenance, stage, clip),
        slos: plan.slos,
        prices: plan.prices,
      },
      [outcomeOf(plan, stage, played)],
    );
  } catch (error) {
    if (signal.aborted)
      throw new InterruptedError('the real run was interrupted before it had anything to report', {
        cause: error,
      });
    throw error;
  } finally {
    await stage?.clear().catch((error: unknown) => {
      log(
        `could not remove bucket ${stage?.bucket}: ${error instanceof Error ? error.message : String(error)}`,
      );
    });
    await supervisor.stop();
    interrupts.dispose();
  }
}

/** The clip real runs stream when neither the scenario nor the caller names one. */
export const SHIPPED_CLIP = join(import.meta.dirname, 'clips', 'sintel_trailer-720p.mp4');

function checkSize(plan: WatchedPlan): void {
  const { audience, cdn, catalogue, run } = plan.scenario;
  const asked = [
    ['viewers', mostSessions(audience, run.duration), MOST_VIEWERS],
    ['caches', cdn.edge.nodes + cdn.regional.nodes, MOST_CACHES],
    ['videos', catalogue.videos, MOST_VIDEOS],
  ] as const;
  const problems = asked
    .filter(([, count, most]) => count > most)
    .map(([what, count, most]) => `${count} ${what}, at most ${most}`);
  if (catalogue.uploads !== undefined || catalogue.viral.length > 0) {
    problems.push('videos that come during the run (catalogue.uploads, catalogue.viral)');
  }
  if (audience.networks.some(({ viewerCaps }) => viewerCaps !== undefined)) {
    problems.push('rates of single viewers (audience.networks: viewerCaps)');
  }
  if (catalogue.live !== undefined) problems.push('live videos (catalogue.live)');
  if (problems.length > 0) {
    throw new RealRunTooLargeError(
      `${plan.scenario.name} is too large for a real run: ${problems.join('; ')}`,
    );
  }
}

function withReality(provenance: Provenance, stage: Stage, clip: string): Provenance {
  const sha256 = createHash('sha256').update(readFileSync(clip)).digest('hex');
  return {
    ...provenance,
    inputs: [...provenance.inputs, { path: basename(clip), sha256 }],
    parameters: [...provenance.parameters, ...realParameters(stage)],
  };
}

const MOST_VIEWERS = 200;
const MOST_CACHES = 16;
const MOST_VIDEOS = 50;
