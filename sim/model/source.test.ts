import { describe, expect, test } from 'vitest';
import { Constant } from '../../models/core/distributions/constant.ts';
import { Uniform } from '../../models/core/distributions/uniform.ts';
import {
  Model, nonHomogeneousArrivals, poissonArrivals, renewalArrivals, Source, traceArrivals,
  type ArrivalProcess, type SourceOptions,
} from './index.ts';

describe('sources', () => {
  test('a trace comes at its times, in units of the model', () => {
    expect(arrivals(traceArrivals([0, 1.5, 1.5, 4]), 10)).toEqual([0, 1.5, 1.5, 4]);
  });

  test('renewal arrivals: the first interval begins at once', () => {
    expect(arrivals(renewalArrivals(new Constant({ value: 2 })), 7)).toEqual([2, 4, 6]);
  });

  test('batches and a limit', () => {
    const options = { batch: new Constant({ value: 3 }), limit: 2 };
    expect(arrivals(renewalArrivals(new Constant({ value: 2 })), 99, options)).toEqual([2, 2, 2, 4, 4, 4]);
  });

  test('Poisson arrivals: mean and variance of counts are the rate', () => {
    const counts = countsPerUnit(poissonArrivals(4), 20_000);
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length;
    // Standard errors: sqrt(4 / n), sqrt((4 + 2 * 16) / n).
    expect(Math.abs(mean - 4)).toBeLessThan(5 * Math.sqrt(4 / counts.length));
    expect(Math.abs(variance - 4)).toBeLessThan(5 * Math.sqrt(36 / counts.length));
  });

  test('a rate that changes: counts follow its integral, quarter by quarter of a day', () => {
    const rate = (time: number): number => 10 + 10 * Math.sin(2 * Math.PI * time);
    const seen = [0, 0, 0, 0];
    const days = 4000;
    for (const time of arrivals(nonHomogeneousArrivals(rate, 20), days)) seen[Math.floor((time % 1) * 4)]!++;
    // The integral over a quarter: 10 / 4 +- 10 / (2 pi).
    const expected = [1, 1, -1, -1].map((sign) => days * (2.5 + sign * (5 / Math.PI)));
    seen.forEach((count, quarter) => {
      expect(Math.abs(count - expected[quarter]!)).toBeLessThan(5 * Math.sqrt(expected[quarter]!));
    });
  });

  test('what cannot be is refused', () => {
    expect(() => poissonArrivals(0)).toThrow(/positive rate/);
    expect(() => traceArrivals([2, 1])).toThrow(/ascend/);
    expect(() => arrivals(nonHomogeneousArrivals(() => 3, 2), 1)).toThrow(/greatest rate/);
    const backwards = renewalArrivals(new Uniform({ low: -2, high: -1 }));
    expect(() => arrivals(backwards, 1)).toThrow(/in order of time/);
  });
});

/** Times of the customers who come until `end`, in the model's own unit, a minute. */
function arrivals(process: ArrivalProcess, end: number, options?: SourceOptions): number[] {
  const model = new Model({ seed: 3, unitUs: 60e6 });
  const times: number[] = [];
  new Source(model, 'source', process, (customer) => {
    expect(customer).toBe(times.length);
    times.push(model.time);
  }, options);
  model.run(end);
  return times;
}

function countsPerUnit(process: ArrivalProcess, units: number): number[] {
  const counts = new Array<number>(units).fill(0);
  for (const time of arrivals(process, units)) if (time < units) counts[Math.floor(time)]!++;
  return counts;
}
