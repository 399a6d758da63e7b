import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { finishAlone } from './line.ts';
import { finishRamped, receivedRamped, windowAfter, type Line } from './slow-start.ts';
import { TraceTable } from './trace.ts';

const lineOf = (mbps: number): Line => {
  const table = new TraceTable([{ durationUs: 1e6, rate: mbps * 1e6, latencyUs: 0 }]);
  return { table, startUs: 0, startBits: 0 };
};

describe('slow start', () => {
  test('worked by hand: 80 Mbps, 100 ms, ten kilobytes at first: 1 ms, 2 ms, 4 ms of the line', () => {
    // 60,000 bytes: 10,000, 20,000 and 30,000 of the 40,000 that the third round allows: 3 ms of it.
    expect(finishRamped(lineOf(80), 0, 60_000, 10_000, 100_000)).toBe(203_000);
    expect(windowAfter(lineOf(80), 0, 60_000, 10_000, 100_000)).toBe(40_000);
    const received = [500, 50_000, 101_000, 150_000, 201_500, 300_000]
      .map((at) => receivedRamped(lineOf(80), 0, 60_000, 10_000, 100_000, at));
    expect(received).toEqual([5_000, 10_000, 20_000, 30_000, 45_000, 60_000]);
  });

  test('a transfer within the window, or over a line that it fills, takes what the line takes', () => {
    expect(finishRamped(lineOf(80), 7, 10_000, 10_000, 100_000)).toBe(1_007);
    expect(finishRamped(lineOf(0.8), 0, 100_000, 10_000, 50_000)).toBe(1_000_000);
  });

  test('it is never quicker than the line nor slower by more than its rounds, and bytes only grow', () => {
    const numbers = fc.tuple(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 5e6 }),
      fc.integer({ min: 1000, max: 1e5 }), fc.integer({ min: 1, max: 300_000 }), fc.nat(5e6));
    fc.assert(fc.property(numbers, ([mbps, bytes, window, rtt, from]) => {
      const line = lineOf(mbps);
      const end = finishRamped(line, from, bytes, window, rtt);
      const alone = finishAlone(line.table, 0, 0, from, bytes);
      const rounds = Math.max(0, Math.ceil(Math.log2(bytes / window + 1)));
      expect(end).toBeGreaterThanOrEqual(alone);
      expect(end - alone).toBeLessThanOrEqual(rounds * rtt);
      expect(receivedRamped(line, from, bytes, window, rtt, end)).toBe(bytes);
      let before = 0;
      for (let i = 0; i <= 20; i++) {
        const at = from + Math.floor(((end - from) * i) / 20);
        const now = receivedRamped(line, from, bytes, window, rtt, at);
        expect(now).toBeGreaterThanOrEqual(before);
        before = now;
      }
    }), { seed: 8, numRuns: 500 });
  });
});
