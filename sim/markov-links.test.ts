import { describe, expect, test } from 'vitest';
import type { SessionRow } from '../models/core/run-record.ts';
import { buildPlan } from '../scenarios/build.ts';
import { loadScenario } from '../scenarios/load.ts';
import { memoryFiles } from '../scenarios/memory-files.fixture.ts';
import { packPlan, unpackPlan } from '../scenarios/packed-plan.ts';
import { outcomeOf } from './plan.fixture.ts';
import { VideoRun } from './video-run.ts';

/** Viewers on lines of a model that hardly changes its state: a line is slow for an hour, or fast. */
const LASTING = `weir: 1
name: lasting
title: Lines that stay as they are
run: { duration: 40min, sampleEvery: 10min, seed: 1 }
catalogue:
  videos: 5
  length: { law: constant, value: 2min }
  ladder: [{ name: 360p, bitrate: 800 kbps, height: 360 }, { name: 720p, bitrate: 2.8 Mbps, height: 720 }]
audience:
  arrivals: { law: poisson, peak: 15/min }
  networks: [{ name: line, markov: m.json }]
  watch: { law: constant, value: 1min }
`;
const MODEL = `{ "weir-markov": 1, "step": "10s", "states": [{ "kbps": 1200 }, { "kbps": 9000 }],
  "weights": [[9999, 1], [1, 9999]] }`;

function planOf(...settings: readonly string[]) {
  const files = memoryFiles({ 'x.yaml': LASTING, 'm.json': MODEL });
  return buildPlan(loadScenario('x.yaml', files, settings), files);
}

/** Sessions that the end of the run does not cut short. */
function whole(sessions: readonly SessionRow[]): readonly SessionRow[] {
  return sessions.filter(({ outcome }) => outcome !== 'watching');
}

/** Whether each of them has a fast line. */
function fastOf(sessions: readonly SessionRow[]): boolean[] {
  return whole(sessions).map(({ meanBitrate }) => meanBitrate > 1.5e6);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

describe('links of a Markov model', () => {
  const plan = planOf();

  test('N25 differ between replications, and figures vary as much as the lines do', () => {
    const outcomes = Array.from({ length: 24 }, (_one, replication) => outcomeOf(plan, replication));
    const shares = outcomes.map(({ sessions }) => {
      const isFast = fastOf(sessions).map(Number);
      return sum(isFast) / isFast.length;
    });
    const mean = sum(shares) / shares.length;
    const variance = sum(shares.map((share) => (share - mean) ** 2)) / (shares.length - 1);
    // Viewers draw from 128 lines, each fast or slow. With the same lines in all replications the first
    // term would not be there, and the deviation be 0.4 times as large.
    const viewers = fastOf(outcomes[0]!.sessions).length;
    const expected = Math.sqrt(0.25 * (1 / 128 + 1 / viewers));
    expect(Math.abs(mean - 0.5)).toBeLessThan((3 * expected) / Math.sqrt(24));
    expect(Math.sqrt(variance) / expected).toBeGreaterThan(0.7); // 95 % of a chi distribution of 23 degrees
    expect(Math.sqrt(variance) / expected).toBeLessThan(1.3);
  });

  test('N25 are the same for the same seed and replication: another rule sees the same lines', () => {
    const sessions = (...settings: readonly string[]) => outcomeOf(planOf(...settings), 3).sessions;
    // At the lowest rendition, too, the first 400 kB take 0.4 s of a fast line and 2.7 s of a slow one.
    const lowest = whole(sessions('player.abr={rule: fixed, rendition: 0}'));
    expect(lowest.map(({ startupSeconds }) => (startupSeconds ?? 9) < 2)).toEqual(fastOf(sessions()));
    expect(outcomeOf(unpackPlan(packPlan(plan)), 3).fingerprint).toBe(outcomeOf(plan, 3).fingerprint);
    expect(outcomeOf(planOf('run.first=3'), 0).slis).toEqual(outcomeOf(plan, 3).slis);
  });

  test('N16 a run on them goes on byte for byte after it was saved', () => {
    const first = new VideoRun(plan, 1);
    first.advance(5000);
    const second = new VideoRun(plan, 1);
    second.restore(structuredClone(first.save()));
    second.advance(Infinity);
    expect(second.finish()).toEqual(outcomeOf(plan, 1));
  });
});
