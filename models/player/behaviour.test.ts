import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SessionStart, ViewerBreak } from './events.ts';
import { PlayerHost, S } from './player-host.fixture.ts';

const FIXED = { abr: { rule: 'fixed', rendition: 1 } };

/** A viewer whose first segment of 4 s has come at 1 s; the second is asked for. */
function playing(session: Partial<SessionStart> = {}, params: object = {}): PlayerHost {
  const host = new PlayerHost({ ...FIXED, ...params });
  host.start(0, session);
  host.manifest(0.5 * S, 1);
  host.segment(1 * S, 2);
  return host;
}

describe('where a viewer begins', () => {
  test('P27 play begins with the segment that holds the place to resume from', () => {
    const host = new PlayerHost({ ...FIXED, bufferMax: '60s' });
    host.start(0, { fromUs: 21 * S });
    expect(host.manifest(0.5 * S, 1)).toEqual([['segment', 0, 2, 0, 5, 1]]);
    host.segment(1 * S, 2);
    for (let segment = 6; segment < 15; segment++) host.segment(1 * S, segment - 3);
    // Ten segments from the sixth on: 40 s to the end.
    expect(host.fleet.wakeAt(0)).toBe(41 * S);
    host.wake(41 * S);
    expect(host.fleet.figures(0)).toMatchObject({ playedUs: 40 * S, segments: 10 });
    expect(host.calls.at(-1)).toEqual(['ended', 0, 'finished']);
  });

  test('P27 a place beyond the end is in the last segment', () => {
    const host = new PlayerHost(FIXED);
    host.start(0, { fromUs: 99 * S });
    expect(host.manifest(0.5 * S, 1)).toEqual([['segment', 0, 2, 0, 14, 1]]);
  });

  test('P28 a screen shows no rendition of more lines than it has, but the lowest anyway', () => {
    for (const [screenHeight, most] of [[1080, 2], [1079, 1], [100, 0]] as const) {
      const host = new PlayerHost({ abr: { rule: 'fixed', rendition: 31 } });
      host.start(0, { screenHeight });
      expect(host.manifest(0.5 * S, 1)).toEqual([['segment', 0, 2, 0, 0, most]]);
    }
  });
});

describe('the licence', () => {
  test('P29 no frame is shown before the licence is there; segments are fetched meanwhile', () => {
    const host = new PlayerHost(FIXED);
    host.start(0, { licenceUs: 2 * S });
    host.manifest(0.5 * S, 1);
    expect(host.segment(1 * S, 2)).toEqual([['segment', 0, 3, 0, 1, 1]]);
    expect(host.fleet.phase(0)).toBe('starting');
    expect(host.fleet.wakeAt(0)).toBe(2.5 * S);
    host.wake(2.5 * S);
    expect(host.fleet.figures(0).startupUs).toBe(2.5 * S);
    expect(host.fleet.phase(0)).toBe('playing');
  });

  test('P29 a licence that is there before the media costs nothing; a wake for it changes nothing', () => {
    const host = new PlayerHost(FIXED);
    host.start(0, { licenceUs: 0.2 * S });
    host.manifest(0.5 * S, 1);
    host.wake(0.7 * S);
    host.segment(1 * S, 2);
    expect(host.fleet.figures(0).startupUs).toBe(1 * S);
  });

  test('P29 a refused licence fails the session when the refusal comes', () => {
    const host = new PlayerHost(FIXED);
    host.start(0, { licenceUs: 2 * S, licenceFails: true });
    host.manifest(0.5 * S, 1);
    host.segment(1 * S, 2);
    expect(host.wake(2.5 * S)).toEqual([['cancel', 0, 3], ['ended', 0, 'failed']]);
    expect([host.total('playback_errors'), host.total('start_failures_total')]).toEqual([1, 1]);
    expect(host.total('playback_starts_total')).toBe(0);
  });
});

describe('playlists', () => {
  test('P1 each rendition has its playlist, asked for once, before its first segment', () => {
    const host = new PlayerHost({ playlists: 'each', abr: { rule: 'throughput' } });
    expect(host.start(0)).toEqual([['manifest', 0, 1, 0]]);
    expect(host.manifest(0.5 * S, 1)).toEqual([['playlist', 0, 2, 0, 0]]);
    expect(host.manifest(0.6 * S, 2)).toEqual([['segment', 0, 3, 0, 0, 0]]);
    // 8.9 Mbps: up to the highest, whose playlist is not there yet.
    expect(host.segment(1 * S, 3)).toEqual([['playlist', 0, 4, 0, 2]]);
    expect(host.manifest(1.1 * S, 4)).toEqual([['segment', 0, 5, 0, 1, 2]]);
    expect(host.fleet.explain(0)).toMatch(/^rendition 2 is the highest within/);
    // It is given up for the lowest, whose playlist is there.
    expect(host.progress(1.6 * S, 5, 2_000_000, 100_000))
      .toEqual([['cancel', 0, 5], ['segment', 0, 6, 0, 1, 0]]);
  });

  test('P12 a playlist that does not come is asked for again', () => {
    const host = new PlayerHost({ playlists: 'each', ...FIXED });
    host.start(0);
    host.manifest(0.5 * S, 1);
    host.fail(1 * S, 2);
    expect(host.wake(2 * S)).toEqual([['playlist', 0, 3, 0, 1]]);
  });
});

describe('speed', () => {
  test('P72 media goes by at the speed of play: 4 s at double speed last 2 s', () => {
    const host = playing({ rate: 2 });
    expect(host.fleet.wakeAt(0)).toBe(3 * S);
    host.segment(2 * S, 3);
    expect(host.fleet.bufferUs(0)).toBe(6 * S);
    expect(host.fleet.wakeAt(0)).toBe(5 * S);
    host.fleet.settleAll(3 * S);
    expect(host.fleet.figures(0)).toMatchObject({ playedUs: 4 * S });
    expect(host.total('watch_seconds_total')).toBeCloseTo(3, 9); // start-up and 2 s of play
    expect(host.total('played_bits_total')).toBeCloseTo(8e6, 3);
  });

  test('P72 at half speed the buffer fills sooner and drains twice as slowly', () => {
    const host = playing({ rate: 0.5 }, { bufferMax: '8s', startBuffer: '4s' });
    host.segment(1 * S, 3); // 8 s are held: another segment fits when 4 s have been played, 8 s of time
    expect(host.fleet.wakeAt(0)).toBe(9 * S);
    expect(host.wake(9 * S)).toEqual([['segment', 0, 4, 0, 2, 1]]);
  });

  test('P72 at any speed play stalls when the media is over, and the books agree', () => {
    const cases = fc.tuple(fc.integer({ min: 50, max: 200 }), fc.integer({ min: 0, max: 3000 }));
    fc.assert(fc.property(cases, ([percent, lateMs]) => {
      const host = playing({ rate: percent / 100 });
      const dryAt = host.fleet.wakeAt(0);
      expect(dryAt).toBe(1 * S + Math.ceil((400 * S) / percent));
      host.wake(dryAt);
      expect(host.fleet.phase(0)).toBe('stalled');
      host.segment(dryAt + lateMs * 1e3, 3);
      expect(host.fleet.figures(0)).toMatchObject({
        stallUs: lateMs * 1e3, stallCount: lateMs > 0 ? 1 : 0, playedUs: 4 * S,
      });
      expect(host.total('watch_seconds_total')).toBeCloseTo((dryAt + lateMs * 1e3) / S, 5);
    }), { seed: 7 });
  });
});

describe('pauses', () => {
  const breaks: ViewerBreak[] = [{ kind: 'pause', afterUs: 2 * S, lengthUs: 10 * S }];

  test('P73 a pause stops play where it comes; the buffer fills on, and play resumes after it', () => {
    const host = playing({ breaks }, { bufferMax: '10s' });
    expect(host.fleet.wakeAt(0)).toBe(3 * S);
    host.wake(3 * S);
    expect([host.fleet.phase(0), host.fleet.bufferUs(0)]).toEqual(['paused', 2 * S]);
    host.segment(4 * S, 3); // 6 s: one more fits
    expect(host.segment(5 * S, 4)).toEqual([]); // 10 s: no more, for as long as nobody plays
    expect(host.fleet.wakeAt(0)).toBe(13 * S);
    host.wake(13 * S);
    expect([host.fleet.phase(0), host.fleet.wakeAt(0)]).toEqual(['playing', 17 * S]);
    host.wake(17 * S);
    expect(host.fleet.figures(0)).toMatchObject({ playedUs: 6 * S, pausedUs: 10 * S, stallUs: 0 });
    expect(host.total('watch_seconds_total')).toBeCloseTo(7, 9); // a pause is not watched time (CTA-2066)
  });

  test('P73 a late wake finds the pause where it began and where it ended', () => {
    const host = playing({ breaks });
    host.segment(1 * S, 3);
    host.wake(15 * S);
    expect(host.fleet.figures(0)).toMatchObject({ playedUs: 4 * S, pausedUs: 10 * S });
    expect(host.fleet.phase(0)).toBe('playing');
  });

  test('P73 a viewer who pauses is not impatient', () => {
    const host = playing({ breaks: [{ ...breaks[0]!, lengthUs: 3600 * S }] as ViewerBreak[] });
    host.wake(3 * S);
    expect(host.fleet.wakeAt(0)).toBe(3603 * S);
  });
});

describe('seeks', () => {
  test('P74 within the buffer play goes on at once, at the start of the segment', () => {
    const host = playing({ breaks: [{ kind: 'seek', afterUs: 2 * S, byUs: 7 * S }] });
    host.segment(1 * S, 3);
    host.segment(1 * S, 4); // 12 s buffered
    expect(host.wake(3 * S)).toEqual([]);
    // From 2 s to 9 s: the third segment, from 8 s on.
    expect([host.fleet.phase(0), host.fleet.bufferUs(0)]).toEqual(['playing', 4 * S]);
    expect(host.fleet.figures(0)).toMatchObject({ playedUs: 2 * S, seekCount: 1, seekUs: 0 });
  });

  test.each([[30, 8], [-100, 0]])('P74 by %d s the buffer is lost, segment %d comes next', (by, segment) => {
    const host = playing({ breaks: [{ kind: 'seek', afterUs: 2 * S, byUs: by * S }] });
    expect(host.wake(3 * S)).toEqual([['cancel', 0, 3], ['segment', 0, 4, 0, segment, 1]]);
    expect([host.fleet.phase(0), host.fleet.bufferUs(0)]).toEqual(['seeking', 0]);
    host.segment(4.5 * S, 4);
    expect(host.fleet.figures(0))
      .toMatchObject({ seekUs: 1.5 * S, stallCount: 0, stallUs: 0, seekCount: 1 });
    expect(host.fleet.phase(0)).toBe('playing');
    expect(host.total('watch_seconds_total')).toBeCloseTo(4.5, 9); // seeks are watched time (CTA-2066)
    expect(host.total('seek_seconds_total')).toBeCloseTo(1.5, 9);
  });

  test('P74 a segment that a seek has overtaken is not kept, though its throughput is', () => {
    const host = playing({ breaks: [{ kind: 'seek', afterUs: 2 * S, byUs: 30 * S }] });
    expect(host.segment(3.5 * S, 3)).toEqual([['segment', 0, 4, 0, 8, 1]]);
    expect(host.fleet.figures(0).segments).toBe(1);
  });

  test('P74 settling finds a seek that is due and leaves it to the fleet', () => {
    const host = playing({ breaks: [{ kind: 'seek', afterUs: 2 * S, byUs: 30 * S }] });
    host.fleet.settleAll(3.5 * S);
    expect(host.calls.at(-1)).toEqual(['segment', 0, 3, 0, 1, 1]);
    expect(host.fleet.wakeAt(0)).toBe(3.5 * S);
    expect(host.wake(3.5 * S)).toHaveLength(2);
  });

  test('P74 one who waits for a seek too long leaves', () => {
    const breaks: ViewerBreak[] = [{ kind: 'seek', afterUs: 2 * S, byUs: 30 * S }];
    const host = playing({ breaks }, { stallPatience: '5s' });
    host.wake(3 * S);
    expect(host.wake(8 * S)).toEqual([['cancel', 0, 4], ['ended', 0, 'leftStalled']]);
  });
});

describe('stalls', () => {
  test('P9 with measured aversion a second of stall takes five of what a viewer still wants to see', () => {
    const host = playing({ watchUs: 20 * S }, { stallAversion: 5 });
    host.wake(5 * S);
    // 4 of 20 s are played: after 3.2 s of stall nothing of the rest is wanted.
    expect(host.fleet.wakeAt(0)).toBe(8_200_000);
    host.segment(7 * S, 3);
    // 2 s of stall took 10 s: 6 s are left to see.
    host.segment(7 * S, 4);
    expect(host.fleet.wakeAt(0)).toBe(13 * S);
    expect(host.wake(13 * S).at(-1)).toEqual(['ended', 0, 'left']);
    expect(host.fleet.figures(0)).toMatchObject({ playedUs: 10 * S, stallUs: 2 * S });
  });

  test('P9 aversion ends a stall when nothing is wanted any more', () => {
    const host = playing({ watchUs: 20 * S }, { stallAversion: 5 });
    host.wake(5 * S);
    expect(host.wake(8_200_000).at(-1)).toEqual(['ended', 0, 'leftStalled']);
    expect(host.total('watch_seconds_total')).toBeCloseTo(8.2, 9);
  });
});

test('P20 breaks to come survive saving and restoring', () => {
  const breaks: ViewerBreak[] = [
    { kind: 'pause', afterUs: 2 * S, lengthUs: 1 * S }, { kind: 'seek', afterUs: 3 * S, byUs: 30 * S },
  ];
  const host = playing({ breaks });
  host.wake(3 * S);
  const other = new PlayerHost(FIXED);
  other.fleet.restore(structuredClone(host.fleet.save()));
  for (const one of [host, other]) one.wake(4 * S);
  expect(other.wake(5 * S)).toEqual(host.wake(5 * S));
  expect(other.fleet.save()).toEqual(host.fleet.save());
  expect(other.fleet.phase(0)).toBe('seeking');
});

test('P75 QoE of a session: rates less steps and stalls, worked by hand', () => {
  const host = new PlayerHost({ abr: { rule: 'throughput' } });
  host.start(0);
  host.manifest(0.5 * S, 1);
  host.segment(1 * S, 2); // 1 Mbps
  host.wake(5 * S);
  host.segment(6 * S, 3); // 4 Mbps, after a stall of a second: costs 3 of step and 4 of stall
  host.segment(6.5 * S, 4); // 4 Mbps
  expect(host.fleet.figures(0).qoeLin).toBeCloseTo((1 + 4 + 4 - 3 - 4) / 3, 9);
  expect(host.fleet.figures(0).qoeLog).toBeCloseTo((0 + 2 - 1 - 1) * Math.log(4) / 3, 9);
  expect(host.total('qoe_lin_gain_total') - host.total('qoe_lin_loss_total')).toBeCloseTo(2, 9);
});
