import type { Us } from '../models/core/units.ts';

/** Counts are of the last one to two of these. [us] */
const WINDOW_US = 300_000_000; // the window of the platform's alerts, design document, section 3.3

/** Counts by video of this window and the one before. */
interface Counts {
  now: Map<number, number>;
  before: Map<number, number>;
}

/** Copied state. */
export interface VideoWatchState {
  readonly windowAt: Us;
  readonly started: ReadonlyArray<ReadonlyArray<readonly [number, number]>>;
  readonly failed: ReadonlyArray<ReadonlyArray<readonly [number, number]>>;
}

/** What an on-call engineer's dashboard tells of single videos: which one is hot, which one fails most. */
export class VideoWatch {
  #windowAt: Us = 0;
  readonly #started: Counts = { now: new Map(), before: new Map() };
  readonly #failed: Counts = { now: new Map(), before: new Map() };

  /** A viewer came for a video. */
  started(now: Us, video: number): void {
    this.#turn(now);
    count(this.#started.now, video);
  }

  /** A request for a part of a video failed. */
  failed(now: Us, video: number): void {
    this.#turn(now);
    count(this.#failed.now, video);
  }

  /** The video that most viewers came for lately; 0, the most popular, before anybody did. */
  hottest(): number {
    return most(this.#started) ?? 0;
  }

  /** The video with most failures lately; undefined when nothing failed. */
  worst(): number | undefined {
    return most(this.#failed);
  }

  save(): VideoWatchState {
    const copy = ({ now, before }: Counts) => [[...now], [...before]];
    return { windowAt: this.#windowAt, started: copy(this.#started), failed: copy(this.#failed) };
  }

  restore(state: VideoWatchState): void {
    this.#windowAt = state.windowAt;
    for (const [counts, saved] of [[this.#started, state.started], [this.#failed, state.failed]] as const) {
      counts.now = new Map(saved[0]);
      counts.before = new Map(saved[1]);
    }
  }

  #turn(now: Us): void {
    if (now < this.#windowAt + WINDOW_US) return;
    const isNext = now < this.#windowAt + 2 * WINDOW_US;
    for (const counts of [this.#started, this.#failed]) {
      counts.before = isNext ? counts.now : new Map<number, number>();
      counts.now = new Map();
    }
    this.#windowAt = Math.floor(now / WINDOW_US) * WINDOW_US;
  }
}

function count(counts: Map<number, number>, video: number): void {
  counts.set(video, (counts.get(video) ?? 0) + 1);
}

/** The video counted most; of equals the most popular. */
function most({ now, before }: Counts): number | undefined {
  let best: number | undefined;
  let bestCount = 0;
  for (const video of [...new Set([...now.keys(), ...before.keys()])].sort((a, b) => a - b)) {
    const total = (now.get(video) ?? 0) + (before.get(video) ?? 0);
    if (total > bestCount) [best, bestCount] = [video, total];
  }
  return best;
}
