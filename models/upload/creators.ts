import { sampleDuration } from '../core/distribution.ts';
import type { RandomStream, RandomStreams } from '../core/rng.ts';
import { NEVER, US_PER_S, type BitsPerS, type Bytes, type Us } from '../core/units.ts';
import { levelAt } from '../player/audience.ts';
import { PRIORITIES } from '../transcode/task.ts';
import type { UploadParams } from './params.ts';

/** A file that somebody uploads, and what will become of it. */
export interface Source {
  readonly user: number;
  /** Number in `PRIORITIES`. */
  readonly priority: number;
  readonly durationUs: Us;
  /** Height of the picture, which is 16:9. [pixels] */
  readonly height: number;
  readonly framesPerS: number;
  readonly bytes: Bytes;
  /** Encoding time relative to ordinary content. */
  readonly content: number;
  /** Views that the video will have had in the end. */
  readonly views: number;
}

/** An upload to come. */
export interface UploadArrival {
  readonly at: Us;
  readonly source: Source;
  readonly rate: BitsPerS;
  /** Whether it shares the line with what else its user uploads at the time. */
  readonly isShared: boolean;
  /** Share of the file after which the creator gives up; 1: does not. */
  readonly gaveUpAt: number;
}

/** Uploads that begin at equal steps: what is left of a burst or of an import. */
interface Train {
  at: number;
  readonly gapUs: number;
  left: number;
  /** -1: each from another user. */
  readonly user: number;
  readonly priority: number;
  /** Rate of the line that all of it shares; 0: each comes over a line of its own. */
  readonly uplink: BitsPerS;
}

/** Progress through the arrivals. */
export interface CreatorsState {
  readonly at: number;
  readonly burstAt: number;
  readonly trains: readonly Train[];
}

/** Draws the uploads of a run in the order in which they begin, each trait from a stream of its own. */
export class Creators {
  readonly #params: UploadParams;
  /** Durations to draw from instead of the law, or none. [us] */
  readonly #durations: Float64Array;
  readonly #complexity: number;
  readonly #streams: Readonly<Record<(typeof TRAITS)[number], RandomStream>>;
  readonly #sourceShares: readonly number[];
  /** The first user beyond each tier. */
  readonly #tierEnds: readonly number[];
  #at = 0;
  #burstAt: number;
  #trains: Train[];

  /** `complexity`: the spread over contents where a calibration has one. */
  constructor(
    params: UploadParams, durations: Float64Array, streams: Pick<RandomStreams, 'stream'>,
    complexity = params.complexity,
  ) {
    this.#params = params;
    this.#complexity = complexity;
    this.#durations = durations;
    this.#streams = Object.fromEntries(TRAITS.map((trait) =>
      [trait, streams.stream(`upload/${trait}`)])) as Record<(typeof TRAITS)[number], RandomStream>;
    this.#sourceShares = cumulative(params.sources);
    const { users, tiers } = params.creators;
    this.#tierEnds = cumulative(tiers).map((share) => Math.round(share * users));
    this.#burstAt = this.#nextBurst(0);
    this.#trains = params.arrivals.imports.map(({ at, videos, over, priority, uplink = 0 }, i) => ({
      at, gapUs: over / videos, left: videos, user: users + i, priority: PRIORITIES.indexOf(priority), uplink,
    }));
    this.#at = this.#nextBase(0);
  }

  /** Users there may be: those of the tiers, then one for each import. */
  static users({ creators, arrivals }: UploadParams): number {
    return creators.users + arrivals.imports.length;
  }

  /** The next upload; `at` is NEVER when none begins any more before `horizon`. */
  next(horizon: Us): UploadArrival {
    while (this.#burstAt < this.#at && this.#burstAt < horizon) this.#addBurst();
    let train: Train | undefined;
    for (const one of this.#trains) if (one.at < (train?.at ?? this.#at)) train = one;
    const at = Math.round(train?.at ?? this.#at);
    let user = -1;
    let priority = -1;
    if (train === undefined) {
      if (at < horizon) this.#at = this.#nextBase(this.#at);
    } else {
      ({ user, priority } = train);
      train.at += train.gapUs;
      if (--train.left === 0) this.#trains.splice(this.#trains.indexOf(train), 1);
    }
    const drawn = this.#draw(user, priority);
    const uplink = train?.uplink ?? 0;
    const isShared = user < 0 ? this.#params.creators.sharedLine : uplink > 0;
    const rate = uplink > 0 ? uplink : drawn.rate;
    return { ...drawn, rate, isShared, at: at < horizon ? at : NEVER };
  }

  /** Progress; the streams are saved by their owner. */
  save(): CreatorsState {
    return { at: this.#at, burstAt: this.#burstAt, trains: this.#trains.map((train) => ({ ...train })) };
  }

  /** Puts saved progress back. */
  restore(state: CreatorsState): void {
    this.#at = state.at;
    this.#burstAt = state.burstAt;
    this.#trains = state.trains.map((train) => ({ ...train }));
  }

  #draw(importer: number, importPriority: number): Omit<UploadArrival, 'at' | 'isShared'> {
    const { sources, views, uplink, creators, abandoned } = this.#params;
    const complexity = this.#complexity;
    const s = this.#streams;
    const drawn = s.user.integer(creators.users);
    const tier = this.#tierEnds.findIndex((end) => drawn < end);
    const own = PRIORITIES.indexOf(creators.tiers[Math.max(0, tier)]!.priority);
    const share = s.source.uniform();
    const kind = sources[this.#sourceShares.findIndex((end) => share < end)]!;
    const durationUs = Math.max(MIN_DURATION_US, this.#drawDuration());
    const rateSigma = Math.sqrt(2 * Math.log(uplink.mean / uplink.median));
    const gaveUp = s.patience.uniform();
    return {
      source: {
        user: importer >= 0 ? importer : drawn,
        priority: importer >= 0 ? importPriority : own,
        durationUs, height: kind.height, framesPerS: kind.frames,
        bytes: Math.ceil((kind.bitrate * durationUs) / US_PER_S / 8),
        // A lognormal of mean 1: mean = exp(mu + sigma^2 / 2).
        content: Math.exp(complexity * s.complexity.normal() - complexity ** 2 / 2),
        views: views.median * Math.exp(views.sigma * s.views.normal()),
      },
      rate: uplink.median * Math.exp(rateSigma * s.uplink.normal()),
      gaveUpAt: gaveUp < abandoned ? gaveUp / abandoned : 1,
    };
  }

  #drawDuration(): Us {
    const { duration } = this.#streams;
    if (this.#durations.length === 0) return sampleDuration(this.#params.duration, duration);
    return this.#durations[duration.integer(this.#durations.length)]!;
  }

  /** Thinning (Lewis and Shedler 1979): candidates at the peak rate, kept in proportion to the level. */
  #nextBase(after: number): number {
    const { peak, shape, period } = this.#params.arrivals;
    const { arrivals } = this.#streams;
    let at = after;
    do at += arrivals.exponential(US_PER_S / peak);
    while (shape.length > 0 && arrivals.uniform() >= levelAt(shape, at % period));
    return at;
  }

  #nextBurst(after: number): number {
    const { bursts } = this.#params.arrivals;
    return bursts === undefined ? NEVER : after + this.#streams.bursts.exponential(US_PER_S / bursts.rate);
  }

  #addBurst(): void {
    const { uploads, over } = this.#params.arrivals.bursts!;
    // Geometric from 1 with the mean asked for.
    const left = uploads <= 1 ? 1
      : 1 + Math.floor(Math.log(this.#streams.bursts.uniformPositive()) / Math.log(1 - 1 / uploads));
    this.#trains.push({ at: this.#burstAt, gapUs: over / left, left, user: -1, priority: -1, uplink: 0 });
    this.#burstAt = this.#nextBurst(this.#burstAt);
  }
}

const TRAITS = [
  'arrivals', 'bursts', 'user', 'source', 'duration', 'complexity', 'views', 'uplink', 'patience',
] as const;

/** Shares scaled to sum to one, each added to those before it. */
function cumulative(entries: ReadonlyArray<{ readonly share: number }>): number[] {
  const total = entries.reduce((sum, { share }) => sum + share, 0);
  let sum = 0;
  return entries.map(({ share }, i) => {
    sum += share;
    return i === entries.length - 1 ? 1 : sum / total;
  });
}

/** No file holds less than this. */
const MIN_DURATION_US = 500_000;
