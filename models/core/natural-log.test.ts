import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fingerprint } from './fingerprint.ts';
import { naturalLog } from './natural-log.ts';

const close = (x: number) => {
  const exact = Math.log(x); // itself within 1 unit in the last place
  expect(Math.abs(naturalLog(x) - exact)).toBeLessThanOrEqual(6e-16 * Math.max(1, Math.abs(exact)));
};

test('is the logarithm from 2^-500 to 2^500, and exact at powers of two near 1', () => {
  for (const [min, max] of [[2 ** -499, 2 ** 499], [0.5, 2]] as const) {
    fc.assert(fc.property(fc.double({ min, max, noNaN: true }), close), { numRuns: 20_000 });
  }
  for (let i = 0; i <= 128; i++) {
    const edge = 0.6875 + (i * 0.6875) / 128;
    for (const x of [edge, edge * (1 - 2 ** -53), edge * (1 + 2 ** -52)]) close(x);
  }
  expect([naturalLog(1), naturalLog(1 - 2 ** -53), naturalLog(2)]).toEqual([0, -(2 ** -53), Math.LN2]);
});

test('ascends over neighbours, but for the last digit', () => {
  let before = -Infinity;
  for (let x = 1 / 1024; x <= 1; x += 1 / 65_536) {
    const log = naturalLog(x);
    expect(log).toBeGreaterThan(before);
    before = log;
  }
});

test('has the same bits on every engine (frozen)', () => {
  const hash = new Fingerprint();
  for (let i = 1; i <= 10_000; i++) {
    const scaled = naturalLog(i / 10_007) * 2 ** 53;
    hash.add(scaled, i, Math.floor(scaled / 2 ** 32));
  }
  expect(hash.digest()).toBe('b349eaf58681e6a9');
});
