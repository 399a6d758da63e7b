import type { Us } from '../models/core/units.ts';
import type { PartOutcome } from '../models/operations/run-summary.ts';
import { Catalogue, type CatalogueState } from '../models/storage/catalogue.ts';
import type { WatchedPlan } from '../scenarios/plan.ts';
import { SimulatedCdn, type SimulatedCdnState } from './cdn.ts';
import type { RunContext, RunPart } from './run-part.ts';
import { Viewers, type ViewersState } from './viewers.ts';

/** Copied state of playback. */
export interface PlaybackState {
  readonly catalogue: CatalogueState;
  readonly viewers: ViewersState;
  readonly cdn: SimulatedCdnState;
}

/** Playback: viewers, CDN and origin wired to each other. */
export class Playback implements RunPart {
  readonly name = 'playback';
  readonly #catalogue: Catalogue;
  readonly #viewers: Viewers;
  readonly #cdn: SimulatedCdn;

  constructor(plan: WatchedPlan, { replication, loop, metrics, streams }: RunContext) {
    const catalogue = new Catalogue(plan.scenario.catalogue, plan.sizeTables, streams);
    this.#catalogue = catalogue;
    this.#viewers = new Viewers(plan, replication, catalogue, streams, loop, metrics,
      (edge, request, object) => this.#cdn.requested(edge, request, object));
    this.#cdn = new SimulatedCdn(plan.scenario.cdn, catalogue, loop, metrics, {
      answered: (...answer) => this.#viewers.answered(...answer),
      ended: (...end) => this.#viewers.ended(...end),
    });
  }

  settle(_now: Us): void {
    this.#viewers.settle();
  }

  nextLook(at: Us): void {
    this.#viewers.nextLook(at);
  }

  closeBooks(_now: Us): void {
    this.#viewers.closeBooks();
  }

  outcome(): PartOutcome {
    return { sessions: this.#viewers.rows, logs: this.#viewers.logs() };
  }

  save(): PlaybackState {
    return { catalogue: this.#catalogue.save(), viewers: this.#viewers.save(), cdn: this.#cdn.save() };
  }

  restore(state: PlaybackState): void {
    this.#catalogue.restore(state.catalogue);
    this.#viewers.restore(state.viewers);
    this.#cdn.restore(state.cdn);
  }
}
