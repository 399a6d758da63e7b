import { describe, expect, test } from 'vitest';
import { RandomStreams } from '../models/core/rng.ts';
import { createSelector, type Selected, type SelectorOptions } from './selection.ts';

const MEANS = [10, 10.5, 11.5, 9];
const DESIGNS = MEANS.map((_mean, i) => `d${i}`);

/** Plays a selection against normal figures on common random numbers. */
function play(experiment: number, options: Partial<SelectorOptions>, reversed = false) {
  const values = new Map<string, number>();
  const selector = createSelector({
    designs: DESIGNS, best: 'largest', method: { kind: 'KN', indifference: 0.5, error: 0.05 }, most: 500,
    first: 10, atOnce: 4, ...options,
  });
  for (;;) {
    const wanted = selector.next((design, replication) => values.get(`${design}/${replication}`));
    if (wanted.length === 0) break;
    const keys = wanted.map(({ design, replication }) => `${design}/${replication}`);
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of keys) expect(values.has(key)).toBe(false);
    for (const { design, replication } of reversed ? [...wanted].reverse() : wanted) {
      const common = new RandomStreams(3, experiment * 1000 + replication).stream('common').normal();
      const own = new RandomStreams(3, experiment * 1000 + replication).stream(`own/${design}`).normal();
      values.set(`${design}/${replication}`, MEANS[design]! + 2 * common + own);
    }
  }
  return { result: selector.result!, computed: values.size };
}

const total = ({ replications }: Selected) => Object.values(replications).reduce((sum, n) => sum + n, 0);

describe('a selection', () => {
  test('by KN keeps its promise, whatever is computed ahead', () => {
    let right = 0;
    for (let experiment = 0; experiment < 200; experiment++) {
      const { result, computed } = play(experiment, { atOnce: 1 });
      const ahead = play(experiment, { atOnce: 16 }, true);
      expect(ahead.result).toEqual(result);
      expect(ahead.computed).toBeGreaterThanOrEqual(computed);
      expect(computed).toBe(total(result));
      if (result.design === 'd2') right++;
    }
    // 95 % at least; three standard errors of 200 experiments below
    expect(right / 200).toBeGreaterThan(0.95 - 3 * Math.sqrt((0.05 * 0.95) / 200));
  });

  test('by KN says so when replications run out', () => {
    const { result } = play(1, { most: 12, method: { kind: 'KN', indifference: 0.001, error: 0.05 } });
    expect(result.design).toBeUndefined();
    expect(result.reason).toMatch(/^not decided within 12 replications: \d designs within 0.001/);
    expect(Math.max(...Object.values(result.replications))).toBe(12);
  });

  test('by OCBA spends its budget, most of it where the choice is hard', () => {
    const method = { kind: 'OCBA', budget: 120 } as const;
    const { result, computed } = play(7, { method, first: 5 });
    expect(play(7, { method, first: 5, atOnce: 99 }, true).result).toEqual(result);
    expect([total(result), computed]).toEqual([120, 120]);
    expect(result.design).toBe('d2');
    expect(result.replications['d1']).toBeGreaterThan(result.replications['d3']!);
    expect(result.probability).toBeGreaterThan(0.5);
  });
});
