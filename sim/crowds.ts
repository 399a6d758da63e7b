import type { RandomStreams } from '../models/core/rng.ts';
import type { Us } from '../models/core/units.ts';
import { Audience, type Arrival, type AudienceParams, type DrawVideo } from '../models/player/audience.ts';
import type { CodecName } from '../models/storage/codecs.ts';
import { CODES } from './codes.ts';
import type { EventLoop } from './kernel/event-loop.ts';
import type { Steering } from './steering.ts';

/** A crowd that comes on top of the usual viewers. */
export interface Crowd {
  readonly from: Us;
  readonly until: Us;
  /** Time over which it gathers. [us] */
  readonly rise: Us;
  /** Size, times the peak of the usual arrivals. */
  readonly factor: number;
  /** The video all of them come for; undefined: they wish what the others do. */
  readonly video: number | undefined;
}

/** Copied state of crowds; streams and events are saved by their owners. */
export interface CrowdsState {
  readonly crowds: readonly Crowd[];
  readonly audiences: ReadonlyArray<ReturnType<Audience['save']>>;
  readonly next: readonly Arrival[];
}

/** What crowds are drawn from. */
export interface CrowdSetup {
  readonly audience: AudienceParams;
  readonly codecs: readonly CodecName[];
  readonly drawVideo: DrawVideo;
  readonly steering: Steering;
  readonly streams: RandomStreams;
  readonly loop: EventLoop;
  readonly admit: (arrival: Arrival) => void;
}

/**
 * Crowds: viewers with random numbers of their own, so that the usual ones come and wish just as they would
 * have without them.
 */
export class Crowds {
  readonly #setup: CrowdSetup;
  #crowds: Crowd[] = [];
  #audiences: Audience[] = [];
  #next: Arrival[] = [];

  constructor(setup: CrowdSetup) {
    this.#setup = setup;
    setup.loop.on(CODES.crowdArrival, (crowd) => {
      const arrival = this.#next[crowd]!;
      this.#schedule(crowd);
      setup.admit(arrival);
    });
  }

  /** A crowd begins to gather. */
  add(crowd: Crowd): void {
    const number = this.#crowds.push(crowd) - 1;
    this.#audiences.push(this.#audienceOf(number));
    this.#schedule(number);
  }

  save(): CrowdsState {
    return {
      crowds: [...this.#crowds], audiences: this.#audiences.map((one) => one.save()), next: [...this.#next],
    };
  }

  restore(state: CrowdsState): void {
    this.#crowds = [...state.crowds];
    this.#audiences = this.#crowds.map((_, number) => this.#audienceOf(number));
    this.#audiences.forEach((audience, i) => audience.restore(state.audiences[i]!));
    this.#next = [...state.next];
  }

  #schedule(number: number): void {
    const crowd = this.#crowds[number]!;
    const next = this.#audiences[number]!.next(crowd.until - crowd.from);
    this.#next[number] = { ...next, at: crowd.from + next.at };
    if (next.at < crowd.until - crowd.from) {
      this.#setup.loop.schedule(crowd.from + next.at, CODES.crowdArrival, number, 0);
    }
  }

  /** Its viewers, whose time counts from the onset of the crowd. */
  #audienceOf(number: number): Audience {
    const { audience, codecs, drawVideo, steering, streams } = this.#setup;
    const { from, rise, factor, video } = this.#crowds[number]!;
    const { arrivals } = audience;
    const usual = arrivals.law === 'poisson' ? arrivals.peak : 0;
    const shape = rise > 0 ? [{ at: 0, level: 0 }, { at: rise, level: 1 }] : [];
    return new Audience(
      { ...audience, arrivals: { law: 'poisson', peak: usual * factor, shape } },
      (stream, now, city) => {
        const wished = drawVideo(stream, from + now, city);
        return video ?? wished;
      },
      { stream: (name) => streams.stream(`faults/crowd/${number}/${name}`) },
      (stream) => steering.drawCity(stream), codecs);
  }
}
