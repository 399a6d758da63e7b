import { writeFileSync } from 'node:fs';
import type { Work } from './carrier.ts';

/**
 * What becomes of a try: `encode`: the output is stored; `fail`: an encoder that ends badly; `silent`:
 * nothing is heard any more; `die`: the worker is killed; `late`: the worker stands still beyond its lease,
 * and then brings the output.
 */
export type Fate = 'encode' | 'fail' | 'silent' | 'die' | 'late';

/** A job whose fate is known before. */
export interface ScriptedJob {
  readonly fate: Fate;
  readonly output: string;
  readonly ms: number;
}

/** How a worker dies and how it stands still: what a process can do to itself and a function can not. */
export interface WorkerBody {
  readonly die: () => Promise<never>;
  readonly standStill: (ms: number) => Promise<void>;
}

/** Does scripted jobs; outputs are stored by the first who brings one. */
export function scriptedWork({ die, standStill }: WorkerBody): Work<ScriptedJob> {
  return async ({ fate, output, ms }, { signal, onProgress }) => {
    onProgress?.();
    switch (fate) {
      case 'fail':
        return { kind: 'failed', reason: 'encoder', detail: 'as told', cpuUs: 1 };
      case 'silent':
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('given up')));
        });
      case 'die':
        return die();
      case 'late':
        await standStill(ms);
        break;
      case 'encode':
        await sleep(ms);
        break;
      default:
        fate satisfies never;
    }
    onProgress?.();
    try {
      writeFileSync(output, `${process.pid}`, { flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    return { kind: 'encoded', bytes: 1, cpuUs: 1 };
  };
}

/** A wait. [ms] */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
