import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MetricSet } from '../../core/metrics.ts';
import { RandomStreams } from '../../core/rng.ts';
import { estimateMean } from '../../core/statistics.ts';
import { US_PER_S } from '../../core/units.ts';
import { erlangC, mmc, pollaczekKhinchine } from '../../../tests/oracles/closed-forms.ts';
import { MetadataDatabase } from './database.ts';
import * as metrics from './metrics.ts';
import { metadataParams } from './params.ts';
import { METADATA_SLIS } from './slis.ts';

const MS = 1000;

function databaseOf(settings: object, slowness: (now: number, node: number) => number = () => 1, seed = 5) {
  const set = new MetricSet();
  const params = metadataParams.parse({ network: '0s', ...settings });
  const database = new MetadataDatabase(params, new RandomStreams(seed, 0), set, { slowness });
  return { database, set };
}

/** Mean time of a read, over batches of a long run of queries by others only. [s] */
function readSeconds(settings: object, lambda: number, batchSeconds = 400): readonly number[] {
  const { database, set } = databaseOf({ ...settings, timeout: '1h', others: { reads: `${lambda}/s` } });
  database.settle(20 * US_PER_S);
  return Array.from({ length: 20 }, (_, batch) => {
    const until = (20 + (batch + 1) * batchSeconds) * US_PER_S;
    set.startMeasuring(until - batchSeconds * US_PER_S);
    database.settle(until);
    return set.view(until).mean(metrics.querySeconds)!;
  });
}

/** The 99.9 % interval of a mean covers its theory, and is narrow. */
function holds(values: readonly number[], theory: number) {
  const { low, high } = estimateMean(values, 0.999);
  expect(low!).toBeLessThan(theory);
  expect(high!).toBeGreaterThan(theory);
  expect((high! - low!) / theory).toBeLessThan(0.1);
}

describe('M1 in equilibrium', () => {
  const read = { law: 'exponential', mean: '10ms' };

  test('two replicas of two connections are M/M/4', () => {
    holds(readSeconds({ replicas: 2, connections: 2, read }, 320), mmc(320, 100, 4).sojourn);
  });

  test('a primary that is read is M/M/3', () => {
    holds(readSeconds({ reads: 'primary', connections: 3, read }, 240), mmc(240, 100, 3).sojourn);
  });

  test('equal times are M/D/1', () => {
    const equal = { law: 'constant', value: '10ms' };
    const theory = pollaczekKhinchine(70, 0.01, 0.0001).sojourn;
    holds(readSeconds({ reads: 'primary', connections: 1, read: equal }, 70), theory);
  });

  test('the share of queries that wait at all is that of Erlang C', () => {
    const { database, set } = databaseOf({
      replicas: 1, connections: 4, timeout: '1h', others: { reads: '300/s' },
      read: { law: 'constant', value: '0s' }, write: { law: 'constant', value: '0s' },
    });
    database.settle(US_PER_S);
    expect(set.view(US_PER_S).quantile(metrics.querySeconds, 0.99)).toBe(0);
    const waits = readSeconds({ replicas: 1, connections: 4, read }, 300);
    holds(waits.map((seconds) => (seconds - 0.01) * (400 - 300)), erlangC(4, 3));
  });

  test('a cache that answers half leaves M/M/c half of the reads', () => {
    const settings = { replicas: 1, connections: 4, read, cache: { hits: '50%' }, cacheLatency: '0s' };
    holds(readSeconds(settings, 600), 0.5 * mmc(300, 100, 4).sojourn);
  });
});

describe('by hand, one connection, reads of 10 ms', () => {
  const one = { connections: 1, replicas: 1, read: { law: 'constant', value: '10ms' },
    write: { law: 'constant', value: '30ms' }, network: '1ms', timeout: '50ms' };

  test('M1 queries wait for those before them, reads at the replica, writes at the primary', () => {
    const { database } = databaseOf(one);
    expect(database.read(0)).toEqual({ afterUs: 11 * MS, ok: true });
    expect(database.read(4 * MS)).toEqual({ afterUs: 17 * MS, ok: true });
    expect(database.write(4 * MS)).toEqual({ afterUs: 31 * MS, ok: true });
    expect(database.read(100 * MS)).toEqual({ afterUs: 11 * MS, ok: true });
  });

  test('M3 one that would wait too long is taken back; one under way is finished for nobody', () => {
    const { database, set } = databaseOf(one);
    const answers = Array.from({ length: 7 }, () => database.read(0));
    expect(answers.map(({ ok }) => ok)).toEqual([true, true, true, true, false, false, false]);
    expect(answers.at(-1)!.afterUs).toBe(50 * MS);
    // The fifth would have been answered after 51 ms: it is done all the same. Two were taken back.
    expect(database.read(55 * MS)).toEqual({ afterUs: 11 * MS, ok: true });
    expect(set.view(60 * MS).total(metrics.busySeconds)).toBeCloseTo(0.06, 9);
    expect(set.view(60 * MS).total(metrics.queries, { result: 'timeout' })).toBe(3);
  });

  test('M4 failing over leaves a slow primary behind, after the time that takes', () => {
    const { database } = databaseOf(one, (_now, node) => (node === 0 ? 10 : 1));
    expect(database.write(0).ok).toBe(false);
    expect(database.failover(0, 10 * MS)).toBe(true);
    expect(database.write(0)).toEqual({ afterUs: 10 * MS + 31 * MS, ok: true });
    expect([database.primary, database.replicas]).toEqual([1, []]);
    expect(database.failover(0, 0)).toBe(false);
  });

  test('M1 without replicas the primary is read, and what comes back is read again', () => {
    const { database } = databaseOf({ ...one, replicas: 2 });
    const lost = database.lose(0, 5);
    expect(lost).toEqual([1, 2]);
    database.write(0);
    expect(database.read(0).afterUs).toBe(41 * MS);
    database.regain(0, lost);
    expect(database.read(0).afterUs).toBe(11 * MS);
  });

  test('M2 an added cache warms up', () => {
    const { database, set } = databaseOf({ ...one, connections: 1000 });
    database.addCache(0, 0.8, 60 * US_PER_S);
    const hits = (from: number) => {
      set.startMeasuring(from);
      for (let i = 0; i < 2000; i++) database.read(from + i);
      return set.view(from + 2000).total(metrics.queries, { result: 'cache' }) / 2000;
    };
    expect(hits(0)).toBeLessThan(0.01);
    expect(hits(60 * US_PER_S)).toBeCloseTo(0.8 * (1 - Math.exp(-1)), 1);
    expect(hits(3600 * US_PER_S)).toBeCloseTo(0.8, 1);
  });
});

test('M5 every query ends once, whatever happens to the nodes, and a saved database goes on the same', () => {
  const steps = fc.array(fc.record({
    gapUs: fc.integer({ min: 0, max: 100 * MS }),
    what: fc.constantFrom('read', 'write', 'lose', 'failover', 'cache'),
  }), { minLength: 1, maxLength: 60 });
  fc.assert(fc.property(steps, fc.integer({ min: 0, max: 59 }), (list, cut) => {
    const others = { reads: '50/s', writes: '9/s' };
    const settings = { connections: 1, replicas: 2, timeout: '100ms', others };
    const run = (at: number) => {
      const { database, set } = databaseOf(settings, (_now, node) => 1 + 5 * node);
      let now = 0;
      const answers = list.map(({ gapUs, what }, i) => {
        now += gapUs;
        if (i === at) database.restore(structuredClone(database.save()));
        if (what === 'lose') return database.regain(now, database.lose(now, 1));
        if (what === 'failover') return database.failover(now, 1000);
        if (what === 'cache') return database.addCache(now, 0.5, 0);
        return what === 'read' ? database.read(now) : database.write(now);
      });
      const view = set.view(now + 1);
      return { answers, asked: view.total(metrics.queries), timed: view.count(metrics.querySeconds) };
    };
    const whole = run(-1);
    expect(whole.timed).toBe(whole.asked);
    expect(run(cut).answers).toEqual(whole.answers);
    for (const answer of whole.answers) {
      if (typeof answer === 'object') expect(answer.afterUs).toBeLessThanOrEqual(100 * MS);
    }
  }), { numRuns: 100 });
});

test('indicators: of ten queries nine are answered in time', () => {
  const { database, set } = databaseOf({ replicas: 0, connections: 1, timeout: '95ms',
    read: { law: 'constant', value: '10ms' } });
  for (let i = 0; i < 10; i++) database.read(0);
  const sli = (name: string) => METADATA_SLIS.find((one) => one.name === name)!.compute(set.view(US_PER_S));
  expect(sli('metadata_success_rate')).toBe(0.9);
  expect(sli('metadata_query_ms_p50')).toBeCloseTo(55, -1);
});
