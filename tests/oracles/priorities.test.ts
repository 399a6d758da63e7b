import { expect, test } from 'vitest';
import { Exponential } from '../../models/core/distributions/exponential.ts';
import { GrowableFloat64 } from '../../models/core/growable.ts';
import { createFacility, poissonArrivals, Source } from '../../sim/model/index.ts';
import type { Discipline, Model } from '../../sim/model/index.ts';
import { Tally } from '../../sim/statistics/tally.ts';
import { cobham, preemptiveSojourns, type PriorityClass } from './closed-forms.ts';
import { controlled, judge, judgeAll, runBatches } from './judge.ts';


test('non-preemptive priorities: waits 1, 2, 8 by class (Cobham)', () => {
  const rates = [0.2, 0.3, 0.3];
  const theory = cobham(rates.map(classOf));
  expect(theory.map((wait) => Math.round(wait * 1e9) / 1e9)).toEqual([1, 2, 8]);
  const figures = runBatches({ seed: 1, warmUp: 1000, length: 850_000 }, (model) => {
    const read = station(model, 'priority', rates);
    return () => {
      const { first, second, third } = read();
      const waits = [first - 1, second - 1, third - 1];
      const conserved = rates.reduce((sum, rate, i) => sum + rate * waits[i]!, 0);
      return { first, second, third, conserved };
    };
  });
  judgeAll(figures, {
    first: theory[0]! + 1, second: theory[1]! + 1, third: theory[2]! + 1,
    // The conservation law: sum of rho_i Wq_i.
    conserved: 3.2,
  });
});

test('preemptive-resume priorities: times inside 1.25, 2.5, 10 by class', () => {
  const rates = [0.2, 0.3, 0.3];
  const theory = preemptiveSojourns(rates.map(classOf));
  [1.25, 2.5, 10].forEach((time, i) => expect(theory[i]).toBeCloseTo(time, 10));
  const run = { seed: 2, warmUp: 1000, length: 430_000 };
  const figures = runBatches(run, (model) => station(model, 'preemptive-priority', rates));
  const { first, second, third, inside } = figures;
  judgeAll({ first, second }, { first: theory[0]!, second: theory[1]! });
  // Whoever is served first, services are exponential and alike: the number inside is that of M/M/1, 4.
  judge('inside', inside, 4);
  judge('third', controlled(third, inside, 4), theory[2]!);
});

function classOf(lambda: number): PriorityClass {
  return { lambda, mean: 1, secondMoment: 2 };
}

/** One server, three classes; mean times inside by class. */
function station(model: Model, discipline: Discipline, rates: readonly number[]) {
  const since = new GrowableFloat64(1);
  const classes = new GrowableFloat64(1);
  const inside = rates.map(() => new Tally());
  const printer = createFacility(model, 'printer', {
    servers: 1,
    discipline,
    service: new Exponential({ mean: 1 }),
    served: (customer) => inside[classes.array[customer]!]!.add(model.time - since.array[customer]!),
  });
  rates.forEach((rate, index) => {
    new Source(model, `class ${index}`, poissonArrivals(rate), () => {
      since.push(model.time);
      classes.push(index);
      printer.arrive(since.length - 1, index);
    });
  });
  return () => {
    const [first, second, third] = inside.map((tally) => tally.mean) as [number, number, number];
    for (const tally of inside) tally.reset();
    return { first, second, third, inside: printer.meanInside };
  };
}
