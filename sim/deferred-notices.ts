import type { MetricHandle, MetricSet } from '../models/core/metrics.ts';
import type { Us } from '../models/core/units.ts';
import { noticesDeferred } from '../models/transcode/metrics.ts';
import { CODES } from './codes.ts';
import type { EventLoop } from './kernel/event-loop.ts';

/** Copied state of the notices to creators that wait. */
export interface DeferredNoticesState {
  readonly isOn: boolean;
  readonly waiting: number;
  readonly isSending: boolean;
}

/**
 * Notices to creators (webhooks) that a video does not wait for: they are queued, and sent some at a time
 * when that is no longer the order of the day. None is lost: queued = sent + waiting.
 */
export class DeferredNotices {
  readonly #loop: EventLoop;
  readonly #metrics: MetricSet;
  readonly #level: MetricHandle;
  readonly #takesUs: Us;
  readonly #sent: () => void;
  #waiting = 0;
  #isOn = false;
  #isSending = false;

  /** `takesUs`: time of a notice; `sent` is told of each. */
  constructor(loop: EventLoop, metrics: MetricSet, takesUs: Us, sent: () => void) {
    this.#loop = loop;
    this.#metrics = metrics;
    this.#takesUs = takesUs;
    this.#sent = sent;
    this.#level = metrics.bind(noticesDeferred);
    loop.on(CODES.noticeSent, () => this.#some());
  }

  /** Whether notices are queued rather than waited for. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /** From now on notices are queued, or waited for as ever; those that are queued are sent then. */
  switch(on: boolean): void {
    this.#isOn = on;
    if (!on) this.#send();
  }

  /** A creator is to be told, later. */
  add(): void {
    this.#waiting++;
    this.#metrics.addLevel(this.#level, this.#loop.now, 1);
    if (!this.#isOn) this.#send(); // its video went out while notices were still put off
  }

  save(): DeferredNoticesState {
    return { isOn: this.#isOn, waiting: this.#waiting, isSending: this.#isSending };
  }

  restore(state: DeferredNoticesState): void {
    this.#isOn = state.isOn;
    this.#waiting = state.waiting;
    this.#isSending = state.isSending;
  }

  #some(): void {
    this.#isSending = false;
    const sent = Math.min(TOGETHER, this.#waiting);
    this.#waiting -= sent;
    this.#metrics.addLevel(this.#level, this.#loop.now, -sent);
    for (let i = 0; i < sent; i++) this.#sent();
    if (!this.#isOn) this.#send();
  }

  #send(): void {
    if (this.#isSending || this.#waiting === 0) return;
    this.#isSending = true;
    this.#loop.schedule(this.#loop.now + this.#takesUs, CODES.noticeSent, 0, 0);
  }
}

/** Notices that are sent at a time. */
const TOGETHER = 100; // assumed: connections of a sender
