import { describe, expect, test } from 'vitest';
import { RandomStreams } from '../models/core/rng.ts';
import { drawCap } from '../models/network/viewer-caps.ts';
import { BY_HAND_ONE, outcomeOf, planOf } from './plan.fixture.ts';
import { VideoRun } from './video-run.ts';

/** A crowd whose members share links of varying capacity by threes. */
const CROWD = `weir: 1
name: crowd
title: Viewers on shared links
run: { duration: 10min, sampleEvery: 10s, seed: 3 }
catalogue:
  videos: 5
  length: { law: constant, value: 2min }
  ladder:
    - { name: 360p, bitrate: 800 kbps, height: 360 }
    - { name: 720p, bitrate: 2.8 Mbps, height: 720 }
    - { name: 1080p, bitrate: 5 Mbps, height: 1080 }
audience:
  arrivals: { law: poisson, peak: 20/min }
  networks: [{ name: a, traces: link.csv, viewersPerLink: 3 }]
  watch: { law: exponential, mean: 1min }
`;
const VARYING = `duration_ms,kbps,latency_ms
3000,4000,20\n5000,15000,30\n2000,700,50\n4000,9000,20\n`;
const MIX = 'audience.networks[0].viewerCaps='
  + '[{rate: 2 Mbps, share: 30%}, {rate: 6 Mbps, share: 30%}, {share: 40%}]';

describe('viewers who get no more than a rate of their own', () => {
  test('two share a line of 8 Mbps, one of them at 2 Mbps at most: ends as worked out by hand', () => {
    const outcome = outcomeOf(planOf(BY_HAND_ONE, ['audience.arrivals.at=[1s, 1s]', 'run.seed=2',
      'audience.networks[0].viewersPerLink=2', 'audience.networks[0].viewerCaps=[{rate: 2 Mbps}, {}]']));
    // The manifest, 1600 bits, comes to both at once: 800 us at 2 Mbps, 267 us at the 6 Mbps that are left.
    const manifest = 10_000 + 150_000 + 32 + 25_000 + 16 + 5000 + 10_000;
    // The one without a cap asks first for the segment, which is fetched once and answers both at once: 3.2
    // Mbit at 6 and at 2 Mbps.
    const segment = manifest + 267 + 10_000 + 150_000 + 64_000 + 25_000 + 32_000 + 5000 + 10_000;
    const startup = [segment + 533_334, segment + 1_600_000].map((us) => us / 1e6);
    expect(outcome.sessions.map((row) => row.startupSeconds).sort()).toEqual(startup);
  });

  test.each([1, 3])('%i a link, caps above what links carry change nothing, to the last byte', (perLink) => {
    const sharing = `audience.networks[0].viewersPerLink=${perLink}`;
    const loose = 'audience.networks[0].viewerCaps=[{rate: 15 Mbps}, {rate: 1 Gbps}, {}]';
    const outcome = outcomeOf(planOf(CROWD, [sharing, loose], VARYING));
    expect(outcome.sessions.length).toBeGreaterThan(150);
    expect(outcome).toEqual(outcomeOf(planOf(CROWD, [sharing], VARYING)));
  });

  test('a cap on a line of one\'s own is a line that carries no more', () => {
    const cap = 'audience.networks[0].viewerCaps=[{rate: 2 Mbps}]';
    const alone = 'audience.networks[0].viewersPerLink=1';
    const slow = VARYING.replace('4000,20\n5', '2000,20\n5').replace('15000', '2000').replace('9000', '2000');
    expect(outcomeOf(planOf(CROWD, [alone, cap], VARYING))).toEqual(outcomeOf(planOf(CROWD, [alone], slow)));
  });

  test.each([1, 3])('%i a link, a transfer takes no less time than its cap leaves it', (perLink) => {
    const settings = [`audience.networks[0].viewersPerLink=${perLink}`,
      'audience.networks[0].viewerCaps=[{rate: 3 Mbps}]', 'cdn.edge.latency=0s'];
    const { logs } = outcomeOf(planOf(CROWD, settings, VARYING));
    const bits = [3.2e6, 11.2e6, 20e6]; // of 4 s of each rendition
    const { events } = logs[0]!;
    const arrived = events.filter(({ kind, segment }) => kind === 'arrived' && segment >= 0);
    expect(arrived.length).toBeGreaterThan(5);
    for (const { segment, rendition, seconds } of arrived) {
      const asked = events.findLast((event) =>
        event.kind === 'requested' && event.segment === segment && event.seconds < seconds)!;
      expect(seconds - asked.seconds).toBeGreaterThan(bits[rendition]! / 3e6);
    }
  });

  test('what capped viewers leave, the others have: who has no cap sees more beside those who have', () => {
    const mean = (rate: string, place: number) => {
      const mix = `audience.networks[0].viewerCaps=[{rate: ${rate}, share: 50%}, {share: 50%}]`;
      const outcome = outcomeOf(planOf(CROWD, [mix], 'duration_ms,kbps,latency_ms\n1000,6000,20\n'));
      const draws = new RandomStreams(3, 0).stream('audience/cap');
      const capOf = outcome.sessions.map(() => drawCap(draws, [{ share: 0.5 }, { share: 0.5 }]));
      const own = outcome.sessions.filter(({ session }) => capOf[session] === place);
      expect(own.length).toBeGreaterThan(70);
      return own.reduce((sum, { meanBitrate }) => sum + (meanBitrate ?? 0), 0) / own.length;
    };
    expect(mean('1 Mbps', 0)).toBeLessThan(0.8e6 + 1);
    expect(mean('1 Mbps', 1)).toBeGreaterThan(1.1 * mean('1 Gbps', 1));
  });

  test.each([100, 3000, 9000])('a run with a mix of caps goes on byte for byte after %i events', (events) => {
    const plan = planOf(CROWD, [MIX], VARYING);
    const first = new VideoRun(plan, 0);
    first.advance(events);
    const saved = structuredClone(first.save());
    first.advance(Infinity);
    const second = new VideoRun(plan, 0);
    second.advance(777);
    second.restore(saved);
    second.advance(Infinity);
    const straight = outcomeOf(plan);
    expect([first.finish(), second.finish()]).toEqual([straight, straight]);
  });
});
