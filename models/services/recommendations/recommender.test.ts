import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { erlangC, mm1Patience, mmc } from '../../../tests/oracles/closed-forms.ts';
import { MetricSet, type MetricView } from '../../core/metrics.ts';
import { RandomStreams } from '../../core/rng.ts';
import { US_PER_S } from '../../core/units.ts';
import { usage } from '../../cost/metrics.ts';
import { batches, countsBy, holds } from '../services.fixture.ts';
import * as metrics from './metrics.ts';
import { recommendationsParams } from './params.ts';
import { Recommender } from './recommender.ts';
import { RECOMMENDATION_SLIS } from './slis.ts';

const MS = 1000;
const RESULTS = ['ranked', 'lateCandidates', 'lateRanking', 'deferred'];
const at = (ms: number) => ({ law: 'constant', value: `${ms}ms` });
/** Nothing but a ranking takes time. */
const ONLY_RANKING = {
  features: { hits: '100%', latency: '0s' }, candidates: at(0), overhead: '0s', fallback: '0s',
  ranking: { law: 'exponential', mean: '10ms' },
};

function recommenderOf(settings: object, slowness: (now: number) => number = () => 1) {
  const set = new MetricSet();
  const params = recommendationsParams.parse(settings);
  const recommender = new Recommender(params, new RandomStreams(5, 0), set, { slowness });
  return { recommender, set };
}

const seconds = (view: MetricView) => view.mean(metrics.recommendationSeconds)!;
const late = (view: MetricView) =>
  view.total(metrics.recommendations, { result: 'lateRanking' }) / view.total(metrics.recommendations);

function figures(settings: object, lambda: number, figure: (view: MetricView) => number) {
  const { recommender, set } = recommenderOf({
    ...ONLY_RANKING, ...settings, others: { queries: `${lambda}/s` },
  });
  return batches(recommender, set, 300, figure);
}

describe('R1 ranking in equilibrium', () => {
  test('on two instances of two threads, the better asked, is M/M/4', () => {
    const settings = { instances: 2, threads: 2, budget: '1h' };
    holds(figures(settings, 320, seconds), mmc(320, 100, 4).sojourn);
  });

  test('on ten instances, any asked, is M/M/1 at a tenth of the rate', () => {
    const settings = { instances: 10, threads: 1, balance: 'random', budget: '1h' };
    holds(figures(settings, 600, seconds), mmc(60, 100, 1).sojourn);
  });

  test('works as the utilisation law says', () => {
    const used = RECOMMENDATION_SLIS.find(({ name }) => name === 'recommendation_utilisation')!;
    const settings = { instances: 5, threads: 4, budget: '1h' };
    holds(figures(settings, 800, (view) => used.compute(view)!), (800 * 0.01) / 20);
  });
});

describe('R2 a budget', () => {
  test.each([70, 95, 130])('at a load of %i per cent is missed by what Barrer\'s formula says', (lambda) => {
    const settings = { instances: 1, threads: 1, budget: '50ms' };
    holds(figures(settings, lambda, late), mm1Patience(lambda, 100, 0.05).late);
  });

  test('caps the time of every list, and with it the 99th percentile', () => {
    const settings = { instances: 1, threads: 1, budget: '50ms', fallback: '2ms' };
    const p99 = RECOMMENDATION_SLIS.find(({ name }) => name === 'recommendation_seconds_p99')!;
    for (const value of figures(settings, 130, (view) => p99.compute(view)!)) {
      expect(value).toBeGreaterThan(0.0517);
      expect(value).toBeLessThan(0.0523);
    }
  });

  test('that nobody meets leaves waits of Erlang C', () => {
    const settings = { instances: 1, threads: 4, budget: '1h' };
    const waits = figures(settings, 300, seconds).map((one) => (one - 0.01) * 100);
    holds(waits, erlangC(4, 3));
  });
});

describe('by hand', () => {
  const steady = {
    instances: 1, threads: 1, features: { hits: '0%', store: at(5) }, candidates: at(10), ranking: at(20),
    overhead: '3ms', budget: '80ms', fallback: '2ms',
  };
  const ended = (set: MetricSet) => countsBy(set.view(1), metrics.recommendations, 'result', RESULTS);

  test('R1 a list takes features, candidates, ranking and the way', () => {
    const { recommender, set } = recommenderOf(steady);
    recommender.ask(0);
    recommender.settle(US_PER_S);
    expect(seconds(set.view(1))).toBeCloseTo(0.038, 9);
  });

  test('R2 the fourth of four at a time is late, as it would wait; so is what takes too long to rank', () => {
    const { recommender, set } = recommenderOf(steady);
    for (let i = 0; i < 5; i++) recommender.ask(0);
    recommender.settle(US_PER_S);
    // Done after 38, 58, 78 ms; the fourth begins after 78 ms and is ranked for nobody; the fifth would begin
    // after 98 ms and is taken back.
    expect(ended(set)).toEqual({ ranked: 3, lateCandidates: 0, lateRanking: 2, deferred: 0 });
    expect(set.view(1).total(metrics.busySeconds)).toBeCloseTo(0.08, 9);
  });

  test('R2 candidates that are late are not ranked at all', () => {
    const { recommender, set } = recommenderOf({ ...steady, candidates: at(90) });
    recommender.ask(0);
    recommender.settle(US_PER_S);
    expect(ended(set)).toEqual({ ranked: 0, lateCandidates: 1, lateRanking: 0, deferred: 0 });
    expect(seconds(set.view(1))).toBeCloseTo(0.082, 9);
    expect(set.view(1).total(metrics.busySeconds)).toBe(0);
  });

  test('R3 deferred, nothing is ranked, and popular videos are there at once', () => {
    const { recommender, set } = recommenderOf(steady);
    recommender.defer(0, true);
    recommender.ask(0);
    expect(ended(set)).toEqual({ ranked: 0, lateCandidates: 0, lateRanking: 0, deferred: 1 });
    expect(seconds(set.view(1))).toBeCloseTo(0.005, 9);
    recommender.defer(1, false);
    expect(recommender.isDeferred).toBe(false);
  });

  test('R4 without instances lists are late; instances that are added rank; all in use are paid for', () => {
    const { recommender, set } = recommenderOf(steady);
    expect(recommender.lose(0, 3)).toEqual([0]);
    recommender.ask(0);
    recommender.addInstances(US_PER_S, 2);
    recommender.ask(US_PER_S);
    recommender.settle(3601 * US_PER_S);
    expect(ended(set)).toEqual({ ranked: 1, lateCandidates: 0, lateRanking: 1, deferred: 0 });
    expect(set.view(1).total(usage, { part: 'recommendations' })).toBeCloseTo(2, 9);
  });

  test('R4 an empty cache of features sends all to the store', () => {
    const cached = { ...steady, features: { hits: '100%', store: at(5), latency: '1ms' } };
    const { recommender, set } = recommenderOf(cached);
    recommender.ask(0);
    recommender.flush(US_PER_S);
    recommender.ask(US_PER_S);
    recommender.settle(2 * US_PER_S);
    expect(set.view(1).quantile(metrics.recommendationSeconds, 0)).toBeCloseTo(0.034, 6);
    expect(set.view(1).quantile(metrics.recommendationSeconds, 1)).toBeCloseTo(0.038, 6);
  });
});

test('R5 every list comes once, by the budget, whatever happens, and saved ones go on the same', () => {
  const steps = fc.array(fc.record({
    gapUs: fc.integer({ min: 0, max: 30 * MS }),
    what: fc.constantFrom('ask', 'ask', 'lose', 'grow', 'flush', 'defer', 'rank'),
  }), { minLength: 1, maxLength: 60 });
  fc.assert(fc.property(steps, fc.integer({ min: 0, max: 59 }), (list, cut) => {
    const run = (saveAt: number) => {
      const { recommender, set } = recommenderOf({ instances: 2, threads: 1, budget: '60ms' }, (now) =>
        1 + (now % 3));
      let now = 0;
      let asked = 0;
      list.forEach(({ gapUs, what }, i) => {
        now += gapUs;
        if (i === saveAt) recommender.restore(structuredClone(recommender.save()));
        if (what === 'ask') recommender.ask(now);
        if (what === 'ask') asked++;
        if (what === 'lose') recommender.regain(now, recommender.lose(now, 1));
        if (what === 'grow') recommender.addInstances(now, 1);
        if (what === 'flush') recommender.flush(now);
        if (what === 'defer' || what === 'rank') recommender.defer(now, what === 'defer');
      });
      recommender.settle(now + US_PER_S);
      const view = set.view(now + US_PER_S);
      const counts = countsBy(view, metrics.recommendations, 'result', RESULTS);
      const longest = view.quantile(metrics.recommendationSeconds, 1) ?? 0;
      return { asked, counts, longest, timed: view.count(metrics.recommendationSeconds) };
    };
    const whole = run(-1);
    expect(Object.values(whole.counts).reduce((sum, count) => sum + count, 0)).toBe(whole.asked);
    expect(whole.timed).toBe(whole.asked);
    expect(whole.longest).toBeLessThanOrEqual(0.062 + 1e-9);
    expect(run(cut)).toEqual(whole);
  }), { numRuns: 100 });
});
