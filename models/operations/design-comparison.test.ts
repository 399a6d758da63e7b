import { describe, expect, test } from 'vitest';
import { exampleRecord } from '../../tests/fixtures/example-record.ts';
import { RandomStreams } from '../core/rng.ts';
import type { RunDocument } from '../core/run-record.ts';
import { estimateMean } from '../core/statistics.ts';
import { compareDesigns, type ComparisonOptions, type DesignRun } from './design-comparison.ts';

const { document: EXAMPLE } = exampleRecord({ replications: 2, sessions: 50 });
const BY = { by: 'rebuffer_rate_percent', beside: [] } as const;

describe('variants and a baseline', () => {
  test('of differences 1, 2, 2 and 3, 3, 3.3, by hand', () => {
    const document = compare({ base: [10, 12, 14], a: [11, 14, 16], b: [13, 15, 17.3] });
    const [a, b] = document.variants.map(({ differences }) => differences[0]!);
    // a: mean 5/3, variance 1/3, t = 5 with 2 degrees of freedom, p = 1 - 5 / sqrt(27).
    expect(a!.pValue).toBeCloseTo(1 - 5 / Math.sqrt(27), 10);
    expect(a!.adjusted).toBe(a!.pValue);
    expect(a!.verdict).toBe('worse');
    // b: mean 3.1, variance 0.03, t = 31: p = 1 - 31 / sqrt(963), the smaller of the two, times 2.
    expect(b!.pValue).toBeCloseTo(1 - 31 / Math.sqrt(963), 10);
    expect(b!.adjusted).toBeCloseTo(2 * b!.pValue!, 12);
    // It was judged at 2.5 %: t(0.9875, 2) = 6.2053468, its closed form (2u-1) sqrt(2 / (4u(1-u))).
    const t = 0.975 * Math.sqrt(2 / (4 * 0.9875 * 0.0125));
    expect(b!.difference!.low).toBeCloseTo(3.1 - t * 0.1, 8);
    expect(b!.difference!.confidence).toBeCloseTo(0.975, 12);
    expect(b!.relative).toBeCloseTo(3.1 / 12, 12);
  });

  test('are better or worse by the direction of the indicator', () => {
    const values = { base: [0.5, 0.6, 0.55], a: [0.7, 0.8, 0.755] };
    const verdict = (by: string) => compare(values, { by, beside: [] }).variants[0]!.differences[0]!.verdict;
    expect([verdict('cache_hit_rate'), verdict('rebuffer_rate_percent')]).toEqual(['better', 'worse']);
  });

  test('do not differ by anything that matters when the interval lies within the zone', () => {
    const verdict = (shift: readonly number[], indifference: number) => {
      const base = [10, 12, 14, 11];
      const a = base.map((value, i) => value + shift[i]!);
      return compare({ base, a }, { ...BY, indifference }).variants[0]!.differences[0]!.verdict;
    };
    expect(verdict([0.1, -0.1, 0.1, -0.1], 0.05)).toBe('no difference');
    expect(verdict([0.1, -0.1, 0.1, -0.1], 0.01)).toBe('inconclusive');
    expect(verdict([2, -2, 2, -2], 0.05)).toBe('inconclusive');
    expect(verdict([0, 0, 0, 0], 0.05)).toBe('identical');
    expect(verdict([1e-3, 1.1e-3, 1e-3, 1e-3], 0.05)).toBe('worse'); // certain, if not large
  });

  test('near 100 % differ by shares of what is missing', () => {
    const base = { base: [0.97, 0.971, 0.969, 0.97], a: [0.972, 0.971, 0.969, 0.968] };
    const { criterion, variants } = compare(base, { by: 'cache_hit_rate', beside: [] });
    expect(criterion!.zone).toBeCloseTo(0.05 * 0.03, 12);
    expect(variants[0]!.differences[0]!.verdict).toBe('inconclusive');
  });

  test('with a replication without the indicator are not paired, and nothing is made up', () => {
    const document = compare({ base: [1, 2, 3], a: [1, 2], b: [2, 3.1, 4] });
    const [a, b] = document.variants.map(({ differences }) => differences[0]!);
    expect(a).toMatchObject({ difference: null, verdict: 'inconclusive', adjusted: null });
    expect(b).toMatchObject({ verdict: 'worse' });
    expect(b!.adjusted).toBe(b!.pValue); // a family of one
    expect(document.ranking.find(({ design }) => design === 'a')!.rank).toEqual({ best: 1, worst: 3 });
    expect(document.moreReplications).toBeNull();
  });

  test('of a single replication compare nothing', () => {
    const document = compare({ base: [1], a: [2] });
    expect(document.variants[0]!.differences[0]).toMatchObject({ verdict: 'inconclusive', pValue: 1 });
    expect(document.ranking.map(({ rank }) => rank)).toEqual([{ best: 1, worst: 2 }, { best: 1, worst: 2 }]);
  });

  test('are ranked by total cost, replication by replication', () => {
    const cost = (values: readonly number[]) => ({
      ...estimateMean(values), name: 'x', unit: '$', part: '', item: '', quantity: 0, quantityUnit: '',
      list: '', asOf: '', source: '', values,
    });
    const designs = [design('base', [1, 2, 3]), design('a', [1, 2, 3])].map((one, i) => ({
      ...one, run: { ...one.run, costs: [cost([10, 12, 14]), cost([i + 1, i + 1.1, i + 1])] },
    }));
    const document = compareDesigns(designs[0]!, designs.slice(1), { by: 'total_cost', beside: [] });
    expect(document.criterion).toMatchObject({ unit: '$', better: 'lower' });
    expect(document.criterion!.zone).toBeCloseTo(0.05 * (12 + 3.1 / 3), 10);
    expect(document.variants[0]!.differences[0]!.difference!.value).toBeCloseTo(1, 12);
    expect(document.ranking.map((one) => one.design)).toEqual(['base', 'a']);
  });

  test('are compared by their objectives unless told otherwise', () => {
    const observed = EXAMPLE.slos.filter((slo) => slo.verdict !== 'no-data').map((slo) => slo.sli);
    const { criterion, variants } = compareDesigns(
      { name: 'base', title: '', set: {}, run: EXAMPLE }, [{ name: 'a', title: '', set: {}, run: EXAMPLE }]);
    expect(criterion!.by).toBe(observed[0]);
    expect(variants[0]!.differences.map((one) => one.indicator)).toEqual(observed);
    expect(variants[0]!.differences.every((one) => one.verdict === 'identical')).toBe(true);
  });
});

describe('over 1500 families of six designs, of which three differ from the baseline', () => {
  const shifts = [0, 0, 0, 0.5, -0.8, 2.5]; // the baseline first
  const families = Array.from({ length: 1500 }, (_, family) => {
    const rng = new RandomStreams(11, family).stream('designs');
    const common = Array.from({ length: 12 }, () => 3 * rng.normal());
    const values = shifts.map((shift) => common.map((value) => 10 + value + shift + rng.normal()));
    return compare(Object.fromEntries(values.map((list, i) => [i === 0 ? 'base' : `v${i}`, list])));
  });
  const slack = 3 * Math.sqrt((0.05 * 0.95) / families.length);

  test('a verdict that is wrong stands in at most 5 % of them', () => {
    const wrong = families.filter(({ variants }) => variants.some(({ differences: [one] }, i) => {
      const shift = shifts[i + 1]!;
      return (one!.verdict === 'better' && shift >= 0) || (one!.verdict === 'worse' && shift <= 0);
    }));
    expect(wrong.length / families.length).toBeLessThan(0.05 + slack);
    expect(wrong.length).toBeGreaterThan(0);
  });

  test('every range of ranks holds the true rank at once in at least 95 % of them', () => {
    const held = families.filter(({ ranking }) => ranking.every(({ design: name, rank }) => {
      const own = shifts[name === 'base' ? 0 : Number(name.slice(1))]!;
      const best = 1 + shifts.filter((shift) => shift < own).length;
      const worst = shifts.filter((shift) => shift <= own).length;
      return rank.best <= best && rank.worst >= worst;
    }));
    expect(held.length / families.length).toBeGreaterThan(0.95 - slack);
  });

  test('an interval leaves out 0 exactly if the verdict is better or worse', () => {
    for (const { variants } of families) {
      for (const { differences: [one] } of variants) {
        const { low, high } = one!.difference!;
        expect(low! > 0 || high! < 0).toBe(one!.verdict === 'better' || one!.verdict === 'worse');
      }
    }
  });

  test('the large difference is found, and ties are told where there are some', () => {
    const found = families.filter(({ variants }) => variants[4]!.differences[0]!.verdict === 'worse');
    expect(found.length / families.length).toBeGreaterThan(0.95);
    const tied = families.filter(({ ranking }) => ranking.find(({ design }) => design === 'base')!
      .tied.some((name) => ['v1', 'v2'].includes(name)));
    expect(tied.length / families.length).toBeGreaterThan(0.95);
  });
});

function compare(values: Readonly<Record<string, readonly number[]>>, options: ComparisonOptions = BY) {
  const replications = values['base']!.length;
  const designs = Object.entries(values).map(([name, list]) =>
    design(name, list, options.by, replications));
  return compareDesigns(designs[0]!, designs.slice(1), options);
}

function design(
  name: string, values: readonly number[], sli = 'rebuffer_rate_percent', replications = values.length,
): DesignRun {
  const figure = { ...estimateMean(values), unit: sli === 'cache_hit_rate' ? 'ratio' : '', values };
  const run: RunDocument = { ...EXAMPLE, replications, slis: { [sli]: figure } };
  return { name, title: name, set: {}, run };
}
