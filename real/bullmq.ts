import type * as Bullmq from 'bullmq';
import type { Job, Queue, QueueEvents } from 'bullmq';
import { hostname } from 'node:os';
import { z } from 'zod';
import { assert } from '../models/core/assert.ts';
import { US_PER_MS, usToSeconds, type Us } from '../models/core/units.ts';
import type { Carried, Carrier, Parcel, Work } from './carrier.ts';
import { missingPackage } from './redis.ts';

/** What a carrier over BullMQ is made with. */
export interface BullmqOptions {
  /** redis://USER:PASSWORD@HOST:PORT/DB */
  readonly url: string;
  readonly queue: string;
  /** A name that no other run of the same queue has: its jobs begin with it. */
  readonly run: string;
  /** How often it is looked whether an event went past. */
  readonly lookEvery: Us;
  /** Aborted when the run is cancelled, or when its Redis is gone for good. */
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

/**
 * Jobs go through a BullMQ queue on Redis to workers in other processes, on this host or others.
 *
 *     carry -> add -> [ Redis ] -> serveJobs -> completed, failed, stalled -> Carried
 *
 * BullMQ keeps jobs, hands each to one worker at a time, and finds those whose worker let its lock lapse; it
 * tries none again (`attempts: 1`, no recovery of stalled jobs): that is the dispatcher's, which is told.
 */
export class BullmqCarrier<Payload> implements Carrier<Payload> {
  readonly watchesLeases = true;
  readonly #queue: Queue;
  readonly #events: QueueEvents;
  readonly #options: BullmqOptions;
  readonly #open = new Map<string, OpenJob>();
  readonly #look: NodeJS.Timeout;
  readonly #abort = () => this.#giveUp();
  #quiet = true;

  private constructor(queue: Queue, events: QueueEvents, options: BullmqOptions) {
    this.#queue = queue;
    this.#events = events;
    this.#options = options;
    events.on('completed', ({ jobId, returnvalue }) => this.#settle(jobId, parseCarried(returnvalue)));
    events.on('failed', ({ jobId, failedReason }) => this.#settle(jobId, lost(failedReason)));
    events.on('stalled', ({ jobId }) => this.#settle(jobId, lost(SILENT)));
    const say = sayOnce(options.log);
    const look = () => void this.#lookAfter().catch(say);
    this.#look = setInterval(look, options.lookEvery / US_PER_MS);
    options.signal.addEventListener('abort', this.#abort);
  }

  /** Connects to Redis. Throws MissingRequirementError when the npm package is not there. */
  static async open<Payload>(options: BullmqOptions): Promise<BullmqCarrier<Payload>> {
    const { Queue, QueueEvents } = await loadBullmq();
    const connection = { url: options.url, maxRetriesPerRequest: null };
    const queue = new Queue(options.queue, { connection, prefix: PREFIX });
    // From the beginning of the stream: an event that comes while the connection is made is not missed.
    const events = new QueueEvents(options.queue, { connection, prefix: PREFIX, lastEventId: '0-0' });
    const say = sayOnce(options.log);
    queue.on('error', say);
    events.on('error', say);
    await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);
    return new BullmqCarrier(queue, events, options);
  }

  async carry({ id, job, urgency }: Parcel<Payload>): Promise<Carried> {
    this.#options.signal.throwIfAborted();
    const name = `${this.#options.run}-${id}`;
    assert(!this.#open.has(name), 'a job is carried once', { name });
    const { promise, resolve, reject } = Promise.withResolvers<Carried>();
    const open: OpenJob = { resolve, reject, isStored: false };
    this.#open.set(name, open);
    // A name that is there already is not added again, so that asking twice after a lost connection is safe.
    const kept = { age: KEPT_SECONDS };
    this.#queue.add('job', job, {
      jobId: name, priority: urgency + 1, attempts: 1, removeOnComplete: kept, removeOnFail: kept,
    }).then(() => {
      open.isStored = true;
    }, reject);
    return promise;
  }

  async close(): Promise<void> {
    clearInterval(this.#look);
    this.#options.signal.removeEventListener('abort', this.#abort);
    const names = [...this.#open.keys()];
    this.#giveUp();
    this.#open.clear();
    const farewell = Promise.allSettled(names.map((name) => this.#queue.remove(name)))
      .then(() => Promise.allSettled([this.#events.close(), this.#queue.close()]));
    // A Redis that is gone answers nothing.
    await Promise.race([farewell, sleep(CLOSE_LIMIT_MS)]);
    await Promise.allSettled([this.#events.disconnect(), this.#queue.disconnect()]);
  }

  #settle(name: string, carried: Carried): void {
    const open = this.#open.get(name);
    if (open === undefined) return; // another run's, or told already
    this.#open.delete(name);
    open.resolve(carried);
    this.#queue.remove(name).catch(() => {}); // it goes by itself after a time
  }

  #giveUp(): void {
    const reason: unknown = this.#options.signal.reason ?? new Error('the carrier is closed');
    for (const { reject } of this.#open.values()) reject(reason);
  }

  /** Events can be lost, by a stream cut short or a Redis that forgot: looks at what jobs came to. */
  async #lookAfter(): Promise<void> {
    for (const [name, { isStored }] of [...this.#open]) {
      if (!isStored) continue;
      const job = await this.#queue.getJob(name) as Job | undefined;
      if (job === undefined) {
        this.#settle(name, lost('its queue has forgotten it'));
        continue;
      }
      const state = await job.getState();
      if (state === 'completed') this.#settle(name, parseCarried(job.returnvalue));
      if (state === 'failed') this.#settle(name, lost(job.failedReason));
    }
    const alone = this.#open.size > 0 && (await this.#queue.getWorkersCount()) === 0;
    if (alone && this.#quiet) {
      this.#options.log(`${this.#open.size} jobs wait and no worker is connected (weir real worker)`);
    }
    this.#quiet = !alone;
  }
}

/** How a worker takes jobs from the queue. */
export interface ServeOptions<Payload> {
  readonly url: string;
  readonly queue: string;
  /** Jobs at once. */
  readonly atOnce: number;
  /** A job whose worker, or whose encoder, was not heard of for so long is lost. */
  readonly lease: Us;
  /** How often leases are looked at. */
  readonly leaseCheck: Us;
  /** The job of a message; throws when it is none. */
  readonly parse: (data: unknown) => Payload;
  readonly log: (line: string) => void;
}

/** A worker that takes jobs. */
export interface Serving {
  /** Who it is in outcomes. */
  readonly name: string;
  /** Takes no more jobs and returns when those it has are done. */
  drain(): Promise<void>;
}

/** Takes jobs from the queue and does them, until it is drained. */
export async function serveJobs<Payload>(
  work: Work<Payload>, options: ServeOptions<Payload>,
): Promise<Serving> {
  const { Worker } = await loadBullmq();
  const { url, atOnce, lease, leaseCheck, parse, log } = options;
  const name = `${hostname()}/${process.pid}`;
  const running = new Map<string, AbortController>();
  const worker = new Worker(options.queue, async (job): Promise<Carried> => {
    const given = new AbortController();
    running.set(job.id!, given);
    try {
      return await attend(work, parse(job.data), lease, given, name);
    } finally {
      running.delete(job.id!);
    }
  }, {
    connection: { url, maxRetriesPerRequest: null }, prefix: PREFIX, name, concurrency: atOnce,
    lockDuration: lease / US_PER_MS, stalledInterval: leaseCheck / US_PER_MS, maxStalledCount: 0,
  });
  worker.on('error', sayOnce(log));
  // What it does belongs to somebody else by now.
  worker.on('lockRenewalFailed', (jobs) => jobs.forEach((job) => running.get(job)?.abort()));
  await worker.waitUntilReady();
  return { name, drain: () => worker.close() };
}

/** Has a job done; when nothing is heard of it for the lease, it is given up: a lock alone lasts for ever. */
async function attend<Payload>(
  work: Work<Payload>, job: Payload, lease: Us, given: AbortController, worker: string,
): Promise<Carried> {
  let silent = false;
  const timer = setTimeout(() => {
    silent = true;
    given.abort();
  }, lease / US_PER_MS);
  try {
    const outcome = await work(job, { signal: given.signal, onProgress: () => void timer.refresh() });
    return { ...outcome, worker };
  } catch (error) {
    if (!silent) throw error;
    return { ...lost(`its encoder was silent for ${usToSeconds(lease)} s`), worker };
  } finally {
    clearTimeout(timer);
  }
}

interface OpenJob {
  readonly resolve: (carried: Carried) => void;
  readonly reject: (reason: unknown) => void;
  /** Redis has said that it has it. */
  isStored: boolean;
}

/** Outcomes come from other processes, and perhaps from other versions. */
const carriedSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('encoded'), bytes: z.number().min(0), cpuUs: z.number().min(0), worker: z.string(),
  }),
  z.strictObject({
    kind: z.literal('failed'), reason: z.enum(['encoder', 'truncated', 'lost']), detail: z.string(),
    cpuUs: z.number().min(0), worker: z.string(),
  }),
]);

function parseCarried(value: unknown): Carried {
  const parsed = carriedSchema.safeParse(value);
  return parsed.success ? parsed.data : lost(`its worker's answer cannot be read: ${parsed.error.message}`);
}

function lost(detail: string): Carried {
  return { kind: 'failed', reason: 'lost', detail, cpuUs: 0, worker: 'unknown' };
}

async function loadBullmq(): Promise<typeof Bullmq> {
  try {
    return await import('bullmq');
  } catch (error) {
    throw missingPackage('bullmq', error);
  }
}

/** Says a trouble when it begins, and not with every attempt to connect again. */
function sayOnce(log: (line: string) => void): (error: Error) => void {
  let said = '';
  return ({ message }) => {
    if (message !== said) log(`queue: ${message}`);
    said = message;
  };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

const PREFIX = 'weir';
const SILENT = 'its worker was not heard of any more';
/** Outcomes that nobody fetched, because their run was killed, are kept so long. */
const KEPT_SECONDS = 3600;
const CLOSE_LIMIT_MS = 2_000;
