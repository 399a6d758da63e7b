import { availableParallelism } from 'node:os';
import { CheckpointMismatchError } from '../sim/experiments/checkpoint.ts';
import type { ParallelOptions } from '../sim/parallel.ts';
import { UsageError } from './exit.ts';
import { interruptible } from './interrupt.ts';
import { ProgressLine } from './progress.ts';

/**
 * Runs something long with a line of progress, until it is done or Ctrl-C asks for what there is; `where`
 * comes before what is said of a checkpoint of something else.
 */
export async function watched<Result>(
  where: string,
  work: (world: Required<Pick<ParallelOptions, 'signal' | 'onProgress'>>) => Promise<Result>,
): Promise<Result> {
  const progress = new ProgressLine();
  const { signal, restore } = interruptible('Stopping: what was simulated so far is reported');
  try {
    return await work({
      signal,
      onProgress: ({ fraction, finished, replications, events }) => {
        const millions = (events / 1e6).toFixed(1);
        progress.update(fraction, `${finished} of ${replications} replications done, ${millions} M events`);
      },
    });
  } catch (error) {
    if (error instanceof CheckpointMismatchError) throw new UsageError(where + error.message);
    throw error;
  } finally {
    progress.clear();
    restore();
  }
}

/** Threads as --workers asks for them; one a core unless it does. */
export function workerCount(text: string | undefined): number {
  if (text === undefined) return availableParallelism();
  if (!/^[1-9]\d{0,2}$/.test(text)) {
    throw new UsageError(`--workers: expected a number from 1 to 999, got "${text}"`);
  }
  return Number(text);
}
