import { expect, test } from 'vitest';
import { Exponential } from '../../models/core/distributions/exponential.ts';
import { GrowableFloat64 } from '../../models/core/growable.ts';
import { estimateMean } from '../../models/core/statistics.ts';
import { createFacility, Model, poissonArrivals, Source, type Discipline } from '../../sim/model/index.ts';
import { Tally } from '../../sim/statistics/tally.ts';
import { facilityInSimJs, prioritiesInSimJs } from './simjs-models.ts';

const REPLICATIONS = 12;
const unit = new Exponential({ mean: 1 });

test.each([
  { discipline: 'FCFS', servers: 3, lambda: 2.1, end: 40_000 },
  { discipline: 'PS', servers: 1, lambda: 0.5, end: 110_000 },
] as const)('simjs agrees: $discipline, $servers servers at $lambda erlangs', async (parameters) => {
  const { discipline, servers, lambda, end } = parameters;
  const theirs: number[] = [];
  for (let seed = 1; seed <= REPLICATIONS; seed++) {
    theirs.push(await facilityInSimJs(discipline, { servers, lambda, end, seed }));
  }
  const ours = replicate((model) => {
    const kind: Discipline = discipline === 'PS' ? 'processor-sharing' : 'fifo';
    const station = createFacility(model, 'station', { servers, discipline: kind, service: unit });
    new Source(model, 'door', poissonArrivals(lambda), (customer) => void station.arrive(customer));
    model.run(end);
    return model.inUnits(station.sojourn.mean);
  });
  expectAgreement(ours, theirs);
});

test('simjs agrees: non-preemptive priorities, by class', async () => {
  const lambdas = [0.2, 0.2, 0.15];
  const end = 450_000;
  const theirs: number[][] = [];
  for (let seed = 1; seed <= REPLICATIONS; seed++) {
    theirs.push(await prioritiesInSimJs(lambdas, { end, seed }));
  }
  const ours = replicate((model) => {
    const since = new GrowableFloat64(1);
    const classes = new GrowableFloat64(1);
    const inside = lambdas.map(() => new Tally());
    const station = createFacility(model, 'station', {
      servers: 1,
      discipline: 'priority',
      service: unit,
      served: (customer) => inside[classes.array[customer]!]!.add(model.time - since.array[customer]!),
    });
    lambdas.forEach((lambda, index) => {
      new Source(model, `class ${index}`, poissonArrivals(lambda), () => {
        since.push(model.time);
        classes.push(index);
        station.arrive(since.length - 1, index);
      });
    });
    model.run(end);
    return inside.map((tally) => tally.mean);
  });
  lambdas.forEach((_, index) => {
    expectAgreement(ours.map((means) => means[index]!), theirs.map((means) => means[index]!));
  });
});

/** One value of a model for each replication. */
function replicate<Value>(run: (model: Model) => Value): Value[] {
  return Array.from({ length: REPLICATIONS }, (_, replication) => run(new Model({ seed: 1, replication })));
}

/** The 99 % interval of the difference covers 0, and is at most 2 % of the mean wide to either side. */
function expectAgreement(ours: readonly number[], theirs: readonly number[]): void {
  const differences = ours.map((value, i) => value - theirs[i]!);
  const { value, low, high } = estimateMean(differences, 0.99);
  const mean = estimateMean(ours).value;
  const told = `difference ${value} within ${low} .. ${high} of a mean of ${mean}`;
  expect(low! <= 0 && 0 <= high!, told).toBe(true);
  expect((high! - low!) / 2 / mean, told).toBeLessThan(0.02);
}
