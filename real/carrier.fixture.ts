import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MetricSet } from '../models/core/metrics.ts';
import { US_PER_MS, type Us } from '../models/core/units.ts';
import { Dispatcher, FAILURES } from '../models/transcode/dispatcher.ts';
import type { Farm } from '../models/transcode/farm.ts';
import { queueParams, type QueueParams } from '../models/transcode/params.ts';
import { TaskQueue } from '../models/transcode/queue.ts';
import { createTasks } from '../models/transcode/task.ts';
import type { Carried, Carrier } from './carrier.ts';
import type { Supervisor } from './children.ts';
import { RunClock } from './clock.ts';
import type { Fate, ScriptedJob } from './scripted-work.fixture.ts';
import { WakeTimer } from './timer.ts';

/** A task to submit: what becomes of each try of each of its chunks; further tries succeed. */
export interface Plan {
  readonly video: number;
  readonly priority?: number;
  readonly fates: readonly (readonly Fate[])[];
}

/** A try as it was given out, and what came of it. */
export interface Try {
  readonly video: number;
  readonly chunk: number;
  readonly at: Us;
  carried?: Carried;
}

/** The dispatcher with a queue on the wall clock, over a carrier of scripted jobs. */
export class Rig {
  readonly tries: Try[] = [];
  readonly ended: { readonly video: number; readonly complete: boolean }[] = [];
  readonly metrics = new MetricSet();
  readonly dispatcher: Dispatcher;
  readonly #tasks = createTasks();
  readonly #plans = new Map<number, Plan>();
  readonly #clock = new RunClock();
  readonly #timer: WakeTimer;
  readonly #carrier: Carrier<ScriptedJob>;
  readonly #folder: string;
  readonly #stillMs: number;
  readonly #over = Promise.withResolvers<void>();

  /** `folder` takes the outputs; a worker that stands still does so for thrice its lease. */
  constructor(
    carrier: Carrier<ScriptedJob>, workers: number, params: Partial<QueueParams>, folder: string,
  ) {
    this.#carrier = carrier;
    this.#folder = folder;
    const all = { ...queueParams.parse({}), ...params };
    this.#stillMs = (3 * all.lease) / US_PER_MS;
    const queue = new TaskQueue(this.#tasks, 1, all, () => 0, { weightOf: () => 1, tierOf: () => 0 });
    const how = { together: 1, watchLeases: !carrier.watchesLeases, resolutions: ['360p'] };
    this.dispatcher = new Dispatcher(this.#tasks, queue, new Benches(workers), all, how, {
      start: (attempt) => void this.#start(attempt).catch((error: unknown) => this.#over.reject(error)),
      taskEnded: (task, complete) => {
        this.ended.push({ video: this.#tasks.columns.video[task]!, complete });
        if (this.ended.length === this.#plans.size) this.#over.resolve();
      },
    }, this.metrics);
    this.#timer = new WakeTimer(this.#clock, () => this.dispatcher.wakeAt(), (now) => {
      this.dispatcher.wake(now);
      this.#dispatch();
    });
  }

  /** Submits tasks together and returns when all have ended. */
  async run(plans: readonly Plan[]): Promise<void> {
    for (const plan of plans) this.#plans.set(plan.video, plan);
    for (const plan of plans) this.#submit(plan);
    this.#dispatch();
    try {
      await this.#over.promise;
    } finally {
      this.#timer.close();
    }
  }

  #submit({ video, priority = 1, fates }: Plan): void {
    const filled = {
      video, codec: 0, later: 0, rung: 0, topRung: 0, priority, user: 0, chunks: fates.length, lastShare: 1,
      chunkPixels: 1, chunkDecodePixels: 0, chunkUs: 1e6, content: 1, deadline: 1e12,
    };
    const task = this.#tasks.open();
    for (const [name, value] of Object.entries(filled)) {
      this.#tasks.columns[name as keyof typeof filled][task] = value;
    }
    this.dispatcher.submit(this.#clock.now(), task);
  }

  #dispatch(): void {
    this.dispatcher.dispatch(this.#clock.now());
    this.#timer.rearm();
  }

  async #start(attempt: number): Promise<void> {
    const a = this.dispatcher.attempts;
    const c = this.#tasks.columns;
    const [task, worker, serial] = [a.task[attempt]!, a.worker[attempt]!, a.serial[attempt]!];
    const [video, chunk, nth] = [c.video[task]!, a.first[attempt]!, c.tries[task]!];
    const one: Try = { video, chunk, at: this.#clock.now() };
    this.tries.push(one);
    const fate = this.#plans.get(video)!.fates[chunk]![nth] ?? 'encode';
    const ms = fate === 'late' ? this.#stillMs : ENCODE_MS;
    const job = { fate, output: join(this.#folder, `${video}-${chunk}`), ms };
    const carried = await this.#carrier.carry({ id: serial, job, urgency: c.priority[task]! },
      () => this.dispatcher.workerSeen(this.#clock.now(), worker));
    one.carried = carried;
    const failed = carried.kind === 'failed' ? 1 : 0;
    const reason = carried.kind === 'failed' ? FAILURES.indexOf(carried.reason) : 0;
    this.dispatcher.ended(this.#clock.now(), attempt, serial, failed, reason);
    this.#dispatch();
  }
}

/** Workers that are told apart, each with room for one chunk. */
class Benches implements Farm {
  readonly lanes = ['workers'];
  placedOn = 0;
  readonly #busy: boolean[];

  constructor(workers: number) {
    this.#busy = Array.from({ length: workers }, () => false);
  }

  laneOf(): number {
    return 0;
  }

  place(): number {
    this.placedOn = this.#busy.indexOf(false);
    if (this.placedOn < 0) return 0;
    this.#busy[this.placedOn] = true;
    return 1;
  }

  release(_now: Us, _task: number, worker: number): void {
    this.#busy[worker] = false;
  }

  save(): unknown {
    return [...this.#busy];
  }

  restore(state: unknown): void {
    this.#busy.splice(0, this.#busy.length, ...(state as boolean[]));
  }
}

/** Starts workers for scripted jobs, and a new one for each that dies; returns when all are ready. */
export async function startScriptedWorkers(
  supervisor: Supervisor, count: number,
  told: { readonly url: string; readonly queue: string; readonly lease: Us; readonly leaseCheck: Us },
): Promise<void> {
  const start = async (): Promise<void> => {
    const child = supervisor.spawn({
      name: 'scripted worker', command: process.execPath, args: [PROGRAM], ipc: true, graceMs: 1_000,
    });
    void child.exited.then(({ signal }) => {
      if (signal === 'SIGKILL') void start().catch(() => {}); // by itself; the supervisor begins with SIGTERM
    });
    const ready = new Promise<void>((resolve, reject) => {
      child.process.once('message', () => resolve());
      void child.closed.then(() => reject(new Error(child.lastLines().join('\n'))));
    });
    child.process.send(told);
    await ready;
  };
  await Promise.all(Array.from({ length: count }, start));
}

const ENCODE_MS = 5;
const PROGRAM = fileURLToPath(new URL('./scripted-worker.fixture.ts', import.meta.url));
