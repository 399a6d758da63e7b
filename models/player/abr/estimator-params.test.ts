import { describe, expect, test } from 'vitest';
import { contextOf } from './context.fixture.ts';
import { createAbrRule } from './registry.ts';
import { throughputParams } from './throughput.ts';

const S = 1e6;
const LADDER = [0.5e6, 1e6, 1.5e6, 2e6, 3e6];

/** The throughput rule after transfers of two seconds at these rates. [Mbit/s] */
function after(estimator: Readonly<Record<string, unknown>>, ...mbps: readonly number[]) {
  const params = throughputParams.parse({ rule: 'throughput', safety: 0.9, ...estimator });
  const rule = createAbrRule(params, 1);
  for (const rate of mbps) rule.observe(0, (rate * 1e6 * 2) / 8, 0, 2 * S);
  const seen = { now: 20 * S, bufferUs: 20 * S, segment: 3, lastRendition: 0 };
  const context = contextOf({ ...seen, bitrates: LADDER });
  return { estimate: rule.estimate(0) / 1e6, rendition: rule.choose(context), rule };
}

describe('a rule estimates throughput', () => {
  test('by the harmonic mean of its last transfers', () => {
    const { estimate, rendition } = after({ estimator: 'harmonic', estimatorWindow: 2 }, 9, 1, 4);
    expect(estimate).toBeCloseTo(1.6, 9);
    expect(rendition).toBe(1); // 0.9 of 1.6 Mbit/s
  });

  test('by their arithmetic mean, which a fast one lifts', () => {
    const { estimate, rendition } = after({ estimator: 'sliding', estimatorWindow: 2 }, 9, 1, 4);
    expect(estimate).toBeCloseTo(2.5, 9);
    expect(rendition).toBe(3); // 0.9 of 2.5 Mbit/s
  });

  test('by the lower of two exponentially weighted means, unless it is told otherwise', () => {
    const a = 0.5 ** (2 / 8);
    const slow = (a * (1 - a) * 1 + (1 - a) * 4) / (1 - a * a);
    expect(after({}, 1, 4).estimate).toBeCloseTo(slow, 9);
  });

  test('as before once its state is saved and restored', () => {
    const { rule } = after({ estimator: 'harmonic', estimatorWindow: 3 }, 1, 2, 3);
    const other = after({ estimator: 'harmonic', estimatorWindow: 3 }).rule;
    other.restore(structuredClone(rule.save()));
    expect(other.estimate(0)).toBe(rule.estimate(0));
  });
});
