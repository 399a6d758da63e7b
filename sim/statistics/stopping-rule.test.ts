import { describe, expect, test } from 'vitest';
import { InvariantError } from '../../models/core/assert.ts';
import { RandomStreams } from '../../models/core/rng.ts';
import { estimateMean } from '../../models/core/statistics.ts';
import { StoppingRule, type StoppingDecision, type StoppingOptions } from './stopping-rule.ts';

describe('sequential stopping', () => {
  test('stops at the first replication from the minimum on at which the interval is narrow enough', () => {
    for (const relative of [0.2, 0.1, 0.05, 0.03]) {
      const values = meansOf(17, 1000);
      const narrow = values.findIndex((_, i) => {
        const { value, high } = estimateMean(values.slice(0, i + 1));
        return i + 1 >= 10 && high! - value <= relative * value;
      });
      const { decision, rule } = feed({ targets: { wait: { relative } }, maximum: 1000 }, values);
      expect(decision).toMatchObject({ kind: 'stop', reached: true, replications: narrow + 1 });
      expect(rule.estimate('wait')!.value).toBeCloseTo(estimateMean(values.slice(0, narrow + 1)).value, 12);
    }
  });

  test('says what it waits for, and why it stops', () => {
    const rule = new StoppingRule({ targets: { p99: { relative: 0.05 } }, minimum: 3, maximum: 4 });
    expect(rule.add({ p99: 100 })).toEqual({
      kind: 'continue', replications: 1, reason: 'p99 was observed in 1 replications',
    });
    // mean 100, deviation 2, t 12.706 over sqrt(2)
    expect(rule.add({ p99: 102 }).reason).toBe('p99 is known to ±12.6 % (±5 % asked)');
    expect(rule.add({ p99: 98 })).toEqual({
      kind: 'stop', replications: 3, reached: true, reason: 'p99 is known to ±4.97 % (±5 % asked)',
    });
  });

  test('gives up at the maximum, and says so', () => {
    const { decision } = feed({ targets: { wait: { relative: 1e-6 } }, maximum: 12 }, meansOf(1, 50));
    expect(decision).toMatchObject({ kind: 'stop', replications: 12, reached: false });
    expect(decision.reason).toMatch(/^wait is known to ±[\d.]+ % \(±0\.0001 % asked\): not as precise/);
  });

  test('waits for the last of several figures, absolute ones too', () => {
    const targets = { wait: { relative: 0.5 }, rebuffering: { absolute: 0.02 } };
    const rule = new StoppingRule({ targets, minimum: 2, maximum: 1000 });
    const { rebuffering } = targets;
    const alone = new StoppingRule({ targets: { rebuffering }, minimum: 2, maximum: 1000 });
    for (const value of meansOf(3, 1000)) {
      const decision = rule.add({ wait: 5 + value, rebuffering: value });
      expect(decision.kind).toBe(alone.add({ rebuffering: value }).kind);
      if (decision.kind === 'stop') return;
      if (decision.replications > 1) expect(decision.reason).toMatch(/^rebuffering/);
    }
    expect.unreachable();
  });

  test('goes to the maximum for a figure that is never observed, and stops for one that never varies', () => {
    const never = feed({ targets: { wait: { relative: 0.1 }, lost: { relative: 0.1 } } }, Array(60).fill(3));
    expect(never.decision).toMatchObject({ replications: 50, reached: false });
    expect(never.decision.reason).toMatch(/^lost was observed in 0 replications/);
    expect(never.rule.estimate('lost')).toBeUndefined();
    const zero = feed({ targets: { wait: { relative: 0.1 } } }, Array(60).fill(0));
    expect(zero.decision).toMatchObject({ replications: 10, reached: true });
    expect(() => zero.rule.estimate('gone')).toThrow(InvariantError);
  });

  test('looks ahead: the precision must hold for five replications more', () => {
    const values = [...Array<number>(9).fill(10), 10.01, 10, 30, ...Array<number>(400).fill(10)];
    const options = { targets: { wait: { relative: 0.05 } }, maximum: 400 };
    expect(feed(options, values).decision).toMatchObject({ replications: 10 });
    const { decision } = feed({ ...options, lookAhead: 5 }, values);
    // The 30 breaks the precision; it returns, and holds.
    const returned = values.findIndex((_, i) => {
      const { value, high } = estimateMean(values.slice(0, i + 1));
      return i >= 11 && high! - value <= 0.05 * value;
    }) + 1;
    expect(decision).toMatchObject({ reached: true, replications: returned + 5 });
    expect(decision.reason).toMatch(/and was for 5 replications$/);
  });

  test('needs more where the confidence is joint, by Bonferroni', () => {
    const targets = { wait: { relative: 0.05 }, queue: { relative: 1 }, loss: { relative: 1 } };
    const both = [false, true].map((joint) => {
      const rule = new StoppingRule({ targets, maximum: 1000, joint });
      for (const value of meansOf(5, 1000)) {
        const decision = rule.add({ wait: value, queue: value, loss: value });
        if (decision.kind === 'stop') return { n: decision.replications, estimate: rule.estimate('wait')! };
      }
      return expect.unreachable();
    });
    expect(both[1]!.n).toBeGreaterThan(both[0]!.n);
    expect(both[1]!.estimate.confidence).toBeCloseTo(1 - 0.05 / 3, 12);
  });

  test.each([
    // [options, half width asked, coverage reached, mean replications]
    [{ minimum: 3 }, 0.1, 0.924, 38.5],
    [{ minimum: 5 }, 0.1, 0.934, 39],
    [{}, 0.1, 0.938, 39.5],
    [{ lookAhead: 5 }, 0.1, 0.95, 45.8],
    [{}, 0.05, 0.945, 154.6],
  ])('covers somewhat less than 95 %% of experiments: %j at %f: %f', (options, relative, coverage, n) => {
    let hits = 0;
    let replications = 0;
    for (let experiment = 0; experiment < 2000; experiment++) {
      const targets = { wait: { relative } };
      const { decision, rule } = feed({ targets, maximum: 1000, ...options }, lazyMeans(experiment, 1000));
      const { low, high } = rule.estimate('wait')!;
      if (low! <= 1 && 1 <= high!) hits++;
      replications += decision.replications;
    }
    expect(hits / 2000).toBeCloseTo(coverage, 2);
    expect(replications / 2000).toBeCloseTo(n, 0);
  });
});

/** Means of ten exponential values each, of mean 1: skewed, as waiting times are. */
function* lazyMeans(seed: number, count: number): Generator<number> {
  const rng = new RandomStreams(9, seed).stream('stop');
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (let j = 0; j < 10; j++) sum += rng.exponential(1);
    yield sum / 10;
  }
}

function meansOf(seed: number, count: number): number[] {
  return [...lazyMeans(seed, count)];
}

/** Feeds values until the rule stops. */
function feed(
  options: StoppingOptions, values: Iterable<number>,
): { readonly decision: StoppingDecision; readonly rule: StoppingRule } {
  const rule = new StoppingRule(options);
  for (const wait of values) {
    const decision = rule.add({ wait });
    if (decision.kind === 'stop') return { decision, rule };
  }
  return expect.unreachable();
}
