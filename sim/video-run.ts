import { MetricSet, type MetricSetState } from '../models/core/metrics.ts';
import { RandomStreams } from '../models/core/rng.ts';
import { US_PER_S, type Us } from '../models/core/units.ts';
import { computeSlis, sliSeries, type ReplicationOutcome } from '../models/operations/run-summary.ts';
import { Catalogue } from '../models/storage/catalogue.ts';
import type { ScenarioPlan } from '../scenarios/plan.ts';
import { SimulatedCdn, type SimulatedCdnState } from './cdn.ts';
import { CODES } from './codes.ts';
import { createEventList } from './kernel/default-event-list.ts';
import { EventLoop, type DeliveredEvent, type EventLoopState } from './kernel/event-loop.ts';
import { Viewers, type ViewersState } from './viewers.ts';

/** Copied state of a run. */
export interface VideoRunState {
  readonly loop: EventLoopState;
  readonly streams: ReturnType<RandomStreams['save']>;
  readonly metrics: MetricSetState;
  readonly viewers: ViewersState;
  readonly cdn: SimulatedCdnState;
}

/** One replication of a scenario in virtual time: viewers, CDN and origin wired to one event loop. */
export class VideoRun {
  readonly #plan: ScenarioPlan;
  readonly #metrics = new MetricSet();
  readonly #loop: EventLoop;
  readonly #streams: RandomStreams;
  readonly #viewers: Viewers;
  readonly #cdn: SimulatedCdn;
  readonly #durationUs: Us;

  constructor(plan: ScenarioPlan, replication: number) {
    const { scenario } = plan;
    this.#plan = plan;
    this.#durationUs = scenario.run.duration;
    this.#loop = new EventLoop(createEventList());
    this.#streams = new RandomStreams(scenario.run.seed, replication);
    const catalogue = new Catalogue(scenario.catalogue, plan.sizeTables, this.#streams);
    this.#viewers = new Viewers(plan, replication, catalogue, this.#streams, this.#loop, this.#metrics,
      (edge, request, object) => this.#cdn.requested(edge, request, object));
    this.#cdn = new SimulatedCdn(scenario.cdn, catalogue, this.#loop, this.#metrics,
      (request, bytes, afterUs) => this.#viewers.answered(request, bytes, afterUs));
    this.#loop.on(CODES.sample, () => this.#sample());
    this.#loop.on(CODES.measure, () => {
      this.#viewers.settle();
      this.#metrics.startMeasuring(this.#loop.now);
    });
    this.#loop.schedule(0, CODES.sample, 0, 0);
    if (scenario.run.warmup > 0) this.#loop.schedule(scenario.run.warmup, CODES.measure, 0, 0);
  }

  /** A copy of the whole state: plain data, which can be cloned, stored and restored any number of times. */
  save(): VideoRunState {
    return {
      loop: this.#loop.save(), streams: this.#streams.save(), metrics: this.#metrics.save(),
      viewers: this.#viewers.save(), cdn: this.#cdn.save(),
    };
  }

  /**
   * Puts a saved state back. The run may have been built from another plan than the one that was saved, to
   * ask what would have come of it from here on: same catalogue, ladder, slots and nodes, other parameters.
   */
  restore(state: VideoRunState): void {
    this.#loop.restore(state.loop);
    this.#streams.restore(state.streams);
    this.#metrics.restore(state.metrics);
    this.#viewers.restore(state.viewers);
    this.#cdn.restore(state.cdn);
  }

  /** Share of the simulated time that has passed. */
  get progress(): number {
    return this.#loop.now / this.#durationUs;
  }

  get events(): number {
    return this.#loop.events;
  }

  /** Hash over the history so far. */
  get fingerprint(): string {
    return this.#loop.fingerprint;
  }

  /** The event delivered last. */
  get lastEvent(): DeliveredEvent {
    return this.#loop.lastEvent;
  }

  /** Delivers at most `maxEvents`; true when the run is over. */
  advance(maxEvents: number): boolean {
    return this.#loop.run(this.#durationUs, maxEvents);
  }

  /** Closes the books at the time reached and hands out what the run has left. */
  finish(): ReplicationOutcome {
    this.#viewers.settle();
    this.#viewers.closeBooks();
    const view = this.#metrics.view();
    return {
      slis: computeSlis(view),
      metrics: this.#metrics.export(),
      series: [...this.#metrics.series(), ...sliSeries(this.#metrics.windows())],
      sessions: this.#viewers.rows,
      logs: this.#viewers.logs(),
      fingerprint: this.#loop.fingerprint,
      events: this.#loop.events,
      simulatedSeconds: this.#loop.now / US_PER_S,
      warnings: [],
    };
  }

  #sample(): void {
    const { now } = this.#loop;
    this.#viewers.settle();
    this.#metrics.sample(now);
    const next = now + this.#plan.scenario.run.sampleEvery;
    if (next <= this.#durationUs) this.#loop.schedule(next, CODES.sample, 0, 0);
  }
}
