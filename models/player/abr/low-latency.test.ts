import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contextOf } from './context.fixture.ts';
import { L2aRule, l2aParams } from './l2a.ts';
import { LolpRule, lolpParams } from './lolp.ts';
import type { AbrContext } from './rule.ts';

const S = 1e6;
const LADDER = [1e6, 2e6, 4e6];
/** A live edge with segments of one second. */
const LIVE = { bitrates: LADDER, segmentUs: 1 * S, latencyUs: 2 * S };

function at(bufferS: number, lastRendition: number, given: Partial<AbrContext> = {}): AbrContext {
  return contextOf({ ...LIVE, bufferUs: bufferS * S, lastRendition, segment: 9, ...given });
}

describe('L2A', () => {
  function rule(mbps: number): L2aRule {
    const l2a = new L2aRule(l2aParams.parse({ rule: 'l2a' }), 1);
    l2a.observe(0, (mbps * 1e6) / 8, 0, 1 * S);
    return l2a;
  }

  test('goes by 0.9 of the throughput until 1.5 s are buffered', () => {
    expect(rule(4.4).choose(at(1.4, 0))).toBe(1); // 3.96 Mbps
    expect(rule(4.5).choose(at(1.4, 0))).toBe(2);
  });

  test('then moves its weights along the gradient, worked by hand for one step', () => {
    const l2a = rule(3);
    expect(l2a.choose(at(1.5, 0))).toBe(1); // 2.7 Mbps; from now on it learns, all weight on the second
    // vl = 4^0.99 = 3.945, alpha = vl x 2 = 7.890; V = 1 s, Q = vl: V / (2 alpha) x (Q + vl) = 0.5.
    // Drifts 1/3, 2/3, 4/3: weights 0.1667, 1.3333, -0.6667; projected: 0, 1, 0. The mean is 2 Mbps.
    expect(l2a.choose(at(1.5, 1))).toBe(1);
    expect(l2a.explain(0)).toBe('rendition 1 is nearest to the learnt mean of 2.00 Mbps, '
      + 'the last segment came at 3.00 Mbps');
  });

  test('falls when the last segment came slower than what it fetches', () => {
    const l2a = rule(3);
    l2a.choose(at(1.5, 0));
    l2a.observe(0, 1e6 / 8, 0, 1 * S); // 1 Mbps: drifts 1, 2, 4
    // Gain 0.5: weights 0.5, 1 - 1 = 0, -2 project to 0.75, 0.25, 0: 1.25 Mbps, nearest to the first.
    expect(l2a.choose(at(1.5, 1))).toBe(0);
    expect(l2a.explain(0)).toMatch(/learnt mean of 1.25 Mbps/);
  });

  test('climbs one rendition at a time where the throughput bears the next', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 500, max: 9000 }), { minLength: 2, maxLength: 40 }),
      (kbps) => {
        const l2a = rule(1);
        let last = l2a.choose(at(2, 0));
        for (const rate of kbps) {
          l2a.observe(0, (rate * 1e3) / 8, 0, 1 * S);
          const next = l2a.choose(at(2, last));
          if (next > last + 1) expect(LADDER[last + 1]!).toBeGreaterThan(rate * 1e3);
          last = next;
        }
      }), { seed: 3 });
  });
});

describe('LoL+', () => {
  function rule(mbps: number): LolpRule {
    const lolp = new LolpRule(lolpParams.parse({ rule: 'lolp' }), 1);
    lolp.observe(0, (mbps * 1e6) / 8, 0, 1 * S);
    return lolp;
  }

  test('takes the neuron nearest to the safe throughput, worked by hand', () => {
    // Norm 4.583 Mbps: neurons at 0.218, 0.436, 0.873. 0.9 x 2.5 = 2.25 Mbps is 0.491. Weight 0.2; the third
    // is more than the throughput and driven away. Distances sqrt(0.2) x (0.273, 0.055): the second.
    const lolp = rule(2.5);
    expect(lolp.choose(at(2, 0))).toBe(1);
    expect(lolp.explain(0))
      .toBe('rendition 1 is nearest (0.024) to 2.25 Mbps without latency, stall or switch');
  });

  test('goes down at once when the buffer will be below 0.3 s', () => {
    // 2 Mbit at 2.25 Mbps take 0.889 s: 1.188 s of buffer leave less than 0.3 s.
    const lolp = rule(2.5);
    expect([1.188, 1.19].map((buffer) => lolp.choose(at(buffer, 1)))).toEqual([0, 1]);
    expect(rule(1.5).choose(at(0.5, 0))).toBe(0); // there is nothing lower
  });

  test('remembers where it has been: a stalling rendition moves away', () => {
    const lolp = rule(4.6);
    const before = lolp.save()['neurons']!.slice();
    lolp.choose(at(3, 2));
    const after = lolp.save()['neurons']!;
    // The neuron it left learnt 2 s of latency over 100 with 1 % of the way, and then forgot 1 % of it.
    expect(before[2 * 4 + 1]).toBe(0);
    expect(after[2 * 4 + 1]).toBeCloseTo(0.02 * 0.01 * 0.99, 12);
  });
});
