import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunDocument, RunRecord } from '../models/core/run-record.ts';
import { missingRequirement } from '../tests/requirements.ts';
import { Supervisor } from './children.ts';
import { PROVENANCE, readPlan } from './disk-files.fixture.ts';
import { checkFaults, UnrealFaultError } from './faults.ts';
import { runFfmpeg } from './ffmpeg.ts';
import { parseRecording } from './recording.ts';
import { replay } from './replay.ts';
import { runReal } from './run.ts';
import { checkRequirements } from './setup.ts';

const missing = checkRequirements().filter(({ found }) => found === undefined).map(({ name }) => name);
const supervisor = new Supervisor();
const folder = supervisor.temporaryDirectory('real-faults');
const clip = join(folder, 'clip.mp4');

// Players keep little ahead, so that what fails is soon seen.
const SCENARIO = `
weir: 1
name: faulty-light
title: Four viewers of a clip of sixteen seconds, while something breaks
run: { duration: 30s, sampleEvery: 2s, seed: 5 }
catalogue:
  videos: 1
  segment: 2s
  ladder: [{ name: 90p, bitrate: 150 kbps, height: 90 }, { name: 180p, bitrate: 400 kbps, height: 180 }]
audience:
  arrivals: { law: fixed, at: [0s, 300ms, 600ms, 900ms] }
  networks: [{ name: wired, traces: networks/fcc-hd }]
  startupPatience: endless
  watch: { law: constant, value: 1min }
player: { startBuffer: 2s, resumeBuffer: 2s, bufferMax: 4s }
cdn:
  edge: { nodes: 2, capacity: 1 GB }
  regional: { nodes: 1, capacity: 1 GB }
  routing: { detection: 2s }
monitoring: { scrapeEvery: 1s, rules: [alerts/first-light.yaml] }
`;
const EDGE_DOWN = 'faults=[{kind: placeDown, name: edge 0 down, at: 3s, duration: 5s, place: 0}]';
const OUTAGE = 'faults=[{kind: originOutage, name: store down, at: 3s, duration: 4s}]';

beforeAll(async () => {
  mkdirSync(join(folder, 'scratch'));
  writeFileSync(join(folder, 'faulty-light.yaml'), SCENARIO);
  if (missing.length > 0) return;
  await runFfmpeg(supervisor, ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=24:duration=16', clip]);
});
afterAll(() => supervisor.stop());

test('an edge whose process is killed: viewers are moved, and the record says so', async (ctx) => {
  if (missing.length > 0) missingRequirement(ctx, `not installed: ${missing.join(', ')}`);
  const outDir = join(folder, 'edge');
  const { document, sessions } = await play(EDGE_DOWN, outDir);
  expect(sessions.map(({ outcome }) => outcome)).toEqual(['finished', 'finished', 'finished', 'finished']);
  expect(count(document, 'sessions_rerouted_total')).toBeGreaterThan(0);
  expect(count(document, 'edge_lost_requests_total')).toBeGreaterThan(0);
  expect(document.slis['cdn_availability']!.value).toBeLessThan(1);
  const [fault] = document.faults!;
  expect(fault).toMatchObject({ name: 'edge 0 down', kind: 'placeDown', scope: 'edge, place 0' });
  expect(fault!.fromSeconds).toBeGreaterThanOrEqual(3);
  expect(fault!.fromSeconds).toBeLessThan(6);
  expect(firing(document, 'EdgeErrors')[0]).toBeGreaterThanOrEqual(fault!.fromSeconds);
  expect(document.incidents).toMatchObject([{ fault: 'edge 0 down', detectedIn: 1 }]);
  const { header, entries } = parseRecording(readFileSync(join(outDir, 'recording.jsonl'), 'utf8'));
  expect(header.caches.map(({ component }) => component)).toEqual(
    ['edge-0', 'edge-1', 'regional-0', 'edge-0-2']);
  expect(replay(header, entries).difference).toBeUndefined();
}, 90_000);

test('MinIO stopped and started again: what no cache holds fails, players stall and go on', async (ctx) => {
  if (missing.length > 0) missingRequirement(ctx, `not installed: ${missing.join(', ')}`);
  const { document, sessions } = await play(OUTAGE, join(folder, 'origin'));
  expect(sessions.map(({ outcome }) => outcome)).toEqual(['finished', 'finished', 'finished', 'finished']);
  const errors = document.metrics.find(({ name, labels }) =>
    name === 'cache_requests_total' && labels['tier'] === 'edge' && labels['result'] === 'error');
  expect(errors!.value).toBeGreaterThan(0);
  expect(sessions.reduce((sum, { stallSeconds }) => sum + stallSeconds, 0)).toBeGreaterThan(0.5);
  expect(firing(document, 'EdgeErrors')).toHaveLength(1);
  expect(document.slos.find(({ name }) => name === 'cdn-availability')).toMatchObject({ verdict: 'missed' });
  expect(document.faults![0]!.untilSeconds).toBeGreaterThan(7);
}, 90_000);

test('what a real run cannot break is refused before anything is started', () => {
  const refusals = (faults: string, ownStore = true) => {
    try {
      const plan = readPlan(join(folder, 'faulty-light.yaml'), `faults=${faults}`);
      checkFaults(plan.scenario.faults, { edge: 2, regional: 1 }, ownStore);
      return '';
    } catch (error) {
      if (!(error instanceof UnrealFaultError)) throw error;
      return error.message;
    }
  };
  const both = '[{kind: placeDown, at: 1s, duration: 1s, place: 7}, {kind: cacheFlush, at: 1s}]';
  expect(refusals(both)).toBe('faults[0]: expected a place of at most 1, got 7\n'
    + 'faults[1]: a real run has no means for cacheFlush: expected placeDown or originOutage');
  const half = '[{kind: originOutage, at: 1s, duration: 1s, share: 50%}]';
  expect(refusals(half)).toMatch(/stopped as a whole/);
  const whole = '[{kind: originOutage, at: 1s, duration: 1s}]';
  expect([refusals(whole), refusals(whole, false)]).toEqual(['', expect.stringMatching(/not ours/)]);
});

function play(faults: string, outDir: string): Promise<RunRecord> {
  const plan = readPlan(join(folder, 'faulty-light.yaml'), faults);
  return runReal(plan, { provenance: PROVENANCE, clip, outDir });
}

function count({ metrics }: RunDocument, name: string): number {
  return metrics.find((metric) => metric.name === name)?.value ?? 0;
}

/** When an alert began to fire. [s] */
function firing({ alerts }: RunDocument, name: string): number[] {
  return alerts.filter((alert) => alert.name === name).flatMap(({ transitions }) =>
    transitions.filter(({ state }) => state === 'firing').map(({ seconds }) => seconds));
}
