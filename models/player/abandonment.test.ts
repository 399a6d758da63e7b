import { describe, expect, test } from 'vitest';
import { PlayerHost, S } from './player-host.fixture.ts';

/**
 * The first segment came at 500 kB in 0.45 s after its first byte, 8.9 Mbps: the throughput rule takes the
 * rendition of 4 Mbps (16 Mbit a segment) next, asked for at 1 s.
 */
function underWay(params: object = {}): PlayerHost {
  const host = new PlayerHost({ abr: { rule: 'throughput' }, ...params });
  host.start(0);
  host.manifest(0.5 * S, 1);
  expect(host.segment(1 * S, 2)).toEqual([['segment', 0, 3, 0, 1, 2]]);
  return host;
}

describe('a transfer under way', () => {
  test('P24 is looked at first when the rule may begin to mind: after half a second', () => {
    const { fleet } = underWay();
    expect(fleet.wakeAt(0)).toBe(1.5 * S);
    expect([fleet.wantsProgress(1.499 * S, 0), fleet.wantsProgress(1.5 * S, 0)]).toEqual([false, true]);
  });

  test('P24 is given up for the lower rendition its own throughput bears, of the same segment', () => {
    const host = underWay();
    // 0.8 Mbit in 0.45 s are 1.78 Mbps: 9 s in all are more than 1.8 segments; 1.6 Mbps bear only the lowest.
    expect(host.progress(1.5 * S, 3, 2_000_000, 100_000))
      .toEqual([['cancel', 0, 3], ['segment', 0, 4, 0, 1, 0]]);
    expect(host.fleet.explain(0)).toBe('rendition 0 instead of 2, which was given up after 0.5 s');
    expect(host.fleet.figures(0)).toMatchObject({ abandoned: 1, segments: 1, switches: 0 });
    expect(host.total('abandoned_bytes_total')).toBe(100_000);
    // At the lowest rendition there is nothing to give up for.
    expect(host.fleet.wakeAt(0)).toBe(5 * S);
    expect(host.segment(3 * S, 4)[0]).toMatchObject(['segment', 0, 5, 0, 2, 2]);
    expect(host.fleet.abandonedFrom(0)).toBe(-1);
    expect(host.total('delivered_bytes_total')).toBe(1_000_000);
  });

  test('P25 goes on while it is fast enough, and is looked at when it may not be any more', () => {
    const host = underWay();
    // 3.2 Mbit in 0.45 s: a fifth has come. If nothing more came, 7.15 s x 0.2 of transfer are too many.
    expect(host.progress(1.5 * S, 3, 2_000_000, 400_000)).toEqual([]);
    expect(host.fleet.wakeAt(0)).toBe(1 * S + (0.05 + 7.15 * 0.2) * S);
  });

  test('P25 is looked at again after 100 ms at the earliest, or what is asked for', () => {
    const waiting = underWay();
    waiting.progress(1.6 * S, 3, 0, 0); // not even the first byte has come
    expect(waiting.fleet.wakeAt(0)).toBe(1.7 * S);
    const patient = underWay({ abandonCheck: '2s' });
    expect(patient.fleet.wakeAt(0)).toBe(3 * S);
  });

  test('P26 an unknown size is that of the rendition', () => {
    expect(underWay().progress(1.5 * S, 3, 0, 100_000)).toHaveLength(2);
  });

  test.each([
    ['the rule does not judge', { abr: { rule: 'hybrid', defaultEstimate: '9 Mbps', lowFactor: 1 } }],
    ['nobody may', { abandonment: false, abr: { rule: 'throughput' } }],
  ])('P26 runs to its end when %s', (_why, params) => {
    const host = new PlayerHost(params);
    host.start(0);
    host.manifest(0.5 * S, 1);
    host.segment(1 * S, 2);
    expect(host.fleet.wakeAt(0)).toBe(5 * S);
    expect(host.progress(4 * S, 3, 2_000_000, 1)).toEqual([]);
  });

  test('P14 news of a transfer that is over changes nothing', () => {
    const host = underWay();
    host.progress(1.5 * S, 3, 2_000_000, 100_000);
    const before = host.fleet.save();
    expect(host.progress(1.6 * S, 3, 2_000_000, 100_001)).toEqual([]);
    expect(host.fleet.save()).toEqual(before);
  });

  test('P5 a buffer that runs dry at a look is a stall', () => {
    const host = underWay({ abandonCheck: '4s' });
    expect(host.fleet.wakeAt(0)).toBe(5 * S);
    host.progress(5 * S, 3, 2_000_000, 1_900_000);
    expect(host.fleet.phase(0)).toBe('stalled');
    host.segment(5.5 * S, 3);
    expect(host.fleet.figures(0)).toMatchObject({ stallCount: 1, stallUs: 0.5 * S });
  });
});
