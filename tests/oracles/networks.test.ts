import { expect, test } from 'vitest';
import { Exponential } from '../../models/core/distributions/exponential.ts';
import { GrowableFloat64 } from '../../models/core/growable.ts';
import { createFacility, poissonArrivals, Source, type Facility } from '../../sim/model/index.ts';
import { Tally } from '../../sim/statistics/tally.ts';
import { meanValueAnalysis, trafficOf } from './closed-forms.ts';
import { judge, judgeAll, runBatches } from './judge.ts';

const unit = new Exponential({ mean: 1 });

test('tandem of two: each is M/M/1 by Burke, loads 0.6 and 0.75', () => {
  const figures = runBatches({ seed: 1, warmUp: 1000, length: 340_000 }, (model) => {
    const slower = new Exponential({ mean: 1.25 });
    const packing = createFacility(model, 'packing', { servers: 1, service: slower });
    const picking = createFacility(model, 'picking', {
      servers: 1, service: unit, served: (order) => void packing.arrive(order),
    });
    new Source(model, 'orders', poissonArrivals(0.6), (order) => void picking.arrive(order));
    return () => ({ picking: picking.meanInside, packing: packing.meanInside });
  });
  judgeAll(figures, { picking: 0.6 / 0.4, packing: 0.75 / 0.25 });
});

test('Jackson network of three with feedback: L = 1.38888889, 0.86956522, 1.03550296', () => {
  const routing = [[0, 0.6, 0.4], [0, 0, 0.5], [0.2, 0, 0]];
  const rates = [2, 1.5, 1.6];
  const inside = trafficOf([1, 0, 0], routing).map((lambda, i) => lambda / (rates[i]! - lambda));
  inside.forEach((number, i) => expect(number).toBeCloseTo([1.3888889, 0.8695652, 1.035503][i]!, 6));
  const figures = runBatches({ seed: 2, warmUp: 1000, length: 66_000 }, (model) => {
    const routes = model.stream('routes');
    const stations: Facility[] = rates.map((rate, from) => createFacility(model, `station ${from}`, {
      servers: 1,
      service: new Exponential({ mean: 1 / rate }),
      served: (customer) => {
        let u = routes.uniform();
        const to = routing[from]!.findIndex((p) => (u -= p) < 0);
        if (to >= 0) stations[to]!.arrive(customer);
      },
    }));
    new Source(model, 'door', poissonArrivals(1), (customer) => void stations[0]!.arrive(customer));
    return () => {
      const means = stations.map((station) => station.meanInside);
      const [first, second, third] = means as [number, number, number];
      return { first, second, third, time: first + second + third };
    };
  });
  // The time from door to door is the whole number inside over the arrival rate of 1.
  judgeAll(figures, { first: inside[0]!, second: inside[1]!, third: inside[2]!, time: 3.29395706 });
});

test.each([
  { lambda: 0.5, time: 2.875, length: 40_000 },
  { lambda: 0.8, time: 7, length: 140_000 },
])('fork and join of two at load $lambda: E[T] = $time', ({ lambda, time, length }) => {
  // (12 - rho) / 8 / (mu - lambda)
  expect((12 - lambda) / 8 / (1 - lambda)).toBeCloseTo(time, 12);
  const figures = runBatches({ seed: 3, warmUp: 1000, length }, (model) => {
    const since = new GrowableFloat64(1);
    const halves = new GrowableFloat64(1);
    const times = new Tally();
    const join = (job: number): void => {
      if (++halves.array[job]! === 2) times.add(model.time - since.array[job]!);
    };
    const branches = ['left', 'right'].map((name) => {
      return createFacility(model, name, { servers: 1, service: unit, served: join });
    });
    new Source(model, 'jobs', poissonArrivals(lambda), (job) => {
      since.push(model.time);
      halves.push(0);
      for (const branch of branches) branch.arrive(job);
    });
    return () => {
      const mean = times.mean;
      times.reset();
      return { time: mean };
    };
  });
  judge('time', figures.time, time);
});

test.each([
  { customers: 1, throughput: 0.89285714, length: 12_000 },
  { customers: 10, throughput: 8.51691108, length: 3_500 },
  { customers: 20, throughput: 15.35946399, length: 1_600 },
  { customers: 50, throughput: 19.98643054, length: 1_600 },
])('closed network, $customers customers: X = $throughput', ({ customers, throughput, length }) => {
  const demands = [0.05, 0.04, 0.03];
  const theory = meanValueAnalysis(customers, demands, 1);
  expect(theory.throughput).toBeCloseTo(throughput, 8);
  const figures = runBatches({ seed: 4, warmUp: 100, length }, (model) => {
    const thoughts = model.stream('thoughts');
    const stations: Facility[] = demands.map((mean, i) => createFacility(model, `station ${i}`, {
      servers: 1,
      service: new Exponential({ mean }),
      served: (customer) => (i < 2 ? void stations[i + 1]!.arrive(customer) : think(customer)),
    }));
    const submit = model.on((customer) => void stations[0]!.arrive(customer));
    const think = (customer: number): void => {
      model.after(model.us(thoughts.exponential(1)), submit, customer);
    };
    for (let customer = 0; customer < customers; customer++) think(customer);
    return () => {
      const inside = stations.reduce((sum, station) => sum + station.meanInside, 0);
      const served = stations[2]!.served / length;
      return { throughput: served, response: inside / served, queue: stations[0]!.meanInside };
    };
  });
  judgeAll(figures, { throughput: theory.throughput, response: theory.response, queue: theory.queues[0]! });
});
