import { describe, expect, test } from 'vitest';
import { InvariantError } from '../core/assert.ts';
import { NEVER } from '../core/units.ts';
import { MINUTE_VIDEO, PlayerHost, S } from './player-host.fixture.ts';

const FIXED = { abr: { rule: 'fixed', rendition: 1 } };

/** Plays from 10 s on with segment 0 buffered and segment 1 asked for (request 3). */
function playing(params: object = FIXED, session: object = {}, media = MINUTE_VIDEO): PlayerHost {
  const host = new PlayerHost(params, media);
  host.start(9 * S, session);
  host.manifest(9.5 * S, 1);
  host.segment(10 * S, 2);
  return host;
}

describe('start', () => {
  test('P1 the manifest is asked for first, then the first segment, then play starts', () => {
    const host = new PlayerHost(FIXED);
    expect(host.fleet.wakeAt(0)).toBe(NEVER);
    expect(host.start(1 * S, { session: 7, video: 3 })).toEqual([['manifest', 0, 1, 3]]);
    expect(host.fleet.phase(0)).toBe('loading');
    expect(host.manifest(1.2 * S, 1)).toEqual([['segment', 0, 2, 3, 0, 1]]);
    expect(host.fleet.phase(0)).toBe('starting');
    expect(host.segment(1.7 * S, 2)).toEqual([['segment', 0, 3, 3, 1, 1]]);
    expect(host.fleet.phase(0)).toBe('playing');
    const figures = { session: 7, video: 3, startedAt: 1 * S, startupUs: 0.7 * S };
    expect(host.fleet.figures(0)).toMatchObject(figures);
    expect([host.total('playback_starts_total'), host.total('startup_seconds')]).toEqual([1, 0.7]);
  });

  test('P2 play starts when the buffer for the start is there, with one segment after another', () => {
    const host = new PlayerHost({ ...FIXED, startBuffer: '9s' });
    host.start(0);
    host.manifest(0, 1);
    expect(host.segment(1 * S, 2)).toEqual([['segment', 0, 3, 0, 1, 1]]);
    expect(host.segment(2 * S, 3)).toEqual([['segment', 0, 4, 0, 2, 1]]);
    expect(host.fleet.phase(0)).toBe('starting');
    host.segment(3 * S, 4);
    expect(host.fleet.phase(0)).toBe('playing');
    expect(host.fleet.figures(0).startupUs).toBe(3 * S);
  });

  test('P2 a video shorter than the buffer for the start plays when it is there whole', () => {
    const host = new PlayerHost({ ...FIXED, startBuffer: '9s' }, { ...MINUTE_VIDEO, segments: 1 });
    host.start(0);
    host.manifest(0, 1);
    expect(host.segment(1 * S, 2)).toEqual([]);
    expect(host.fleet.phase(0)).toBe('playing');
    expect(host.wake(host.fleet.wakeAt(0))).toEqual([['ended', 0, 'finished']]);
    expect(host.fleet.figures(0)).toMatchObject({ playedUs: 4 * S, stallCount: 0 });
  });
});

describe('steady state', () => {
  test('P3 a segment is asked for only when it fits the buffer', () => {
    const host = playing({ ...FIXED, bufferMax: '13s' });
    expect(host.segment(10.5 * S, 3)).toEqual([['segment', 0, 4, 0, 2, 1]]); // 7.5 + 4 fits
    expect(host.segment(11 * S, 4)).toEqual([]); // 11 s ahead: full until it is 9
    expect(host.fleet.bufferUs(0)).toBe(11 * S);
    expect(host.fleet.wakeAt(0)).toBe(13 * S);
    expect(host.wake(13 * S - 1)).toEqual([]);
    expect(host.fleet.wakeAt(0)).toBe(13 * S);
    expect(host.wake(13 * S)).toEqual([['segment', 0, 5, 0, 3, 1]]);
    expect(host.fleet.wakeAt(0)).toBe(22 * S); // dry, if nothing comes
  });

  test('P4 a video that is fetched whole is played out and finishes at its end', () => {
    const host = playing({ ...FIXED, bufferMax: '30s' }, {}, { ...MINUTE_VIDEO, segments: 3 });
    host.segment(11 * S, 3);
    expect(host.segment(12 * S, 4)).toEqual([]);
    expect(host.fleet.wakeAt(0)).toBe(22 * S);
    expect(host.wake(22 * S)).toEqual([['ended', 0, 'finished']]);
    const figures = { playedUs: 12 * S, playedBits: 24e6, segments: 3, stallUs: 0 };
    expect(host.fleet.figures(0)).toMatchObject(figures);
    expect([host.fleet.active(0), host.fleet.wakeAt(0)]).toEqual([false, NEVER]);
  });
});

describe('stalls', () => {
  test('P5 a stall begins when the buffer runs dry and ends when the buffer to resume is there', () => {
    const host = playing({ ...FIXED, resumeBuffer: '8s' });
    expect(host.fleet.wakeAt(0)).toBe(14 * S);
    expect(host.wake(14 * S)).toEqual([]);
    expect(host.fleet.phase(0)).toBe('stalled');
    expect(host.segment(15 * S, 3)).toEqual([['segment', 0, 4, 0, 2, 1]]);
    expect(host.fleet.phase(0)).toBe('stalled');
    host.segment(17.25 * S, 4);
    expect(host.fleet.phase(0)).toBe('playing');
    expect(host.fleet.figures(0)).toMatchObject({ stallCount: 1, stallUs: 3.25 * S, playedUs: 4 * S });
    expect([host.total('stalls_total'), host.total('stall_seconds_total')]).toEqual([1, 3.25]);
  });

  test.each([['wake', 'segment'], ['segment', 'wake']])(
    'P6 a stall of no length is none, whether the %s or the %s comes first', (first) => {
      const host = playing({ ...FIXED, resumeBuffer: '8s' });
      if (first === 'wake') host.wake(14 * S);
      host.segment(14 * S, 3);
      if (first === 'segment') host.wake(14 * S);
      expect(host.fleet.phase(0)).toBe('playing');
      expect(host.fleet.wakeAt(0)).toBe(18 * S);
      host.wake(16 * S);
      expect(host.fleet.figures(0)).toMatchObject({ stallCount: 0, stallUs: 0, playedUs: 6 * S });
      expect(host.total('stalls_total')).toBe(0);
    });

  test('P5 two stalls are two', () => {
    const host = playing();
    host.wake(14 * S);
    host.segment(15 * S, 3);
    host.wake(19 * S);
    host.segment(21 * S, 4);
    expect(host.fleet.figures(0)).toMatchObject({ stallCount: 2, stallUs: 3 * S, playedUs: 8 * S });
  });

  test('P7 a buffer too small for a segment stalls after each, and goes on', () => {
    const host = playing({ ...FIXED, bufferMax: '3s', startBuffer: '3s', resumeBuffer: '3s' });
    expect(host.calls.at(-1)).toEqual(['segment', 0, 2, 0, 0, 1]);
    expect(host.fleet.wakeAt(0)).toBe(14 * S);
    expect(host.wake(14 * S)).toEqual([['segment', 0, 3, 0, 1, 1]]);
  });
});

describe('leaving', () => {
  test('P8 a viewer leaves before the start when their patience ends, and the request is cancelled', () => {
    const host = new PlayerHost(FIXED);
    host.start(1 * S, { startupPatienceUs: 2.5 * S });
    expect(host.fleet.wakeAt(0)).toBe(3.5 * S);
    host.manifest(2 * S, 1);
    expect(host.fleet.wakeAt(0)).toBe(3.5 * S);
    expect(host.wake(3.5 * S)).toEqual([['cancel', 0, 2], ['ended', 0, 'leftBeforeStart']]);
    expect(host.fleet.figures(0)).toMatchObject({ startupUs: NaN, playedUs: 0, segments: 0 });
    expect([host.total('watch_seconds_total'), host.total('playback_starts_total')]).toEqual([2.5, 0]);
  });

  test('P9 a viewer leaves when a stall has lasted as long as they bear', () => {
    const host = playing({ ...FIXED, stallPatience: '5s' });
    host.wake(14 * S);
    expect(host.fleet.wakeAt(0)).toBe(19 * S);
    expect(host.wake(19 * S)).toEqual([['cancel', 0, 3], ['ended', 0, 'leftStalled']]);
    expect(host.fleet.figures(0)).toMatchObject({ stallCount: 1, stallUs: 5 * S, playedUs: 4 * S });
    expect(host.total('watch_seconds_total')).toBe(10);
  });

  test('P10 a viewer leaves midway when they have watched what they wanted', () => {
    const host = playing(FIXED, { watchUs: 6 * S });
    host.segment(11 * S, 3);
    expect(host.fleet.wakeAt(0)).toBe(16 * S);
    expect(host.wake(16 * S)).toEqual([['cancel', 0, 4], ['ended', 0, 'left']]);
    expect(host.fleet.figures(0)).toMatchObject({ playedUs: 6 * S, playedBits: 12e6, segments: 2 });
    expect(host.total('delivered_bytes_total')).toBe(1_000_000);
  });

  test('P8 P9 P10 an answer at the very instant of leaving comes too late and is not cancelled', () => {
    const before = new PlayerHost(FIXED);
    before.start(0, { startupPatienceUs: 2 * S });
    expect(before.manifest(2 * S, 1)).toEqual([['ended', 0, 'leftBeforeStart']]);
    const stalled = playing({ ...FIXED, stallPatience: '5s' });
    expect(stalled.segment(19 * S, 3)).toEqual([['ended', 0, 'leftStalled']]);
    const midway = playing(FIXED, { watchUs: 2 * S });
    expect(midway.fail(12 * S, 3)).toEqual([['ended', 0, 'left']]);
    expect(stalled.total('delivered_bytes_total')).toBe(500_000);
  });

  test('P11 a slot is free after its session and starts the next one afresh', () => {
    const host = playing(FIXED, { watchUs: 2 * S });
    host.wake(12 * S);
    expect(host.start(20 * S, { session: 8, video: 5 })).toEqual([['manifest', 0, 4, 5]]);
    expect(host.fleet.figures(0)).toEqual({
      session: 8, video: 5, startedAt: 20 * S, startupUs: NaN, playedUs: 0, stallCount: 0, stallUs: 0,
      playedBits: 0, switches: 0, segments: 0, abandoned: 0,
      seekCount: 0, seekUs: 0, pausedUs: 0, qoeLin: 0, qoeLog: 0,
    });
    expect([host.total('sessions_started_total'), host.total('sessions_active')]).toEqual([2, 1]);
    expect(host.fleet.estimate(0)).toBe(0); // what the last viewer measured is forgotten
  });
});

describe('failures', () => {
  test('P12 a failed request is tried again after a delay that doubles up to the longest', () => {
    const host = new PlayerHost({ ...FIXED, retries: 4, retryDelay: '1s', retryDelayMax: '5s' });
    host.start(0);
    const delays = [1, 2, 4, 5];
    let now = 0;
    delays.forEach((delay, i) => {
      expect(host.fail(now, i + 1)).toEqual([]);
      expect(host.fleet.wakeAt(0)).toBe(now + delay * S);
      expect(host.wake(now + delay * S - 1)).toEqual([]);
      now += delay * S;
      expect(host.wake(now)).toEqual([['manifest', 0, i + 2, 0]]);
    });
    expect(host.total('fetch_retries_total')).toBe(4);
    expect(host.fail(now, 5)).toEqual([['ended', 0, 'failed']]);
    expect(host.total('playback_errors')).toBe(1);
    expect(host.total('watch_seconds_total')).toBeCloseTo(12, 9);
  });

  test('P12 the same segment at the same rendition is asked for again; success forgets failures', () => {
    const host = playing({ ...FIXED, retries: 1 });
    host.fail(11 * S, 3);
    expect(host.wake(12 * S)).toEqual([['segment', 0, 4, 0, 1, 1]]);
    expect(host.segment(13 * S, 4)).toEqual([['segment', 0, 5, 0, 2, 1]]);
    expect(host.fail(13 * S, 5)).toEqual([]);
    expect(host.fleet.wakeAt(0)).toBe(14 * S);
  });

  test('P12 a manifest that came at last forgets its failures', () => {
    const host = new PlayerHost({ ...FIXED, retries: 1 });
    host.start(0);
    host.fail(0, 1);
    host.wake(1 * S);
    expect(host.manifest(2 * S, 2)).toEqual([['segment', 0, 3, 0, 0, 1]]);
    expect(host.fail(3 * S, 3)).toEqual([]);
    expect(host.fleet.wakeAt(0)).toBe(4 * S);
  });

  test('P13 what does not exist is not tried again', () => {
    const host = playing();
    expect(host.fail(11 * S, 3, 'notFound')).toEqual([]);
    // What is buffered is played before playback fails.
    expect(host.fleet.wakeAt(0)).toBe(14 * S);
    expect(host.wake(14 * S)).toEqual([['ended', 0, 'failed']]);
    expect(host.fleet.figures(0)).toMatchObject({ playedUs: 4 * S, stallCount: 0 });
    expect(host.total('start_failures_total')).toBe(0);
  });

  test('P12 a viewer who waits for a retry stalls and leaves as any other', () => {
    const host = playing({ ...FIXED, retryDelay: '8s', stallPatience: '3s' });
    host.fail(11 * S, 3);
    expect(host.fleet.wakeAt(0)).toBe(14 * S);
    host.wake(14 * S);
    expect(host.wake(17 * S)).toEqual([['ended', 0, 'leftStalled']]);
    expect(host.total('fetch_retries_total')).toBe(0);
  });

  test('P14 answers to requests the slot no longer waits for are ignored', () => {
    const host = playing();
    const before = host.fleet.save();
    expect(host.segment(11 * S, 2)).toEqual([]);
    expect(host.fail(11 * S, 99)).toEqual([]);
    expect(host.manifest(11 * S, 1)).toEqual([]);
    expect(host.fleet.save()).toEqual(before);
    host.fail(11 * S, 3);
    expect(host.segment(11.5 * S, 3)).toEqual([]); // a failed request has no answer
    expect(host.fleet.figures(0).segments).toBe(1);
    host.wake(14 * S);
    host.wake(44 * S);
    expect(host.fleet.active(0)).toBe(false);
    expect(host.segment(50 * S, 4)).toEqual([]);
    expect(host.wake(50 * S)).toEqual([]);
  });

  test('P15 bugs of the host are refused', () => {
    const host = playing();
    expect(() => host.start(11 * S)).toThrow(InvariantError);
    expect(() => host.wake(9 * S)).toThrow(InvariantError);
    const short = new PlayerHost(FIXED, { ...MINUTE_VIDEO, segmentUs: 0.5 * S });
    short.start(0);
    expect(() => short.manifest(0, 1)).toThrow(InvariantError);
  });
});

describe('figures', () => {
  const ADAPTIVE = { abr: { rule: 'hybrid', defaultEstimate: '2.6 Mbps' }, bufferMax: '30s' };

  test('P16 bits played follow the renditions played, not those in the buffer', () => {
    const host = playing(ADAPTIVE); // 2.6 x 0.8 x 0.5 = 1.04: rendition 0; then 8 Mbit/s: one up at a time
    host.segment(10.5 * S, 3);
    host.segment(11 * S, 4);
    const asked = host.calls.filter((call) => call[0] === 'segment').map((call) => call[5]);
    expect(asked).toEqual([0, 1, 2, 2]);
    host.wake(15 * S);
    expect(host.fleet.figures(0)).toMatchObject({ playedUs: 5 * S, playedBits: 4e6 + 2e6, switches: 2 });
    host.wake(20 * S);
    expect(host.fleet.figures(0)).toMatchObject({ playedUs: 10 * S, playedBits: 4e6 + 4 * 2e6 + 2 * 4e6 });
    expect(host.total('video_quality_level')).toBe(12);
    expect(host.total('quality_switches_total')).toBe(2);
  });

  test('P17 watched time is start-up, play and stalls', () => {
    const host = playing();
    host.wake(14 * S);
    host.segment(16 * S, 3);
    host.wake(17 * S);
    expect(host.total('watch_seconds_total')).toBe(1 + 5 + 2);
    expect(host.total('played_seconds_total')).toBe(5);
    expect(host.total('stall_seconds_total')).toBe(2);
  });

  test('P18 settling at any time brings the counters up to date and decides nothing', () => {
    const host = playing();
    host.fleet.settleAll(12 * S);
    expect(host.total('played_seconds_total')).toBe(2);
    expect(host.fleet.wakeAt(0)).toBe(14 * S);
    host.fleet.settleAll(15 * S); // a late timer: the stall has begun, the wake has not come
    expect(host.total('stall_seconds_total')).toBe(1);
    expect(host.wake(15.5 * S)).toEqual([]);
    host.segment(16 * S, 3);
    expect(host.fleet.figures(0)).toMatchObject({ stallCount: 1, stallUs: 2 * S });
    expect(host.calls.at(-1)).toEqual(['segment', 0, 4, 0, 2, 1]);
  });

  test('P18 a stall that settling brings to light does not forget the request that is due', () => {
    const host = playing({ ...FIXED, bufferMax: '7s' }); // full: the next segment fits at 11 s
    expect(host.fleet.wakeAt(0)).toBe(11 * S);
    host.fleet.settleAll(15 * S);
    expect(host.fleet.phase(0)).toBe('stalled');
    expect(host.fleet.wakeAt(0)).toBe(15 * S);
    expect(host.wake(15 * S)).toEqual([['segment', 0, 3, 0, 1, 1]]);
  });
});

describe('late timers', () => {
  test('P19 a late wake finds the stall where it began', () => {
    const host = playing();
    host.wake(14.4 * S);
    host.segment(15 * S, 3);
    expect(host.fleet.figures(0)).toMatchObject({ stallCount: 1, stallUs: 1 * S, playedUs: 4 * S });
    const without = playing();
    without.segment(15 * S, 3);
    expect(without.fleet.figures(0)).toEqual(host.fleet.figures(0));
  });

  test('P19 nobody watches longer than they would have', () => {
    const end = playing(FIXED, { watchUs: 3 * S });
    end.wake(15 * S);
    expect(end.fleet.figures(0)).toMatchObject({ playedUs: 3 * S, stallCount: 0 });
    expect(end.total('watch_seconds_total')).toBe(4);
    const stalled = playing({ ...FIXED, stallPatience: '5s' });
    stalled.fleet.settleAll(25 * S);
    expect(stalled.wake(26 * S)).toEqual([['cancel', 0, 3], ['ended', 0, 'leftStalled']]);
    expect(stalled.fleet.figures(0)).toMatchObject({ playedUs: 4 * S, stallCount: 1, stallUs: 5 * S });
    expect(stalled.total('watch_seconds_total')).toBe(10);
    const before = new PlayerHost(FIXED);
    before.start(0, { startupPatienceUs: 2 * S });
    before.fleet.settleAll(3 * S);
    before.wake(4 * S);
    expect(before.total('watch_seconds_total')).toBe(2);
  });
});

describe('state', () => {
  test('P20 a session saved midway and restored elsewhere goes on the same', () => {
    const first = playing({ bufferMax: '13s' });
    first.fleet.settleAll(10.25 * S);
    const second = new PlayerHost({ bufferMax: '13s' });
    second.fleet.restore(structuredClone(first.fleet.save()));
    first.calls.length = 0;
    for (const host of [first, second]) {
      host.segment(10.5 * S, 3);
      host.segment(11 * S, 4);
      host.wake(13 * S);
      host.fail(14 * S, 5);
      host.wake(15 * S);
    }
    expect(second.calls).toEqual(first.calls);
    expect(second.calls.length).toBe(3);
    expect(second.fleet.save()).toEqual(first.fleet.save());
  });

  test('P20 a state goes on in a fleet whose players hold another buffer, with what they hold', () => {
    const ladder = { abr: { rule: 'hybrid', defaultEstimate: '1 Mbps' } };
    const first = playing({ ...ladder, bufferMax: '13s' });
    first.segment(10.5 * S, 3); // renditions 0 and 1, the next is 2
    first.fleet.settleAll(11 * S);
    for (const bufferMax of ['5s', '13s', '60s']) {
      const second = new PlayerHost({ ...ladder, bufferMax, startBuffer: '4s', resumeBuffer: '4s' });
      second.fleet.restore(structuredClone(first.fleet.save()));
      second.segment(11 * S, 4);
      second.fleet.settleAll(22 * S); // 12 s of media from 10 s on
      expect(second.fleet.figures(0)).toMatchObject({ playedUs: 12 * S, playedBits: 28e6, segments: 3 });
    }
  });

  test('P20 a saved state is not touched by what happens after', () => {
    const host = playing();
    const saved = host.fleet.save();
    const copy = structuredClone(saved);
    host.segment(11 * S, 3);
    host.wake(16 * S);
    expect(saved).toEqual(copy);
  });
});
