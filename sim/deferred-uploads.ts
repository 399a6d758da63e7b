import type { MetricHandle, MetricSet } from '../models/core/metrics.ts';
import { US_PER_S, type Us } from '../models/core/units.ts';
import type { Source } from '../models/upload/creators.ts';
import { uploadsDeferred, uploadsDeferredTotal } from '../models/upload/metrics.ts';
import { CODES } from './codes.ts';
import type { EventLoop } from './kernel/event-loop.ts';

/** Copied state of the uploads kept for later. */
export interface DeferredUploadsState {
  readonly isOn: boolean;
  readonly kept: readonly KeptUpload[];
  readonly isLooking: boolean;
}

interface KeptUpload {
  readonly source: Source;
  readonly since: Us;
}

/** What is asked before a kept upload is handed on, and where it goes. */
export interface DeferredUploadsHost {
  /** Tries to take an upload in now; false: not yet. */
  tries(): boolean;
  /** An upload that was accepted at `since` is taken in. */
  takenIn(source: Source, since: Us): void;
}

/**
 * Uploads that were accepted while they could not be taken in: kept in the order in which they came, and
 * handed on one by one as soon as each can be. None is lost: accepted = handed on + kept.
 */
export class DeferredUploads {
  readonly #loop: EventLoop;
  readonly #metrics: MetricSet;
  readonly #host: DeferredUploadsHost;
  readonly #level: MetricHandle;
  readonly #total: MetricHandle;
  #kept: KeptUpload[] = [];
  #isLooking = false;
  #isOn = false;

  constructor(loop: EventLoop, metrics: MetricSet, host: DeferredUploadsHost) {
    this.#loop = loop;
    this.#metrics = metrics;
    this.#host = host;
    this.#level = metrics.bind(uploadsDeferred);
    this.#total = metrics.bind(uploadsDeferredTotal);
    loop.on(CODES.deferredLook, () => this.#look());
  }

  /** Whether uploads are accepted that cannot be taken in. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /** From now on uploads that cannot be taken in are kept, or fail as ever; what is kept is handed on. */
  switch(on: boolean): void {
    this.#isOn = on;
  }

  /** An upload is complete, and accepted: it is taken in at once if it can be and none waits, or kept. */
  accept(source: Source): void {
    const { now } = this.#loop;
    if (this.#kept.length === 0 && this.#host.tries()) {
      this.#host.takenIn(source, now);
      return;
    }
    this.#kept.push({ source, since: now });
    this.#metrics.addLevel(this.#level, now, 1);
    this.#metrics.add(this.#total, 1);
    this.#lookLater();
  }

  save(): DeferredUploadsState {
    return { isOn: this.#isOn, kept: [...this.#kept], isLooking: this.#isLooking };
  }

  restore(state: DeferredUploadsState): void {
    this.#isOn = state.isOn;
    this.#kept = [...state.kept];
    this.#isLooking = state.isLooking;
  }

  #look(): void {
    this.#isLooking = false;
    const { now } = this.#loop;
    let handedOn = 0;
    while (handedOn < this.#kept.length && handedOn < A_LOOK && this.#host.tries()) {
      const { source, since } = this.#kept[handedOn++]!;
      this.#metrics.addLevel(this.#level, now, -1);
      this.#host.takenIn(source, since);
    }
    this.#kept.splice(0, handedOn);
    if (this.#kept.length > 0) this.#lookLater();
  }

  #lookLater(): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    this.#loop.schedule(this.#loop.now + EVERY_US, CODES.deferredLook, 0, 0);
  }
}

/** How often it is tried to hand on what is kept, and how much at a time. [us] */
const EVERY_US = 10 * US_PER_S; // assumed
const A_LOOK = 1000; // a hundred a second: twice what a platform of 50 uploads a second gets
