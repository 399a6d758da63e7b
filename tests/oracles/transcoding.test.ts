import { describe, expect, test } from 'vitest';
import { MetricSet } from '../../models/core/metrics.ts';
import { RandomStreams, type RandomStream } from '../../models/core/rng.ts';
import { US_PER_S } from '../../models/core/units.ts';
import { Dispatcher } from '../../models/transcode/dispatcher.ts';
import * as metrics from '../../models/transcode/metrics.ts';
import { queueParams, type QueueParams } from '../../models/transcode/params.ts';
import { TaskQueue } from '../../models/transcode/queue.ts';
import { createTasks } from '../../models/transcode/task.ts';
import { WorkerPool } from '../../models/transcode/worker-pool.ts';
import { createEventList } from '../../sim/kernel/default-event-list.ts';
import { EventLoop } from '../../sim/kernel/event-loop.ts';
import { mdc, mmc, pollaczekKhinchine, srptMm1 } from './closed-forms.ts';
import { judge, judgeAll } from './judge.ts';

const ARRIVAL = 0;
const ENDED = 1;

interface LineOptions {
  readonly workers: number;
  /** Tasks a second. */
  readonly lambda: number;
  readonly order?: QueueParams['order'];
  /** Chunks of a task, and time of each. [s] */
  readonly draw: (stream: RandomStream) => { readonly chunks: number; readonly chunkSeconds: number };
  /** Time of a chunk of a nominal time; as it is by default. [s] */
  readonly serve?: (seconds: number, stream: RandomStream) => number;
  readonly tasks: number;
}

/** Runs dispatcher, queue and pool as they are in front of Poisson arrivals; batch means of what is seen. */
function runLine({ workers, lambda, order = 'fifo', draw, serve = (s) => s, tasks: length }: LineOptions) {
  const loop = new EventLoop(createEventList());
  const streams = new RandomStreams(11, 0);
  const [arrivals, sizes, services] = ['a', 'b', 'c'].map((name) => streams.stream(name));
  const set = new MetricSet();
  const tasks = createTasks();
  const pool = new WorkerPool(workers);
  const params = { ...queueParams.parse({}), order };
  const queue = new TaskQueue(tasks, 1, params, () => 0, { weightOf: () => 1, tierOf: () => 0 });
  let sojourn = 0;
  let ended = 0;
  const how = { together: 1, watchLeases: false, resolutions: ['any'] };
  const dispatcher = new Dispatcher(tasks, queue, pool, params, how, {
    start: (attempt) => {
      const { task, serial } = dispatcher.attempts;
      const seconds = serve(tasks.columns.chunkPixels[task[attempt]!]!, services!);
      loop.schedule(loop.now + Math.round(seconds * US_PER_S), ENDED, attempt, serial[attempt]!);
    },
    taskEnded: (task) => {
      sojourn += (loop.now - tasks.columns.submittedAt[task]!) / US_PER_S;
      ended++;
    },
  }, set);
  loop.on(ARRIVAL, () => {
    const { chunks, chunkSeconds } = draw(sizes!);
    const task = tasks.open();
    const c = tasks.columns;
    for (const column of Object.values(c)) column[task] = 0;
    c.chunks[task] = chunks;
    c.lastShare[task] = 1;
    c.chunkPixels[task] = chunkSeconds;
    c.content[task] = 1;
    dispatcher.submit(loop.now, task);
    dispatcher.dispatch(loop.now);
    loop.schedule(loop.now + Math.round(arrivals!.exponential(US_PER_S / lambda)), ARRIVAL, 0, 0);
  });
  loop.on(ENDED, (attempt, serial) => {
    dispatcher.ended(loop.now, attempt, serial);
    dispatcher.dispatch(loop.now);
  });
  loop.schedule(0, ARRIVAL, 0, 0);
  const batchUs = ((length / lambda) * US_PER_S) / BATCHES;
  loop.run(batchUs / 4);
  const figures = { queue: [] as number[], busy: [] as number[], sojourn: [] as number[] };
  for (let batch = 0; batch < BATCHES; batch++) {
    set.startMeasuring(loop.now);
    [sojourn, ended] = [0, 0];
    loop.run(loop.now + batchUs);
    const view = set.view(loop.now);
    figures.queue.push(view.timeAverage(metrics.chunksQueued)!);
    figures.busy.push(view.timeAverage(metrics.chunksRunning)!);
    figures.sojourn.push(sojourn / ended);
  }
  return figures;
}

const BATCHES = 20;
const one = (seconds = 1) => () => ({ chunks: 1, chunkSeconds: seconds });
const exponential = (mean: number, stream: RandomStream) => stream.exponential(mean);

describe('queue, dispatcher and pool are', () => {
  test('M/M/k when chunks are single and exponential', () => {
    const theory = mmc(8, 1, 10);
    const figures = runLine({ workers: 10, lambda: 8, draw: one(), serve: exponential, tasks: 400_000 });
    judge('queue', figures.queue, theory.waiting * 8, 0.06);
    judgeAll({ busy: figures.busy, sojourn: figures.sojourn }, { busy: 8, sojourn: theory.sojourn });
  });

  test('M/G/1 when one worker takes lognormal chunks', () => {
    // Mean 1, coefficient of variation 0.5: second moment 1.25.
    const sigma = Math.sqrt(Math.log(1.25));
    const serve = (mean: number, stream: RandomStream) =>
      mean * Math.exp(sigma * stream.normal() - sigma ** 2 / 2);
    const figures = runLine({ workers: 1, lambda: 0.7, draw: one(), serve, tasks: 400_000 });
    judge('sojourn', figures.sojourn, pollaczekKhinchine(0.7, 1, 1.25).sojourn, 0.02);
    judge('busy', figures.busy, 0.7);
  });

  test('M^[b]/M/1 when tasks bring several chunks', () => {
    // Batches of b: the mean number inside is rho (b + 1) / 2 / (1 - rho).
    const [b, rho] = [5, 0.7];
    const draw = () => ({ chunks: b, chunkSeconds: 1 });
    const figures = runLine({ workers: 1, lambda: rho / b, draw, serve: exponential, tasks: 250_000 });
    const inside = figures.queue.map((queue, i) => queue + figures.busy[i]!);
    judge('inside', inside, (rho * (b + 1)) / 2 / (1 - rho), 0.03);
  });

  test('M/D/k when chunks are all alike', () => {
    const figures = runLine({ workers: 4, lambda: 3.2, draw: one(), tasks: 200_000 });
    const single = pollaczekKhinchine(3.2, 0.25, 0.0625).sojourn - 0.25;
    const waits = figures.sojourn.map((sojourn) => sojourn - 1);
    const mean = waits.reduce((sum, wait) => sum + wait, 0) / BATCHES;
    // The bound is on the time inside: waiting alone is shorter with four than with one four times as fast.
    expect(mean + 1).toBeGreaterThan(single + 0.25);
    judge('waiting', waits, mdc(3.2, 4), 0.06);
  });
});

describe('shortest remaining work first', () => {
  const draw = (chunks: number) => (stream: RandomStream) => {
    return { chunks, chunkSeconds: stream.exponential(1) / chunks };
  };
  const sojourn = (order: QueueParams['order'], chunks: number) => {
    return runLine({ workers: 1, lambda: 0.8, order, draw: draw(chunks), tasks: 60_000 }).sojourn;
  };

  test('comes to the formula of Schrage and Miller as chunks get small, and to no less', () => {
    const bound = srptMm1(0.8);
        const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / BATCHES;
    const small = sojourn('srpt', 30);
    judge('sojourn', small, bound, 0.06);
    const [fine, coarse, fifo] = [small, sojourn('srpt', 2), sojourn('fifo', 2)].map(mean);
    expect(fine).toBeLessThan(coarse!);
    expect(coarse).toBeLessThan(fifo!);
    expect(fine).toBeGreaterThan(0.95 * bound);
  });
});
