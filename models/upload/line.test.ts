import { expect, test } from 'vitest';
import { US_PER_S } from '../core/units.ts';
import { TraceTable } from '../network/trace.ts';
import { Lines } from './line.ts';

const S = US_PER_S;
const MB = 1e6;
/** 8 Mbps for 10 s, nothing for 5 s, 4 Mbps for 5 s: 100 Mbit in 20 s, then again. */
const TRACE = new TraceTable([
  { durationUs: 10 * S, rate: 8e6, latencyUs: 100_000 },
  { durationUs: 5 * S, rate: 0, latencyUs: 200_000 },
  { durationUs: 5 * S, rate: 4e6, latencyUs: 400_000 },
]);
const ON_TRACE = { rate: 1, trace: 0, startUs: 0 };

test('parts in sequence each wait for the answer to the one before, as the trace has it', () => {
  const lines = new Lines([TRACE], { direction: 1, together: 1 });
  // 4 MB are 32 Mbit: 4 s, answered at 4.1 s; then until 8.1 s, answered at 8.2 s. The third gets 1.8 s of
  // 8 Mbps (14.4 Mbit), a gap of 5 s and 17.6 Mbit at 4 Mbps: 4.4 s, to 19.4 s; its answer takes 0.4 s.
  expect(lines.arrival(0, ON_TRACE, 1, 4 * MB)).toBe(4_100_000);
  expect(lines.arrival(0, ON_TRACE, 2, 4 * MB)).toBe(8_200_000);
  expect(lines.arrival(0, ON_TRACE, 3, 4 * MB)).toBe(19_800_000);
});

test('parts that share the line save round trips and nothing else', () => {
  const lines = new Lines([TRACE], { direction: 1, together: 2 });
  // Two parts are there at 8 s, answered at 8.1 s; the third gets 15.2 Mbit by 10 s and 16.8 from 15 s on.
  expect(lines.arrival(0, ON_TRACE, 2, 4 * MB)).toBe(8_100_000);
  expect(lines.arrival(0, ON_TRACE, 3, 4 * MB)).toBe(19_600_000);
});

test('the way up has its share of the rate; the trace comes round again, from where it is said to', () => {
  const half = new Lines([TRACE], { direction: 0.5, together: 9 });
  // 10 MB at half the rate are 160 Mbit of the trace: 100 in the first turn, 60 in 7.5 s of the second.
  expect(half.arrival(0, ON_TRACE, 1, 10 * MB)).toBe(27_600_000);
  // From 12 s on: 3 s of nothing, 20 Mbit in 5 s, then 60 Mbit of 8 Mbps; 5 MB at half the rate are 80 Mbit.
  expect(half.arrival(0, { ...ON_TRACE, startUs: 12 * S }, 1, 5 * MB)).toBe(15_600_000);
  // The trace goes by the clock of the run: an upload that starts at 12 s meets the same.
  expect(half.arrival(12 * S, ON_TRACE, 1, 5 * MB)).toBe(27_600_000);
});

test('a line of one rate needs no trace', () => {
  expect(new Lines([]).arrival(S, { rate: 8e6, trace: -1, startUs: 0 }, 3, MB)).toBe(4 * S);
});
