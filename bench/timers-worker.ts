import { readFileSync } from 'node:fs';
import { createEventList } from '../sim/kernel/default-event-list.ts';
import type { EventList } from '../sim/kernel/event-list.ts';
import { HeapEventList } from '../sim/kernel/heap-event-list.ts';
import { INCREMENTS } from './increments.ts';
import { loadSimJs, type SimJs, type SimJsRequest } from './simjs.ts';
import { answerLines } from './worker-lines.ts';

/**
 * Clients that put off a timeout with each request: the timeout is due in thirty mean increments and hardly
 * ever fires. Run as `node timers-worker.ts default|heap|simjs FILE CLIENTS` with a file of increments.
 */
async function main([kind, file, count]: readonly string[]): Promise<void> {
  const bytes = readFileSync(file!);
  const increments = new Float64Array(bytes.buffer, bytes.byteOffset, INCREMENTS);
  const clients = Number(count);
  if (kind === 'simjs') {
    await answerLines(timersSimJs(await loadSimJs(), increments, clients));
    return;
  }
  const list = kind === 'heap' ? new HeapEventList() : createEventList();
  await answerLines(timersOurs(list, increments, clients));
}

const TIMEOUT_US = 30e6;
const REQUEST = 0;
const TIMEOUT = 1;

type Work = (requests: number) => { readonly hash: string };

function timersOurs(list: EventList, increments: Float64Array, clients: number): Work {
  const timeouts = new Int32Array(clients);
  for (let i = 0; i < clients; i++) {
    list.schedule(increments[(i * 7919) % INCREMENTS]!, REQUEST, i, 0);
    timeouts[i] = list.schedule(TIMEOUT_US, TIMEOUT, i, 0);
  }
  let hash = 0;
  let next = 0;
  return (requests) => {
    for (let i = 0; i < requests; i++) {
      list.pop();
      const { time, code, entity } = list;
      hash = (Math.imul(hash, 31) + 2 * entity + code) | 0;
      if (code === REQUEST) {
        list.reschedule(timeouts[entity]!, time + TIMEOUT_US);
        list.schedule(time + increments[next++ & (INCREMENTS - 1)]!, REQUEST, entity, 0);
      } else {
        timeouts[entity] = list.schedule(time + TIMEOUT_US, TIMEOUT, entity, 0);
      }
    }
    return { hash: hex(hash) };
  };
}

function timersSimJs({ Sim, Entity }: SimJs, increments: Float64Array, clients: number): Work {
  let hash = 0;
  let next = 0;
  let made = 0;
  let events = 0;
  class Client extends Entity {
    readonly number = made++;
    timeout: SimJsRequest | undefined;
    start(): void {
      this.setTimer(increments[(this.number * 7919) % INCREMENTS]!).done(request, this);
      this.timeout = this.setTimer(TIMEOUT_US).done(expire, this);
    }
  }
  function request(this: Client): void {
    events++;
    hash = (Math.imul(hash, 31) + 2 * this.number + REQUEST) | 0;
    this.timeout!.cancel();
    this.timeout = this.setTimer(TIMEOUT_US).done(expire, this);
    this.setTimer(increments[next++ & (INCREMENTS - 1)]!).done(request, this);
  }
  function expire(this: Client): void {
    events++;
    hash = (Math.imul(hash, 31) + 2 * this.number + TIMEOUT) | 0;
    this.timeout = this.setTimer(TIMEOUT_US).done(expire, this);
  }
  const sim = new Sim();
  for (let i = 0; i < clients; i++) sim.addEntity(Client);
  return (requests) => {
    // Cancelled timers pass through its loop as well, so it is asked again until enough others came by.
    const end = events + requests;
    for (let left = requests; left > 0; left = end - events) sim.simulate(Infinity, left);
    return { hash: hex(hash) };
  };
}

function hex(hash: number): string {
  return (hash >>> 0).toString(16).padStart(8, '0');
}

await main(process.argv.slice(2));
