import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RandomStreams } from '../core/rng.ts';
import { US_PER_S } from '../core/units.ts';
import { fitMarkov } from './markov-fit.ts';
import {
  drawLinks, drawPeriods, modelStatistics, stationaryShares, unconnectedStates, type MarkovModel,
} from './markov.ts';

// Bad to good with probability 0.3, good to bad with 0.1: bad a quarter of the time, correlation 0.6.
const TWO: MarkovModel = {
  stepUs: US_PER_S,
  states: [{ rate: 1e6, latencyUs: 80_000 }, { rate: 9e6, latencyUs: 20_000 }],
  weights: [[7, 3], [10, 90]],
};

describe('two states by hand', () => {
  test('N23 shares of time, mean, quantiles and correlation are those of the closed form', () => {
    const shares = stationaryShares(TWO);
    expect(shares[0]).toBeCloseTo(0.25, 14);
    const { mean, quantiles, lag1 } = modelStatistics(TWO);
    expect(mean).toBeCloseTo(7e6, 6);
    expect(quantiles).toEqual([1e6, 1e6, 9e6, 9e6, 9e6]);
    expect(lag1).toBeCloseTo(0.6, 14);
  });

  test('N24 a chain is recovered from its own samples, within four standard errors', () => {
    const steps = 100_000;
    const drawn = drawPeriods(TWO, new RandomStreams(5, 0).stream('recovered'), steps);
    const fitted = fitMarkov([drawn], 2, US_PER_S)!;
    expect(fitted.states).toEqual(TWO.states);
    const probability = (from: number, to: number) =>
      fitted.weights[from]![to]! / (fitted.weights[from]![0]! + fitted.weights[from]![1]!);
    const error = (p: number, n: number) => 4 * Math.sqrt((p * (1 - p)) / n);
    expect(Math.abs(probability(0, 1) - 0.3)).toBeLessThan(error(0.3, steps / 4));
    expect(Math.abs(probability(1, 0) - 0.1)).toBeLessThan(error(0.1, (steps * 3) / 4));
    // The variance of a share of time is (1 + 0.6) / (1 - 0.6) times that of independent steps.
    const ofShare = error(0.25, steps) * Math.sqrt(1.6 / 0.4);
    expect(Math.abs(fitted.counts[0]! / steps - 0.25)).toBeLessThan(ofShare);
    expect(Math.abs(fitted.ofTraces.lag1 - 0.6)).toBeLessThan(error(0.5, steps) * 2);
  });

  test('N25 a state lasts by going on to itself, and equal steps are one period', () => {
    const drawn = drawPeriods(TWO, new RandomStreams(5, 0).stream('held'), 1000);
    expect(drawn.reduce((sum, { durationUs }) => sum + durationUs, 0)).toBe(1000 * US_PER_S);
    expect(drawn.every(({ rate }, i) => i === 0 || rate !== drawn[i - 1]!.rate)).toBe(true);
    expect(new Set(drawn.map(({ rate, latencyUs }) => `${rate} ${latencyUs}`)))
      .toEqual(new Set(['1000000 80000', '9000000 20000']));
  });

  test('N25 links are the same whenever they are drawn, and no two are alike', () => {
    const links = drawLinks(TWO, new RandomStreams(0, 0));
    expect(drawLinks(TWO, new RandomStreams(0, 0))).toEqual(links);
    expect(new Set(links.map((link) => JSON.stringify(link))).size).toBe(links.length);
  });

  test('N25 a link that would never carry a bit ends with a step of the fastest state', () => {
    const silent: MarkovModel = {
      ...TWO, states: [{ rate: 0, latencyUs: 0 }, { rate: 5, latencyUs: 9 }], weights: [[1e12, 1], [1, 0]],
    };
    const drawn = drawPeriods(silent, new RandomStreams(5, 0).stream('silent'), 10);
    expect(drawn).toEqual([
      { rate: 0, latencyUs: 0, durationUs: 10 * US_PER_S }, { rate: 5, latencyUs: 9, durationUs: US_PER_S },
    ]);
  });
});

describe('chains of any kind', () => {
  test('N23 shares of time are the left eigenvector for the eigenvalue 1, as iteration finds it', () => {
    const weights = fc.integer({ min: 1, max: 8 }).chain((n) =>
      fc.array(fc.array(fc.integer({ min: 1, max: 100 }), { minLength: n, maxLength: n }),
        { minLength: n, maxLength: n }));
    fc.assert(fc.property(weights, (rows) => {
      const model = { stepUs: 1, states: rows.map(() => ({ rate: 1, latencyUs: 0 })), weights: rows };
      const shares = stationaryShares(model);
      let iterated = rows.map(() => 1 / rows.length);
      for (let i = 0; i < 2000; i++) {
        const before = iterated;
        iterated = rows.map((_row, to) => before.reduce((sum, share, from) =>
          sum + (share * rows[from]![to]!) / rows[from]!.reduce((a, b) => a + b, 0), 0));
      }
      shares.forEach((share, i) => expect(Math.abs(share - iterated[i]!)).toBeLessThan(1e-9));
    }), { numRuns: 100 });
  });

  test('N24 states of a fit reach each other, whatever the traces', () => {
    const trace = fc.array(fc.constantFrom(0, 1e4, 1e5, 1e6, 1e7), { minLength: 2, maxLength: 20 })
      .filter((rates) => rates.some((rate) => rate > 0))
      .map((rates) => rates.map((rate) => ({ durationUs: US_PER_S, rate, latencyUs: 0 })));
    fc.assert(fc.property(fc.array(trace, { minLength: 1, maxLength: 4 }), (traces) => {
      const fitted = fitMarkov(traces, 5, US_PER_S)!;
      expect(unconnectedStates(fitted.weights)).toEqual([]);
      expect(fitted.counts.reduce((a, b) => a + b, 0)).toBe(traces.flat().length);
    }), { numRuns: 200 });
  });

  test('N24 traces without a transition have no model', () => {
    expect(fitMarkov([[{ durationUs: US_PER_S, rate: 5e6, latencyUs: 0 }]], 4, US_PER_S)).toBeUndefined();
    expect(unconnectedStates([[1, 0], [1, 1]])).toEqual([1]);
  });
});
