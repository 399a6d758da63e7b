import { readFileSync } from 'node:fs';
import { createEventList } from '../sim/kernel/default-event-list.ts';
import { EventLoop } from '../sim/kernel/event-loop.ts';
import type { EventList } from '../sim/kernel/event-list.ts';
import { HeapEventList } from '../sim/kernel/heap-event-list.ts';
import { INCREMENTS } from './increments.ts';
import { loadSimJs, type SimJs } from './simjs.ts';
import { answerLines } from './worker-lines.ts';

/**
 * The hold model: each event taken out schedules the next. Run as `node hold-worker.ts KIND FILE PENDING`
 * with a file of increments and the number of pending events. Kinds: default, heap, simjs-queue (event lists
 * alone), loop and simjs-timers (whole engines with handlers).
 */
async function main([kind, file, count]: readonly string[]): Promise<void> {
  const bytes = readFileSync(file!);
  const increments = new Float64Array(bytes.buffer, bytes.byteOffset, INCREMENTS);
  await answerLines(await holdOn(kind!, increments, Number(count)));
}

type Hold = (holds: number) => { readonly hash: string };

async function holdOn(kind: string, increments: Float64Array, pending: number): Promise<Hold> {
  switch (kind) {
    case 'default': return holdOurs(createEventList(), increments, pending);
    case 'heap': return holdOurs(new HeapEventList(), increments, pending);
    case 'loop': return holdLoop(increments, pending);
    case 'simjs-queue': return holdSimJsQueue(await loadSimJs(), increments, pending);
    case 'simjs-timers': return holdSimJsTimers(await loadSimJs(), increments, pending);
    default: throw new Error(`unknown kind ${kind}`);
  }
}

function holdOurs(list: EventList, increments: Float64Array, pending: number): Hold {
  for (let i = 0; i < pending; i++) list.schedule(increments[first(i)]!, 1, i, 0);
  let hash = 0;
  let next = 0;
  return (holds) => {
    // In variables of its own: what a closure holds is loaded and checked at each use.
    const [pendingList, table, mask] = [list, increments, INCREMENTS - 1];
    let [sum, place] = [hash, next];
    for (let i = 0; i < holds; i++) {
      pendingList.pop();
      const { time, entity } = pendingList;
      sum = (Math.imul(sum, 31) + (entity | 0)) | 0;
      pendingList.schedule(time + table[place++ & mask]!, 1, entity, 0);
    }
    [hash, next] = [sum, place & mask];
    return { hash: hex(hash) };
  };
}

function holdLoop(increments: Float64Array, pending: number): Hold {
  const loop = new EventLoop(createEventList());
  let hash = 0;
  let next = 0;
  loop.on(1, (entity) => {
    hash = (Math.imul(hash, 31) + (entity | 0)) | 0;
    loop.schedule(loop.now + increments[next++ & (INCREMENTS - 1)]!, 1, entity, 0);
  });
  for (let i = 0; i < pending; i++) loop.schedule(increments[first(i)]!, 1, i, 0);
  return (holds) => {
    loop.run(Infinity, holds);
    return { hash: hex(hash) };
  };
}

function holdSimJsQueue({ PQueue, Request }: SimJs, increments: Float64Array, pending: number): Hold {
  const queue = new PQueue();
  for (let i = 0; i < pending; i++) queue.insert(new Request(i, 0, increments[first(i)]!));
  let hash = 0;
  let next = 0;
  return (holds) => {
    const [pendingQueue, table, mask] = [queue, increments, INCREMENTS - 1];
    let [sum, place] = [hash, next];
    for (let i = 0; i < holds; i++) {
      const { deliverAt, entity } = pendingQueue.remove()!;
      sum = (Math.imul(sum, 31) + (entity as number)) | 0;
      pendingQueue.insert(new Request(entity, deliverAt, deliverAt + table[place++ & mask]!));
    }
    [hash, next] = [sum, place & mask];
    return { hash: hex(hash) };
  };
}

function holdSimJsTimers({ Sim, Entity }: SimJs, increments: Float64Array, pending: number): Hold {
  let hash = 0;
  let next = 0;
  let made = 0;
  class Holder extends Entity {
    readonly number = made++;
    start(): void {
      this.setTimer(increments[first(this.number)]!).done(again, this);
    }
  }
  function again(this: Holder): void {
    hash = (Math.imul(hash, 31) + this.number) | 0;
    this.setTimer(increments[next++ & (INCREMENTS - 1)]!).done(again, this);
  }
  const sim = new Sim();
  for (let i = 0; i < pending; i++) sim.addEntity(Holder);
  return (holds) => {
    sim.simulate(Infinity, holds);
    return { hash: hex(hash) };
  };
}

/**
 * Where in the table event i's first increment stands: spread, so that neighbours are not scheduled in a row.
 */
function first(i: number): number {
  return (i * 7919 + 13) % INCREMENTS;
}

function hex(hash: number): string {
  return (hash >>> 0).toString(16).padStart(8, '0');
}

await main(process.argv.slice(2));
