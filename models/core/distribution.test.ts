import { describe, expect, test } from 'vitest';
import { durationLaw, meanDuration, sampleDuration, type DurationLaw } from './distribution.ts';
import { RandomStreams } from './rng.ts';

const N = 40_000;

/** Draws of the law in seconds, ascending. */
function drawn(law: DurationLaw): number[] {
  const stream = new RandomStreams(21, 0).stream(law.law);
  return Array.from({ length: N }, () => sampleDuration(law, stream) / 1e6).sort((a, b) => a - b);
}

describe.each([
  // law as a scenario writes it; mean, deviation and median worked out by hand [s]
  [{ law: 'constant', value: '4s' }, 4, 0, 4],
  [{ law: 'uniform', low: '2s', high: '10s' }, 6, 8 / Math.sqrt(12), 6],
  [{ law: 'exponential', mean: '10s' }, 10, 10, 10 * Math.LN2],
  // sigma^2 = 2 ln(5 / 4): deviation = mean sqrt(e^(sigma^2) - 1) = 5 sqrt(25/16 - 1)
  [{ law: 'lognormal', mean: '5s', median: '4s' }, 5, 3.75, 4],
] as const)('%j', (written, mean, deviation, median) => {
  const law = durationLaw.parse(written);
  const values = drawn(law);

  test('has the mean it says, in a sample and by calculation', () => {
    const sample = values.reduce((sum, value) => sum + value, 0) / N;
    expect(Math.abs(sample - mean)).toBeLessThanOrEqual((4 * deviation) / Math.sqrt(N));
    expect(meanDuration(law)).toBe(mean * 1e6);
  });

  test('has the median it says', () => {
    const below = values.filter((value) => value < median).length / N;
    if (deviation > 0) expect(Math.abs(below - 0.5)).toBeLessThan(2 / Math.sqrt(N));
    else expect(values).toEqual(new Array(N).fill(median));
  });

  test('is of whole microseconds, none negative', () => {
    expect(values.every((value) => Number.isInteger(Math.round(value * 1e6)) && value >= 0)).toBe(true);
    const stream = new RandomStreams(1, 0).stream('whole');
    for (let i = 0; i < 100; i++) expect(Number.isInteger(sampleDuration(law, stream))).toBe(true);
  });
});

test('the bounds of a uniform law hold', () => {
  const values = drawn(durationLaw.parse({ law: 'uniform', low: '2s', high: '10s' }));
  expect([values[0]! >= 2, values[N - 1]! <= 10]).toEqual([true, true]);
});

test('a lognormal law needs its median below its mean', () => {
  const { error } = durationLaw.safeParse({ law: 'lognormal', mean: '5s', median: '5s' });
  expect(error?.issues.map(({ path, message }) => [path, message])).toEqual([
    [['median'], 'expected a median below the mean (a lognormal is skewed to the right)'],
  ]);
});
