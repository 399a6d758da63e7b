import { US_PER_S, type Us } from '../models/core/units.ts';
import type { FaultResult } from '../models/core/run-record.ts';
import { MetricSet } from '../models/core/metrics.ts';
import { RandomStreams } from '../models/core/rng.ts';
import { mostSessions } from '../models/player/audience.ts';
import type { WatchedPlan } from '../scenarios/plan.ts';
import type { Supervisor } from './children.ts';
import { RunClock } from './clock.ts';
import { RealFaults } from './faults.ts';
import { Lateness } from './lateness.ts';
import { RealLinks } from './links.ts';
import { mediaOf } from './media.ts';
import { MetricTape, type MarkKind } from './metric-tape.ts';
import { PlayerHost, type PlayerHostOptions } from './player-host.ts';
import { Schedule } from './schedule.ts';
import { masterPath, type Stage } from './stage.ts';
import { RealTiers } from './tiers.ts';
import { RealViewers } from './viewers.ts';

/** What a caller may want to know while viewers watch. */
export interface PlayOptions {
  /** Told in words what is being done. */
  readonly log?: (line: string) => void;
  /** Called once a second; `fraction` of the scenario's duration from 0 to 1. */
  readonly onProgress?: (progress: { readonly fraction: number; readonly viewers: number }) => void;
}

/** What was played: the hosts after the last viewer has gone. */
export interface Played {
  readonly host: PlayerHost;
  readonly tape: MetricTape;
  readonly tiers: RealTiers;
  readonly reports: Awaited<ReturnType<RealTiers['finish']>>;
  readonly endedAt: Us;
  readonly warnings: readonly string[];
  readonly faults: readonly FaultResult[];
}

/**
 * Starts caches and links, lets the viewers come and watch, and collects what was measured once they have
 * gone.
 */
export async function play(
  supervisor: Supervisor,
  plan: WatchedPlan,
  stage: Stage,
  signal: AbortSignal,
  options: PlayOptions,
): Promise<Played> {
  const { scenario } = plan;
  const streams = new RandomStreams(scenario.run.seed, scenario.run.first ?? 0);
  const clock = new RunClock();
  const links = new RealLinks(clock);
  const metrics = new MetricSet();
  const tape = new MetricTape(metrics);
  const host = hostOf(plan, stage, { clock, metrics, onLeave: (slot) => viewers.left(slot) });
  const tiers = await RealTiers.start(supervisor, plan, stage, links).catch(async (error: unknown) => {
    await links.close();
    throw error;
  });
  const viewers = new RealViewers(plan, clock, links, tiers.edgePorts(), host, streams, metrics);
  const { detection } = scenario.cdn.routing;
  const log = options.log ?? (() => undefined);
  const world = { clock, tiers, viewers, minio: stage.minio, detection, log };
  const faults = new RealFaults(scenario.faults, streams, world);
  options.log?.(`${tiers.configs().length} caches are up`);
  const mark = (kind: MarkKind, atUs: Us) => {
    host.settle();
    tape.mark(kind, atUs);
    tiers.mark(kind, atUs);
  };
  const progress = () => {
    const fraction = Math.min(1, clock.now() / scenario.run.duration);
    options.onProgress?.({ fraction, viewers: host.watching() });
  };
  signal.throwIfAborted();
  clock.restart();
  await tiers.go(clock);
  const lateness = new Lateness();
  const { monitoring, run } = scenario;
  const schedule = new Schedule(
    clock, { ...run, scrapeEvery: monitoring?.scrapeEvery }, mark, progress,
  );
  try {
    viewers.start();
    faults.start();
    options.log?.('viewers come');
    await Promise.race([viewers.done, schedule.over, aborted(signal), tiers.failed(), faults.failed]);
    await faults.close();
    schedule.close(); // no mark may come after the last one: the tapes must have the same
    const endedAt = clock.now();
    mark('end', endedAt);
    const warnings = [...warningsOf(scenario), lateness.finish()].filter((one) => one !== undefined);
    const reports = await tiers.finish();
    return { host, tape, tiers, endedAt, reports, warnings, faults: cut(faults.results, endedAt) };
  } finally {
    schedule.close();
    await faults.close();
    viewers.close();
    host.close();
    await links.close();
  }
}

function hostOf(
  { scenario, networks }: WatchedPlan, stage: Stage,
  own: Pick<PlayerHostOptions, 'clock' | 'metrics' | 'onLeave'>,
): PlayerHost {
  return new PlayerHost({
    ...own,
    media: mediaOf(stage.package),
    params: scenario.player,
    slots: mostSessions(scenario.audience, scenario.run.duration),
    renditions: stage.package.rungs.map((rung) => rung.name),
    networks: networks.map((network) => network.name),
    logFromUs: scenario.run.warmup,
    logs: scenario.run.logs,
    masterPath,
  });
}

function warningsOf({ faults, runbooks, degraded }: WatchedPlan['scenario']): string[] {
  const killed = faults.some(({ kind }) => kind === 'placeDown');
  const isLeft = runbooks.length + degraded.length > 0;
  return [
    ...(killed ? ['What a cache that was killed had counted since it was last read is lost.'] : []),
    ...(isLeft ? ['Nobody follows runbooks or degraded levels in a real run.'] : []),
  ];
}

/** Faults as far as the run saw them. */
function cut(faults: readonly FaultResult[], endedAt: Us): FaultResult[] {
  return faults.map((one) => ({ ...one, untilSeconds: Math.min(one.untilSeconds, endedAt / US_PER_S) }));
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
