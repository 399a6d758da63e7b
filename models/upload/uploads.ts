import { assert } from '../core/assert.ts';
import type { MetricHandle, MetricSet } from '../core/metrics.ts';
import { Rows, type RowsState } from '../core/rows.ts';
import { NEVER, US_PER_S, type Bytes, type Us } from '../core/units.ts';
import * as metrics from './metrics.ts';
import type { UploadParams } from './params.ts';
import type { UploadCall, UploadOutcome, UploadPorts } from './ports.ts';

const UPLOAD = {
  /** Number in STATES. */
  state: Uint8Array,
  bytes: Float64Array,
  /** Parts that are not stored yet. */
  left: Int32Array,
  /** Tries of the call or of the part under way. */
  tries: Uint8Array,
  /** Times that it was refused. */
  refusals: Uint8Array,
  startedAt: Float64Array,
  /** When it got its address. [us] */
  addressAt: Float64Array,
  /** When the creator gives up, and when the next try is due. [us] */
  gaveUpAt: Float64Array,
  retryAt: Float64Array,
} as const;

/** Copied state of the uploads. */
export interface UploadsState {
  readonly rows: RowsState<typeof UPLOAD>;
}

/**
 * Uploads under way, a slot each: a call for a presigned address, the parts straight to the object store,
 * each with retries, a call to complete, one for the metadata.
 *
 *     started, answered, refused, stored, partFailed, wake -> [ uploads ] -> call, send, completed, ended
 */
export class Uploads {
  readonly #params: UploadParams;
  readonly #ports: UploadPorts;
  readonly #rows = new Rows(UPLOAD);
  readonly #metrics: MetricSet;
  readonly #m: Readonly<Record<
    'started' | 'completed' | 'active' | 'size' | 'seconds' | 'ok' | 'error' | 'refused' | 'retries',
    MetricHandle>>;
  readonly #failed: Readonly<Record<Exclude<UploadOutcome, 'completed'>, MetricHandle>>;

  constructor(params: UploadParams, ports: UploadPorts, set: MetricSet) {
    this.#params = params;
    this.#ports = ports;
    this.#metrics = set;
    this.#m = {
      started: set.bind(metrics.uploadsStarted), completed: set.bind(metrics.uploadsCompleted),
      active: set.bind(metrics.uploadsActive), size: set.bind(metrics.uploadSize),
      seconds: set.bind(metrics.uploadSeconds), ok: set.bind(metrics.apiCalls, 'ok'),
      error: set.bind(metrics.apiCalls, 'error'), refused: set.bind(metrics.apiCalls, 'refused'),
      retries: set.bind(metrics.partRetries),
    };
    const failed = (reason: string) => set.bind(metrics.uploadsFailed, reason);
    this.#failed = {
      api: failed('api'), refused: failed('refused'), parts: failed('parts'), expired: failed('expired'),
      tooLarge: failed('tooLarge'), abandoned: failed('abandoned'),
    };
  }

  /** Uploads under way. */
  get active(): number {
    return this.#rows.size;
  }

  /** A slot for an upload that starts now. */
  open(): number {
    return this.#rows.open();
  }

  /** The creator begins to upload a file into a slot just opened. */
  started(now: Us, slot: number, bytes: Bytes): void {
    const c = this.#rows.columns;
    c.state[slot] = INIT;
    c.bytes[slot] = bytes;
    c.left[slot] = Math.max(1, Math.ceil(bytes / this.#params.part.size));
    c.tries[slot] = 0;
    c.refusals[slot] = 0;
    c.startedAt[slot] = now;
    c.gaveUpAt[slot] = NEVER;
    c.retryAt[slot] = NEVER;
    this.#metrics.add(this.#m.started, 1);
    this.#metrics.addLevel(this.#m.active, now, 1);
    if (bytes > this.#params.largest) this.#end(now, slot, 'tooLarge');
    else this.#ports.call(slot, 'init');
  }

  /** The creator of an upload gives up at a time, if it is still under way then. */
  givesUp(slot: number, at: Us): void {
    this.#rows.columns.gaveUpAt[slot] = at;
  }

  /** Parts of an upload that are not stored yet. */
  partsLeft(slot: number): number {
    return this.#rows.columns.left[slot]!;
  }

  /** Bytes of a part of an upload. */
  partBytes(slot: number): Bytes {
    const { bytes } = this.#rows.columns;
    return bytes[slot]! / Math.max(1, Math.ceil(bytes[slot]! / this.#params.part.size));
  }

  /** The API has answered the call under way. */
  answered(now: Us, slot: number, ok: boolean): void {
    const c = this.#rows.columns;
    this.#metrics.add(ok ? this.#m.ok : this.#m.error, 1);
    if (!ok) {
      c.tries[slot]!++;
      if (c.tries[slot]! < this.#params.api.tries) this.#wait(now, slot);
      // Without a title a video is still a video.
      else if (c.state[slot] === METADATA) this.#end(now, slot, 'completed');
      else this.#end(now, slot, 'api');
      return;
    }
    c.tries[slot] = 0;
    const state = c.state[slot]!;
    if (state === INIT) {
      c.state[slot] = SENDING;
      c.addressAt[slot] = now;
      this.#ports.send(slot, c.left[slot]!);
    } else if (state === COMPLETE) {
      this.#metrics.add(this.#m.completed, 1);
      this.#metrics.observe(this.#m.size, c.bytes[slot]!);
      this.#metrics.observe(this.#m.seconds, (now - c.startedAt[slot]!) / US_PER_S);
      c.state[slot] = METADATA;
      c.gaveUpAt[slot] = NEVER;
      this.#ports.completed(slot);
      this.#ports.call(slot, 'metadata');
    } else {
      assert(state === METADATA, 'an answer comes to a call', { slot, state });
      this.#end(now, slot, 'completed');
    }
  }

  /**
   * The service takes no more uploads now: come again after so long, and longer after each further refusal.
   * The address has not been given out yet, so nothing of it runs out meanwhile.
   */
  refused(now: Us, slot: number, retryAfter: Us): void {
    const c = this.#rows.columns;
    assert(c.state[slot] === INIT, 'only what has not begun is refused', { slot });
    this.#metrics.add(this.#m.refused, 1);
    const { refusals, longestWait } = this.#params.api;
    if (c.refusals[slot]! >= refusals) {
      this.#end(now, slot, 'refused');
      return;
    }
    const wait = Math.min(longestWait, retryAfter * 2 ** c.refusals[slot]!);
    c.refusals[slot]!++;
    c.tries[slot] = 0;
    c.retryAt[slot] = now + Math.round(wait);
  }

  /** Parts have arrived at the object store. */
  stored(now: Us, slot: number, parts: number): void {
    const c = this.#rows.columns;
    c.left[slot]! -= parts;
    assert(c.left[slot]! >= 0, 'only parts that are left arrive', { slot, parts });
    if (parts > 0) c.tries[slot] = 0;
    if (this.#expired(now, slot)) return;
    if (c.left[slot]! > 0) return;
    c.state[slot] = COMPLETE;
    this.#ports.call(slot, 'complete');
  }

  /** The part that came next did not arrive. */
  partFailed(now: Us, slot: number): void {
    const c = this.#rows.columns;
    this.#metrics.add(this.#m.retries, 1);
    c.tries[slot]!++;
    if (this.#expired(now, slot)) return;
    if (c.tries[slot]! < this.#params.part.tries) this.#wait(now, slot);
    else this.#end(now, slot, 'parts');
  }

  /** Next time at which something is to be done for a slot of itself, or NEVER. */
  wakeAt(slot: number): Us {
    const c = this.#rows.columns;
    return Math.min(c.gaveUpAt[slot]!, c.retryAt[slot]!);
  }

  /** It is `wakeAt`. */
  wake(now: Us, slot: number): void {
    const c = this.#rows.columns;
    if (c.gaveUpAt[slot]! <= now) {
      this.#end(now, slot, 'abandoned');
      return;
    }
    if (c.retryAt[slot]! > now) return;
    c.retryAt[slot] = NEVER;
    if (this.#expired(now, slot)) return;
    const state = c.state[slot]!;
    if (state === SENDING) this.#ports.send(slot, c.left[slot]!);
    else this.#ports.call(slot, CALLS[state]!);
  }

  save(): UploadsState {
    return { rows: this.#rows.save() };
  }

  restore(state: UploadsState): void {
    this.#rows.restore(state.rows);
  }

  #wait(now: Us, slot: number): void {
    const c = this.#rows.columns;
    c.retryAt[slot] = now + this.#params.part.backoff * 2 ** (c.tries[slot]! - 1);
  }

  #expired(now: Us, slot: number): boolean {
    const c = this.#rows.columns;
    if (c.state[slot] !== SENDING || now - c.addressAt[slot]! <= this.#params.expiry) return false;
    this.#end(now, slot, 'expired');
    return true;
  }

  #end(now: Us, slot: number, outcome: UploadOutcome): void {
    if (outcome !== 'completed') this.#metrics.add(this.#failed[outcome], 1);
    this.#metrics.addLevel(this.#m.active, now, -1);
    this.#rows.columns.state[slot] = OVER;
    this.#rows.columns.gaveUpAt[slot] = NEVER;
    this.#rows.columns.retryAt[slot] = NEVER;
    this.#rows.close(slot);
    this.#ports.ended(slot, outcome);
  }
}

/** What an upload waits for. */
const INIT = 0;
const SENDING = 1;
const COMPLETE = 2;
const METADATA = 3;
const OVER = 4;
const CALLS: Readonly<Record<number, UploadCall>> = {
  [INIT]: 'init', [COMPLETE]: 'complete', [METADATA]: 'metadata',
};
