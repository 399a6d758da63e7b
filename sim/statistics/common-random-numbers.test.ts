import { describe, expect, test } from 'vitest';
import { comparePaired } from '../../models/core/comparison.ts';
import { RandomStreams } from '../../models/core/rng.ts';

// What common random numbers are worth: an M/M/20 queue at load 0.9, the mean wait of 2000 customers.

interface Setting {
  readonly servers: number;
  readonly serviceMean: number;
  /** Takes one more number per customer: from a stream of its own, or from the one of the service times. */
  readonly extraDraw?: 'own stream' | 'shared stream';
}

const baseline: Setting = { servers: 20, serviceMean: 1 };
const REPLICATIONS = 400;

describe('common random numbers on an M/M/20', () => {
  const common = waits(baseline, 0);
  const apart = waits(baseline, REPLICATIONS);

  test.each([
    // variance of independent sampling over that of pairs; how often independent sampling finds the change
    ['service +1 %', { servers: 20, serviceMean: 1.01 }, 51, 0.1],
    ['service +5 %', { servers: 20, serviceMean: 1.05 }, 2.75, 0.725],
    ['19 servers', { servers: 19, serviceMean: 1 }, 2.56, 0.825],
  ])('%s: ten pairs always find it', (_change, setting, ratio, alone) => {
    const changed = waits(setting, 0);
    const paired = comparePaired(common, changed);
    expect(1 / (1 - paired.varianceRemoved!)).toBeCloseTo(ratio, 1);
    expect(shareFound(common, changed)).toBe(1);
    expect(shareFound(apart, changed)).toBeCloseTo(alone, 2);
  });

  test('no change is no difference at all, rather than a small one', () => {
    expect(comparePaired(common, waits(baseline, 0)).verdict).toBe('identical');
  });

  test('a further draw changes nothing from a stream of its own; from a shared one it breaks pairs', () => {
    const own = comparePaired(common, waits({ ...baseline, extraDraw: 'own stream' }, 0));
    const shared = comparePaired(common, waits({ ...baseline, extraDraw: 'shared stream' }, 0));
    expect(own.verdict).toBe('identical');
    expect(shared.correlation).toBeCloseTo(0.56, 2);
    expect(shared.varianceRemoved).toBeCloseTo(0.56, 2);
  });
});

/** How often ten replications find the candidate's waits higher. */
function shareFound(base: readonly number[], candidate: readonly number[]): number {
  let hits = 0;
  for (let from = 0; from < REPLICATIONS; from += 10) {
    const to = from + 10;
    if (comparePaired(base.slice(from, to), candidate.slice(from, to)).verdict === 'higher') hits++;
  }
  return hits / (REPLICATIONS / 10);
}

/** Mean wait of each replication, by Kiefer and Wolfowitz' recursion over when servers get free. */
function waits(setting: Setting, firstReplication: number): number[] {
  return Array.from({ length: REPLICATIONS }, (_, i) => {
    const streams = new RandomStreams(12, firstReplication + i);
    const arrivals = streams.stream('arrivals');
    const services = streams.stream('services');
    const extra = setting.extraDraw === 'own stream' ? streams.stream('extra') : services;
    const free = new Float64Array(setting.servers);
    let now = 0;
    let sum = 0;
    for (let customer = 0; customer < 2000; customer++) {
      now += arrivals.exponential(1 / 18);
      if (setting.extraDraw !== undefined) extra.uniform();
      let server = 0;
      for (let j = 1; j < free.length; j++) if (free[j]! < free[server]!) server = j;
      const start = Math.max(now, free[server]!);
      sum += start - now;
      free[server] = start + services.exponential(setting.serviceMean);
    }
    return sum / 2000;
  });
}
