import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvariantError } from '../core/assert.ts';
import { NEVER, US_PER_S } from '../core/units.ts';
import type { Bandwidth } from './bandwidth.ts';
import { SharedLink } from './shared-link.ts';
import { exactFinishes, type LinkOperation } from './shared-link.oracle.ts';
import { ConstantBandwidth, TraceBandwidth } from './trace.ts';

const EIGHT_MBPS = new ConstantBandwidth(8e6); // one byte a microsecond

describe('hand-worked links', () => {
  test('N7 two flows get half the link each, the one left gets it whole', () => {
    const run = new Run(EIGHT_MBPS);
    run.start(0, 1, 3_000);
    run.start(1_000, 2, 1_000); // flow 1 has 2000 bytes left, flow 2 is done after 2000 µs at half the link
    run.until(1e6);
    expect(run.finished).toEqual([[3_000, 2], [4_000, 1]]);
  });

  test('N9 equal flows that start together finish together', () => {
    const run = new Run(EIGHT_MBPS);
    for (let flow = 0; flow < 20; flow++) run.start(500, flow, 700);
    run.until(1e6);
    expect(run.finished).toEqual(Array.from({ length: 20 }, (_, flow) => [14_500, flow]));
  });

  test('N10 ties finish in order of start, also when the flows did not start together', () => {
    const run = new Run(EIGHT_MBPS);
    run.start(0, 9, 1_000);
    run.start(100, 3, 900);
    run.start(100, 7, 900);
    run.start(100, 1, 900);
    run.until(1e6);
    expect(run.finished.map(([, flow]) => flow)).toEqual([9, 3, 7, 1]);
    expect(new Set(run.finished.map(([at]) => at))).toEqual(new Set([3_700]));
  });

  test('N12 what an idle link could have carried is lost', () => {
    const run = new Run(EIGHT_MBPS);
    run.start(0, 1, 100);
    run.start(5_000, 1, 100);
    run.until(1e6);
    expect(run.finished).toEqual([[100, 1], [5_100, 1]]);
    expect(run.link.carriedBits).toBe(1_600);
  });

  test('N13 a cancelled flow is not reported and leaves its share to the others', () => {
    const run = new Run(EIGHT_MBPS);
    run.start(0, 1, 1_000);
    run.start(0, 2, 1_000);
    run.cancel(1_000, 1); // 500 bytes each by now
    run.cancel(1_000, 77); // never there
    run.until(1e6);
    expect(run.finished).toEqual([[1_500, 2]]);
    expect(run.link.carriedBits).toBe(12_000);
  });

  test('N13 a flow cancelled at the very instant of its last bit is not reported, its neighbour is', () => {
    const finished: number[] = [];
    const link = new SharedLink(EIGHT_MBPS, { transferred: (flow) => finished.push(flow) });
    link.transferStarted(0, 1, 500);
    link.transferStarted(0, 2, 500);
    link.transferCancelled(1_000, 1);
    expect(finished).toEqual([2]);
    expect(link.wakeAt()).toBe(NEVER);
    expect(link.flows).toBe(0);
  });

  test('N14 an early wake changes nothing, a late one reports late but shares as if it were in time', () => {
    const finished: number[] = [];
    const link = new SharedLink(EIGHT_MBPS, { transferred: (flow) => finished.push(flow) });
    expect(link.wakeAt()).toBe(NEVER);
    link.transferStarted(0, 1, 1_000);
    link.transferStarted(0, 2, 2_000);
    const before = link.save();
    link.woken(1_999);
    expect(link.save()).toEqual(before);
    expect([link.wakeAt(), finished]).toEqual([2_000, []]);
    link.woken(2_600);
    expect([link.wakeAt(), finished]).toEqual([3_000, [1]]);
    link.woken(3_000);
    expect([link.wakeAt(), finished]).toEqual([NEVER, [1, 2]]);
  });

  test('N15 a flow without bytes finishes at once, even in a pause of the link', () => {
    const pause = { durationUs: 1_000, rate: 0, latencyUs: 0 };
    const run = new Run(new TraceBandwidth([pause, { durationUs: 1_000, rate: 8e6, latencyUs: 0 }]));
    run.start(10, 1, 0);
    run.start(10, 2, 5);
    run.until(1e6);
    expect(run.finished).toEqual([[10, 1], [1_005, 2]]);
  });

  test('N17 bugs of the host are refused', () => {
    const link = new SharedLink(EIGHT_MBPS, { transferred: () => undefined });
    link.transferStarted(100, 1, 1_000);
    expect(() => link.transferStarted(100, 1, 1)).toThrow(InvariantError);
    expect(() => link.transferStarted(99, 2, 1)).toThrow(InvariantError);
    expect(() => link.transferStarted(100, 2, -1)).toThrow(InvariantError);
    expect(() => link.transferStarted(100, 2, Infinity)).toThrow(InvariantError);
    expect(() => link.bitsLeft(99, 1)).toThrow(InvariantError);
  });

  test('N18 progress can be asked for between inputs and changes nothing', () => {
    const link = new SharedLink(EIGHT_MBPS, { transferred: () => undefined });
    link.transferStarted(0, 1, 1_000);
    link.transferStarted(0, 2, 2_000);
    const before = link.save();
    expect([link.bitsLeft(500, 1), link.bitsLeft(500, 2)]).toEqual([6_000, 14_000]);
    expect(link.bitsLeft(2_000, 1)).toBe(0);
    expect(link.bitsLeft(500, 3)).toBe(0);
    expect(link.save()).toEqual(before);
  });
});

describe('properties', () => {
  test('N8 a flow alone finishes when the bandwidth says so, to the microsecond', () => {
    fc.assert(fc.property(anyBandwidth(), fc.nat(1e8), fc.nat(1e8), (bandwidth, at, more) => {
      const bytes = 1 + more;
      const run = new Run(bandwidth);
      run.start(at, 5, bytes);
      expect(run.link.wakeAt()).toBe(bandwidth.timeOfBits(bandwidth.bitsUntil(at) + bytes * 8));
      run.until(run.link.wakeAt());
      expect(run.finished.length).toBe(1);
    }), { numRuns: 1000 });
  });

  test('N7 N10 finishes agree with an exact event-by-event recomputation in rational numbers', () => {
    fc.assert(fc.property(anyBandwidth(), anyOperations(), (bandwidth, operations) => {
      const run = new Run(bandwidth);
      run.apply(operations);
      const exact = exactFinishes(bandwidth, operations);
      expect(run.finished.map(([, flow]) => flow)).toEqual(exact.map(([, flow]) => flow));
      run.finished.forEach(([at], i) => {
        expect(at - exact[i]![0]).toBeGreaterThanOrEqual(0);
        expect(at - exact[i]![0]).toBeLessThanOrEqual(1);
      });
    }), { numRuns: 1000 });
  });

  test('N11 bits carried are bits asked for, less what cancelled flows had left', () => {
    fc.assert(fc.property(anyBandwidth(), anyOperations(), (bandwidth, operations) => {
      const run = new Run(bandwidth);
      run.apply(operations);
      const asked = operations.reduce((sum, operation) => sum + operation.bytes * 8, 0);
      const carried = run.link.carriedBits;
      expect(Math.abs(carried - (asked - run.leftAtCancel))).toBeLessThan(operations.length * 0.01);
      expect(carried).toBeLessThanOrEqual(bandwidth.bitsUntil(run.now) + operations.length * 0.01);
    }), { numRuns: 1000 });
  });

  test('N16 a run that is saved and restored anywhere goes on the same, bit for bit', () => {
    fc.assert(fc.property(anyBandwidth(), anyOperations(), fc.nat(100), (bandwidth, operations, percent) => {
      const cut = Math.floor((operations.length * percent) / 100);
      const whole = new Run(bandwidth);
      whole.apply(operations);
      const first = new Run(bandwidth);
      first.apply(operations.slice(0, cut), operations[cut]?.at ?? Infinity);
      const second = new Run(bandwidth, first);
      second.apply(operations.slice(cut));
      expect([...first.finished, ...second.finished]).toEqual(whole.finished);
      expect(second.link.save()).toEqual(whole.link.save());
    }), { numRuns: 500 });
  });

  test('N7 inputs as data do what the methods do', () => {
    fc.assert(fc.property(anyOperations(), (operations) => {
      const called = new Run(EIGHT_MBPS);
      called.apply(operations);
      const handled = new Run(EIGHT_MBPS);
      handled.asData = true;
      handled.apply(operations);
      expect(handled.finished).toEqual(called.finished);
    }));
  });
});

/** A host in small: wakes the link when it asks to be woken and writes down what it reports. */
class Run {
  readonly finished: Array<[number, number]> = [];
  readonly link: SharedLink;
  now = 0;
  leftAtCancel = 0;
  asData = false;

  constructor(bandwidth: Bandwidth, earlier?: Run) {
    this.link = new SharedLink(bandwidth, { transferred: (flow) => this.finished.push([this.now, flow]) });
    if (earlier !== undefined) this.link.restore(structuredClone(earlier.link.save()));
  }

  start(at: number, flow: number, bytes: number): void {
    this.until(at);
    this.now = at;
    if (this.asData) this.link.handle(at, { kind: 'transferStarted', flow, bytes });
    else this.link.transferStarted(at, flow, bytes);
  }

  cancel(at: number, flow: number): void {
    this.until(at);
    this.now = at;
    this.leftAtCancel += this.link.bitsLeft(at, flow);
    if (this.asData) this.link.handle(at, { kind: 'transferCancelled', flow });
    else this.link.transferCancelled(at, flow);
  }

  until(end: number): void {
    while (this.link.wakeAt() <= end && this.link.wakeAt() < NEVER) {
      this.now = this.link.wakeAt();
      if (this.asData) this.link.handle(this.now, { kind: 'woken' });
      else this.link.woken(this.now);
    }
  }

  apply(operations: readonly LinkOperation[], end = Infinity): void {
    for (const { at, flow, bytes, cancels } of operations) {
      if (cancels === undefined) this.start(at, flow, bytes);
      else this.cancel(at, cancels);
    }
    this.until(end);
  }
}

/** Links whose bits at whole microseconds are whole, so that the oracle can be exact. */
function anyBandwidth(): fc.Arbitrary<Bandwidth> {
  const rate = fc.integer({ min: 1, max: 200 }).map((perUs) => perUs * US_PER_S);
  const period = fc.record({
    durationUs: fc.integer({ min: 1, max: 50_000 }),
    rate: fc.oneof(fc.constant(0), rate),
    latencyUs: fc.constant(0),
  });
  const trace = fc.array(period, { minLength: 1, maxLength: 8 }).filter((all) => all.some((p) => p.rate > 0));
  return fc.oneof(rate.map((bps) => new ConstantBandwidth(bps)), trace.map((all) => new TraceBandwidth(all)));
}

/** Starts and cancels, crowded enough that up to some twenty flows share the link, with many ties. */
function anyOperations(): fc.Arbitrary<LinkOperation[]> {
  const one = fc.record({
    gapUs: fc.oneof(fc.constant(0), fc.nat(20), fc.nat(20_000)),
    bytes: fc.oneof(fc.constantFrom(0, 1, 1_000, 10_000), fc.nat(200_000)),
    cancels: fc.option(fc.nat(24), { freq: 5, nil: undefined }),
  });
  return fc.array(one, { minLength: 1, maxLength: 25 }).map((steps) => {
    let at = 0;
    return steps.map(({ gapUs, bytes, cancels }, flow) => {
      at += gapUs;
      return { at, flow, bytes: cancels === undefined ? bytes : 0, cancels };
    });
  });
}
