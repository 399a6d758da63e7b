import type { MetricHandle, MetricSet } from '../models/core/metrics.ts';
import type { RandomStreams } from '../models/core/rng.ts';
import type { Us } from '../models/core/units.ts';
import { turnedAway } from '../models/player/metrics.ts';
import { noTuning, type PlayerTuning } from '../models/player/tuning.ts';
import type { WatchedScenario } from '../scenarios/schema.ts';
import { ClientRetries } from './client-retries.ts';
import { EdgeWatch, type EdgeWatchState } from './edge-watch.ts';
import { VideoWatch, type VideoWatchState } from './video-watch.ts';

/** Copied state of control. */
export interface ViewerControlState {
  readonly tuning: PlayerTuning;
  readonly closed: boolean;
  readonly hidden: readonly number[];
  readonly retries: ReturnType<ClientRetries['save']>;
  readonly watch: VideoWatchState;
  readonly edges: EdgeWatchState | undefined;
}

/** What the platform asks of its viewers and their clients while it runs, and what it knows of them. */
export class ViewerControl {
  /** What all players are asked for. */
  readonly tuning = noTuning();
  readonly retries: ClientRetries;
  readonly watch = new VideoWatch();
  /** Where somebody may have to find out about single edges: it takes a little of each answer's time. */
  readonly edges: EdgeWatch | undefined;
  /** Videos offered to nobody. */
  readonly hidden = new Set<number>();
  /** Whether who comes is shown a page instead of the platform. */
  closed = false;
  readonly #set: MetricSet;
  readonly #turnedAway: MetricHandle;
  readonly #videos: number;

  constructor({ catalogue, cdn, faults }: WatchedScenario, metrics: MetricSet, streams: RandomStreams) {
    this.#videos = catalogue.videos;
    const edges = cdn.edge.nodes * cdn.providers.length;
    this.edges = faults.length > 0 ? new EdgeWatch(edges) : undefined;
    this.#set = metrics;
    this.#turnedAway = metrics.bind(turnedAway);
    this.retries = new ClientRetries(streams);
  }

  /** The video that somebody gets who wishes one: that one, or the next one that is not hidden. */
  offered(wished: number): number {
    if (!this.hidden.has(wished) || this.hidden.size >= this.#videos) return wished;
    let video = wished;
    while (this.hidden.has(video)) video = (video + 1) % this.#videos;
    return video;
  }

  /** Whether a viewer who comes for a video is let in. */
  admits(now: Us, slot: number, video: number): boolean {
    this.retries.joined(slot);
    if (this.closed) this.#set.add(this.#turnedAway, 1);
    else this.watch.started(now, video);
    return !this.closed;
  }

  save(): ViewerControlState {
    return {
      tuning: { ...this.tuning }, closed: this.closed, hidden: [...this.hidden],
      retries: this.retries.save(), watch: this.watch.save(),
      edges: this.edges?.save(),
    };
  }

  restore(state: ViewerControlState): void {
    Object.assign(this.tuning, state.tuning);
    this.closed = state.closed;
    this.hidden.clear();
    for (const video of state.hidden) this.hidden.add(video);
    this.retries.restore(state.retries);
    this.watch.restore(state.watch);
    if (state.edges !== undefined) this.edges?.restore(state.edges);
  }
}
