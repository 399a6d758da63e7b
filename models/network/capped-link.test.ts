import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SteppedBandwidth } from './bandwidth.ts';
import { CappedLink } from './capped-link.ts';
import { SharedLink } from './shared-link.ts';
import { ConstantBandwidth, TraceBandwidth } from './trace.ts';

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

/** The ends of flows, recomputed from the rates at every change of flows or capacity. [us] */
function bruteForce(bandwidth: SteppedBandwidth, starts: readonly Start[]): Map<number, number> {
  const ends = new Map<number, number>();
  let flows: Array<{ readonly start: Start; left: number }> = [];
  const changes = [...new Set(starts.flatMap(({ at, cancelAt }) => [at, cancelAt]))]
    .filter((at) => at < Infinity).sort((a, b) => a - b);
  let now = 0;
  const runUntil = (until: number) => {
    for (;;) {
      const rates = filled(bandwidth.rateAt(now), flows.map(({ start }) => start.cap));
      const dues = flows.map(({ left }, i) => (left <= 0 ? now : now + (left / rates[i]!) * 1e6));
      const next = Math.min(until, flows.length === 0 ? Infinity : bandwidth.changeAfter(now), ...dues);
      flows.forEach((flow, i) => (flow.left -= (rates[i]! * (next - now)) / 1e6));
      flows = flows.filter((flow, i) => {
        if (dues[i]! > next + 1e-6) return true;
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
function played(bandwidth: SteppedBandwidth, starts: readonly Start[], cut = -1): Map<number, number> {
  const ends = new Map<number, number>();
  let now = 0;
  const ports = { transferred: (flow: number) => void ends.set(flow, now) };
  let link = new CappedLink(bandwidth, ports);
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
      link = new CappedLink(bandwidth, ports);
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
    const ports = { transferred: (flow: number) => void ends.push([flow, link.wakeAt()]) };
    const link = new CappedLink(new ConstantBandwidth(10e6), ports);
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
    const link = new CappedLink(new ConstantBandwidth(10e6), { transferred: () => {} });
    link.transferStarted(0, 1, 1e6, 4e6);
    for (const flow of [2, 3, 4]) link.transferStarted(500_000, flow, 1e6, Infinity);
    expect([1, 2].map((flow) => link.rateOf(flow))).toEqual([2.5e6, 2.5e6]);
    for (const flow of [2, 3]) link.transferCancelled(600_000, flow);
    expect([1, 4].map((flow) => link.rateOf(flow))).toEqual([4e6, 6e6]);
  });

  test('a capacity that changes binds and frees: a cap of 4 and none, at 10, 3, then 10 Mbps', () => {
    const steps = [[1_000_000, 10e6], [1_000_000, 3e6], [1_000_000, 10e6]] as const;
    const trace = steps.map(([durationUs, rate]) => ({ durationUs, rate, latencyUs: 0 }));
    const ends: number[] = [];
    const link = new CappedLink(new TraceBandwidth(trace), { transferred: (flow) => void ends.push(flow) });
    link.transferStarted(0, 1, 812_500, 4e6); // 4 + 1.5 Mbit in two seconds, then 1 at 4 Mbps: 2.25 s
    link.transferStarted(0, 2, 1_437_500, Infinity); // 6 + 1.5 + 1.5, then 2.5 at 10 Mbps: 2.5 s
    const rates: number[][] = [];
    for (let at = link.wakeAt(); link.flows > 0; at = link.wakeAt()) {
      rates.push([at, link.rateOf(1), link.rateOf(2)]);
      link.woken(at);
    }
    expect(rates).toEqual([
      [1_000_000, 4e6, 6e6], [2_000_000, 1.5e6, 1.5e6], [2_250_000, 4e6, 6e6], [2_500_000, 0, 10e6],
    ]);
    expect([ends, link.carriedBits]).toEqual([[1, 2], 18e6]);
  });

  const start = fc.record({
    at: fc.nat(3_000_000), bytes: fc.integer({ min: 0, max: 2_000_000 }),
    cap: fc.oneof(fc.constant(Infinity), fc.integer({ min: 10_000, max: 20_000_000 })),
    stays: fc.oneof(
      { weight: 3, arbitrary: fc.constant(Infinity) }, { weight: 1, arbitrary: fc.nat(2_000_000) },
    ),
  });
  const starts = fc.array(start, { minLength: 1, maxLength: 25 }).map((all): Start[] =>
    all.map(({ at, bytes, cap, stays }, flow) => ({ at, flow, bytes, cap, cancelAt: at + stays + 1 })));
  const rate = fc.integer({ min: 100_000, max: 50_000_000 });
  const period = fc.record({
    durationUs: fc.integer({ min: 1_000, max: 2_000_000 }), rate: fc.oneof(fc.constant(0), rate),
    latencyUs: fc.constant(0),
  });
  const trace = fc.array(period, { minLength: 1, maxLength: 8 }).filter((all) => all.some((p) => p.rate > 0));
  const bandwidth: fc.Arbitrary<SteppedBandwidth> = fc.oneof(
    rate.map((bps) => new ConstantBandwidth(bps)), trace.map((all) => new TraceBandwidth(all)),
  );

  test('N20 ends agree with rates recomputed by filling at every change', () => {
    fc.assert(fc.property(starts, bandwidth, (all, capacity) => {
      const [got, expected] = [played(capacity, all), bruteForce(capacity, all)];
      expect([...got.keys()].sort()).toEqual([...expected.keys()].sort());
      for (const [flow, at] of expected) expect(Math.abs(got.get(flow)! - at)).toBeLessThan(1.01);
    }), { seed: 4, numRuns: 600 });
  });

  test('N16 a link that is saved and restored anywhere goes on the same', () => {
    fc.assert(fc.property(starts, bandwidth, fc.nat(40), (all, capacity, cut) => {
      expect(played(capacity, all, cut)).toEqual(played(capacity, all));
    }), { seed: 5, numRuns: 200 });
  });

  test('N21 rates are max-min fair: nobody is above their cap, and what is not used nobody wants', () => {
    fc.assert(fc.property(starts, (all) => {
      const link = new CappedLink(new ConstantBandwidth(6e6), { transferred: () => {} });
      for (const { flow, cap } of all) link.transferStarted(0, flow, 1e9, cap);
      const rates = all.map(({ flow }) => link.rateOf(flow));
      filled(6e6, all.map(({ cap }) => cap)).forEach((rate, i) => {
        expect(Math.abs(rates[i]! - rate)).toBeLessThan(1e-6 * rate);
      });
    }), { seed: 6, numRuns: 200 });
  });

  test('N11 bits carried are those asked for, less what cancelled flows had left', () => {
    fc.assert(fc.property(starts, bandwidth, (all, capacity) => {
      let asked = 0;
      const link = new CappedLink(capacity, { transferred: () => {} });
      const changes = all.flatMap((one) => [
        { at: one.at, run: () => {
          asked += 8 * one.bytes;
          link.transferStarted(one.at, one.flow, one.bytes, one.cap);
        } },
        { at: one.cancelAt, run: () => {
          asked -= link.bitsLeft(one.cancelAt, one.flow);
          link.transferCancelled(one.cancelAt, one.flow);
        } },
      ]).filter(({ at }) => at < Infinity).sort((a, b) => a.at - b.at);
      const runUntil = (until: number) => {
        while (link.flows > 0 && link.wakeAt() <= until) link.woken(link.wakeAt());
      };
      for (const { at, run } of changes) {
        runUntil(at);
        run();
      }
      runUntil(1e15);
      // Ends may be off by SLACK_US of the capacity, that is 0.05 bits each.
      expect(Math.abs(link.carriedBits - asked)).toBeLessThan(0.1 * all.length);
    }), { seed: 7, numRuns: 200 });
  });

  test('N26 caps that never bind change nothing: wakes and ends are those of a shared link', () => {
    fc.assert(fc.property(starts, trace, (all, periods) => {
      const peak = Math.max(...periods.map((one) => one.rate));
      const [ended, expected]: [number[][], number[][]] = [[], []];
      let now = 0;
      const capacity = new TraceBandwidth(periods);
      const link = new CappedLink(capacity, { transferred: (flow) => void ended.push([now, flow]) });
      const shared = new SharedLink(capacity, { transferred: (flow) => void expected.push([now, flow]) });
      const changes = all.flatMap(({ at, flow, bytes, cap, cancelAt }) => [
        { at, run: () => {
          link.transferStarted(at, flow, bytes, cap < Infinity ? peak + cap : cap);
          shared.transferStarted(at, flow, bytes);
        } },
        { at: cancelAt, run: () => {
          expect(link.bitsLeft(cancelAt, flow)).toBe(shared.bitsLeft(cancelAt, flow));
          link.transferCancelled(cancelAt, flow);
          shared.transferCancelled(cancelAt, flow);
        } },
      ]).filter(({ at }) => at < Infinity).sort((a, b) => a.at - b.at);
      const runUntil = (until: number) => {
        while (shared.flows > 0 && shared.wakeAt() <= until) {
          now = shared.wakeAt();
          expect(link.wakeAt()).toBe(now);
          link.woken(now);
          shared.woken(now);
        }
      };
      for (const { at, run } of changes) {
        runUntil(at);
        now = at;
        run();
      }
      runUntil(1e15);
      expect(ended).toEqual(expected);
      expect([link.flows, link.carriedBits]).toEqual([0, shared.carriedBits]);
    }), { seed: 8, numRuns: 300 });
  });
});
