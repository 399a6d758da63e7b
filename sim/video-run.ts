import { MetricSet } from '../models/core/metrics.ts';
import { RandomStreams } from '../models/core/rng.ts';
import { US_PER_S, type Us } from '../models/core/units.ts';
import { computeSlis, sliSeries, type ReplicationOutcome } from '../models/operations/run-summary.ts';
import { Catalogue } from '../models/storage/catalogue.ts';
import type { ScenarioPlan } from '../scenarios/plan.ts';
import { SimulatedCdn } from './cdn.ts';
import { CODES } from './codes.ts';
import { createEventList } from './kernel/default-event-list.ts';
import { EventLoop } from './kernel/event-loop.ts';
import { Viewers } from './viewers.ts';

/** One replication of a scenario in virtual time: viewers, CDN and origin wired to one event loop. */
export class VideoRun {
  readonly #plan: ScenarioPlan;
  readonly #metrics = new MetricSet();
  readonly #loop: EventLoop;
  readonly #viewers: Viewers;
  readonly #durationUs: Us;

  constructor(plan: ScenarioPlan, replication: number) {
    const { scenario } = plan;
    this.#plan = plan;
    this.#durationUs = scenario.run.duration;
    this.#loop = new EventLoop(createEventList());
    const streams = new RandomStreams(scenario.run.seed, replication);
    const catalogue = new Catalogue(scenario.catalogue, plan.sizeTables, streams);
    this.#viewers = new Viewers(plan, replication, catalogue, streams, this.#loop, this.#metrics,
      (edge, request, object) => cdn.requested(edge, request, object));
    const cdn = new SimulatedCdn(scenario.cdn, catalogue, this.#loop, this.#metrics,
      (request, bytes, afterUs) => this.#viewers.answered(request, bytes, afterUs));
    this.#loop.on(CODES.sample, () => this.#sample());
    this.#loop.on(CODES.measure, () => {
      this.#viewers.settle();
      this.#metrics.startMeasuring(this.#loop.now);
    });
    this.#loop.schedule(0, CODES.sample, 0, 0);
    if (scenario.run.warmup > 0) this.#loop.schedule(scenario.run.warmup, CODES.measure, 0, 0);
  }

  /** Share of the simulated time that has passed. */
  get progress(): number {
    return this.#loop.now / this.#durationUs;
  }

  get events(): number {
    return this.#loop.events;
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
