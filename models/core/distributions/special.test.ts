import { expect, test } from 'vitest';
import { gammaP, gammaQ, gammaQuantile, normalCdf, normalQuantile } from './special.ts';

// Values of R 4: pnorm, qnorm, pgamma, qgamma.
test('normal distribution function and quantile', () => {
  expect(normalCdf(0)).toBeCloseTo(0.5, 15);
  expect(normalCdf(1.959963984540054)).toBeCloseTo(0.975, 14);
  expect(normalCdf(-6) / 9.865876450376946e-10).toBeCloseTo(1, 11);
  expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 14);
  expect(normalQuantile(1e-10)).toBeCloseTo(-6.361340902404056, 12);
  expect(normalQuantile(0.6)).toBeCloseTo(0.2533471031357997, 14);
  expect([normalQuantile(0), normalQuantile(1)]).toEqual([-Infinity, Infinity]);
});

test('the incomplete gamma function of integer shape is a Poisson sum', () => {
  for (const x of [0.1, 1, 3, 8, 30]) {
    let term = Math.exp(-x);
    let sum = term;
    for (let k = 1; k < 5; k++) {
      term *= x / k;
      sum += term;
    }
    expect(gammaQ(5, x) / sum).toBeCloseTo(1, 12);
    expect(gammaP(5, x)).toBeCloseTo(1 - sum, 13);
  }
  expect([gammaP(2, 0), gammaQ(2, 0), gammaP(2, Infinity), gammaQ(2, Infinity)]).toEqual([0, 1, 1, 0]);
});

test.each([0.01, 0.1, 0.25, 0.5, 1, 1.5, 3, 20, 400, 1e5])('gamma quantiles of shape %d invert it', (a) => {
  for (const p of [1e-9, 1e-4, 0.01, 0.2, 0.5, 0.9, 0.999, 1 - 1e-12]) {
    const x = gammaQuantile(a, p);
    // The smallest quantiles of a tiny shape lie below what a double can tell from 0.
    if (x < 1e-290) continue;
    const error = p > 0.5 ? gammaQ(a, x) / (1 - p) - 1 : gammaP(a, x) / p - 1;
    expect(Math.abs(error)).toBeLessThan(1e-8);
  }
  expect([gammaQuantile(a, 0), gammaQuantile(a, 1)]).toEqual([0, Infinity]);
});
