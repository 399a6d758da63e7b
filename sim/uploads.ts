import { assert } from '../models/core/assert.ts';
import type { RandomStream, RandomStreams } from '../models/core/rng.ts';
import type { Us } from '../models/core/units.ts';
import { Creators, type CreatorsState, type Source, type UploadArrival } from '../models/upload/creators.ts';
import { Lines, type LineOf } from '../models/upload/line.ts';
import type { UploadParams } from '../models/upload/params.ts';
import type { PipelineFault } from '../models/operations/faults/pipeline-params.ts';
import type { UploadCall } from '../models/upload/ports.ts';
import type { MetadataDatabase } from '../models/services/metadata/database.ts';
import { Uploads, type UploadsState } from '../models/upload/uploads.ts';
import type { TranscodingPlan } from '../scenarios/plan.ts';
import { CODES } from './codes.ts';
import { DeferredUploads, type DeferredUploadsState } from './deferred-uploads.ts';
import { NO_EVENT } from './kernel/event-list.ts';
import type { EventLoop } from './kernel/event-loop.ts';
import type { RunContext } from './run-part.ts';
import { UploadFaults, type UploadFaultsState } from './upload-faults.ts';
import { UserLines, type UserLinesState } from './user-lines.ts';

/** Copied state of the simulated uploads. */
export interface SimulatedUploadsState {
  readonly creators: CreatorsState;
  readonly uploads: UploadsState;
  readonly next: UploadArrival;
  readonly slots: ReadonlyArray<UploadSlot | undefined>;
  readonly imports: ReadonlyArray<ImportState>;
  readonly faults: UploadFaultsState;
  readonly deferred: DeferredUploadsState;
  readonly userLines: UserLinesState;
}

/** An import that a fault has begun. */
interface ImportState {
  readonly fault: number;
  readonly at: Us;
  readonly creators: CreatorsState;
  readonly next: UploadArrival;
}

/** What the host keeps of an upload. */
interface UploadSlot {
  readonly source: Source;
  readonly line: LineOf;
  /** Whether it shares its line with what else its user uploads. */
  readonly isShared: boolean;
  /** Where its parts under way are: on a line of their own, on a shared one, or beyond that. */
  way: 'own' | 'shared' | 'beyond';
  /** Handles of the event that answers what is under way, and of the wake-up. */
  underWay: number;
  wake: number;
  /** When the parts under way were sent, and how many; negative: the last of them will not arrive. */
  sentAt: Us;
  sent: number;
}

/** Uploads that come from somewhere: those of the scenario, or an import that a fault has begun. */
interface Arrivals {
  readonly creators: Creators;
  next: UploadArrival;
  /** Number of the fault that began it, and when; -1 for the scenario's own. */
  readonly fault: number;
  readonly at: Us;
}

/** What is behind the uploads. */
export interface UploadService {
  /** A file is there, and its completion was accepted at `since`. */
  completed(source: Source, since: Us): void;
  /** How long an upload that begins now is told to wait; 0: it may come. [us] */
  refusesFor(): Us;
}

/** The simulated creators and their uploads, each over a line of its own. */
export class SimulatedUploads {
  readonly #plan: TranscodingPlan;
  readonly #params: UploadParams;
  readonly #streams: RandomStreams;
  readonly #loop: EventLoop;
  readonly #service: UploadService;
  /** What has to be written when an upload is complete, and gets its title; undefined: nothing. */
  readonly #metadata: MetadataDatabase | undefined;
  /** The scenario's own arrivals first, then imports that faults have begun. */
  readonly #arrivals: Arrivals[];
  readonly #uploads: Uploads;
  readonly #apiDraws: RandomStream;
  readonly #partDraws: RandomStream;
  readonly #lineDraws: RandomStream;
  readonly #refusalDraws: RandomStream;
  readonly #lines: Lines;
  readonly #userLines: UserLines;
  /** What faults do to calls and parts. */
  readonly faults: UploadFaults;
  /** Uploads that were accepted and wait to be taken in. */
  readonly deferred: DeferredUploads;
  #slots: (UploadSlot | undefined)[] = [];

  constructor(plan: TranscodingPlan, context: RunContext, service: UploadService) {
    const { loop, metrics, streams, metadata } = context;
    const { upload: params } = plan.scenario;
    this.#plan = plan;
    this.#params = params;
    this.#streams = streams;
    this.#loop = loop;
    this.#service = service;
    this.#metadata = metadata;
    this.#refusalDraws = streams.stream('upload/refusals');
    this.#apiDraws = streams.stream('upload/api');
    this.#partDraws = streams.stream('upload/parts');
    this.#lineDraws = streams.stream('upload/links');
    this.#lines = new Lines(plan.uploadLinks, params.links);
    this.#userLines = new UserLines(loop, this.#lines, (slot) => this.#leftLine(slot));
    this.faults = new UploadFaults(loop, metrics, streams);
    this.deferred = new DeferredUploads(loop, metrics, {
      tries: () => !this.faults.isStoreUnwell && this.faults.call('complete').status === 0
        && (metadata === undefined || metadata.write(loop.now).ok),
      takenIn: (source, since) => service.completed(source, since),
    });
    this.#uploads = new Uploads(params, {
      call: (slot, call) => this.#call(slot, call),
      send: (slot, parts) => this.#send(slot, parts),
      completed: (slot) => this.#completed(slot),
      ended: (slot) => this.#forget(slot),
    }, metrics);
    loop.on(CODES.uploadArrival, (_user, from) => this.#arrive(from));
    loop.on(CODES.uploadAnswered, (slot, detail) => this.#answered(slot, detail));
    loop.on(CODES.uploadSent, (slot, sent) => this.#sent(slot, sent));
    loop.on(CODES.uploadWake, (slot) => {
      this.#slots[slot]!.wake = NO_EVENT;
      this.#uploads.wake(loop.now, slot);
      this.#rearm(slot);
    });
    const creators = new Creators(params, plan.uploadDurations, streams, plan.contentSigma);
    this.#arrivals = [{ creators, next: NOBODY, fault: -1, at: 0 }];
    this.#scheduleArrival(0);
  }

  /** One user begins to import a library; `fault` numbers the import among the faults of the scenario. */
  import(fault: number, params: Extract<PipelineFault, { kind: 'importBurst' }>): void {
    const { now } = this.#loop;
    const from = this.#arrivals.push({ ...this.#importOf(fault, now, params), next: NOBODY }) - 1;
    this.#scheduleArrival(from);
  }

  /** The store is unwell from now on: parts under way are in the air, and what has come of them counts. */
  interrupt(): void {
    this.#slots.forEach((held, slot) => {
      if (held === undefined || held.sent === 0) return;
      const parts = Math.abs(held.sent);
      const bytes = this.#uploads.partBytes(slot);
      let come = 0;
      if (held.way === 'shared') {
        const left = this.#userLines.stop(held.source.user, slot);
        come = Math.min(parts - 1, Math.floor(parts - left / bytes + 1e-9));
      } else {
        while (come < parts - 1 && (held.way === 'beyond'
          || this.#lines.arrival(held.sentAt, held.line, come + 1, bytes) <= this.#loop.now)) come++;
        this.#loop.cancel(held.underWay);
        held.underWay = NO_EVENT;
      }
      held.sent = 0;
      if (come > 0) this.#uploads.stored(this.#loop.now, slot, come);
      if (this.#slots[slot] !== undefined) this.#send(slot, this.#uploads.partsLeft(slot));
    });
  }

  save(): SimulatedUploadsState {
    const [own, ...imports] = this.#arrivals;
    return {
      creators: own!.creators.save(), uploads: this.#uploads.save(), next: own!.next,
      slots: this.#slots.map((slot) => (slot === undefined ? undefined : { ...slot })),
      imports: imports.map(({ creators, next, fault, at }) => {
        return { fault, at, creators: creators.save(), next };
      }),
      faults: this.faults.save(), deferred: this.deferred.save(), userLines: this.#userLines.save(),
    };
  }

  restore(state: SimulatedUploadsState): void {
    const own = this.#arrivals[0]!;
    own.creators.restore(state.creators);
    own.next = state.next;
    this.#arrivals.length = 1;
    for (const { fault, at, creators, next } of state.imports) {
      const params = this.#plan.scenario.faults[fault];
      assert(params?.kind === 'importBurst', 'an import goes back into a run that has it', { fault });
      const restored = this.#importOf(fault, at, params);
      restored.creators.restore(creators);
      this.#arrivals.push({ ...restored, next });
    }
    this.#uploads.restore(state.uploads);
    this.#slots = state.slots.map((slot) => (slot === undefined ? undefined : { ...slot }));
    this.faults.restore(state.faults);
    this.deferred.restore(state.deferred);
    this.#userLines.restore(state.userLines);
  }

  /** An import with streams of its own: what others upload stays what it is without it. */
  #importOf(
    fault: number, at: Us, { videos, duration, priority }: Extract<PipelineFault, { kind: 'importBurst' }>,
  ): Omit<Arrivals, 'next'> {
    const { arrivals, creators } = this.#params;
    const alone: UploadParams = {
      ...this.#params,
      arrivals: { peak: NOBODY_ELSE, shape: [], period: arrivals.period,
        imports: [{ at, videos, over: duration, priority }] },
      creators: { ...creators, users: Creators.users(this.#params) + fault },
    };
    const streams = { stream: (name: string) => this.#streams.stream(`faults/import/${fault}/${name}`) };
    const { uploadDurations, contentSigma } = this.#plan;
    return { creators: new Creators(alone, uploadDurations, streams, contentSigma), fault, at };
  }

  #scheduleArrival(from: number): void {
    const arrivals = this.#arrivals[from]!;
    const horizon = this.#plan.scenario.run.duration;
    const next = arrivals.creators.next(horizon);
    arrivals.next = next;
    if (next.at < horizon) this.#loop.schedule(next.at, CODES.uploadArrival, next.source.user, from);
  }

  #arrive(from: number): void {
    const { source, rate, gaveUpAt, isShared } = this.#arrivals[from]!.next;
    const { now } = this.#loop;
    const slot = this.#uploads.open();
    const own = this.#lineOf(rate);
    const line = isShared ? this.#userLines.join(source.user, slot, own) : own;
    this.#slots[slot] = {
      source, line, isShared, way: 'own', underWay: NO_EVENT, wake: NO_EVENT, sentAt: 0, sent: 0,
    };
    this.#uploads.started(now, slot, source.bytes);
    if (gaveUpAt < 1 && this.#slots[slot] !== undefined) {
      const parts = Math.max(1, Math.ceil(source.bytes / this.#params.part.size));
      const whole = this.#lines.arrival(now, line, parts, source.bytes / parts) - now;
      this.#uploads.givesUp(slot, now + Math.ceil(gaveUpAt * whole));
      this.#rearm(slot);
    }
    this.#scheduleArrival(from);
  }

  #call(slot: number, call: UploadCall): void {
    const { status, delay } = this.faults.call(call);
    const written = call === 'init' ? undefined : this.#metadata?.write(this.#loop.now);
    const hasFailed = status > 0 || written?.ok === false;
    const detail = (call === 'init' ? IS_INIT : 0) + (hasFailed ? HAS_FAILED : 0);
    const after = this.#params.api.latency + delay + (written?.afterUs ?? 0);
    this.#after(slot, after, CODES.uploadAnswered, detail);
  }

  #answered(slot: number, detail: number): void {
    const { now } = this.#loop;
    this.#slots[slot]!.underWay = NO_EVENT;
    const retryAfter = (detail & IS_INIT) !== 0 ? this.#service.refusesFor() : 0;
    // Spread, so that those who were refused together do not come again together.
    if (retryAfter > 0) this.#uploads.refused(now, slot, retryAfter * (1 + this.#refusalDraws.uniform()));
    else {
      const isGood = this.#apiDraws.uniform() >= this.#params.api.failures && (detail & HAS_FAILED) === 0;
      this.#uploads.answered(now, slot, isGood || this.deferred.isOn);
    }
    this.#rearm(slot);
  }

  #completed(slot: number): void {
    const { source } = this.#slots[slot]!;
    if (!this.deferred.isOn) this.#service.completed(source, this.#loop.now);
    else this.deferred.accept(source);
  }

  #send(slot: number, parts: number): void {
    // The store may refuse a part when it comes: parts are then sent one by one.
    const most = this.faults.isStoreUnwell ? 1 : parts;
    const { failures } = this.#params.part;
    // Parts that arrive before the first that does not: geometric.
    const good = failures === 0 ? most
      : Math.floor(Math.log(this.#partDraws.uniformPositive()) / Math.log(1 - failures));
    const failed = good < most;
    const sent = failed ? good + 1 : most;
    const { now } = this.#loop;
    const held = this.#slots[slot]!;
    held.sentAt = now;
    held.sent = failed ? -sent : sent;
    held.way = held.isShared && this.#movedOthers(slot) ? 'shared' : 'own';
    if (held.way === 'shared') {
      this.#userLines.start(held.source.user, slot, sent * this.#uploads.partBytes(slot));
      return;
    }
    const at = this.#lines.arrival(now, held.line, sent, this.#uploads.partBytes(slot));
    this.#after(slot, at - now, CODES.uploadSent, held.sent);
  }

  /**
   * Whether a slot has to share its line: others of its user are sending, or it is a link already. What they
   * send goes on over that link with what is left of it.
   */
  #movedOthers(slot: number): boolean {
    const { now } = this.#loop;
    const { user } = this.#slots[slot]!.source;
    let isShared = this.#userLines.isShared(user);
    for (const other of this.#userLines.others(user, slot)) {
      const held = this.#slots[other]!;
      if (held.sent === 0 || held.way !== 'own') continue;
      const whole = Math.abs(held.sent) * this.#uploads.partBytes(other);
      const left = whole - this.#lines.carriedBytes(held.line, held.sentAt, now);
      this.#loop.cancel(held.underWay);
      held.underWay = NO_EVENT;
      held.way = 'shared';
      this.#userLines.start(user, other, Math.max(0, left));
      isShared = true;
    }
    return isShared;
  }

  /** The last byte of what a slot sends has left a shared line: the answers come. */
  #leftLine(slot: number): void {
    const held = this.#slots[slot];
    if (held?.way !== 'shared') return;
    held.way = 'beyond';
    const wait = this.#lines.answersUs(held.line, this.#loop.now, Math.abs(held.sent));
    this.#after(slot, wait, CODES.uploadSent, held.sent);
  }

  /** Parts of an upload arrived; negative: the last of them did not. */
  #sent(slot: number, sent: number): void {
    const { now } = this.#loop;
    const held = this.#slots[slot]!;
    held.underWay = NO_EVENT;
    held.sent = 0;
    // What the store does not take is kept beside it, if that is the order of the day.
    const isTaken = sent > 0 && (!this.faults.isStoreUnwell || this.faults.takesPart() || this.deferred.isOn);
    const arrived = Math.abs(sent) - (isTaken ? 0 : 1);
    if (arrived > 0) this.#uploads.stored(now, slot, arrived);
    if (this.#slots[slot] !== undefined) {
      if (!isTaken) this.#uploads.partFailed(now, slot);
      else if (this.#uploads.partsLeft(slot) > 0) this.#send(slot, this.#uploads.partsLeft(slot));
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
    const { underWay, wake, isShared, source } = this.#slots[slot]!;
    if (isShared) this.#userLines.leave(source.user, slot);
    if (underWay !== NO_EVENT) this.#loop.cancel(underWay);
    if (wake !== NO_EVENT) this.#loop.cancel(wake);
    this.#slots[slot] = undefined;
  }
}

/** Bits of the detail of an answer. */
const IS_INIT = 1;
const HAS_FAILED = 2;
/** Before the first arrival is drawn. */
const NOBODY = { at: Infinity } as UploadArrival;
/** A rate at which nobody comes within a run. [1/s] */
const NOBODY_ELSE = 1e-12;
