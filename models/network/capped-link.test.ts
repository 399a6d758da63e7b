import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CappedLink } from './capped-link.ts';

interface Start {
  readonly at: number;
  readonly flow: number;
  readonly bytes: number;
  readonly cap: number;
  /** When it is cancelled, if it is still there then. */
  readonly cancelAt: number;
}

/** Rates by filling: everybody's rises together, and stops at their cap, until the capacity is used up. */
function filled(rate: number, caps: readonly number[]): number[] {
  const rates = caps.map(() => 0);
  let open = caps.map((_cap, i) => i);
  let left = rate;
  while (open.length > 0) {
    const share = left / open.length;
    const bound = open.filter((i) => caps[i]! <= share);
    if (bound.length === 0) {
      for (const i of open) rates[i] = share;
      break;
    }
    for (const i of bound) {
      rates[i] = caps[i]!;
      left -= caps[i]!;
    }
    open = open.filter((i) => !bound.includes(i));
  }
  return rates;
}

/** The ends of flows, recomputed from the rates at every change. [us] */
function bruteForce(rate: number, starts: readonly Start[]): Map<number, number> {
  const ends = new Map<number, number>();
  let flows: Array<{ readonly start: Start; left: number }> = [];
  const changes = [...new Set(starts.flatMap(({ at, cancelAt }) => [at, cancelAt]))].sort((a, b) => a - b);
  let now = 0;
  const runUntil = (until: number) => {
    for (;;) {
      const rates = filled(rate, flows.map(({ start }) => start.cap));
      const dues = flows.map(({ left }, i) => now + (left / rates[i]!) * 1e6);
      const next = Math.min(until, ...dues);
      flows.forEach((flow, i) => (flow.left -= (rates[i]! * (next - now)) / 1e6));
      flows = flows.filter((flow, i) => {
        if (dues[i]! > next) return true;
        ends.set(flow.start.flow, next);
        return false;
      });
      now = next;
      if (next === until) return;
    }
  };
  for (const change of changes) {
    runUntil(change);
    flows = flows.filter(({ start }) => start.cancelAt !== change);
    for (const start of starts) if (start.at === change) flows.push({ start, left: start.bytes * 8 });
  }
  runUntil(Infinity);
  return ends;
}

/** The ends that the link reports, at the microseconds at which it asked to be woken. */
function played(rate: number, starts: readonly Start[], cut = -1): Map<number, number> {
  const ends = new Map<number, number>();
  let now = 0;
  const ports = { transferred: (flow: number) => void ends.set(flow, now) };
  let link = new CappedLink(rate, ports);
  const changes = starts.flatMap((start) => [
    { at: start.at, run: () => link.transferStarted(start.at, start.flow, start.bytes, start.cap) },
    { at: start.cancelAt, run: () => link.transferCancelled(start.cancelAt, start.flow) },
  ]).filter(({ at }) => at < Infinity).sort((a, b) => a.at - b.at);
  const runUntil = (until: number) => {
    while (link.wakeAt() <= until && link.flows > 0) {
      now = link.wakeAt();
      link.woken(now);
    }
  };
  changes.forEach(({ at, run }, i) => {
    if (i === cut) {
      const state = structuredClone(link.save());
      link = new CappedLink(rate, ports);
      link.restore(state);
    }
    runUntil(at);
    now = at;
    run();
  });
  runUntil(1e15);
  expect(link.flows).toBe(0);
  return ends;
}

describe('a link with caps', () => {
  test('worked by hand: 10 Mbps, a flow capped at 2 and two that are not', () => {
    const link = new CappedLink(10e6, { transferred: (flow) => void ends.push([flow, link.wakeAt()]) });
    const ends: number[][] = [];
    link.transferStarted(0, 1, 250_000, 2e6); // alone: 2 Mbps, 1 s
    expect(link.rateOf(1)).toBe(2e6);
    link.transferStarted(0, 2, 1_000_000, Infinity);
    expect([link.rateOf(1), link.rateOf(2)]).toEqual([2e6, 8e6]);
    link.transferStarted(0, 3, 1_000_000, Infinity);
    expect([1, 2, 3].map((flow) => link.rateOf(flow))).toEqual([2e6, 4e6, 4e6]);
    expect(link.wakeAt()).toBe(1_000_000);
    link.woken(1_000_000); // 4 Mbit of each are left, at 5 Mbps
    expect([2, 3].map((flow) => link.rateOf(flow))).toEqual([5e6, 5e6]);
    expect(link.wakeAt()).toBe(1_800_000);
    link.woken(1_800_000);
    expect([link.flows, ends.map(([flow]) => flow)]).toEqual([0, [1, 2, 3]]);
  });

  test('a level that falls below a cap frees the flow: 10 Mbps, a cap of 4, then three more', () => {
    const link = new CappedLink(10e6, { transferred: () => {} });
    link.transferStarted(0, 1, 1e6, 4e6);
    for (const flow of [2, 3, 4]) link.transferStarted(500_000, flow, 1e6, Infinity);
    expect([1, 2].map((flow) => link.rateOf(flow))).toEqual([2.5e6, 2.5e6]);
    for (const flow of [2, 3]) link.transferCancelled(600_000, flow);
    expect([1, 4].map((flow) => link.rateOf(flow))).toEqual([4e6, 6e6]);
  });

  const start = fc.record({
    at: fc.nat(3_000_000), bytes: fc.integer({ min: 1, max: 2_000_000 }),
    cap: fc.oneof(fc.constant(Infinity), fc.integer({ min: 10_000, max: 20_000_000 })),
    stays: fc.oneof(
      { weight: 3, arbitrary: fc.constant(Infinity) }, { weight: 1, arbitrary: fc.nat(2_000_000) },
    ),
  });
  const starts = fc.array(start, { minLength: 1, maxLength: 25 }).map((all): Start[] =>
    all.map(({ at, bytes, cap, stays }, flow) => ({ at, flow, bytes, cap, cancelAt: at + stays + 1 })));

  test('N20 ends agree with rates recomputed by filling at every change', () => {
    fc.assert(fc.property(starts, fc.integer({ min: 100_000, max: 50_000_000 }), (all, rate) => {
      const [got, expected] = [played(rate, all), bruteForce(rate, all)];
      expect([...got.keys()].sort()).toEqual([...expected.keys()].sort());
      for (const [flow, at] of expected) expect(Math.abs(got.get(flow)! - at)).toBeLessThan(1.01);
    }), { seed: 4, numRuns: 400 });
  });

  test('N16 a link that is saved and restored anywhere goes on the same', () => {
    fc.assert(fc.property(starts, fc.nat(40), (all, cut) => {
      expect(played(8e6, all, cut)).toEqual(played(8e6, all));
    }), { seed: 5, numRuns: 150 });
  });

  test('N21 rates are max-min fair: nobody is above their cap, and what is not used nobody wants', () => {
    fc.assert(fc.property(starts, (all) => {
      const link = new CappedLink(6e6, { transferred: () => {} });
      for (const { flow, cap } of all) link.transferStarted(0, flow, 1e9, cap);
      const rates = all.map(({ flow }) => link.rateOf(flow));
      filled(6e6, all.map(({ cap }) => cap)).forEach((rate, i) => {
        expect(Math.abs(rates[i]! - rate)).toBeLessThan(1e-6 * rate);
      });
    }), { seed: 6, numRuns: 200 });
  });
});
