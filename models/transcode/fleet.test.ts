import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RandomStreams } from '../core/rng.ts';
import { Fleet, type FleetPorts } from './fleet.ts';
import { fleetParams } from './fleet-params.ts';
import { framePixels, resolvePools } from './fleet-pools.ts';
import { CODECS, createTasks, type Codec } from './task.ts';

const HEIGHTS = [360, 720, 1080, 2160];

describe('a lane', () => {
  test('is the pools that can encode its codecs: AV1 goes to Ada and cores, VP9 to cores alone', () => {
    const pools = [pool('t4', 'g4dn.xlarge'), pool('l4', 'g6.xlarge'), pool('cpu', 'c7i.xlarge')];
    const { fleet, task } = farm({ pools });
    const laneOf = (codec: Codec) => fleet.lanes[fleet.laneOf(task(codec, 2))];
    expect(laneOf('h264')).toBe('t4+l4+cpu');
    expect(laneOf('hevc')).toBe('t4+l4');
    expect(laneOf('vp9')).toBe('cpu');
    expect(laneOf('av1')).toBe('l4+cpu');
  });

  test('that no pool takes has no room', () => {
    const { fleet, task } = farm({ pools: [pool('h100', 'p5.48xlarge')] });
    const h264 = task('h264', 2);
    expect(fleet.lanes[fleet.laneOf(h264)]).toBe('none');
    expect(fleet.place(0, h264, 1)).toBe(0);
  });
});

describe('placement', () => {
  test('by resources takes as many sessions as keep their speed: 1080p30 and 360p30 on an L4', () => {
    // p5 is 283 frames of 1080p a second an engine; at 4 times 30 frames a second a session takes 0.424 of
    // one.
    const { fleet, task } = farm({ pools: [pool('l4', 'g6.xlarge')], speed: 4 });
    const full = task('h264', 2);
    expect(fleet.place(0, full, 100)).toBe(Math.floor(2 / ((30 * 4) / 283)));
    // What is left, 0.304 of an engine, takes 6 sessions of 360p.
    const left = 2 - (4 * 120) / 283;
    expect(fleet.place(0, task('h264', 0), 100)).toBe(Math.floor(left / (120 / 283 / 9)));
    expect(fleet.place(0, full, 1)).toBe(0);
    fleet.release(0, full, 0, 1);
    expect(fleet.place(0, full, 1)).toBe(1);
  });

  test('packed fills one station before the next, spread takes the emptiest', () => {
    const placed = (placement: string) => {
      const { fleet, task } = farm({ pools: [pool('l4', 'g6.xlarge', 3)], placement });
      return Array.from({ length: 6 }, () => fleet.place(0, task('h264', 2), 1) && fleet.placedOn);
    };
    expect(placed('packed')).toEqual([0, 0, 0, 0, 1, 1]);
    expect(placed('spread')).toEqual([0, 1, 2, 0, 1, 2]);
  });

  test('by sessions does not see memory: sessions of 4K fail where there is no room for them', () => {
    const config = { pools: [{ ...pool('t4', 'g4dn.xlarge') }], placement: 'sessions', sessionsPerGpu: 24 };
    const { fleet, task } = farm(config);
    for (let i = 0; i < 20; i++) fleet.place(0, task('h264', 3), 1);
    expect(fleet.outlook(0)).toBe('good');
    for (let i = 0; i < 4; i++) fleet.place(0, task('h264', 3), 1);
    expect(fleet.outlook(0)).toBe('memory');
    expect(fleet.place(0, task('h264', 0), 1)).toBe(0);
  });

  test('never gives out more of a resource than there is, and takes what fits (property)', () => {
    const step = fc.record({
      codec: fc.constantFrom<Codec>('h264', 'hevc', 'vp9', 'av1'), rung: fc.integer({ min: 0, max: 3 }),
      span: fc.integer({ min: 0, max: 3 }), most: fc.integer({ min: 1, max: 40 }), drop: fc.nat(),
    });
    const placement = fc.constantFrom('packed', 'spread');
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), placement, (steps, how) => {
      const gpus = [pool('t4', 'g4dn.xlarge', 2), pool('l4', 'g6.12xlarge', 1)];
      const pools = [...gpus, pool('cpu', 'c7i.2xlarge', 2)];
      const { fleet, task, workers, need, memoryOf } = farm({ pools, placement: how });
      const held: { task: number; worker: number; chunks: number }[] = [];
      for (const { codec, rung, span, most, drop } of steps) {
        if (drop % 3 === 0 && held.length > 0) {
          const [gone] = held.splice(drop % held.length, 1);
          fleet.release(0, gone!.task, gone!.worker, gone!.chunks);
        }
        const one = task(codec, rung, Math.min(3, rung + span));
        const chunks = fleet.place(0, one, most);
        if (chunks > 0) held.push({ task: one, worker: fleet.placedOn, chunks });
        expect(chunks).toBeLessThanOrEqual(most);
        // Room is looked up in a tree: what it says must be what is held, and a refusal must be true.
        const used = workers.map((engines, worker) => ({ engines, worker, load: 0, memory: 0 }));
        for (const { task: t, worker, chunks: n } of held) {
          const { load, memory } = need(t, worker)!;
          used[worker]!.load += n * load;
          used[worker]!.memory += n * memory;
        }
        for (const { engines, worker, load, memory } of used) {
          expect(load).toBeLessThanOrEqual(engines + 1e-6);
          expect(memory).toBeLessThanOrEqual(memoryOf(worker) + 1);
          const more = need(one, worker);
          if (chunks > 0 || more === undefined) continue;
          const fits = load + more.load <= engines - 1e-6 && memory + more.memory <= memoryOf(worker) - 1;
          expect(fits).toBe(false);
        }
      }
    }), { numRuns: 60 });
  });
});

describe('machines', () => {
  test('start after a cold start, and are paid for from the moment they are asked for', () => {
    const { fleet, calls } = farm({
      pools: [pool('l4', 'g6.xlarge', 0)], coldStart: { mean: '240s', variation: 0 },
    });
    fleet.scaleTo(0, 0, 2);
    expect(fleet.park.paid(0)).toBe(2);
    expect(fleet.wakeAt()).toBe(240e6);
    fleet.wake(240e6);
    expect(calls).toEqual(['opened 0 2', 'room', 'opened 1 2', 'room']);
  });

  test('that are given back finish what they do: the idle ones go first', () => {
    const { fleet, task, calls } = farm({ pools: [pool('l4', 'g6.xlarge', 3)] });
    const one = task('h264', 2);
    fleet.place(0, one, 1);
    calls.length = 0;
    fleet.scaleTo(0, 0, 0);
    expect(calls).toEqual(['gone 2', 'gone 1']);
    expect(fleet.place(0, one, 1)).toBe(0);
    fleet.release(9, one, 0, 1);
    expect(fleet.wakeAt()).toBe(9);
    fleet.wake(9);
    expect(calls).toEqual(['gone 2', 'gone 1', 'gone 0']);
    expect(fleet.park.paid(0)).toBe(0);
  });

  test('of the spot market are taken back after their notice, and replaced', () => {
    const { fleet, calls } = farm({
      pools: [{ ...pool('l4', 'g6.xlarge', 1), market: 'spot' }], coldStart: { mean: '240s', variation: 0 },
      spot: { reclaimEvery: '10h', notice: '120s' },
    });
    calls.length = 0;
    const noticeAt = fleet.wakeAt();
    fleet.wake(noticeAt);
    expect(fleet.place(noticeAt, 0, 1)).toBe(0);
    expect(fleet.wakeAt()).toBe(noticeAt + 120e6);
    fleet.wake(noticeAt + 120e6);
    expect(calls).toEqual(['gone 0']);
    expect(fleet.wakeAt()).toBe(noticeAt + 360e6);
    fleet.wake(noticeAt + 360e6);
    expect(calls).toEqual(['gone 0', 'opened 0 2', 'room']);
  });

  test('are not to be had while a storm leaves the market short', () => {
    const { fleet } = farm({
      pools: [{ ...pool('l4', 'g6.xlarge', 50), market: 'spot' }], coldStart: { mean: '60s', variation: 0 },
      spot: { reclaimEvery: '1000000h', notice: '0s', storms: [{ at: '1h', share: '60%', shortage: '1h' }] },
    });
    const run = (until: number) => {
      while (fleet.wakeAt() <= until) fleet.wake(fleet.wakeAt());
    };
    run(3600e6);
    const left = fleet.park.count(0, 2);
    expect(left).toBeGreaterThan(10);
    expect(left).toBeLessThan(32);
    run(7200e6 + 59e6);
    expect(fleet.park.count(0, 2)).toBe(left);
    run(7200e6 + 60e6);
    expect(fleet.park.count(0, 2)).toBe(50);
  });
});

describe('an encoder that breaks', () => {
  const broken = (remedy: string) => {
    const made = farm({
      pools: [pool('t4', 'g4dn.xlarge')], hardware: { breakEvery: '10h', repair: '4h', remedy },
    });
    const at = made.fleet.wakeAt();
    made.fleet.wake(at);
    return { ...made, at };
  };

  test('fails what it is given and stays in use without the remedy', () => {
    const { fleet, task, at } = broken('none');
    const one = task('h264', 2);
    expect(fleet.place(at, one, 1)).toBe(1);
    expect(fleet.outlook(0)).toBe('hardware');
    fleet.release(at, one, 0, 1);
    fleet.hardwareError(at, 0);
    expect(fleet.place(at, one, 1)).toBe(1);
  });

  test('is given nothing after its first error with the remedy, until it is repaired', () => {
    const { fleet, task, calls, at } = broken('quarantine');
    const one = task('h264', 2);
    fleet.place(at, one, 1);
    fleet.place(at, one, 1);
    fleet.release(at + 1, one, 0, 1);
    calls.length = 0;
    fleet.hardwareError(at + 1, 0);
    expect(calls).toEqual(['aborted 0']);
    expect(fleet.place(at + 1, one, 1)).toBe(0);
    fleet.wake(fleet.wakeAt());
    expect(fleet.place(at + 14_400e6, one, 1)).toBe(1);
    expect(fleet.outlook(0)).toBe('good');
  });
});

function pool(name: string, machine: string, machines = 1) {
  return { name, machine, machines };
}

/** A fleet with its calls noted, and tasks of chunks of 4 s at 30 frames a second. */
function farm(config: object) {
  const params = fleetParams.parse({ kind: 'fleet', speed: 4, ...config });
  const calls: string[] = [];
  const workers: number[] = [];
  const ports: FleetPorts = {
    workerOpened: (worker, engines) => {
      calls.push(`opened ${worker} ${engines}`);
      workers[worker] = engines;
    },
    workerGone: (worker) => calls.push(`gone ${worker}`),
    workerBroke: (worker) => calls.push(`broke ${worker}`),
    workerAborted: (worker) => {
      calls.push(`aborted ${worker}`);
      fleet.release(0, aborted, worker, 1);
    },
    roomMade: () => calls.push('room'),
  };
  const tasks = createTasks();
  const aborted = 0;
  const pools = resolvePools(params);
  const fleet: Fleet = new Fleet(tasks, pools, params, HEIGHTS, new RandomStreams(7, 0), ports);
  fleet.open(0);
  const task = (codec: Codec, rung: number, topRung = rung) => {
    const row = tasks.open();
    const c = tasks.columns;
    c.codec[row] = CODECS.indexOf(codec);
    c.rung[row] = rung;
    c.topRung[row] = topRung;
    const frames = HEIGHTS.slice(rung, topRung + 1).map(framePixels);
    c.chunkPixels[row] = frames.reduce((sum, one) => sum + one, 0) * 30 * 4;
    c.chunkUs[row] = 4e6;
    return row;
  };
  /** What a session of a task needs on a worker, worked out anew; undefined where it cannot go. */
  const need = (row: number, worker: number) => {
    const c = tasks.columns;
    const { speeds, memoryOf } = pools[fleet.poolOf(worker)]!;
    const speed = speeds[c.codec[row]!];
    if (speed === undefined) return undefined;
    const frames = HEIGHTS.slice(c.rung[row], c.topRung[row]! + 1).map(framePixels);
    const top = frames.at(-1)!;
    const pixelsPerUs = c.chunkPixels[row]! / c.chunkUs[row]!;
    return {
      load: Math.min(1, pixelsPerUs * speed.usPerPixel * params.speed),
      memory: memoryOf(c.codec[row]!, top, frames.reduce((sum, one) => sum + one, 0) - top),
    };
  };
  const memoryOf = (worker: number) => pools[fleet.poolOf(worker)]!.memory;
  return { fleet, tasks, task, calls, workers, need, memoryOf };
}
