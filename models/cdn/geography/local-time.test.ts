import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY_US, untilOpen, zoneOffset } from './local-time.ts';

const H = 3600e6;

test('T13 a place\'s time is ahead of UTC by an hour for each 15 degrees of longitude', () => {
  // Greenwich, London, Tokyo, New York, Sydney, Los Angeles: their standard times.
  const places = [0, -0.128, 139.69, -74.006, 151.207, -118.244];
  expect(places.map((longitude) => zoneOffset(longitude) / H)).toEqual([0, 0, 9, -5, 10, -8]);
});

test('T13 a window opens once a day, and is open until its end', () => {
  const night = { from: 2 * H, to: 14 * H };
  expect([0, 2, 8, 13.999, 14, 20, 26].map((hour) => untilOpen(hour * H, night) / H))
    .toEqual([2, 0, 0, 0, 12, 6, 0]);
  const late = { from: 22 * H, to: 6 * H };
  expect([21, 22, 23, 24, 29, 30].map((hour) => untilOpen(hour * H, late) / H)).toEqual([1, 0, 0, 0, 0, 16]);
});

test('T13 it is open for its length of every day, whatever the zone', () => {
  const minute = fc.integer({ min: 0, max: 1439 });
  fc.assert(fc.property(minute, minute, fc.integer({ min: -12, max: 14 }), (from, to, zone) => {
    const window = { from: from * 60e6, to: to * 60e6 };
    let open = 0;
    for (let at = 0; at < DAY_US; at += 60e6) {
      const wait = untilOpen(at + zone * H, window);
      if (wait === 0) open++;
      else if (from !== to) expect(untilOpen(at + wait + zone * H, window)).toBe(0);
    }
    expect(open).toBe((to - from + 1440) % 1440);
  }), { seed: 3, numRuns: 40 });
});
