import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RandomStreams } from '../core/rng.ts';
import { NEVER } from '../core/units.ts';
import { SharedEngines } from './shared-engines.ts';

describe('sessions on engines', () => {
  test('run at full speed while there is an engine for each', () => {
    const engines = new SharedEngines();
    const station = engines.open(0, 2);
    expect(engines.finishAt(station)).toBe(NEVER);
    const first = engines.start(0, station, 1, 100);
    engines.start(30, station, 1, 100);
    expect(engines.finishAt(station)).toBe(100);
    expect(engines.finish(100, station)).toBe(first);
    expect(engines.finishAt(station)).toBe(130);
    expect(engines.busyUs(130, station)).toBe(200);
  });

  test('share them equally when there are more: by hand', () => {
    // Two engines, three sessions of 100 from 0: each runs at 2/3 until the first two end at 150, as the
    // third.
    const engines = new SharedEngines();
    const station = engines.open(0, 2);
    engines.start(0, station, 3, 100);
    expect(engines.finishAt(station)).toBe(150);
    // A fourth at 75 (50 done each): then 1/2 each, 50 left takes 100; the fourth has 50 at 175, alone it
    // takes 50.
    engines.start(75, station, 1, 100);
    expect(engines.finishAt(station)).toBe(175);
    engines.finish(175, station);
    expect(engines.finishAt(station)).toBe(225);
    expect(engines.busyUs(225, station)).toBeCloseTo(400, 9);
  });

  test('spread over engines take what the others leave: by hand', () => {
    // Three engines, one session on one of them, one spread: it gets two engines.
    const engines = new SharedEngines();
    const station = engines.open(0, 3);
    const single = engines.start(0, station, 1, 300);
    const split = engines.start(0, station, 1, 400, true);
    expect(engines.finishAt(station)).toBe(200);
    expect(engines.finish(200, station)).toBe(split);
    expect(engines.finish(engines.finishAt(station), station)).toBe(single);
    expect(engines.busyUs(300, station)).toBe(700);
  });

  test('of cores that slow each other down take longer the more of them run: by hand', () => {
    // Two cores that do 80 % each when both are busy. A session of 100 alone until 50, with another until
    // it is done: 50 left at 0.8 take 62.5; the other has 50 of its 100 then and takes 50 more, alone.
    const engines = new SharedEngines();
    const station = engines.open(0, 2, 0.8);
    engines.start(0, station, 1, 100);
    engines.start(50, station, 1, 100);
    expect(engines.finishAt(station)).toBe(113);
    engines.finish(113, station);
    // The first had a core for all of the 113.
    expect(engines.endedHeldUs).toBeCloseTo(113, 9);
    expect(engines.finishAt(station)).toBe(163);
    // Core time is what they had of the cores, not what it was worth.
    expect(engines.busyUs(163, station)).toBeCloseTo(113 + 113, 9);
    // Four sessions on them have 0.8 of half a core each.
    engines.finish(163, station);
    engines.start(163, station, 4, 100);
    expect(engines.finishAt(station)).toBe(163 + 250);
  });

  test('that are taken away say how far they were, and leave their share to the rest', () => {
    const engines = new SharedEngines();
    const station = engines.open(0, 1);
    const lost = engines.start(0, station, 1, 100);
    engines.start(0, station, 1, 100);
    expect(engines.abort(100, lost)).toBeCloseTo(0.5, 12);
    expect(engines.finishAt(station)).toBe(150);
  });
});

describe('a station', () => {
  test('encodes exactly what its engines can, however many sessions are on it', () => {
    for (const sessions of [3, 4, 7, 40]) {
      const engines = new SharedEngines();
      const station = engines.open(0, 3);
      let now = 0;
      let done = 0;
      for (let i = 0; i < sessions; i++) engines.start(0, station, 1, 1e6 + i);
      while (now < 100e6) {
        now = engines.finishAt(station);
        engines.finish(now, station);
        done += 1;
        engines.start(now, station, 1, 1e6 + (done % 7));
      }
      expect(engines.busyUs(now, station)).toBeCloseTo(3 * now, 3);
    }
  });

  test('gives out the engine time that its sessions ask for, no more and no less (property)', () => {
    const jobs = fc.array(fc.record({
      gap: fc.integer({ min: 0, max: 2000 }), sessions: fc.integer({ min: 1, max: 4 }),
      work: fc.integer({ min: 1, max: 3000 }), isSplit: fc.boolean(),
    }), { minLength: 1, maxLength: 40 });
    fc.assert(fc.property(jobs, fc.integer({ min: 1, max: 4 }), (list, count) => {
      const engines = new SharedEngines();
      const station = engines.open(0, count);
      let now = 0;
      let asked = 0;
      let open = 0;
      const drain = (until: number) => {
        for (let at = engines.finishAt(station); at <= until; at = engines.finishAt(station)) {
          engines.finish(at, station);
          now = at;
          open -= 1;
        }
      };
      for (const { gap, sessions, work, isSplit } of list) {
        const arrival = now + gap;
        drain(arrival);
        now = arrival;
        engines.start(now, station, sessions, work, isSplit);
        open += 1;
        asked += sessions * work;
      }
      drain(1e12);
      expect(open).toBe(0);
      // Ends are whole microseconds, so up to one engine microsecond an end is given out for nothing.
      const given = engines.busyUs(now, station);
      expect(given).toBeGreaterThanOrEqual(asked - 1e-3);
      expect(given).toBeLessThanOrEqual(asked + 2 * count * list.length * 4 + 1e-3);
      expect(given).toBeLessThanOrEqual(count * now + 1e-3);
    }), { numRuns: 200 });
  });

  test('an end does not move into the past when others start in its microsecond', () => {
    const engines = new SharedEngines();
    const station = engines.open(0, 1);
    const first = engines.start(0, station, 1, 10.3);
    expect(engines.finishAt(station)).toBe(11);
    for (let i = 0; i < 3; i++) engines.start(11, station, 1, 100);
    expect(engines.finishAt(station)).toBe(11);
    expect(engines.finish(11, station)).toBe(first);
  });

  test('goes on after save and restore as if nothing had been', () => {
    const run = (restoreAt: number) => {
      const random = new RandomStreams(1, 0).stream('x');
      let engines = new SharedEngines();
      const station = engines.open(0, 2);
      const ends: number[] = [];
      let now = 0;
      for (let i = 0; i < 200; i++) {
        if (i === restoreAt) {
          const saved = structuredClone(engines.save());
          engines = new SharedEngines();
          engines.restore(saved);
        }
        const arrival = now + Math.round(random.exponential(900));
        for (let at = engines.finishAt(station); at <= arrival; at = engines.finishAt(station)) {
          ends.push(at, engines.finish(at, station));
        }
        now = arrival;
        engines.start(now, station, 1, 1 + Math.round(random.exponential(1500)), i % 3 === 0);
      }
      return ends;
    };
    expect(run(100)).toEqual(run(-1));
  });
});
