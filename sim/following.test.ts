import { expect, test } from 'vitest';
import type { ReplicationOutcome } from '../models/operations/run-summary.ts';
import { BY_HAND, outcomeOf, planOf } from './plan.fixture.ts';

/*
 * Viewers with lines of their own are followed ahead of the clock, never past the next sample. A run that
 * is sampled every second goes step by step where one that is never sampled leaps: both must be the same.
 */
const TOWN = [
  'catalogue.videos=40', 'catalogue.length.value=3min', 'audience.watch={law: exponential, mean: 2min}',
  'audience.arrivals={law: poisson, peak: 2/s}', 'audience.startupPatience=measured', 'run.duration=10min',
  'catalogue.ladder=[{name: low, bitrate: 400 kbps, height: 240}, {name: mid, bitrate: 1 Mbps, height: 480},'
    + ' {name: high, bitrate: 3 Mbps, height: 720}]',
  'cdn.edge={nodes: 3, capacity: 300 MB}', 'cdn.regional={nodes: 2, capacity: 1 GB}',
  'player.stallPatience=9s',
];
const LINE = 'duration_ms,kbps,latency_ms\n7000,6000,20\n3000,0,60\n9000,1500,200\n';

test.each([1, 3])('a run is the same however often it is looked at, with %i viewers on a line',
  (viewersPerLink) => {
    const settings = [...TOWN, `audience.networks[0].viewersPerLink=${viewersPerLink}`];
    const [often, never] = ['1s', '10min'].map((step) =>
      outcomeOf(planOf(BY_HAND, [...settings, `run.sampleEvery=${step}`], LINE)));
    expect(never!.sessions.length).toBeGreaterThan(1000);
    expect(new Set(never!.sessions.map((row) => row.outcome)).size).toBeGreaterThan(3);
    // Played bits are a sum of more terms where somebody looks more often.
    const rows = ({ sessions }: ReplicationOutcome) =>
      sessions.map((row) => ({ ...row, meanBitrate: Math.round(row.meanBitrate) }));
    expect(rows(never!)).toEqual(rows(often!));
    expect(never!.logs).toEqual(often!.logs);
    for (const [name, value] of Object.entries(never!.slis)) {
      expect(Math.abs(often!.slis[name]! - value), name).toBeLessThanOrEqual(1e-12 * Math.abs(value));
    }
    const spared = (often!.events - 599) / never!.events;
    if (viewersPerLink === 1) expect(spared).toBeGreaterThan(1.2);
    else expect(spared).toBe(1);
  });
