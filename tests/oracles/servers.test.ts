import { expect, test } from 'vitest';
import { Constant } from '../../models/core/distributions/constant.ts';
import type { Distribution } from '../../models/core/distributions/distribution.ts';
import { Erlang } from '../../models/core/distributions/erlang.ts';
import { Exponential } from '../../models/core/distributions/exponential.ts';
import { Hyperexponential } from '../../models/core/distributions/hyperexponential.ts';
import { createFacility, poissonArrivals, Source } from '../../sim/model/index.ts';
import { birthDeath, erlangA, erlangB, erlangC, mdc, meanOf, mmc } from './closed-forms.ts';
import { controlled, judge, judgeAll, runBatches } from './judge.ts';

const unit = new Exponential({ mean: 1 });

test.each([
  { c: 2, lambda: 1.6, wait: 1.7777777778, length: 500_000 },
  { c: 3, lambda: 2.7, wait: 2.7235367372, length: 330_000 },
])('M/M/$c at $lambda erlangs: Wq = $wait', ({ c, lambda, wait, length }) => {
  const theory = mmc(lambda, 1, c);
  expect(theory.waiting).toBeCloseTo(wait, 9);
  const figures = runBatches({ seed: 1, warmUp: 1000, length }, (model) => {
    let atOnce = 0;
    const desks = createFacility(model, 'desks', { servers: c, service: unit });
    new Source(model, 'door', poissonArrivals(lambda), (customer) => {
      if (desks.busy < c) atOnce++;
      desks.arrive(customer);
    });
    return () => {
      const waited = 1 - atOnce / desks.arrivals;
      atOnce = 0;
      return {
        waiting: model.inUnits(desks.waiting.mean), sojourn: model.inUnits(desks.sojourn.mean),
        queue: desks.meanQueue, busy: desks.meanBusy, waited,
      };
    };
  });
  judgeAll(figures, {
    waiting: theory.waiting, queue: theory.queue, sojourn: theory.sojourn, busy: lambda,
    waited: erlangC(c, lambda),
  });
});

test('M/M/10 at 8 erlangs: 40.91801508 % wait', () => {
  expect(erlangC(10, 8)).toBeCloseTo(0.4091801508, 10);
  const figures = runBatches({ seed: 8, warmUp: 100, length: 65_000 }, (model) => {
    let atOnce = 0;
    const desks = createFacility(model, 'desks', { servers: 10, service: unit });
    new Source(model, 'door', poissonArrivals(8), (customer) => {
      if (desks.busy < 10) atOnce++;
      desks.arrive(customer);
    });
    return () => {
      const waited = 1 - atOnce / desks.arrivals;
      atOnce = 0;
      return { waited, sojourn: model.inUnits(desks.sojourn.mean), inside: desks.meanInside };
    };
  });
  const { sojourn, inside } = mmc(8, 1, 10);
  judgeAll(figures, { waited: erlangC(10, 8), sojourn, inside });
});

test('M/M/100 at 90 erlangs: 21.69404809 % wait, 0.0216940481 on average', () => {
  const theory = mmc(90, 1, 100);
  expect(erlangC(100, 90)).toBeCloseTo(0.2169404809, 10);
  expect(theory.waiting).toBeCloseTo(0.0216940481, 10);
  const figures = runBatches({ seed: 9, warmUp: 50, length: 3_500, batches: 40 }, (model) => {
    let atOnce = 0;
    const desks = createFacility(model, 'desks', { servers: 100, service: unit });
    new Source(model, 'door', poissonArrivals(90), (customer) => {
      if (desks.busy < 100) atOnce++;
      desks.arrive(customer);
    });
    return () => {
      const waited = 1 - atOnce / desks.arrivals;
      atOnce = 0;
      return { waited, inside: desks.meanInside, busy: desks.meanBusy };
    };
  });
  const { waited, busy, inside } = figures;
  judge('busy', busy, 90);
  judge('inside', inside, 90 + theory.queue);
  judge('waited', controlled(waited, busy, 90), erlangC(100, 90));
});

const laws: readonly (readonly [string, Distribution])[] = [
  ['exponential', unit],
  ['constant', new Constant({ value: 1 })],
  ['hyperexponential of variation 2', new Hyperexponential({ mean: 1, variation: 2 })],
];

test.each(laws)('M/G/c/c loses 21.45823431 % of 10 erlangs at 10 servers: %s service', (_name, service) => {
  expect(erlangB(10, 10)).toBeCloseTo(0.2145823431, 10);
  const figures = runBatches({ seed: 2, warmUp: 100, length: 13_000 }, (model) => {
    const lines = createFacility(model, 'lines', { servers: 10, capacity: 10, service });
    new Source(model, 'calls', poissonArrivals(10), (call) => void lines.arrive(call));
    return () => ({ lost: lines.refused / lines.arrivals, busy: lines.meanBusy });
  });
  judgeAll(figures, { lost: erlangB(10, 10), busy: 10 * (1 - erlangB(10, 10)) });
});

test('M/M/2/3 with lambda 3 and mu 4: p0 .46800731, loss .04936015, L .76234004', () => {
  const p = birthDeath(3, () => 3, (i) => 4 * Math.min(i, 2));
  const figures = runBatches({ seed: 3, warmUp: 100, length: 65_000 }, (model) => {
    const service = new Exponential({ mean: 0.25 });
    const desks = createFacility(model, 'desks', { servers: 2, capacity: 3, service });
    new Source(model, 'door', poissonArrivals(3), (customer) => void desks.arrive(customer));
    return () => ({ lost: desks.refused / desks.arrivals, inside: desks.meanInside });
  });
  judgeAll(figures, { lost: p[3]!, inside: meanOf(p, (i) => i) });
  expect(p[0]).toBeCloseTo(0.46800731, 8);
  expect(p[3]).toBeCloseTo(0.04936015, 8);
});

test.each([
  { c: 10, lambda: 12, theta: 0.5, queue: 4.69574, length: 15_000 },
  { c: 100, lambda: 110, theta: 1, queue: 10.91107, length: 4_800 },
])('Erlang A, $c servers, lambda $lambda, theta $theta: Lq = $queue', (parameters) => {
  const { c, lambda, theta, queue, length } = parameters;
  const theory = erlangA(lambda, 1, c, theta);
  expect(theory.queue).toBeCloseTo(queue, 5);
  const figures = runBatches({ seed: 4, warmUp: 50, length }, (model) => {
    let atOnce = 0;
    const agents = createFacility(model, 'agents', {
      servers: c, service: unit, patience: new Exponential({ mean: 1 / theta }),
    });
    new Source(model, 'calls', poissonArrivals(lambda), (call) => {
      if (agents.busy < c) atOnce++;
      agents.arrive(call);
    });
    return () => {
      const wait = 1 - atOnce / agents.arrivals;
      atOnce = 0;
      return { queue: agents.meanQueue, abandon: agents.reneged / agents.arrivals, wait };
    };
  });
  judgeAll(figures, theory);
});

test.each([
  { c: 1, lambda: 0.8, length: 260_000 },
  { c: 2, lambda: 1.6, length: 130_000 },
  { c: 5, lambda: 4, length: 80_000 },
])('M/D/$c at $lambda erlangs', ({ c, lambda, length }) => {
  const figures = runBatches({ seed: 5, warmUp: 1000, length }, (model) => {
    const desks = createFacility(model, 'desks', { servers: c, service: new Constant({ value: 1 }) });
    new Source(model, 'door', poissonArrivals(lambda), (customer) => void desks.arrive(customer));
    return () => ({ waiting: model.inUnits(desks.waiting.mean) });
  });
  judge('waiting', figures.waiting, mdc(lambda, c));
});

test('the number in line does not ask how it is ordered: fifo and lifo have the same mean', () => {
  const theory = mmc(0.7, 1, 1);
  const figures = runBatches({ seed: 6, warmUp: 1000, length: 460_000 }, (model) => {
    const desk = createFacility(model, 'desk', { servers: 1, discipline: 'lifo', service: unit });
    new Source(model, 'door', poissonArrivals(0.7), (customer) => void desk.arrive(customer));
    return () => ({ queue: desk.meanQueue, waiting: model.inUnits(desk.waiting.mean) });
  });
  judgeAll(figures, { queue: theory.queue, waiting: theory.waiting });
});

test('machine repair: 10 machines that last 8 h, 2 repairers who need 1 h', () => {
  const p = birthDeath(10, (broken) => (10 - broken) / 8, (broken) => Math.min(broken, 2));
  const figures = runBatches({ seed: 7, warmUp: 200, length: 70_000 }, (model) => {
    const lives = model.stream('lives');
    const repairers = createFacility(model, 'repairers', {
      servers: 2, service: new Erlang({ phases: 1, mean: 1 }), served: (machine) => run(machine),
    });
    const breaks = model.on((machine) => void repairers.arrive(machine));
    const run = (machine: number): void => void model.after(model.us(lives.exponential(8)), breaks, machine);
    for (let machine = 0; machine < 10; machine++) run(machine);
    return () => ({ broken: repairers.meanInside, busy: repairers.meanBusy, queue: repairers.meanQueue });
  });
  judgeAll(figures, {
    broken: meanOf(p, (i) => i),
    busy: meanOf(p, (i) => Math.min(i, 2)),
    queue: meanOf(p, (i) => Math.max(0, i - 2)),
  });
});
