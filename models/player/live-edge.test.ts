import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LiveWorld, liveVideos } from './live-world.fixture.ts';
import { S } from './player-host.fixture.ts';

const STEADY = { playbackRate: { min: '1', max: '1' } };
const tenth = () => 0.1 * S;

describe('P80 begins at the hold-back', () => {
  test('from the end of the playlist, with one for each rendition', () => {
    const world = new LiveWorld(liveVideos(STEADY), tenth, { playlists: 'each' }).start(100 * S).run(101 * S);
    // The playlist of 100.2 s lists what was filmed by 96 s, the 24th segment (97 s < 100.2 s < 101 s).
    expect(world.asked).toEqual([
      [100 * S, -1], [100.1 * S, -2], [100.2 * S, 21], [100.3 * S, 22], [100.4 * S, 23],
    ]);
    expect(world.phases).toEqual([[100 * S, 'loading'], [100.1 * S, 'starting'], [100.3 * S, 'playing']]);
    // 12 s of hold-back, 1 s of delay, 3.2 s since the segment was published, 0.1 s of start-up.
    expect(world.latencies[0]).toBeCloseTo(16.3, 9);
  });

  test('from the live edge by the clock, with one manifest, at the start of a segment', () => {
    const world = new LiveWorld(liveVideos(STEADY), tenth, { playlists: 'one' }).start(100 * S).run(101 * S);
    // The edge is at 99.1 s, the place at 87.1 s, in the segment of 84 s.
    expect(world.asked.slice(0, 2)).toEqual([[100 * S, -1], [100.1 * S, 21]]);
    expect(world.latencies[0]).toBeCloseTo(16.2, 9);
  });

  test('at the start of a video that has not been on the air for that long, as soon as it is there', () => {
    const world = new LiveWorld(liveVideos({ ...STEADY, from: '10s' }), tenth).start(2 * S).run(30 * S);
    expect(world.asked.slice(0, 4)).toEqual([[2 * S, -1], [15 * S, 0], [19 * S, 1], [23 * S, 2]]);
    expect(world.latencies.every((latency) => Math.abs(latency - 5.1) < 1e-9)).toBe(true);
  });
});

describe('P81 a player that never stalls keeps its latency for ever', () => {
  test.each(['each', 'one'])('with playlists: %s', (playlists) => {
    const world = new LiveWorld(liveVideos(STEADY), tenth, { playlists }).start(100 * S).run(1000 * S);
    const first = world.latencies[0]!;
    expect(world.latencies.length).toBeGreaterThan(220);
    for (const latency of world.latencies) expect(latency).toBeCloseTo(first, 6);
    expect(world.total('stalls_total')).toBe(0);
  });

  test('and latencies of players who come at all times spread evenly over a segment', () => {
    const firsts = Array.from({ length: 40 }, (_, i) =>
      new LiveWorld(liveVideos(STEADY), tenth, { playlists: 'each' }).start((100 + i / 10) * S)
        .run((104 + i / 10) * S).latencies[0]!);
    // 12 s + 1 s + 0.1 s of start-up, and 0 to 3.9 s since the last segment was published.
    firsts.sort((a, b) => a - b).forEach((latency, i) => expect(latency).toBeCloseTo(13.1 + i / 10, 6));
  });
});

describe('P82 asks for what it knows of', () => {
  test('and reloads a target duration after it asked, half of one after nothing new', () => {
    // The playlist of 100.4 s comes at 100.6 s: it lists 24 segments; the next one is published at 101 s.
    const world = new LiveWorld(liveVideos(STEADY), () => 0.2 * S, { playlists: 'each' });
    world.start(100 * S).run(112 * S);
    expect(world.asked).toEqual([
      [100 * S, -1], [100.2 * S, -2], [100.4 * S, 21], [100.6 * S, 22], [100.8 * S, 23],
      [104.2 * S, -2], [104.4 * S, 24], [108.2 * S, -2], [108.4 * S, 25],
    ]);
  });

  test('while a playlist shows what there was when it left the origin', () => {
    const { host } = new LiveWorld(liveVideos(STEADY), tenth, { playlists: 'each' });
    host.start(100 * S);
    host.manifest(100.1 * S, 1);
    // Two seconds old: it lists 24 segments, and at 101.5 s there are 25.
    expect(host.manifest(101.5 * S, 2, 0, 99.5 * S)).toEqual([['segment', 0, 3, 0, 21, 1]]);
    host.segment(101.6 * S, 3);
    host.segment(101.7 * S, 4);
    expect(host.segment(101.8 * S, 5)).toEqual([]);
    expect(host.fleet.wakeAt(0)).toBe(104.1 * S); // asked for at 100.1 s
    expect(host.wake(104.1 * S)).toEqual([['playlist', 0, 6, 0, 1]]);
    // Nothing new: it is asked for again after half a segment.
    expect(host.manifest(104.2 * S, 6, 0, 99.5 * S)).toEqual([]);
    expect(host.fleet.wakeAt(0)).toBe(106.1 * S);
  });

  test('at the moment of its publication, with one manifest or in parts', () => {
    const parts = { ...STEADY, part: '500ms', holdBack: '1500ms' };
    const world = new LiveWorld(liveVideos(parts, 2), () => 0.05 * S, { playlists: 'each' });
    world.start(100.3 * S).run(104 * S);
    // The playlist of 100.4 s lists what was filmed by 99 s; 97.5 s is in the segment of 96 s.
    const [first, ...later] = world.asked.filter(([, unit]) => unit >= 0);
    expect(first).toEqual([100.4 * S, 192]);
    for (const [at, unit] of later.slice(6)) expect(at).toBe(world.live.publishedAt(unit));
  });

  test('in parts, and changes renditions between segments alone', () => {
    const live = liveVideos({ part: '500ms' }, 2);
    const world = new LiveWorld(live, (request) => (request % 7 < 3 ? 0.4 : 0.02) * S,
      { playlists: 'one', abr: { rule: 'throughput' } }).start(100 * S).run(160 * S);
    const renditions = new Map<number, number>();
    for (const call of world.host.calls) if (call[0] === 'segment') renditions.set(call[4], call[5]);
    for (const [unit, rendition] of renditions) {
      const before = renditions.get(unit - 1);
      if (unit % 4 !== 0 && before !== undefined) expect(rendition).toBe(before);
    }
    expect(renditions.size).toBeGreaterThan(100);
  });
});

describe('P83 holds its distance', () => {
  /** Every request takes 0.1 s, but the one that is sent at 140 s or after takes so much more. */
  function before(params: object, extraS: number): LiveWorld {
    let done = false;
    return new LiveWorld(liveVideos(params), (_, now) => {
      if (done || now < 140 * S) return 0.1 * S;
      done = true;
      return (extraS + 0.1) * S;
    }, { playlists: 'one', stallPatience: '10min' }).start(101 * S).run(130 * S);
  }

  test('a stall adds its length to the latency, which stays without another speed', () => {
    const world = before(STEADY, 20);
    const firstUs = world.latencyUs;
    world.run(300 * S);
    const stallS = world.total('stall_seconds_total');
    expect(stallS).toBeGreaterThan(5);
    expect(world.latencyUs).toBeCloseTo(firstUs + stallS * S, 3);
  });

  test('at speed r a stall of s is made good after s / (r - 1)', () => {
    // Who comes at 101 s begins at the hold-back but for 0.2 s: less than the drift.
    const world = before({ playbackRate: { min: '1', max: '1.25' } }, 20);
    const aboveS = world.latencyUs / S - 13; // what was above the hold-back before goes, too
    expect(aboveS).toBeCloseTo(0.2, 6);
    const stallS = world.run(300 * S).total('stall_seconds_total');
    expect(stallS).toBeGreaterThan(5);
    expect(world.total('live_play_seconds_total', 'fast')).toBeCloseTo((stallS + aboveS) / 0.25, 3);
    expect(world.latencyUs / S).toBeCloseTo(13, 6);
  });

  test('seeks to the hold-back beyond the greatest latency', () => {
    const world = before({ ...STEADY, window: '20s' }, 20).run(300 * S);
    expect(world.total('live_edge_seeks_total')).toBe(1);
    expect(world.total('stall_seconds_total')).toBeGreaterThan(5);
    // At the start of a segment, and so up to one further away.
    expect(world.latencyUs / S).toBeGreaterThan(13);
    expect(world.latencyUs / S).toBeLessThan(17.5);
  });

  test('plays slower while it is too near to the edge', () => {
    const live = liveVideos({ playbackRate: { min: '0.8', max: '1' } });
    const world = new LiveWorld(live, tenth, { playlists: 'one' }).start(0).run(60 * S);
    // It begins 5.1 s after filming, and is 13 s behind after 7.9 s / 0.2.
    expect(world.total('live_play_seconds_total', 'slow')).toBeCloseTo(39.5, 3);
    expect(world.latencyUs / S).toBeCloseTo(13, 6);
  });
});

describe('P85 the distance from the edge', () => {
  test('is told by CMCD, without encoding and packaging, as is the speed', () => {
    const world = new LiveWorld(liveVideos(STEADY), tenth).start(100 * S).run(200 * S);
    const last = world.host.told.at(-1)!;
    // Requests are made at the moment of publication; the latency is 16.2 s, of which 1 s is delay.
    expect(last).toMatchObject({ st: 'l', ltc: 15_200, sta: 'p' });
    expect(last).not.toHaveProperty('pr');
    const fast = new LiveWorld(liveVideos(), tenth).start(100 * S).run(110 * S);
    expect(fast.host.told.at(-1)).toMatchObject({ pr: 1.1 });
  });

  test('is what rules for low latency learn from', () => {
    const learnt = (live: boolean): number => {
      const media = liveVideos({ ...STEADY, videos: live ? 'all' : 1 });
      const world = new LiveWorld(media, tenth, { abr: { rule: 'lolp' } });
      world.start(100 * S, { video: live ? 0 : 1 }).run(140 * S);
      const { neurons } = world.host.fleet.save().rule;
      return Math.max(...Array.from({ length: 3 }, (_, rendition) => neurons![4 * rendition + 1]!));
    };
    expect(learnt(true)).toBeGreaterThan(0);
    expect(learnt(false)).toBe(0); // on demand there is none
  });
});

describe('P84 in any world', () => {
  const anyDelay = fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 1, max: 800_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 15 * S }) });
  const anyCase = fc.record({
    delays: fc.array(anyDelay, { minLength: 1, maxLength: 30 }),
    startUs: fc.integer({ min: 0, max: 120 * S }),
    part: fc.boolean(), playlists: fc.constantFrom('each', 'one'),
    fastest: fc.constantFrom(1, 1.1, 1.5), slowest: fc.constantFrom(1, 0.9),
    ageS: fc.constantFrom(0, 2, 7), windowS: fc.constantFrom(14, 30, 120),
    bufferMax: fc.constantFrom('5s', '30s'),
  });

  test('nobody asks before there is anything, has media beyond the edge, or is ahead of it', () => {
    let [seeks, fast, stalls] = [0, 0, 0];
    fc.assert(fc.property(anyCase, (chosen) => {
      const live = liveVideos({
        length: '4min', window: `${chosen.windowS}s`, ...(chosen.part ? { part: '500ms' } : {}),
        playbackRate: { min: `${chosen.slowest}`, max: `${chosen.fastest}` },
      });
      const delayOf = (request: number) => chosen.delays[request % chosen.delays.length]!;
      const world = new LiveWorld(live, delayOf, {
        playlists: chosen.playlists, bufferMax: chosen.bufferMax, stallPatience: '1h',
      }, chosen.ageS * S).start(chosen.startUs);
      for (let at = chosen.startUs; world.host.fleet.active(0); at += 0.7 * S) {
        world.run(at);
        expect(world.endUs).toBeLessThanOrEqual(live.publishedBy(world.now) * live.unitUs);
        if (world.endUs > 0) expect(world.latencyUs).toBeGreaterThanOrEqual(live.delayUs);
        expect(at).toBeLessThan(3600 * S); // everybody comes to the end
      }
      for (const [at, unit] of world.asked) {
        if (unit >= 0) expect(at).toBeGreaterThanOrEqual(live.publishedAt(unit));
      }
      // Time watched is start-up, play at any speed, stalls and seeks; media played is speed times time.
      const { startupUs, playedUs, stallUs, seekUs } = world.host.fleet.figures(0);
      const [normal, quick, slow] = ['normal', 'fast', 'slow'].map((speed) =>
        world.total('live_play_seconds_total', speed)) as [number, number, number];
      expect(world.total('watch_seconds_total'))
        .toBeCloseTo((startupUs + stallUs + seekUs) / S + normal + quick + slow, 3);
      expect(playedUs / S).toBeCloseTo(normal + chosen.fastest * quick + chosen.slowest * slow, 3);
      seeks += world.total('live_edge_seeks_total');
      fast += quick;
      stalls += world.total('stalls_total');
    }), { seed: 20_261, numRuns: 150 });
    expect(Math.min(seeks, fast, stalls)).toBeGreaterThan(50); // hard enough to mean something
  });
});
