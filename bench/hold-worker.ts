import { readFileSync } from 'node:fs';
import { createEventList } from '../sim/kernel/default-event-list.ts';
import type { EventList } from '../sim/kernel/event-list.ts';
import { HeapEventList } from '../sim/kernel/heap-event-list.ts';
import { INCREMENTS } from './increments.ts';
import { loadSimJs, type SimJs } from './simjs.ts';
import { answerLines } from './worker-lines.ts';

/**
 * The hold model on one event list: each event taken out schedules the next. Run as
 * `node hold-worker.ts default|heap|simjs <file of increments> <pending events>`.
 */
async function main([kind, file, count]: readonly string[]): Promise<void> {
  const bytes = readFileSync(file!);
  const increments = new Float64Array(bytes.buffer, bytes.byteOffset, INCREMENTS);
  const pending = Number(count);
  if (kind === 'simjs') await answerLines(holdSimJs(await loadSimJs(), increments, pending));
  else await answerLines(holdOurs(kind === 'heap' ? new HeapEventList() : createEventList(), increments, pending));
}

type Hold = (holds: number) => { hash: string };

function holdOurs(list: EventList, increments: Float64Array, pending: number): Hold {
  for (let i = 0; i < pending; i++) list.schedule(increments[first(i)]!, 1, i, 0);
  let hash = 0;
  let next = 0;
  return (holds) => {
    for (let i = 0; i < holds; i++) {
      list.pop();
      const { time, entity } = list;
      hash = (Math.imul(hash, 31) + entity) | 0;
      list.schedule(time + increments[next++ & (INCREMENTS - 1)]!, 1, entity, 0);
    }
    return { hash: hex(hash) };
  };
}

function holdSimJs({ PQueue, Request }: SimJs, increments: Float64Array, pending: number): Hold {
  const queue = new PQueue();
  for (let i = 0; i < pending; i++) queue.insert(new Request(i, 0, increments[first(i)]!));
  let hash = 0;
  let next = 0;
  return (holds) => {
    for (let i = 0; i < holds; i++) {
      const { deliverAt, entity } = queue.remove()!;
      hash = (Math.imul(hash, 31) + (entity as number)) | 0;
      queue.insert(new Request(entity, deliverAt, deliverAt + increments[next++ & (INCREMENTS - 1)]!));
    }
    return { hash: hex(hash) };
  };
}

/** Where in the table event i's first increment stands: spread, so that neighbours are not scheduled in a row. */
function first(i: number): number {
  return (i * 7919 + 13) % INCREMENTS;
}

function hex(hash: number): string {
  return (hash >>> 0).toString(16).padStart(8, '0');
}

await main(process.argv.slice(2));
