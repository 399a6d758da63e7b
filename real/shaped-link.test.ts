import { expect, test } from 'vitest';
import { NEVER } from '../models/core/units.ts';
import { ConstantBandwidth, TraceBandwidth, TraceTable } from '../models/network/trace.ts';
import { pieceBytes, ShapedLink } from './shaped-link.ts';

const MBIT = 1_000_000;

test('pieces pass one after the other at the rate of the link, however late it is asked', () => {
  const link = new ShapedLink<string>(new ConstantBandwidth(8 * MBIT)); // a byte a microsecond
  link.enqueue(1_000, 1, 'a', 500);
  link.enqueue(1_000, 1, 'b', 250);
  expect(link.wakeAt()).toBe(1_500);
  expect(link.passed(1_499)).toEqual([]);
  link.enqueue(1_600, 1, 'c', 100);
  expect(link.passed(9_000)).toEqual([
    { flow: 1, piece: 'a', at: 1_500 },
    { flow: 1, piece: 'b', at: 1_750 },
    { flow: 1, piece: 'c', at: 1_850 },
  ]);
  expect(link.wakeAt()).toBe(NEVER);
  link.enqueue(10_000, 1, 'd', 100); // the idle time is lost
  expect(link.passed(20_000)).toEqual([{ flow: 1, piece: 'd', at: 10_100 }]);
});

test('flows take turns, and an end of stream passes in its turn without taking time', () => {
  const link = new ShapedLink<string>(new ConstantBandwidth(8 * MBIT));
  for (const name of ['a1', 'a2', 'a3']) link.enqueue(0, 1, name, 100);
  link.enqueue(0, 1, 'a-end', 0);
  for (const name of ['b1', 'b2']) link.enqueue(10, 2, name, 100);
  expect(link.queued(1)).toBe(300);
  const passed = link.passed(1_000);
  expect(passed.map(({ piece }) => piece)).toEqual(['a1', 'a2', 'b1', 'a3', 'b2', 'a-end']);
  expect(passed.map(({ at }) => at)).toEqual([100, 200, 300, 400, 500, 500]);
  expect([link.queued(1), link.queued(2)]).toEqual([0, 0]);
});

test('a trace is followed through its changes and its silences', () => {
  const periods = [
    { durationUs: 1_000, rate: 8 * MBIT, latencyUs: 0 },
    { durationUs: 2_000, rate: 0, latencyUs: 0 },
    { durationUs: 1_000, rate: 4 * MBIT, latencyUs: 0 },
  ];
  const link = new ShapedLink<string>(new TraceBandwidth(new TraceTable(periods)));
  link.enqueue(500, 1, 'a', 600); // 500 bytes before the silence, 100 at half the rate after it
  link.enqueue(500, 1, 'b', 100);
  expect(link.passed(10_000).map(({ at }) => at)).toEqual([3_200, 3_400]);
});

test('a dropped flow frees the link at once, also from the piece under way', () => {
  const link = new ShapedLink<string>(new ConstantBandwidth(8 * MBIT));
  link.enqueue(0, 1, 'a', 10_000);
  link.enqueue(0, 1, 'a2', 10_000);
  link.enqueue(0, 2, 'b', 100);
  link.drop(1_000, 1);
  expect(link.passed(2_000)).toEqual([{ flow: 2, piece: 'b', at: 1_100 }]);
  expect(link.queued(1)).toBe(0);
  link.drop(2_000, 7);
});

test('a link that carries nothing any more never wakes', () => {
  const link = new ShapedLink<string>(new ConstantBandwidth(0));
  link.enqueue(0, 1, 'a', 1);
  expect(link.wakeAt()).toBe(NEVER);
  expect(link.passed(1e12)).toEqual([]);
});

test('pieces are 4 ms of the rate, from a packet to 16 kB', () => {
  expect([0, 1, 8, 1_000].map((mbit) => pieceBytes(mbit * MBIT))).toEqual([1_400, 1_400, 4_000, 16_384]);
});
