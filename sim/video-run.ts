import { assert } from '../models/core/assert.ts';
import {
  MetricSet, type MetricDeclaration, type MetricMark, type MetricSetState,
} from '../models/core/metrics.ts';
import { RandomStreams } from '../models/core/rng.ts';
import type { FaultResult } from '../models/core/run-record.ts';
import { NEVER, US_PER_S, type Us } from '../models/core/units.ts';
import {
  computeSlis, sliSeries, type PartOutcome, type ReplicationOutcome,
} from '../models/operations/run-summary.ts';
import { isTranscoding, isWatched, type ScenarioPlan } from '../scenarios/plan.ts';
import type { ActionParams } from '../models/operations/runbook/params.ts';
import { CODES } from './codes.ts';
import { discoveryOf } from './discovery.ts';
import { createEventList } from './kernel/default-event-list.ts';
import { EventLoop, type DeliveredEvent, type EventLoopState } from './kernel/event-loop.ts';
import { Incidents, type Levers } from './incidents.ts';
import { Metadata } from './metadata.ts';
import { Monitoring } from './monitoring.ts';
import { Playback } from './playback.ts';
import { Recommendations } from './recommendations.ts';
import type { RunContext, RunPart } from './run-part.ts';
import { Search } from './search.ts';
import { spansOf, type Shard, type ShardOutcome } from './shards.ts';
import { Transcoding } from './transcoding.ts';

/** Copied state of a run. */
export interface VideoRunState {
  readonly loop: EventLoopState;
  readonly streams: ReturnType<RandomStreams['save']>;
  readonly metrics: MetricSetState;
  /** States of the parts by their names. */
  readonly parts: Readonly<Record<string, unknown>>;
  readonly looks: Looks;
}

/** When the run and its parts are looked at next, by who looks. */
type Looks = Readonly<Record<string, Us>>;

/** One replication of a scenario in virtual time: the parts that it names, wired to one event loop. */
export class VideoRun {
  readonly #plan: ScenarioPlan;
  readonly #metrics = new MetricSet();
  readonly #loop: EventLoop;
  readonly #streams: RandomStreams;
  readonly #durationUs: Us;
  readonly #parts: readonly RunPart[] = [];
  readonly #act: (action: ActionParams) => void;
  #looks: Looks = {};

  constructor(plan: ScenarioPlan, replication: number, shard?: Shard) {
    const { scenario } = plan;
    this.#plan = plan;
    this.#durationUs = scenario.run.duration;
    this.#loop = new EventLoop(createEventList());
    this.#streams = new RandomStreams(scenario.run.seed, (scenario.run.first ?? 0) + replication);
    const { parts, act } = partsOf(plan, {
      replication, shard, loop: this.#loop, metrics: this.#metrics, streams: this.#streams,
      metadata: undefined, discovery: undefined,
      settle: () => this.#settle(), expectLook: (who, at) => this.#expectLook(who, at),
    });
    this.#parts = parts;
    this.#act = act;
    this.#loop.on(CODES.sample, () => this.#sample());
    this.#loop.on(CODES.measure, () => {
      this.#settle();
      this.#metrics.startMeasuring(this.#loop.now);
      this.#expectLook('measure', NEVER);
    });
    this.#loop.schedule(0, CODES.sample, 0, 0);
    const measureAt = scenario.run.warmup > 0 ? scenario.run.warmup : NEVER;
    if (measureAt < NEVER) this.#loop.schedule(measureAt, CODES.measure, 0, 0);
    this.#expectLook('measure', measureAt);
    this.#expectLook('sample', 0);
  }

  /** A copy of the whole state: plain data, which can be cloned, stored and restored any number of times. */
  save(): VideoRunState {
    return {
      loop: this.#loop.save(), streams: this.#streams.save(), metrics: this.#metrics.save(),
      parts: Object.fromEntries(this.#parts.map((part) => [part.name, part.save()])),
      looks: this.#looks,
    };
  }

  /**
   * Puts a saved state back. The run may have been built from another plan than the one that was saved, to
   * ask what would have come of it from here on: same parts, catalogue, ladder, slots and nodes, other
   * parameters.
   */
  restore(state: VideoRunState): void {
    const names = this.#parts.map((part) => part.name);
    assert(Object.keys(state.parts).join() === names.join(),
      'a state goes back into a run of the same parts');
    this.#loop.restore(state.loop);
    this.#streams.restore(state.streams);
    this.#metrics.restore(state.metrics);
    for (const part of this.#parts) part.restore(state.parts[part.name]);
    this.#looks = state.looks;
    this.#tellLook();
  }

  /** Share of the simulated time that has passed. */
  get progress(): number {
    return this.#loop.now / this.#durationUs;
  }

  get events(): number {
    return this.#loop.events;
  }

  /** What a counter stands at, since the end of the warm-up. */
  total(declaration: MetricDeclaration): number {
    return this.#metrics.view(this.#loop.now).total(declaration);
  }

  /** Hash over the history so far. */
  get fingerprint(): string {
    return this.#loop.fingerprint;
  }

  /** The event delivered last. */
  get lastEvent(): DeliveredEvent {
    return this.#loop.lastEvent;
  }

  /** Delivers what happens up to a time, which is then the run's; true when the run is over. */
  advanceTo(at: Us): boolean {
    this.#loop.run(Math.min(at, this.#durationUs));
    return at >= this.#durationUs;
  }

  /** Somebody does something about what is going on. */
  act(action: ActionParams): void {
    this.#act(action);
  }

  /** The faults of this replication, known from the start. */
  get faults(): readonly FaultResult[] {
    return this.#parts.find((part) => part instanceof Incidents)?.outcome().faults ?? [];
  }

  /** What the monitoring shows now; undefined for a run without. */
  get monitoring(): Monitoring | undefined {
    return this.#parts.find((part) => part instanceof Monitoring);
  }

  /** Indicators since a mark, as of the last scrape, and the mark to ask from next time. */
  look(from: MetricMark | undefined): { readonly slis: Record<string, number>; readonly mark: MetricMark } {
    const mark = this.#metrics.mark(this.#loop.now);
    return { slis: from === undefined ? {} : computeSlis(this.#metrics.between(from, mark)), mark };
  }

  /** Delivers at most `maxEvents`; true when the run is over. */
  advance(maxEvents: number): boolean {
    return this.#loop.run(this.#durationUs, maxEvents);
  }

  /** Closes the books of a shard and hands out what it has left, to be merged with the others. */
  finishShard(): ShardOutcome {
    const left = this.#close();
    return {
      metrics: [...this.#metrics.metrics()],
      spans: spansOf(this.#metrics, this.#loop.now),
      sessions: left.flatMap(({ sessions }) => sessions ?? []),
      logs: left.flatMap(({ logs }) => logs ?? []),
      fingerprint: this.#loop.fingerprint,
      events: this.#loop.events,
      simulatedSeconds: this.#loop.now / US_PER_S,
      ...watchedOf(left),
      warnings: left.flatMap(({ warnings }) => warnings ?? []),
    };
  }

  /** Closes the books at the time reached and hands out what the run has left. */
  finish(): ReplicationOutcome {
    const { now } = this.#loop;
    const left = this.#close();
    return {
      slis: computeSlis(this.#metrics.view(now)),
      metrics: this.#metrics.export(now),
      series: [
        ...this.#metrics.series(), ...sliSeries(this.#metrics.windows()),
        ...left.flatMap(({ series }) => series ?? []),
      ],
      ...monitoredOf(left),
      ...watchedOf(left),
      faults: left.flatMap(({ faults }) => faults ?? []),
      steps: left.flatMap(({ steps }) => steps ?? []),
      levels: left.flatMap(({ levels }) => levels ?? []),
      sessions: left.flatMap(({ sessions }) => sessions ?? []),
      logs: left.flatMap(({ logs }) => logs ?? []),
      trace: left.flatMap(({ trace }) => trace ?? []),
      fingerprint: this.#loop.fingerprint,
      events: this.#loop.events,
      simulatedSeconds: this.#loop.now / US_PER_S,
      warnings: left.flatMap(({ warnings }) => warnings ?? []),
    };
  }

  #close(): PartOutcome[] {
    this.#settle();
    for (const part of this.#parts) part.closeBooks(this.#loop.now);
    return this.#parts.map((part) => part.outcome());
  }

  #sample(): void {
    const { now } = this.#loop;
    this.#settle();
    this.#metrics.sample(now);
    const next = now + this.#plan.scenario.run.sampleEvery;
    const goesOn = next <= this.#durationUs;
    if (goesOn) this.#loop.schedule(next, CODES.sample, 0, 0);
    this.#expectLook('sample', goesOn ? next : NEVER);
  }

  #expectLook(who: string, at: Us): void {
    this.#looks = { ...this.#looks, [who]: at };
    this.#tellLook();
  }

  /** Tells the parts when they will be looked at next; the last look is at the end of the run. */
  #tellLook(): void {
    const at = Math.min(...Object.values(this.#looks), this.#durationUs + 1);
    for (const part of this.#parts) part.nextLook(at);
  }

  #settle(): void {
    for (const part of this.#parts) part.settle(this.#loop.now);
  }
}

/** What the monitoring says, when there is one. */
function monitoredOf(
  left: readonly PartOutcome[],
): Pick<ReplicationOutcome, 'alerts' | 'budgets' | 'scrapes'> {
  const { alerts, budgets, scrapes } = left.find((part) => part.alerts !== undefined) ?? {};
  return {
    ...(alerts === undefined ? {} : { alerts }),
    ...(budgets === undefined ? {} : { budgets }),
    ...(scrapes === undefined ? {} : { scrapes }),
  };
}

/** What playback says of claims, and of its places. */
function watchedOf(left: readonly PartOutcome[]): Pick<ReplicationOutcome, 'claims' | 'places'> {
  const { claims } = left.find((part) => part.claims !== undefined) ?? {};
  const { places } = left.find((part) => part.places !== undefined) ?? {};
  return { ...(claims === undefined ? {} : { claims }), ...(places === undefined ? {} : { places }) };
}

/** The parts that a scenario names, always in this order: event ties run in the order they were scheduled. */
function partsOf(
  plan: ScenarioPlan, bare: RunContext,
): { readonly parts: RunPart[]; readonly act: (action: ActionParams) => void } {
  const parts: RunPart[] = [];
  const { monitoring } = plan.scenario;
  const { metadata, search, recommendations } = servicesOf(plan, bare);
  const context: RunContext = {
    ...bare, metadata: metadata?.database,
    discovery: discoveryOf([search?.asked, recommendations?.asked], bare.streams, bare.loop),
  };
  const playback = isWatched(plan) ? new Playback(plan, context) : undefined;
  if (playback !== undefined) parts.push(playback);
  const transcoding = isTranscoding(plan) ? new Transcoding(plan, context) : undefined;
  if (transcoding !== undefined) parts.push(transcoding);
  for (const part of [metadata, search, recommendations]) if (part !== undefined) parts.push(part);
  const levers: readonly Levers[] = [playback, transcoding, metadata, search, recommendations]
    .flatMap((part) => (part === undefined ? [] : [part.levers]));
  const act = (action: ActionParams) => {
    for (const part of levers) if (part.mends(action)) part.act(action);
  };
  if (levers.length > 0 && plan.scenario.faults.length > 0) {
    parts.push(new Incidents(plan, levers, context));
  }
  if (monitoring === undefined) return { parts, act };
  const monitor = new Monitoring(plan, monitoring, context, {
    act,
    isDone: (action) => levers.some((part) => part.mends(action) && part.isDone?.(action) === true),
  });
  parts.push(monitor);
  return { parts, act: (action) => monitor.act(action) };
}

/** The services that a scenario names. */
function servicesOf(plan: ScenarioPlan, context: RunContext) {
  const { metadata, search, recommendations } = plan.scenario;
  return {
    metadata: metadata && new Metadata(plan, metadata, context),
    search: search && new Search(plan, search, context),
    recommendations: recommendations && new Recommendations(plan, recommendations, context),
  };
}
