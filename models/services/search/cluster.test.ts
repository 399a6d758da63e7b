import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  forkJoin, harmonic, mm1Patience, mmc, pollaczekKhinchine,
} from '../../../tests/oracles/closed-forms.ts';
import { MetricSet, type MetricView } from '../../core/metrics.ts';
import { RandomStreams } from '../../core/rng.ts';
import { NEVER, US_PER_S } from '../../core/units.ts';
import { usage } from '../../cost/metrics.ts';
import { batches, countsBy, holds } from '../services.fixture.ts';
import { SearchCluster, type SearchPorts } from './cluster.ts';
import * as metrics from './metrics.ts';
import { searchParams } from './params.ts';
import { SEARCH_SLIS } from './slis.ts';

const MS = 1000;
const EXPONENTIAL = { law: 'exponential', mean: '10ms' };
const RESULTS = ['ok', 'cache', 'timeout', 'shed', 'unavailable'];

function clusterOf(settings: object, slowness: SearchPorts['slowness'] = () => 1, seed = 5) {
  const set = new MetricSet();
  const params = searchParams.parse({ overhead: '0s', timeout: '1h', ...settings });
  const cluster = new SearchCluster(params, new RandomStreams(seed, 0), set, { slowness });
  return { cluster, set };
}

const meanSeconds = (view: MetricView) => view.mean(metrics.searchSeconds)!;

/** A figure of each batch of searches that come at a rate. */
function figures(settings: object, lambda: number, figure = meanSeconds, seconds = 300) {
  const { cluster, set } = clusterOf({ ...settings, others: { queries: `${lambda}/s` } });
  return batches(cluster, set, seconds, figure);
}

describe('S1 one shard in equilibrium', () => {
  const one = { shards: 1, copies: 1, threads: 1, service: EXPONENTIAL };

  test('with one copy of three threads is M/M/3', () => {
    holds(figures({ ...one, threads: 3 }, 240), mmc(240, 100, 3).sojourn);
  });

  test('with two copies, the better asked, is M/M/4', () => {
    holds(figures({ ...one, copies: 2, threads: 2 }, 320), mmc(320, 100, 4).sojourn);
  });

  test('with four copies, any asked, is M/M/1 at a quarter of the rate', () => {
    holds(figures({ ...one, copies: 4, balance: 'random' }, 240), mmc(60, 100, 1).sojourn);
  });

  test('of lognormal times is M/G/1', () => {
    // Mean 10 ms; the second moment of a lognormal is mean^4 / median^2.
    const service = { law: 'lognormal', mean: '10ms', median: '8ms' };
    const theory = pollaczekKhinchine(60, 0.01, 0.01 ** 4 / 0.008 ** 2).sojourn;
    holds(figures({ ...one, service }, 60), theory);
  });

  test('behind a cache that answers half is M/M/1 at half the rate', () => {
    const cache = { hits: '50%', latency: '0s' };
    holds(figures({ ...one, cache }, 120), 0.5 * mmc(60, 100, 1).sojourn);
  });

  test('S3 loses to patience what Barrer\'s formula says', () => {
    const late = (view: MetricView) =>
      view.total(metrics.searches, { result: 'timeout' }) / view.total(metrics.searches);
    const { late: theory } = mm1Patience(80, 100, 0.05);
    holds(figures({ ...one, timeout: '50ms' }, 80, late), theory);
  });
});

describe('S2 shards that all have to answer', () => {
  test.each([1, 2, 10, 50])('unloaded, %i take the largest of so many exponentials', (n) => {
    const settings = { shards: n, copies: 1, threads: 10_000, service: EXPONENTIAL };
    holds(figures(settings, 20, meanSeconds, 30), 0.01 * harmonic(n), 0.15);
  });

  test('two with one queue each are the exact fork-join (12 - rho) / 8 of an M/M/1', () => {
    holds(figures({ shards: 2, copies: 1, threads: 1, service: EXPONENTIAL }, 70), forkJoin(70, 100, 2));
  });

  test.each([[8, 50], [8, 80], [20, 70]])(
    '%i at %i per cent are within 6 per cent of Nelson and Tantawi, and within their bounds', (n, lambda) => {
      const values = figures({ shards: n, copies: 1, threads: 1, service: EXPONENTIAL }, lambda);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      expect(Math.abs(mean / forkJoin(lambda, 100, n) - 1)).toBeLessThan(0.06);
      expect(mean).toBeGreaterThan(0.01 * harmonic(n));
      expect(mean).toBeLessThan(harmonic(n) / (100 - lambda));
    });

  test('work as the utilisation law says: rate times shards times mean, over threads', () => {
    const settings = { shards: 5, copies: 2, threads: 3, service: EXPONENTIAL };
    const used = SEARCH_SLIS.find(({ name }) => name === 'search_utilisation')!;
    holds(figures(settings, 200, (view) => used.compute(view)!), (200 * 5 * 0.01) / (5 * 2 * 3), 0.05);
  });
});

describe('S4 hedging, unloaded', () => {
  const settings = { shards: 20, copies: 2, threads: 10_000, balance: 'random', service: EXPONENTIAL };
  // A shard is late with this probability where the 99th percentile of all is.
  const late = 1 - 0.99 ** (1 / 20);
  const p99 = (view: MetricView) => view.quantile(metrics.searchSeconds, 0.99)!;

  test('brings the 99th percentile from m ln(1/e) to (m ln(1/e) + d) / 2', () => {
    holds(figures(settings, 50, p99, 100), 0.01 * Math.log(1 / late), 0.05);
    const hedged = { ...settings, hedge: { after: '30ms' } };
    holds(figures(hedged, 50, p99, 100), (0.01 * Math.log(1 / late) + 0.03) / 2, 0.05);
  });

  test('asks the share of shards again that is later than that: exp(-d/m)', () => {
    const again = SEARCH_SLIS.find(({ name }) => name === 'search_hedge_rate')!;
    const rates = figures({ ...settings, hedge: { after: '30ms' } }, 50, (view) => again.compute(view)!, 100);
    holds(rates, Math.exp(-3));
  });
});

describe('by hand, two shards, queries of 10 ms', () => {
  const two = { shards: 2, copies: 2, threads: 1, service: { law: 'constant', value: '10ms' } };
  const secondsOf = (set: MetricSet) => set.view(US_PER_S).mean(metrics.searchSeconds)! * 1000;

  test('S2 the slowest shard is waited for, S1 unless the other copy is free first', () => {
    const { cluster, set } = clusterOf({ ...two, overhead: '2ms' }, (_now, shard, copy) =>
      (shard === 1 && copy === 0 ? 5 : 1));
    cluster.lose(0, 1, 1);
    cluster.ask(0);
    expect(secondsOf(set)).toBeCloseTo(12, 9);
    cluster.regain(20 * MS, [[1, 0]]);
    cluster.lose(20 * MS, undefined, 1);
    set.startMeasuring(20 * MS);
    cluster.ask(20 * MS);
    expect(secondsOf(set)).toBeCloseTo(52, 9);
  });

  test('S4 a second copy that is done first answers; the first works on', () => {
    const slow: SearchPorts['slowness'] = (_now, shard, copy) => (shard === 0 && copy === 0 ? 10 : 1);
    const hedged = { ...two, copies: 1, hedge: { after: '20ms' } };
    const { cluster, set } = clusterOf(hedged, slow);
    cluster.ask(0);
    cluster.addCopies(5 * MS, 1);
    cluster.settle(200 * MS);
    expect(secondsOf(set)).toBeCloseTo(30, 9);
    // 100 ms and 10 ms by the first copies, 10 ms by the second.
    expect(set.view(US_PER_S).total(metrics.busySeconds)).toBeCloseTo(0.12, 9);
    const alone = clusterOf(hedged, slow);
    alone.cluster.ask(0);
    alone.cluster.settle(200 * MS);
    expect(secondsOf(alone.set)).toBeCloseTo(100, 9);
  });

  test('S5 a search that would wait longer is refused, and no shard works for it', () => {
    const { cluster, set } = clusterOf({ ...two, copies: 1, shed: { wait: '15ms' } });
    for (let i = 0; i < 5; i++) cluster.ask(0);
    expect(countsBy(set.view(MS), metrics.searches, 'result', RESULTS))
      .toEqual({ ok: 2, cache: 0, timeout: 0, shed: 3, unavailable: 0 });
    cluster.settle(5 * MS);
    expect(set.view(MS).total(metrics.busySeconds)).toBeCloseTo(0.01, 9);
    cluster.settle(US_PER_S);
    expect(set.view(MS).total(metrics.busySeconds)).toBeCloseTo(0.04, 9);
    cluster.shed(US_PER_S, NEVER);
    for (let i = 0; i < 3; i++) cluster.ask(US_PER_S);
    expect(set.view(MS).total(metrics.searches, { result: 'ok' })).toBe(5);
  });

  test('S6 without a copy of a shard there is no answer, unless the cache has one', () => {
    const { cluster, set } = clusterOf(two);
    cluster.lose(0, 1, 5);
    cluster.ask(0);
    cluster.addCache(0, 1, 0);
    cluster.ask(0);
    expect(countsBy(set.view(MS), metrics.searches, 'result', RESULTS))
      .toEqual({ ok: 0, cache: 1, timeout: 0, shed: 0, unavailable: 1 });
    expect(set.view(MS).total(metrics.nodesUp)).toBe(2);
  });

  test('S7 nodes in use are counted, and paid for', () => {
    const { cluster, set } = clusterOf(two);
    cluster.addCopies(3600 * US_PER_S, 1);
    cluster.settle(2 * 3600 * US_PER_S);
    expect(set.view(1).total(usage, { part: 'search' })).toBeCloseTo(4 + 6, 9);
    expect(set.view(1).total(metrics.capacitySeconds)).toBeCloseTo(10 * 3600, 6);
  });

  test('S6 a cache that was flushed warms up', () => {
    const { cluster, set } = clusterOf({ ...two, threads: 10_000, cache: { hits: '80%', warm: '60s' } });
    const hits = (from: number) => {
      set.startMeasuring(from);
      for (let i = 0; i < 2000; i++) cluster.ask(from + i);
      return set.view(from + 2000).total(metrics.searches, { result: 'cache' }) / 2000;
    };
    expect(hits(0)).toBeCloseTo(0.8, 1);
    cluster.flush(US_PER_S);
    expect(hits(US_PER_S)).toBeLessThan(0.01);
    expect(hits(61 * US_PER_S)).toBeCloseTo(0.8 * (1 - Math.exp(-1)), 1);
  });
});

test('S8 every search ends once, whatever happens, and a saved index goes on the same', () => {
  const steps = fc.array(fc.record({
    gapUs: fc.integer({ min: 0, max: 60 * MS }),
    what: fc.constantFrom('ask', 'ask', 'lose', 'grow', 'cache', 'flush', 'hedge', 'shed'),
  }), { minLength: 1, maxLength: 60 });
  fc.assert(fc.property(steps, fc.integer({ min: 0, max: 59 }), (list, cut) => {
    const settings = {
      shards: 3, copies: 2, threads: 1, timeout: '100ms', service: EXPONENTIAL, cache: { hits: '10%' },
      hedge: { after: '10ms' }, others: { queries: '60/s' },
    };
    const slow: SearchPorts['slowness'] = (_now, shard, copy) => 1 + shard * copy;
    const run = (at: number) => {
      const { cluster, set } = clusterOf(settings, slow);
      let now = 0;
      let asked = 0;
      list.forEach(({ gapUs, what }, i) => {
        now += gapUs;
        if (i === at) cluster.restore(structuredClone(cluster.save()));
        if (what === 'ask') cluster.ask(now);
        if (what === 'ask') asked++;
        if (what === 'lose') cluster.regain(now, cluster.lose(now, 1, 1));
        if (what === 'grow') cluster.addCopies(now, 1);
        if (what === 'cache') cluster.addCache(now, 0.5, 1000);
        if (what === 'flush') cluster.flush(now);
        if (what === 'hedge') cluster.hedge(now, i % 3 === 0 ? NEVER : i * MS);
        if (what === 'shed') cluster.shed(now, i % 2 === 0 ? NEVER : i * MS);
      });
      const end = now + 1000 * MS;
      cluster.hedge(end - 500 * MS, NEVER); // by the end no shard is to be asked again
      cluster.settle(end);
      const view = set.view(end);
      const counts = countsBy(view, metrics.searches, 'result', RESULTS);
      return { asked, counts, timed: view.count(metrics.searchSeconds), mean: meanSeconds(view) };
    };
    const whole = run(-1);
    const ended = Object.values(whole.counts).reduce((sum, count) => sum + count, 0);
    expect(ended).toBeGreaterThanOrEqual(whole.asked);
    expect(whole.timed).toBe(ended - whole.counts['shed']!);
    if (whole.timed > 0) expect(whole.mean).toBeLessThanOrEqual(0.1);
    expect(run(cut)).toEqual(whole);
  }), { numRuns: 60 });
});

test('S8 without others, searches asked are exactly those answered, refused and given up', () => {
  const { cluster, set } = clusterOf({
    shards: 4, copies: 2, threads: 1, timeout: '60ms', service: EXPONENTIAL, hedge: { after: '15ms' },
    shed: { wait: '40ms' }, cache: { hits: '5%' },
  });
  for (let i = 0; i < 5000; i++) cluster.ask(i * 4 * MS);
  cluster.settle(60 * US_PER_S);
  const counts = Object.values(countsBy(set.view(1), metrics.searches, 'result', RESULTS));
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(5000);
  expect(counts.filter((count) => count > 0).length).toBe(4);
});

test('S8 a search draws the same numbers whatever becomes of it', () => {
  const seconds = (settings: object) => {
    const { cluster, set } = clusterOf({ shards: 4, copies: 1, threads: 10_000, ...settings });
    cluster.ask(0);
    cluster.addCache(0, 0, 0);
    cluster.shed(0, NEVER);
    set.startMeasuring(1);
    cluster.ask(US_PER_S);
    return meanSeconds(set.view(US_PER_S));
  };
  expect(seconds({ cache: { hits: '100%' } })).toBe(seconds({}));
});
