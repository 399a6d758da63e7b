import { describe, expect, test } from 'vitest';
import type { SliResult } from '../core/run-record.ts';
import { DEFAULT_SLOS, judgeSlo, sloParams, toSlo, type SloDefinition } from './slo.ts';

const BELOW: SloDefinition = {
  name: 'start', sli: 'playback_start_seconds_p99', direction: 'below', bound: 2, unit: 's',
};
const ABOVE: SloDefinition = {
  name: 'hits', sli: 'cache_hit_rate', direction: 'above', bound: 0.95, unit: 'ratio',
};

function result(value: number | null, low: number | null = null, high: number | null = null): SliResult {
  return { value, low, high, unit: '', n: low === null ? 1 : 5, values: [] };
}

describe('an objective', () => {
  test.each([
    // value, low, high, below 2, above 2
    [1, 0.5, 1.9, 'met', 'missed'], [3, 2.1, 4, 'missed', 'met'],
    [1.9, 1.5, 2.3, 'inconclusive', 'inconclusive'], [2.1, 1.7, 2.5, 'inconclusive', 'inconclusive'],
    [1.9, 1.8, 2, 'inconclusive', 'missed'], // to be below 2 is not to be 2
    [2.1, 2, 2.2, 'missed', 'inconclusive'],
    [2, 2, 2, 'missed', 'missed'],
    [1, null, null, 'met', 'missed'], [2, null, null, 'missed', 'missed'], [3, null, null, 'missed', 'met'],
  ] as const)('at %d within [%d, %d] is %s below 2 and %s above', (value, low, high, below, above) => {
    expect(judgeSlo(BELOW, result(value, low, high)).verdict).toBe(below);
    expect(judgeSlo({ ...BELOW, direction: 'above' }, result(value, low, high)).verdict).toBe(above);
  });

  test('without an observation has no data, and says why', () => {
    expect(judgeSlo(BELOW, result(null))).toMatchObject({
      verdict: 'no-data', value: null, note: 'nothing was observed',
    });
    expect(judgeSlo(BELOW, undefined).note).toBe('this part of the platform is not simulated');
  });

  test('says that one run alone has no interval', () => {
    expect(judgeSlo(BELOW, result(1)).note).toBe('single run: no interval');
    expect(judgeSlo(BELOW, result(1, 0.5, 1.5)).note).toBe('');
  });

  test('shows its target as people read it, and holds it as a number', () => {
    const below = { target: '< 2 s', bound: 2, direction: 'below', unit: 's' };
    expect(judgeSlo(BELOW, result(1))).toMatchObject(below);
    expect(judgeSlo(ABOVE, result(1)).target).toBe('> 95 %');
    expect(judgeSlo({ ...ABOVE, bound: 0.9999 }, result(1)).target).toBe('> 99.99 %');
  });
});

describe('a scenario', () => {
  test('states an indicator and one bound, in the unit of the indicator', () => {
    const params = sloParams.parse({ name: 'stalls', sli: 'rebuffer_rate_percent', below: 0.1 });
    expect(toSlo(params)).toMatchObject({
      name: 'stalls', sli: 'rebuffer_rate_percent', direction: 'below', bound: 0.1, unit: '%',
    });
    const above = toSlo(sloParams.parse({ name: 'hits', sli: 'cache_hit_rate', above: 0 }));
    expect([above.direction, above.bound]).toEqual(['above', 0]);
  });

  test.each([
    [{ name: 'a', sli: 'cache_hit_rate' }], [{ name: 'a', sli: 'cache_hit_rate', below: 1, above: 0 }],
    [{ name: 'a', sli: 'no_such', below: 1 }], [{ name: '', sli: 'cache_hit_rate', below: 1 }],
    [{ name: 'a', sli: 'cache_hit_rate', below: 1, more: 1 }],
  ])('is refused with %j', (params) => {
    expect(sloParams.safeParse(params).success).toBe(false);
  });
});

test('the eight of the platform are its own (design document, section 3.1)', () => {
  expect(DEFAULT_SLOS.map((slo) => judgeSlo(slo, undefined).target)).toEqual([
    '< 2 s', '< 0.1 %', '> 99.99 %', '> 95 %', '> 99.9 %', '> 99 %', '< 0.2 s', '< 0.1 s',
  ]);
});
