import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Exponential } from '../../models/core/distributions/exponential.ts';
import { JobHeap } from './job-heap.ts';
import {
  createFacility, Model, poissonArrivals, REFUSED, Source,
  type Discipline, type Facility, type FacilityOptions, type SavedModel,
} from './index.ts';

/** A customer of a worked example, times in seconds. */
type Customer = readonly [at: number, service: number, priority?: number, patience?: number];

const DISCIPLINES = [
  'fifo', 'lifo', 'priority', 'preemptive-priority', 'shortest-remaining', 'processor-sharing',
] as const satisfies readonly Discipline[];

describe('worked by hand', () => {
  // Three customers at 0, 1, 2 who need 4, 3 and 1, the last the most urgent.
  const three: readonly Customer[] = [[0, 4, 2], [1, 3, 1], [2, 1, 0]];

  test.each<[Discipline, readonly string[]]>([
    ['fifo', ['0@4', '1@7', '2@8']],
    ['lifo', ['0@4', '2@5', '1@8']],
    ['priority', ['0@4', '2@5', '1@8']],
    ['preemptive-priority', ['2@3', '1@5', '0@8']],
    // At 1 both owe 3: the one in service keeps the server.
    ['shortest-remaining', ['2@3', '0@5', '1@8']],
    // 0 alone until 1, with 1 until 2, all three until 2 has had its 1 at 5; 0 and 1 then owe 1.5 each.
    ['processor-sharing', ['2@5', '0@8', '1@8']],
  ])('%s', (discipline, expected) => {
    expect(serve({ servers: 1, discipline }, three).left).toEqual(expected);
  });

  test('two servers shared by three: each gets two thirds', () => {
    const { left } = serve({ servers: 2, discipline: 'processor-sharing' }, [[0, 2], [0, 2], [0, 4]]);
    expect(left).toEqual(['0@3', '1@3', '2@5']);
  });

  test('a preempted customer stands before later ones of its class', () => {
    const customers: readonly Customer[] = [[0, 3, 1], [1, 1, 1], [2, 1, 0]];
    const { left } = serve({ servers: 1, discipline: 'preemptive-priority' }, customers);
    expect(left).toEqual(['2@3', '0@4', '1@5']);
  });

  test('of two services the less urgent is broken off', () => {
    const customers: readonly Customer[] = [[0, 5, 1], [0, 5, 2], [1, 2, 0]];
    const { left } = serve({ servers: 2, discipline: 'preemptive-priority' }, customers);
    expect(left).toEqual(['2@3', '0@5', '1@7']);
  });

  test('a full facility refuses, and patience ends in line but not in service', () => {
    const customers: readonly Customer[] = [[0, 4], [1, 1, 0, 2], [1, 1, 0, 9], [2, 1]];
    const { left, facility } = serve({ servers: 1, capacity: 3 }, customers);
    expect(left).toEqual(['3 refused', '1 reneged@3', '0@4', '2@5']);
    expect([facility.arrivals, facility.served, facility.refused, facility.reneged]).toEqual([4, 2, 1, 1]);
    expect([facility.abandonment.mean, facility.waiting.mean, facility.maxInside]).toEqual([2e6, 1.5e6, 3]);
    expect([facility.meanInside, facility.meanQueue, facility.meanBusy]).toEqual([10 / 5, 5 / 5, 1]);
  });

  test.each([
    ['resume', ['0@5', '1@5']],
    ['restart', ['0@5', '1@7']],
    ['finish', ['1@3', '0@5']],
  ] as const)('one of two servers is out of operation from 2 to 4: %s', (policy, expected) => {
    const model = new Model({ seed: 1 });
    const left: string[] = [];
    const served = (who: number): number => left.push(`${who}@${model.time}`);
    const line = createFacility(model, 'line', { servers: 2, served });
    line.use(0, 5e6);
    line.use(1, 3e6);
    const change = model.on((_, servers) => line.setServers(servers, policy));
    model.after(2e6, change, 0, 1);
    model.after(4e6, change, 0, 2);
    model.run(20);
    expect(left).toEqual(expected);
  });

  test('an interrupted customer leaves with what is still owed, and the next is served', () => {
    for (const discipline of ['fifo', 'processor-sharing'] as const) {
      const model = new Model({ seed: 1 });
      const left: string[] = [];
      const desk = createFacility(model, 'desk', {
        servers: 1, discipline, served: (who) => left.push(`${who}@${model.time}`),
      });
      const jobs = [desk.use(0, 4e6), desk.use(1, 1e6), desk.use(2, 3e6)];
      const owed: number[] = [];
      model.after(1.5e6, model.on(() => {
        owed.push(desk.interrupt(jobs[0]!), desk.interrupt(jobs[1]!));
        expect(() => desk.interrupt(jobs[0]!)).toThrow(/is inside/);
      }));
      model.run(10);
      expect(owed).toEqual(discipline === 'fifo' ? [2.5e6, 1e6] : [3.5e6, 0.5e6]);
      expect(left).toEqual(discipline === 'fifo' ? ['2@4.5'] : ['2@4']);
    }
  });

  test('with unlimited servers nobody waits', () => {
    const { left, facility } = serve({ servers: Infinity }, three);
    expect(left).toEqual(['2@3', '0@4', '1@4']);
    expect([facility.meanQueue, facility.meanBusy, facility.utilisation]).toEqual([0, 2, 0]);
  });

  test('a server is held until it is released', () => {
    const model = new Model({ seed: 1 });
    const room = createFacility(model, 'room', { servers: 1 });
    const job = room.use(7, Infinity);
    const next = room.use(8, 1e6);
    model.after(3e6, model.on(() => room.release(job)));
    model.run(10);
    expect([room.served, room.sojourn.max, room.meanBusy]).toEqual([2, 4e6, 0.4]);
    expect(() => room.release(next)).toThrow(/only a customer in service/);
  });
});

test('a reset keeps who is inside: what was is forgotten, levels stay', () => {
  const model = new Model({ seed: 1 });
  const desk = createFacility(model, 'desk', { servers: 1 });
  desk.use(0, 4e6);
  desk.use(1, 4e6);
  model.run(3);
  model.resetStatistics();
  expect([desk.inside, desk.busy, desk.arrivals, desk.maxInside]).toEqual([2, 1, 0, 2]);
  model.run(9);
  expect([desk.inside, desk.served, desk.meanInside, desk.utilisation]).toEqual([0, 2, (2 + 4) / 6, 5 / 6]);
  // Sojourns are those of whole stays.
  expect(desk.sojourn.mean).toBe(6e6);
});

const workloads = fc.record({
  discipline: fc.constantFrom(...DISCIPLINES),
  servers: fc.integer({ min: 1, max: 3 }),
  capacity: fc.constantFrom(3, 1e6),
  customers: fc.array(
    fc.tuple(fc.integer({ max: 40, min: 0 }), fc.integer({ max: 9, min: 0 }), fc.integer({ max: 3, min: 0 })),
    { maxLength: 40 },
  ),
  policyAtBreakdown: fc.constantFrom('resume', 'restart', 'finish'),
  changes: fc.array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 3 })), {
    maxLength: 6,
  }),
});

test('the laws hold whatever is served, broken off, interrupted and put out of operation', () => {
  fc.assert(fc.property(workloads, (workload) => {
    const { discipline, servers, capacity, customers, changes, policyAtBreakdown } = workload;
    const model = new Model({ seed: 1 });
    const facility = createFacility(model, 'any', { servers, discipline, capacity });
    const come = model.on((service, priority) => {
      const job = facility.use(service, service * 1e6 + 1, priority, discipline === 'fifo' ? 7e6 : Infinity);
      if (job !== REFUSED && service === 5) facility.interrupt(job);
    });
    const policy = discipline === 'processor-sharing' ? 'resume' : policyAtBreakdown;
    const change = model.on((count) => facility.setServers(count, policy));
    for (const [at, service, priority] of customers) model.after(at * 1e6, come, service, priority);
    for (const [at, count] of changes) model.after(at * 1e6, change, count);
    for (let until = 5; until < 80; until += 5) {
      model.run(until);
      if (until % 3 === 0) model.resetStatistics();
    }
    facility.setServers(1);
    model.runToEnd();
    expect(facility.inside).toBe(0);
  }), { numRuns: 300 });
});

test('one server works the same time in every order', () => {
  fc.assert(fc.property(workloads, ({ customers }) => {
    const ends = DISCIPLINES.map((discipline) => {
      const { left } = serve({ servers: 1, discipline }, customers.map(([at, service, priority]) => {
        return [at, service + 1, priority];
      }));
      // Sharing rounds each departure up to a microsecond.
      return Math.round(Math.max(0, ...left.map((text) => Number(text.replace(/.*@/, '')))) * 1e4);
    });
    expect(new Set(ends).size).toBe(1);
  }), { numRuns: 50 });
});

test.each(DISCIPLINES)('half a run, saved, restored and run on, is the whole run: %s', (discipline) => {
  const whole = station(discipline);
  whole.model.run(400);
  const half = station(discipline);
  half.model.run(200);
  const saved = structuredClone(half.model.save());
  const resumed = station(discipline);
  resumed.model.restore(saved);
  resumed.model.run(400);
  half.model.run(400);
  expect(comparable(resumed.model.save())).toEqual(comparable(whole.model.save()));
  expect(comparable(half.model.save())).toEqual(comparable(whole.model.save()));
  expect(comparable(saved)).not.toEqual(comparable(whole.model.save()));
  // And back in time, in a model that has gone on.
  half.model.restore(saved);
  half.model.run(400);
  expect(comparable(half.model.save())).toEqual(comparable(whole.model.save()));
});

test('a heap gives jobs out in order, whichever are removed in between', () => {
  const operations = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.boolean()), { maxLength: 200 });
  fc.assert(fc.property(operations, (steps) => {
    const heap = new JobHeap();
    const inside = new Map<number, readonly [number, number]>();
    steps.forEach(([key, removes], sequence) => {
      const victim = [...inside.keys()][key];
      if (removes && victim !== undefined) {
        heap.remove(victim);
        inside.delete(victim);
      } else {
        heap.add(sequence, key, sequence);
        inside.set(sequence, [key, sequence]);
      }
      const order = [...inside].sort(([, a], [, b]) => a[0] - b[0] || a[1] - b[1]);
      if (order.length > 0) expect(heap.top).toBe(order[0]![0]);
      expect(heap.size).toBe(order.length);
    });
  }));
});

test('wrong requests are refused with what is wrong', () => {
  const model = new Model({ seed: 1 });
  const desk = createFacility(model, 'desk', { servers: 1 });
  expect(() => createFacility(model, 'desk', { servers: 1 })).toThrow(/one part of a name/);
  expect(() => createFacility(model, 'b', { servers: 1.5 })).toThrow(/whole number of servers/);
  expect(() => createFacility(model, 'c', { servers: 1, capacity: -1 })).toThrow(/capacity/);
  expect(() => desk.use(0, NaN)).toThrow(/at least 0 us/);
  expect(() => desk.use(0, 1, 0, -1)).toThrow(/at least 0 us/);
  expect(() => desk.arrive(0)).toThrow(/law of service/);
  expect(() => model.restore({ ...new Model({ seed: 1 }).save() })).toThrow(/the model it was saved from/);
});

/**
 * A state with the order of its events in place of the numbers that give it, which are dealt anew at times.
 */
function comparable(saved: SavedModel) {
  const { list: { sequences, nextSequence: _, ...list }, ...loop } = saved.loop;
  const order = [...sequences.keys()].filter((handle) => sequences[handle]! >= 0);
  return { ...saved, loop, list, order: order.sort((a, b) => sequences[a]! - sequences[b]!) };
}

/** Lets customers come to a facility of its own; who left, and when, in order. */
function serve(options: FacilityOptions, customers: readonly Customer[]) {
  const model = new Model({ seed: 1 });
  const left: string[] = [];
  const facility: Facility = createFacility(model, 'facility', {
    ...options,
    served: (who) => left.push(`${who}@${model.time}`),
    reneged: (who) => left.push(`${who} reneged@${model.time}`),
  });
  const come = model.on((who) => {
    const [, service, priority, patience = Infinity] = customers[who]!;
    if (facility.use(who, service * 1e6, priority, patience * 1e6) === REFUSED) left.push(`${who} refused`);
  });
  customers.forEach(([at], who) => model.after(at * 1e6, come, who));
  model.runToEnd();
  return { left, facility };
}

/** A loaded station with customers of two classes and, where there is a line, of little patience. */
function station(discipline: Discipline) {
  const model = new Model({ seed: 9 });
  const patience = discipline === 'processor-sharing' ? {} : { patience: new Exponential({ mean: 5 }) };
  const facility = createFacility(model, 'facility', {
    servers: 2, discipline, service: new Exponential({ mean: 2 }), capacity: 30, ...patience,
  });
  new Source(model, 'door', poissonArrivals(1.1), (who) => void facility.arrive(who, who % 2));
  return { model, facility };
}
