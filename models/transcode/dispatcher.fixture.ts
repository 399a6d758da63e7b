import { MetricSet } from '../core/metrics.ts';
import type { Us } from '../core/units.ts';
import { Dispatcher } from './dispatcher.ts';
import { queueParams, type QueueParams } from './params.ts';
import { TaskQueue } from './queue.ts';
import { createTasks, type TaskColumns } from './task.ts';
import { WorkerPool } from './worker-pool.ts';

/** What a dispatcher asked for: an attempt with its serial, or the end of a task. */
export interface Started {
  readonly attempt: number;
  readonly serial: number;
  readonly task: number;
  readonly first: number;
  readonly chunks: number;
  readonly at: Us;
}

/** A dispatcher over a pool of workers of one chunk each, with what it has asked for. */
export class Bench {
  readonly tasks = createTasks();
  readonly pool: WorkerPool;
  readonly metrics = new MetricSet();
  readonly dispatcher: Dispatcher;
  readonly started: Started[] = [];
  readonly ended: { readonly task: number; readonly video: number; readonly complete: boolean }[] = [];
  #now: Us = 0;

  constructor(workers: number, params: Partial<QueueParams> = {}, together = 1) {
    this.pool = new WorkerPool(workers);
    const all = { ...queueParams.parse({}), ...params };
    const queue = new TaskQueue(this.tasks, 1, all, () => 0, { weightOf: () => 1, tierOf: () => 0 });
    const how = { together, watchLeases: true, resolutions: ['any'] };
    this.dispatcher = new Dispatcher(this.tasks, queue, this.pool, all, how, {
      start: (attempt) => {
        const a = this.dispatcher.attempts;
        this.started.push({
          attempt, serial: a.serial[attempt]!, task: a.task[attempt]!, first: a.first[attempt]!,
          chunks: a.chunks[attempt]!, at: this.#now,
        });
      },
      taskEnded: (task, complete) => {
        this.ended.push({ task, video: this.tasks.columns.video[task]!, complete });
      },
    }, this.metrics);
  }

  /** Submits a task and gives it workers; its row. */
  submit(now: Us, fields: Partial<Record<keyof TaskColumns, number>>): number {
    const task = this.tasks.open();
    const filled = {
      video: 0, codec: 0, later: 0, rung: 0, topRung: 0, priority: 1, user: 0, chunks: 1, lastShare: 1,
      chunkPixels: 1, chunkDecodePixels: 0, leadPixels: 0, chunkUs: 1e6, content: 1,
      deadline: 1e12, ...fields,
    };
    for (const [name, value] of Object.entries(filled)) {
      this.tasks.columns[name as keyof TaskColumns][task] = value;
    }
    this.#now = now;
    this.dispatcher.submit(now, task);
    this.dispatcher.dispatch(now);
    return task;
  }

  /** An attempt comes to its end, with some of its chunks failed. */
  end(now: Us, { attempt, serial }: Pick<Started, 'attempt' | 'serial'>, failed = 0): void {
    this.#now = now;
    this.dispatcher.ended(now, attempt, serial, failed);
    this.dispatcher.dispatch(now);
  }

  /** Lets time pass: whatever is due of itself until then happens. */
  until(now: Us): void {
    while (this.dispatcher.wakeAt() <= now) {
      this.#now = this.dispatcher.wakeAt();
      this.dispatcher.wake(this.#now);
      this.dispatcher.dispatch(this.#now);
    }
    this.#now = now;
  }

  /** A worker is known to be gone. */
  lose(now: Us, worker: number): void {
    this.#now = now;
    this.dispatcher.workerLost(now, worker);
    this.dispatcher.dispatch(now);
  }
}
