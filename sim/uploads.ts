import { assert } from '../models/core/assert.ts';
import type { RandomStream } from '../models/core/rng.ts';
import type { Us } from '../models/core/units.ts';
import { Creators, type CreatorsState, type Source, type UploadArrival } from '../models/upload/creators.ts';
import { Lines, type LineOf } from '../models/upload/line.ts';
import type { UploadParams } from '../models/upload/params.ts';
import { Uploads, type UploadsState } from '../models/upload/uploads.ts';
import type { TranscodingPlan } from '../scenarios/plan.ts';
import { CODES } from './codes.ts';
import { NO_EVENT } from './kernel/event-list.ts';
import type { EventLoop } from './kernel/event-loop.ts';
import type { RunContext } from './run-part.ts';

/** Copied state of the simulated uploads. */
export interface SimulatedUploadsState {
  readonly creators: CreatorsState;
  readonly uploads: UploadsState;
  readonly next: UploadArrival;
  readonly slots: ReadonlyArray<UploadSlot | undefined>;
}

/** What the host keeps of an upload. */
interface UploadSlot {
  readonly source: Source;
  readonly line: LineOf;
  /** Handles of the event that answers what is under way, and of the wake-up. */
  underWay: number;
  wake: number;
}

/** What is behind the uploads. */
export interface UploadService {
  /** A file is there. */
  completed(source: Source): void;
  /** How long an upload that begins now is told to wait; 0: it may come. [us] */
  refusesFor(): Us;
}

/** The simulated creators and their uploads, each over a line of its own. */
export class SimulatedUploads {
  readonly #params: UploadParams;
  readonly #loop: EventLoop;
  readonly #horizon: Us;
  readonly #creators: Creators;
  readonly #uploads: Uploads;
  readonly #apiDraws: RandomStream;
  readonly #partDraws: RandomStream;
  readonly #lineDraws: RandomStream;
  readonly #lines: Lines;
  #slots: (UploadSlot | undefined)[] = [];
  #next: UploadArrival;

  constructor(plan: TranscodingPlan, { loop, metrics, streams }: RunContext, service: UploadService) {
    const { upload: params, run } = plan.scenario;
    this.#params = params;
    this.#loop = loop;
    this.#horizon = run.duration;
    const refusalDraws = streams.stream('upload/refusals');
    this.#apiDraws = streams.stream('upload/api');
    this.#partDraws = streams.stream('upload/parts');
    this.#lineDraws = streams.stream('upload/links');
    this.#lines = new Lines(plan.uploadLinks, params.links);
    this.#creators = new Creators(params, plan.uploadDurations, streams);
    this.#uploads = new Uploads(params, {
      call: (slot, call) =>
        this.#after(slot, params.api.latency, CODES.uploadAnswered, call === 'init' ? 1 : 0),
      send: (slot, parts) => this.#send(slot, parts),
      completed: (slot) => service.completed(this.#slots[slot]!.source),
      ended: (slot) => this.#forget(slot),
    }, metrics);
    loop.on(CODES.uploadArrival, () => this.#arrive());
    loop.on(CODES.uploadAnswered, (slot, isInit) => {
      this.#slots[slot]!.underWay = NO_EVENT;
      const retryAfter = isInit === 1 ? service.refusesFor() : 0;
      // Spread, so that those who were refused together do not come again together.
      if (retryAfter > 0) this.#uploads.refused(loop.now, slot, retryAfter * (1 + refusalDraws.uniform()));
      else this.#uploads.answered(loop.now, slot, this.#apiDraws.uniform() >= params.api.failures);
      this.#rearm(slot);
    });
    loop.on(CODES.uploadSent, (slot, sent) => this.#sent(slot, sent));
    loop.on(CODES.uploadWake, (slot) => {
      this.#slots[slot]!.wake = NO_EVENT;
      this.#uploads.wake(loop.now, slot);
      this.#rearm(slot);
    });
    this.#next = this.#scheduleArrival();
  }

  save(): SimulatedUploadsState {
    return {
      creators: this.#creators.save(), uploads: this.#uploads.save(), next: this.#next,
      slots: this.#slots.map((slot) => (slot === undefined ? undefined : { ...slot })),
    };
  }

  restore(state: SimulatedUploadsState): void {
    this.#creators.restore(state.creators);
    this.#uploads.restore(state.uploads);
    this.#next = state.next;
    this.#slots = state.slots.map((slot) => (slot === undefined ? undefined : { ...slot }));
  }

  #scheduleArrival(): UploadArrival {
    const next = this.#creators.next(this.#horizon);
    if (next.at < this.#horizon) this.#loop.schedule(next.at, CODES.uploadArrival, next.source.user, 0);
    return next;
  }

  #arrive(): void {
    const { source, rate, gaveUpAt } = this.#next;
    const { now } = this.#loop;
    const slot = this.#uploads.open();
    const line = this.#lineOf(rate);
    this.#slots[slot] = { source, line, underWay: NO_EVENT, wake: NO_EVENT };
    this.#uploads.started(now, slot, source.bytes);
    if (gaveUpAt < 1 && this.#slots[slot] !== undefined) {
      const parts = Math.max(1, Math.ceil(source.bytes / this.#params.part.size));
      const whole = this.#lines.arrival(now, line, parts, source.bytes / parts) - now;
      this.#uploads.givesUp(slot, now + Math.ceil(gaveUpAt * whole));
      this.#rearm(slot);
    }
    this.#next = this.#scheduleArrival();
  }

  #send(slot: number, parts: number): void {
    const { failures } = this.#params.part;
    // Parts that arrive before the first that does not: geometric.
    const good = failures === 0 ? parts
      : Math.floor(Math.log(this.#partDraws.uniformPositive()) / Math.log(1 - failures));
    const failed = good < parts;
    const sent = failed ? good + 1 : parts;
    const { now } = this.#loop;
    const at = this.#lines.arrival(now, this.#slots[slot]!.line, sent, this.#uploads.partBytes(slot));
    this.#after(slot, at - now, CODES.uploadSent, failed ? -sent : sent);
  }

  /** Parts of an upload arrived; negative: the last of them did not. */
  #sent(slot: number, sent: number): void {
    const { now } = this.#loop;
    this.#slots[slot]!.underWay = NO_EVENT;
    if (sent > 0) this.#uploads.stored(now, slot, sent);
    else {
      if (sent < -1) this.#uploads.stored(now, slot, -sent - 1);
      if (this.#slots[slot] !== undefined) this.#uploads.partFailed(now, slot);
    }
    this.#rearm(slot);
  }

  #lineOf(rate: number): LineOf {
    const { traces } = this.#lines;
    if (traces.length === 0) return { rate, trace: -1, startUs: 0 };
    const trace = this.#lineDraws.integer(traces.length);
    return { rate, trace, startUs: Math.floor(this.#lineDraws.uniform() * traces[trace]!.lengthUs) };
  }

  #after(slot: number, us: Us, code: number, detail: number): void {
    const held = this.#slots[slot]!;
    assert(held.underWay === NO_EVENT, 'an upload waits for one answer at a time', { slot });
    held.underWay = this.#loop.schedule(this.#loop.now + us, code, slot, detail);
  }

  #rearm(slot: number): void {
    const held = this.#slots[slot];
    if (held === undefined) return;
    const at = this.#uploads.wakeAt(slot);
    if (at === Infinity && held.wake === NO_EVENT) return;
    held.wake = this.#loop.rearm(held.wake, at, CODES.uploadWake, slot);
  }

  #forget(slot: number): void {
    const { underWay, wake } = this.#slots[slot]!;
    if (underWay !== NO_EVENT) this.#loop.cancel(underWay);
    if (wake !== NO_EVENT) this.#loop.cancel(wake);
    this.#slots[slot] = undefined;
  }
}
