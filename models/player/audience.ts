import { z } from 'zod';
import { durationLaw, sampleDuration } from '../core/distribution.ts';
import { quantity } from '../core/quantity.ts';
import type { RandomStream, RandomStreams } from '../core/rng.ts';
import { NEVER, US_PER_S, type Us } from '../core/units.ts';
import { networkParams } from '../network/params.ts';
import type { CodecName } from '../storage/codecs.ts';
import { TraitDraws, traitParams, type ViewerTraits } from './viewer-traits.ts';

/** Share of viewers that leaves for each second of start-up beyond the first two. */
const ABANDON_PER_SECOND = 0.058; // Krishnan and Sitaraman, IMC 2012
const ABANDON_FROM_US = 2 * US_PER_S; // the same

const shapePoint = z.strictObject({
  at: quantity('duration', { doc: 'Time since the start of the run.', source: 'assumed', min: '0s' }),
  level: quantity('ratio', { doc: 'Arrivals relative to the peak.', source: 'assumed', min: '0', max: '1' }),
});

function checkAscending(shape: ReadonlyArray<{ readonly at: Us }>, context: z.RefinementCtx): void {
  shape.forEach(({ at }, i) => {
    if (i === 0 || at > shape[i - 1]!.at) return;
    const message = 'expected a time after that of the point before it';
    context.addIssue({ code: 'custom', path: [i, 'at'], message, input: at });
  });
}

const arrivalParams = z.discriminatedUnion('law', [
  z.strictObject({
    law: z.literal('poisson').meta({
      description: 'Viewers come independently of each other.', source: 'assumed',
    }),
    peak: quantity('frequency', { doc: 'Sessions started at the peak.', source: 'assumed', positive: true }),
    shape: z.array(shapePoint).max(1000).superRefine(checkAscending).prefault([]),
  }),
  z.strictObject({
    law: z.literal('fixed').meta({
      description: 'One viewer at each of the given times.', source: 'assumed',
    }),
    at: z.array(quantity('duration', {
      doc: 'When a viewer presses play.', source: 'assumed', min: '0s',
    })).min(1),
  }),
]);

/** Who watches: when viewers come, over which networks, for how long. */
export const audienceParams = z.strictObject({
  arrivals: arrivalParams,
  networks: z.array(networkParams).min(1).max(100),
  assignment: z.enum(['random', 'inTurn'])
    .meta({
      description: 'Viewers get their class of networks at random by share, or in turn.',
      unit: 'name', source: 'assumed',
    })
    .prefault('random'),
  watch: durationLaw.prefault({ law: 'exponential', mean: '10min' }),
  ...traitParams,
  startupPatience: z.enum(['measured', 'endless'])
    .meta({
      description: 'measured: from 2 s of start-up, 5.8 % of viewers leave with each second; '
        + 'endless: nobody does.',
      unit: 'name', source: 'cited: Krishnan and Sitaraman, IMC 2012',
    })
    .prefault('measured'),
});

export type AudienceParams = z.output<typeof audienceParams>;

/** One viewer to come. */
export interface Arrival {
  readonly at: Us;
  readonly network: number;
  readonly video: number;
  /** City of the viewer; 0 when the scenario has no geography. */
  readonly city: number;
  readonly watchUs: Us;
  readonly startupPatienceUs: Us;
  readonly traits: ViewerTraits;
}

/** Which video a viewer asks for who comes at `now` from a city. */
export type DrawVideo = (stream: RandomStream, now: Us, city: number) => number;
/** Where a viewer comes from. */
export type DrawCity = (stream: RandomStream) => number;

/** Draws the viewers of a run in the order of their coming, each trait from a stream of its own. */
export class Audience {
  readonly #params: AudienceParams;
  readonly #drawVideo: DrawVideo;
  readonly #drawCity: DrawCity | undefined;
  readonly #arrivals: RandomStream;
  readonly #videos: RandomStream;
  readonly #cities: RandomStream;
  readonly #networks: RandomStream;
  readonly #watch: RandomStream;
  readonly #patience: RandomStream;
  readonly #traits: TraitDraws;
  readonly #totalShare: number;
  /** Times of fixed arrivals, ascending. */
  readonly #fixed: readonly Us[];
  #drawn = 0;
  #at: Us = 0;

  /** `codecs`: those the catalogue offers. */
  constructor(
    params: AudienceParams, drawVideo: DrawVideo, streams: Pick<RandomStreams, 'stream'>, drawCity?: DrawCity,
    codecs: readonly CodecName[] = ['h264'],
  ) {
    this.#params = params;
    this.#drawVideo = drawVideo;
    this.#drawCity = drawCity;
    this.#arrivals = streams.stream('audience/arrivals');
    this.#videos = streams.stream('audience/video');
    this.#cities = streams.stream('audience/city');
    this.#networks = streams.stream('audience/network');
    this.#watch = streams.stream('audience/watch');
    this.#patience = streams.stream('audience/patience');
    this.#traits = new TraitDraws(params, codecs, streams);
    this.#fixed = params.arrivals.law === 'fixed' ? [...params.arrivals.at].sort((a, b) => a - b) : [];
    this.#totalShare = params.networks.reduce((sum, network) => sum + network.share, 0);
  }

  /** The next viewer; `at` is NEVER when nobody comes any more before `horizon`. */
  next(horizon: Us): Arrival {
    const at = this.#nextTime(horizon);
    this.#drawn++;
    const city = this.#drawCity?.(this.#cities) ?? 0;
    return {
      at,
      network: this.#drawNetwork(),
      city,
      video: this.#drawVideo(this.#videos, at, city),
      watchUs: Math.max(1, sampleDuration(this.#params.watch, this.#watch)),
      startupPatienceUs: this.#drawPatience(),
      traits: this.#traits.next(),
    };
  }

  /** Progress through the arrivals; the streams are saved by their owner. */
  save(): { readonly drawn: number; readonly at: Us } {
    return { drawn: this.#drawn, at: this.#at };
  }

  /** Puts saved progress back. */
  restore(state: { readonly drawn: number; readonly at: Us }): void {
    this.#drawn = state.drawn;
    this.#at = state.at;
  }

  #nextTime(horizon: Us): Us {
    const { arrivals } = this.#params;
    if (arrivals.law === 'fixed') {
      const at = this.#fixed[this.#drawn] ?? NEVER;
      return at < horizon ? at : NEVER;
    }
    // Thinning (Lewis and Shedler 1979): candidates at the peak rate, kept in proportion to the level.
    const meanGapUs = US_PER_S / arrivals.peak;
    for (;;) {
      this.#at += this.#arrivals.exponential(meanGapUs);
      const at = Math.round(this.#at);
      if (at >= horizon) return NEVER;
      if (this.#arrivals.uniform() < levelAt(arrivals.shape, this.#at)) return at;
    }
  }

  #drawNetwork(): number {
    const { networks, assignment } = this.#params;
    if (assignment === 'inTurn') return (this.#drawn - 1) % networks.length;
    let left = this.#networks.uniform() * this.#totalShare;
    for (let i = 0; i < networks.length - 1; i++) {
      left -= networks[i]!.share;
      if (left < 0) return i;
    }
    return networks.length - 1;
  }

  #drawPatience(): Us {
    const u = this.#patience.uniformPositive();
    if (this.#params.startupPatience === 'endless') return NEVER;
    return Math.round(ABANDON_FROM_US + (u / ABANDON_PER_SECOND) * US_PER_S);
  }
}

/** Piecewise linear level at a time, flat outside the points; 1 without points. */
export function levelAt(shape: ReadonlyArray<{ readonly at: Us; readonly level: number }>, at: Us): number {
  if (shape.length === 0) return 1;
  const after = shape.findIndex((point) => point.at > at);
  if (after === -1) return shape[shape.length - 1]!.level;
  if (after === 0) return shape[0]!.level;
  const from = shape[after - 1]!;
  const to = shape[after]!;
  return from.level + ((to.level - from.level) * (at - from.at)) / (to.at - from.at);
}

/**
 * Greatest number of sessions to expect before `horizon`, for sizing a fleet: mean plus six standard
 * deviations.
 */
export function mostSessions(params: AudienceParams, horizon: Us): number {
  if (params.arrivals.law === 'fixed') return params.arrivals.at.length;
  const mean = (params.arrivals.peak * horizon) / US_PER_S;
  return Math.ceil(mean + 6 * Math.sqrt(mean) + 10);
}
