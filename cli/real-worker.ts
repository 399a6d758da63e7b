import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import { parseQuantity, QuantityError } from '../models/core/quantity.ts';
import type { Us } from '../models/core/units.ts';
import { startChunkWorker } from '../real/chunk-worker.ts';
import { parseS3Url } from '../real/object-store.ts';
import { checkRedis } from '../real/redis.ts';
import { UsageError } from './exit.ts';
import { interruptible } from './interrupt.ts';
import { note } from './terminal.ts';

interface WorkerOptions {
  readonly redis: string;
  readonly s3: string;
  readonly atOnce?: string;
  readonly lease: string;
  readonly leaseCheck: string;
}

/** `weir real worker`: encodes chunks for runs that are started elsewhere. */
export function workerCommand(): Command {
  return new Command('worker')
    .description('encode chunks for runs of `weir real run --queue bullmq`, on this host or another')
    .requiredOption('--redis <url>', 'the Redis of the runs: redis://:PASSWORD@HOST:PORT')
    .requiredOption('--s3 <url>', 'their object store, as the runs call it; '
      + 'credentials from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or in the URL')
    .option('--at-once <count>', 'chunks encoded at the same time (default: one for each core)')
    .option('--lease <duration>', 'a chunk is lost when nothing was heard of it for so long', '30s')
    .option('--lease-check <duration>', 'how often leases are looked at', '30s')
    .addHelpText('after', `
It takes chunks until Ctrl-C (SIGTERM), does what it has, and ends; a second one gives that up as well. Give
all workers of a Redis the leases of the scenario (transcode.queue.lease, transcode.queue.leaseCheck).

Example, with a Redis and an object store that both hosts reach:
  weir real run transcode-clip --queue bullmq --redis redis://:PASSWORD@queue:6379 --s3 http://store:9000 \\
    --worker-processes 0
  weir real worker --redis redis://:PASSWORD@queue:6379 --s3 http://store:9000      (on each worker)`)
    .action(async (options: WorkerOptions) => {
      const atOnce = options.atOnce === undefined ? availableParallelism()
        : parseCount('--at-once', options.atOnce, 1);
      const config = {
        redisUrl: options.redis, endpoint: parseS3Url(options.s3, process.env), atOnce,
        lease: parseDuration('--lease', options.lease),
        leaseCheck: parseDuration('--lease-check', options.leaseCheck),
      };
      await checkRedis(options.redis);
      const worker = await startChunkWorker(config, note);
      const { signal, restore } = interruptible(`${worker.name} ends when what it has is done`);
      const { host } = URL.parse(options.redis)!;
      note(`${worker.name} takes chunks from ${host}, ${atOnce} at once (Ctrl-C ends)`);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      await worker.drain();
      restore();
    });
}

/** A whole number of an option, at least `least`; throws UsageError. */
export function parseCount(option: string, text: string, least: number): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= least && count <= MOST) return count;
  throw new UsageError(`${option}: expected a whole number from ${least} to ${MOST}, got "${text}"`);
}

function parseDuration(option: string, text: string): Us {
  try {
    const us = parseQuantity('duration', text);
    if (us > 0) return us;
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
  }
  throw new UsageError(`${option}: expected a duration such as 30s, got "${text}"`);
}

const MOST = 1024;
