import { expect, test } from 'vitest';
import { Exponential } from '../../models/core/distributions/exponential.ts';
import { GrowableFloat64 } from '../../models/core/growable.ts';
import { estimateMean } from '../../models/core/statistics.ts';
import { createFacility, Model, poissonArrivals, Source } from '../../sim/model/index.ts';
import { birthDeath, meanNumberVariance, meanOf } from './closed-forms.ts';
import { judge, judgeAll, runBatches } from './judge.ts';

const unit = new Exponential({ mean: 1 });

// L = rho / (1 - rho), W = 1 / (1 - rho), Wq = rho / (1 - rho); the time inside is exponential.
test.each([
  { lambda: 0.5, length: 60_000 },
  { lambda: 0.8, length: 600_000 },
])('M/M/1 at load $lambda', ({ lambda, length }) => {
  const wanted = [0.5, 0.9, 0.99].map((p) => -Math.log(1 - p) / (1 - lambda));
  const figures = runBatches({ seed: 1, warmUp: 1000, length }, (model) => {
    const since = new GrowableFloat64(1);
    const below = [0, 0, 0];
    let served = 0;
    const desk = createFacility(model, 'desk', {
      servers: 1,
      service: unit,
      served: (customer) => {
        const inside = model.time - since.array[customer]!;
        wanted.forEach((time, i) => (below[i]! += inside <= time ? 1 : 0));
        served++;
      },
    });
    new Source(model, 'door', poissonArrivals(lambda), (customer) => {
      since.push(model.time);
      desk.arrive(customer);
    });
    return () => {
      const [p50, p90, p99] = below.map((count) => count / served) as [number, number, number];
      below.fill(0);
      served = 0;
      return {
        inside: desk.meanInside, queue: desk.meanQueue, utilisation: desk.utilisation,
        waiting: model.inUnits(desk.waiting.mean), sojourn: model.inUnits(desk.sojourn.mean), p50, p90, p99,
      };
    };
  });
  const waiting = lambda / (1 - lambda);
  judgeAll(figures, {
    inside: waiting, queue: lambda * waiting, utilisation: lambda, waiting, sojourn: 1 / (1 - lambda),
    p50: 0.5, p90: 0.9, p99: 0.99,
  });
});

test('M/M/1/10 at load 0.9 loses 5.08137313 % and holds 3.9694405986', () => {
  const p = birthDeath(10, () => 0.9, () => 1);
  expect(p[10]).toBeCloseTo(0.0508137313, 9);
  const figures = runBatches({ seed: 2, warmUp: 1000, length: 500_000 }, (model) => {
    const desk = createFacility(model, 'desk', { servers: 1, capacity: 10, service: unit });
    new Source(model, 'door', poissonArrivals(0.9), (customer) => void desk.arrive(customer));
    return () => {
      const { meanInside: inside, utilisation } = desk;
      return { lost: desk.refused / desk.arrivals, inside, utilisation };
    };
  });
  judgeAll(figures, { lost: p[10]!, inside: meanOf(p, (i) => i), utilisation: 1 - p[0]! });
});

test('batches of four, load 0.8: L = 10 and W = 12.5', () => {
  // L = rho / (1 - rho) (1 + b) / 2
  const figures = runBatches({ seed: 3, warmUp: 1000, length: 800_000 }, (model) => {
    const desk = createFacility(model, 'desk', { servers: 1, service: unit });
    const four = { mean: 4, variance: 0, sample: () => 4 };
    const arrive = (customer: number): void => void desk.arrive(customer);
    new Source(model, 'door', poissonArrivals(0.2), arrive, { batch: four });
    return () => ({ inside: desk.meanInside, sojourn: model.inUnits(desk.sojourn.mean) });
  });
  judgeAll(figures, { inside: 10, sojourn: 12.5 });
});

test('the variance of the mean number over a span is the theoretical one', () => {
  const span = 100;
  const lambda = 0.3;
  const means = numbersInside({ seed: 4, lambda, spans: 440_000, span });
  const squares = means.map((mean) => (mean - lambda / (1 - lambda)) ** 2);
  // Neighbouring spans are not independent: their sums of a thousand are, near enough.
  const grouped = Array.from({ length: 440 }, (_, i) => average(squares.slice(1000 * i, 1000 * i + 1000)));
  judge('variance', grouped, meanNumberVariance(lambda, span));
});

test('95 % intervals of 1000 experiments cover in 93.6 to 96.4 % of them', () => {
  const means = numbersInside({ seed: 5, lambda: 0.3, spans: 10_000, span: 2000 });
  const truth = 0.3 / 0.7;
  let covering = 0;
  for (let i = 0; i < 1000; i++) {
    const { low, high } = estimateMean(means.slice(10 * i, 10 * i + 10));
    if (low! <= truth && truth <= high!) covering++;
  }
  expect(covering).toBeGreaterThanOrEqual(936);
  expect(covering).toBeLessThanOrEqual(964);
});

interface Spans {
  readonly seed: number;
  readonly lambda: number;
  readonly spans: number;
  readonly span: number;
}

/** Mean numbers inside M/M/1 over one span of time after another, from equilibrium on. */
function numbersInside({ seed, lambda, spans, span }: Spans): number[] {
  const model = new Model({ seed });
  const desk = createFacility(model, 'desk', { servers: 1, service: unit });
  new Source(model, 'door', poissonArrivals(lambda), (customer) => void desk.arrive(customer));
  model.runFor(1000);
  return Array.from({ length: spans }, () => {
    model.resetStatistics();
    model.runFor(span);
    return desk.meanInside;
  });
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
