import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { finishAlone, receivedAlone } from './line.ts';
import { SharedLink } from './shared-link.ts';
import { TraceBandwidth, TraceTable } from './trace.ts';

const period = fc.record({
  durationUs: fc.integer({ min: 1, max: 5_000_000 }),
  rate: fc.oneof(
    fc.constant(0), fc.integer({ min: 1, max: 50_000_000 }), fc.double({ min: 0.5, max: 1e8, noNaN: true }),
  ),
  latencyUs: fc.constant(0),
});
const trace = fc.array(period, { minLength: 1, maxLength: 20 })
  .filter((periods) => periods.some(({ rate, durationUs }) => rate * durationUs > 1e6));

describe('a line of its own', () => {
  test('worked by hand: 1 Mbps for a second, nothing for a second, and again', () => {
    const table = new TraceTable([
      { durationUs: 1_000_000, rate: 1e6, latencyUs: 0 }, { durationUs: 1_000_000, rate: 0, latencyUs: 0 },
    ]);
    // 1.2 Mbit from 0.5 s on: 0.5 Mbit by 1 s, the rest in the second turn, 0.7 s into it.
    expect(finishAlone(table, 0, 0, 500_000, 150_000)).toBe(2_700_000);
    // The line began a second into its trace, so it waits first.
    expect(finishAlone(table, 1_000_000, 1e6, 0, 62_500)).toBe(1_500_000);
    expect(finishAlone(table, 0, 0, 700_000, 0)).toBe(700_000);
    expect(receivedAlone(table, 0, 500_000, 150_000, 1_500_000)).toBe(62_500);
    expect(receivedAlone(table, 0, 500_000, 150_000, 400_000)).toBe(0);
  });

  test('N8 ends when a shared link reports a flow that is alone on it, to the microsecond', () => {
    const [starts, froms, sizes] = [fc.nat(20_000_000), fc.nat(1e9), fc.nat(3e6)];
    fc.assert(fc.property(trace, starts, froms, sizes, (periods, startUs, from, bytes) => {
      const table = new TraceTable(periods);
      const begun = startUs % table.lengthUs;
      const link = new SharedLink(new TraceBandwidth(table, begun), { transferred: () => {} });
      link.transferStarted(from, 7, bytes);
      const at = finishAlone(table, begun, table.bitsUntil(begun), from, bytes);
      expect(at).toBe(link.wakeAt());
      const half = from + Math.floor((at - from) / 2);
      const left = link.bitsLeft(half, 7);
      const received = receivedAlone(table, begun, from, bytes, half);
      expect(Math.abs(received - (bytes - left / 8))).toBeLessThan(1.01);
    }), { seed: 2, numRuns: 1000 });
  });
});
