import { assert } from '../../models/core/assert.ts';
import type { RandomStream, StreamState } from '../../models/core/rng.ts';
import { RandomStreams } from '../../models/core/rng.ts';
import { US_PER_S, type Us } from '../../models/core/units.ts';
import { createEventList } from '../kernel/default-event-list.ts';
import type { EventHandle } from '../kernel/event-list.ts';
import { EventLoop, type EventHandler, type EventLoopState } from '../kernel/event-loop.ts';

/** What a model has one of, or leaves at its default. */
export interface ModelOptions {
  /** Seed of all streams; the same seed gives the same run. */
  readonly seed: number;
  /** Number of the replication, from 0; each has streams of its own. */
  readonly replication?: number;
  /** The model's own unit of time [us]; a second by default. */
  readonly unitUs?: Us;
}

/** Something in a model that has state and statistics: a facility, a source, a store. */
export interface Part<State = unknown> {
  readonly name: string;
  /** A copy of its state, fit to be posted to a worker. */
  save(): State;
  restore(state: State): void;
  /** Ends the warm-up: what was observed is forgotten, what is inside stays inside. */
  resetStatistics(): void;
  /** Throws InvariantError when its statistics contradict each other; called at the end of every run. */
  checkLaws(): void;
}

/** What became of a request, as a continuation is told. */
export type Outcome = number;
/** The customer has a server; said only for requests of unlimited length and where asked for. */
export const STARTED: Outcome = 0;
/** The customer has been served, the amount or the item has been handed over. */
export const SERVED: Outcome = 1;
/** The customer lost patience and left. */
export const RENEGED: Outcome = 2;

/** What is done after a request; `subject` is the facility's job or the amount or item handed over. */
export type Continuation = (entity: number, outcome: Outcome, subject: number) => void;

/** Number of a continuation: what columns hold in place of a function, so that they can be copied. */
export type ContinuationCode = number;

/** The hooks of the facility itself, rather than a continuation. */
export const OWN_HOOKS: ContinuationCode = -1;

/** All of a model's state as plain data; it goes into any model that was built by the same code. */
export interface SavedModel {
  readonly loop: EventLoopState;
  readonly streams: ReadonlyArray<readonly [string, StreamState]>;
  readonly parts: ReadonlyArray<readonly [string, unknown]>;
}

/**
 * A model for the event loop: virtual time, named streams, and the parts that stations are made of. Customers
 * and whatever else moves are integers; what happens next is a numeric code, so that the whole state can be
 * copied.
 */
export class Model {
  readonly loop: EventLoop;
  readonly streams: RandomStreams;
  /** The model's own unit of time. [us] */
  readonly unitUs: Us;
  readonly continuations: Continuation[] = [];
  readonly #parts: Part[] = [];
  #codes = 0;

  constructor({ seed, replication = 0, unitUs = US_PER_S }: ModelOptions) {
    const whole = Number.isSafeInteger(unitUs) && unitUs > 0;
    assert(whole, 'the unit of time is a whole number of us', { unitUs });
    this.loop = new EventLoop(createEventList());
    this.streams = new RandomStreams(seed, replication);
    this.unitUs = unitUs;
  }

  /** Current time. [us] */
  get now(): Us {
    return this.loop.now;
  }

  /** Current time in the model's own unit. */
  get time(): number {
    return this.loop.now / this.unitUs;
  }

  /** A duration in the model's own unit, to the nearest microsecond. */
  us(duration: number): Us {
    return Math.round(duration * this.unitUs);
  }

  /** Microseconds in the model's own unit. */
  inUnits(duration: Us): number {
    return duration / this.unitUs;
  }

  /** The stream of random numbers of this name; each use of randomness has one of its own. */
  stream(name: string): RandomStream {
    return this.streams.stream(name);
  }

  /**
   * Gives a handler of events its code: the next free one, so models are built in the same order each time.
   */
  on(handler: EventHandler): number {
    this.loop.on(this.#codes, handler);
    return this.#codes++;
  }

  /** Lets an event happen after a delay: the handler of `code` is called with `entity` and `detail`. */
  after(delayUs: Us, code: number, entity = 0, detail = 0): EventHandle {
    return this.loop.schedule(this.loop.now + Math.round(delayUs), code, entity, detail);
  }

  /** Gives a continuation its number. */
  continuation(then: Continuation): ContinuationCode {
    return this.continuations.push(then) - 1;
  }

  /** Adds a part; parts call this themselves. Names are unique, as results are found by them. */
  add(part: Part): void {
    const taken = this.#parts.some((other) => other.name === part.name);
    assert(!taken, 'one part of a name', { name: part.name });
    this.#parts.push(part);
  }

  /** Runs up to and including a time in the model's own unit, and checks the laws of every part. */
  run(until: number): void {
    this.loop.run(this.us(until));
    this.checkLaws();
  }

  /** Runs until no event is left; the clock stands at the last one. */
  runToEnd(): void {
    this.loop.run(Infinity);
    this.checkLaws();
  }

  /** Runs for a while longer, in the model's own unit. */
  runFor(duration: number): void {
    this.loop.run(this.loop.now + this.us(duration));
    this.checkLaws();
  }

  /** Ends the warm-up: statistics begin anew, everything else goes on. */
  resetStatistics(): void {
    for (const part of this.#parts) part.resetStatistics();
  }

  /**
   * Little's law and the utilisation law, for every part that has them; throws InvariantError where one
   * fails.
   */
  checkLaws(): void {
    for (const part of this.#parts) part.checkLaws();
  }

  /** A copy of the whole state. */
  save(): SavedModel {
    return {
      loop: this.loop.save(),
      streams: this.streams.save(),
      parts: this.#parts.map((part) => [part.name, part.save()] as const),
    };
  }

  /** Takes over a state saved from this model, at any time, or from one built by the same code. */
  restore(saved: SavedModel): void {
    const names = this.#parts.map((part) => part.name).join(', ');
    const savedNames = saved.parts.map(([name]) => name).join(', ');
    const same = names === savedNames;
    assert(same, 'a state is restored into the model it was saved from', { names, savedNames });
    this.loop.restore(saved.loop);
    this.streams.restore(saved.streams);
    this.#parts.forEach((part, i) => part.restore(saved.parts[i]![1]));
  }
}
