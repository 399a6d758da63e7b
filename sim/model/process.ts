import { assert } from '../../models/core/assert.ts';
import { NO_EVENT, type EventHandle } from '../kernel/event-list.ts';
import type { Buffer } from './buffer.ts';
import type { Event } from './event.ts';
import type { Facility } from './facility.ts';
import { REFUSED, type Job } from './jobs.ts';
import { SERVED, STARTED, type ContinuationCode, type Model, type Outcome, type Part } from './model.ts';
import { ANY_ITEM, type Store } from './store.ts';

/** What a process yields to wait; it is made by the steps of Process, which are called with `yield*`. */
export type Steps<Result = void> = Generator<undefined, Result, undefined>;

/** Is thrown into a process, at the step it waits in, by Process.interrupt(). */
export class Interrupted extends Error {
  readonly reason: string;
  /** Service still owed where a service was interrupted, in the model's own unit; 0 otherwise. */
  readonly owed: number;

  constructor(reason: string, owed: number) {
    super(`interrupted: ${reason}`);
    this.name = 'Interrupted';
    this.reason = reason;
    this.owed = owed;
  }
}

/**
 * Processes written as generators: a life told in one piece, for coarse models of up to some ten thousand
 * entities. The convenience costs speed (a ninth of callbacks is left) and copying: a model with live
 * processes cannot be saved.
 */
export class Processes implements Part<null> {
  readonly name: string;
  readonly model: Model;
  /** What facilities and stores are given as the continuation of a process. */
  readonly then: ContinuationCode;
  readonly #resumeCode: number;
  readonly #live: (Process | undefined)[] = [];
  readonly #free: number[] = [];

  constructor(model: Model, name = 'processes') {
    this.name = name;
    this.model = model;
    this.then = model.continuation((id, outcome) => this.#live[id]?.answer(outcome));
    this.#resumeCode = model.on((id) => this.#live[id]!.resume());
    model.add(this);
  }

  /** Processes that have begun and not ended. */
  get alive(): number {
    return this.#live.length - this.#free.length;
  }

  /** Begins a process now, or after a delay in the model's own unit. */
  start(body: (self: Process) => Steps, delay = 0): Process {
    const id = this.#free.pop() ?? this.#live.length;
    const process = new Process(this, id, body);
    this.#live[id] = process;
    process.wake(delay);
    return process;
  }

  /** Lets a process go on after a delay, by an event of its own. */
  scheduleResume(id: number, delay: number): EventHandle {
    return this.model.after(this.model.us(delay), this.#resumeCode, id);
  }

  /** Forgets a process that has ended. */
  end(id: number): void {
    this.#live[id] = undefined;
    this.#free.push(id);
  }

  resetStatistics(): void {}

  checkLaws(): void {}

  save(): null {
    this.#assertNoneAlive();
    return null;
  }

  restore(): void {
    this.#assertNoneAlive();
  }

  #assertNoneAlive(): void {
    const { alive } = this;
    assert(alive === 0, 'generators cannot be copied: save models made of callbacks', { alive });
  }
}

/** One process; its steps wait, its plain methods do not. Durations are in the model's own unit. */
export class Process {
  readonly id: number;
  readonly #owner: Processes;
  readonly #body: Steps;
  readonly #held = new Map<Facility, Job>();
  #wakeUp: EventHandle = NO_EVENT;
  #waits = false;
  /** What it waits for has been granted at this very moment. */
  #answered = false;
  #outcome: Outcome = SERVED;
  #store: Store<unknown> | undefined;
  #item: unknown;
  /** Takes back what the process waits for; returns the service still owed. [us] */
  #undo: (() => number) | undefined;
  #thrown: Interrupted | undefined;

  constructor(owner: Processes, id: number, body: (self: Process) => Steps) {
    this.#owner = owner;
    this.id = id;
    this.#body = body(this);
  }

  /** Lets time pass. */
  *hold(duration: number): Steps {
    this.wake(duration);
    yield* this.#wait(() => 0);
  }

  /** Waits until activate() is called. */
  *passivate(): Steps {
    yield* this.#wait(() => 0);
  }

  /** Is served for a while; false when refused or out of patience. */
  *use(facility: Facility, duration: number, priority = 0, patience = Infinity): Steps<boolean> {
    const { model, then } = this.#owner;
    const job = facility.use(this.id, model.us(duration), priority, patience * model.unitUs, then);
    if (job === REFUSED) return false;
    yield* this.#wait(() => facility.interrupt(job));
    return this.#outcome === SERVED;
  }

  /** Gets a server to keep until release(); false when refused or out of patience. */
  *seize(facility: Facility, priority = 0, patience = Infinity): Steps<boolean> {
    const preemptive = ['preemptive-priority', 'shortest-remaining'].includes(facility.discipline);
    assert(!preemptive, 'a server that may be taken away is used, not seized', { facility: facility.name });
    const holdsOne = this.#held.has(facility);
    assert(!holdsOne, 'a process holds one server of a facility', { facility: facility.name });
    const { model, then } = this.#owner;
    let job: Job = REFUSED;
    const waits = this.#wait(() => facility.interrupt(job));
    this.#waits = true;
    job = facility.use(this.id, Infinity, priority, patience * model.unitUs, then);
    if (job === REFUSED) {
      this.#waits = false;
      return false;
    }
    yield* waits;
    if (this.#outcome !== STARTED) return false;
    this.#held.set(facility, job);
    return true;
  }

  /** Gives back a server that was seized. */
  release(facility: Facility): void {
    const job = this.#held.get(facility);
    assert(job !== undefined, 'only a server that was seized is released', { facility: facility.name });
    this.#held.delete(facility);
    facility.release(job);
  }

  /** Waits for an event. */
  *wait(event: Event): Steps {
    this.#waits = true;
    event.wait(this.id, this.#owner.then);
    yield* this.#wait(() => this.#takeBack(event));
  }

  /** Takes an amount out of a buffer. */
  *get(buffer: Buffer, amount: number): Steps {
    this.#waits = true;
    buffer.get(this.id, amount, this.#owner.then);
    yield* this.#wait(() => this.#takeBack(buffer));
  }

  /** Puts an amount into a buffer. */
  *put(buffer: Buffer, amount: number): Steps {
    this.#waits = true;
    buffer.put(this.id, amount, this.#owner.then);
    yield* this.#wait(() => this.#takeBack(buffer));
  }

  /** Takes an item out of a store: the oldest that passes the filter of this number. */
  *take<Item>(store: Store<Item>, filter = ANY_ITEM): Steps<Item> {
    this.#waits = true;
    this.#store = store as Store<unknown>;
    store.get(this.id, filter, this.#owner.then);
    yield* this.#wait(() => this.#takeBack(store));
    return this.#item as Item;
  }

  /** Puts an item into a store. */
  *deposit<Item>(store: Store<Item>, item: Item): Steps {
    this.#waits = true;
    this.#store = undefined;
    store.put(this.id, item, this.#owner.then);
    yield* this.#wait(undefined);
  }

  /** Ends a passivate() or a hold(). */
  activate(): void {
    assert(this.#waits, 'only a process that waits is activated', { id: this.id });
    if (this.#wakeUp !== NO_EVENT) this.#owner.model.loop.cancel(this.#wakeUp);
    this.wake(0);
  }

  /**
   * Throws Interrupted into the process at the step it waits in, which is taken back; false when it has just
   * ended.
   */
  interrupt(reason: string): boolean {
    const revocable = this.#waits && this.#undo !== undefined;
    assert(revocable, 'only a step that can be taken back is interrupted', { reason });
    if (this.#answered || this.#thrown !== undefined) return false;
    if (this.#wakeUp !== NO_EVENT) this.#owner.model.loop.cancel(this.#wakeUp);
    const { model } = this.#owner;
    const owed = model.inUnits(this.#undo!());
    this.#thrown = new Interrupted(reason, Number.isFinite(owed) ? owed : 0);
    this.wake(0);
    return true;
  }

  /** Is told by a facility, a buffer, a store or an event what became of a request. */
  answer(outcome: Outcome): void {
    // A server given back after a breakdown is no news, nor is the end of a service that was released.
    if (!this.#waits || this.#wakeUp !== NO_EVENT) return;
    this.#outcome = outcome;
    this.#item = this.#store?.lastHandedOut;
    this.#store = undefined;
    this.#answered = true;
    this.wake(0);
  }

  /** Goes on after a delay. */
  wake(delay: number): void {
    this.#wakeUp = this.#owner.scheduleResume(this.id, delay);
  }

  /** Goes on to the next step. */
  resume(): void {
    this.#wakeUp = NO_EVENT;
    this.#waits = false;
    this.#answered = false;
    this.#undo = undefined;
    const thrown = this.#thrown;
    this.#thrown = undefined;
    const { done } = thrown === undefined ? this.#body.next() : this.#body.throw(thrown);
    if (done === true) this.#owner.end(this.id);
  }

  #takeBack(line: { cancel(entity: number): boolean }): number {
    line.cancel(this.id);
    return 0;
  }

  *#wait(undo: (() => number) | undefined): Steps {
    this.#waits = true;
    this.#undo = undo;
    yield;
  }
}
