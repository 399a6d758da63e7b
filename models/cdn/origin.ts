import type { Bytes, Us } from '../core/units.ts';
import { US_PER_S } from '../core/units.ts';
import type { OriginParams } from './params.ts';
import { QueueLines } from './topology/queue-line.ts';

/** Copied state of an origin. */
export interface OriginState {
  readonly requests: ReturnType<QueueLines['save']>;
  readonly egress: ReturnType<QueueLines['save']>;
  readonly scale: number;
}

/** What an origin says at once. */
export interface OriginAnswer {
  /** 200, or 503 when it has more to do than it lets wait. */
  readonly status: number;
  /** From the request until its first byte leaves. [us] */
  readonly firstByteUs: Us;
  /** From the request until its last byte has left; the same when sending is not limited. [us] */
  readonly lastByteUs: Us;
}

/**
 * The object store behind the caches: it takes so many requests a second, one after the other, and sends so
 * many bits; who would have to wait longer than it lets anybody wait is refused with 503 at once.
 */
export class Origin {
  readonly #params: OriginParams;
  readonly #requests = new QueueLines(1);
  readonly #egress = new QueueLines(1);
  /** Times the capacity it was built with. */
  #scale = 1;

  constructor(params: OriginParams) {
    this.#params = params;
  }

  /** A request for so many bytes. */
  asked(now: Us, bytes: Bytes): OriginAnswer {
    const { latency, requestsPerS, bandwidth, longestWait, refusalWork } = this.#params;
    if (requestsPerS === undefined && bandwidth === undefined) {
      return { status: 200, firstByteUs: latency, lastByteUs: latency };
    }
    const work = requestsPerS === undefined ? 0 : US_PER_S / (requestsPerS * this.#scale);
    if (Math.max(this.#requests.backlog(0, now), this.#egress.backlog(0, now)) > longestWait) {
      this.#requests.take(0, now, work * refusalWork);
      return { status: 503, firstByteUs: latency, lastByteUs: latency };
    }
    const sending = bandwidth === undefined ? 0 : (bytes * 8 * US_PER_S) / (bandwidth * this.#scale);
    const wait = this.#requests.take(0, now, work);
    const first = Math.ceil(Math.max(wait, this.#egress.take(0, now, sending)) + latency);
    return { status: 200, firstByteUs: first, lastByteUs: Math.ceil(first + sending) };
  }

  /** Time for which it has been sending up to now; 0 without a limit. [us] */
  sendingDone(now: Us): number {
    return this.#egress.done(0, now);
  }

  /** Time for which it has been taking on requests up to now; 0 without a limit. [us] */
  requestsDone(now: Us): number {
    return this.#requests.done(0, now);
  }

  /** From now on it has so many times the capacity it was built with. */
  scaled(factor: number): void {
    this.#scale = factor;
  }

  save(): OriginState {
    return { requests: this.#requests.save(), egress: this.#egress.save(), scale: this.#scale };
  }

  restore(state: OriginState): void {
    this.#requests.restore(state.requests);
    this.#egress.restore(state.egress);
    this.#scale = state.scale;
  }
}
