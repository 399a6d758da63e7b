import { expect, test } from 'vitest';
import { lossyRate } from './tcp-loss.ts';

const MS = 1000;

test('without loss it is no limit, and more loss or a longer way is never faster', () => {
  expect(lossyRate(50 * MS, 0)).toBe(Infinity);
  const losses = [1e-5, 1e-4, 1e-3, 0.01, 0.05, 0.2, 0.5, 1].map((loss) => lossyRate(50 * MS, loss));
  expect(losses).toEqual([...losses].sort((a, b) => b - a));
  expect(lossyRate(100 * MS, 0.01)).toBeLessThan(lossyRate(50 * MS, 0.01));
});

test('small losses give the rate of Mathis, Semke, Mahdavi and Ott: MSS/RTT * sqrt(3/2b) / sqrt(p)', () => {
  const loss = 1e-7;
  const mathis = (8 * 1460) / 0.1 * Math.sqrt(3 / 4) / Math.sqrt(loss);
  expect(lossyRate(100 * MS, loss) / mathis).toBeGreaterThan(0.999);
  expect(lossyRate(100 * MS, loss)).toBeLessThan(mathis);
});

test('two percent over 100 ms, worked by hand', () => {
  // 0.1 * sqrt(0.08 / 3) = 0.016330 s; 0.3 s * min(1, 3 * sqrt(0.015)) * 0.02 * 1.0128 = 0.0022328 s
  expect(lossyRate(100 * MS, 0.02)).toBeCloseTo(11_680 / (0.0163299 + 0.0022328), -2);
});
