import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Provenance } from '../models/core/run-record.ts';
import { buildPlan } from '../scenarios/build.ts';
import type { FileSource } from '../scenarios/files.ts';
import { loadScenario } from '../scenarios/load.ts';
import type { ScenarioPlan } from '../scenarios/plan.ts';
import { parseSizeTables } from '../scenarios/size-tables.ts';
import { missingRequirement } from '../tests/requirements.ts';
import { Supervisor } from './children.ts';
import { runFfmpeg } from './ffmpeg.ts';
import { startMinio } from './minio.ts';
import { InterruptedError, MissingRequirementError } from './missing-requirement.ts';
import { parseRecording } from './recording.ts';
import { replay } from './replay.ts';
import { RealRunTooLargeError, runReal } from './run.ts';
import { checkRequirements } from './setup.ts';

const missing = checkRequirements().filter((one) => one.found === undefined).map((one) => one.name);
const supervisor = new Supervisor();
const folder = supervisor.temporaryDirectory('first-light');
const clip = join(folder, 'clip.mp4');
/** Where the runs under test make their temporary folders. */
const scratch = join(folder, 'scratch');

const SCENARIO = `
weir: 1
name: short-light
title: Three viewers of a clip of twelve seconds
run: { duration: 40s, sampleEvery: 2s }
catalogue:
  videos: 1
  segment: 2s
  ladder:
    - { name: 90p, bitrate: 150 kbps, height: 90 }
    - { name: 180p, bitrate: 400 kbps, height: 180 }
    - { name: 360p, bitrate: 1 Mbps, height: 360 }
audience:
  arrivals: { law: fixed, at: [0s, 1s, 2s] }
  networks: [{ name: wired, traces: networks/fcc-hd }]
  startupPatience: endless
  watch: { law: constant, value: 1min }
player: { startBuffer: 2s, resumeBuffer: 2s, bufferMax: 6s }
cdn:
  edge: { nodes: 1, capacity: 1 GB }
  regional: { nodes: 1, capacity: 1 GB }
  origin: { latency: 60ms }
`;

beforeAll(async () => {
  mkdirSync(scratch);
  process.env['TMPDIR'] = scratch;
  writeFileSync(join(folder, 'short-light.yaml'), SCENARIO);
  if (missing.length > 0) return;
  const source = ['-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=24:duration=12'];
  await runFfmpeg(supervisor, [...source, '-f', 'lavfi', '-i', 'sine=duration=12', clip]);
});
afterAll(() => supervisor.stop());

test('a clip is packaged, stored, cached and played by real viewers, and the recording replays', async (ctx) => {
  if (missing.length > 0) missingRequirement(ctx, `not installed: ${missing.join(', ')}`);
  const outDir = join(folder, 'out');
  const log: string[] = [];
  const record = await runReal(plan(), { provenance: PROVENANCE, clip, outDir, log: (line) => log.push(line) });
  const { document } = record;
  expect(document).toMatchObject({ world: 'real', complete: true, scenario: 'short-light', replications: 1 });
  expect(record.sessions.map((row) => row.outcome)).toEqual(['finished', 'finished', 'finished']);
  for (const row of record.sessions) expect(row).toMatchObject({ playedSeconds: 12, segments: 6 });
  // Manifest and first segment take a round trip each at least, the wired traces some 20 to 80 ms of it.
  for (const row of record.sessions) expect(row.startupSeconds!).toBeGreaterThan(0.02);
  const sli = (name: string) => document.slis[name]!.value!;
  expect(sli('edge_hit_rate')).toBeGreaterThan(0);
  expect(sli('cdn_availability')).toBe(1);
  expect(sli('playback_failure_rate')).toBe(0);
  expect(sli('origin_bytes')).toBeGreaterThan(0);
  expect(sli('origin_fetch_latency_ms')).toBeGreaterThanOrEqual(60); // the origin's latency of the scenario
  const table = parseSizeTables(readFileSync(join(outDir, 'sizes.json'), 'utf8'), 'sizes.json')[0]!;
  expect([table.segments, table.bitrates.length]).toEqual([6, 3]);
  expect(document.provenance.parameters.find((one) => one.path === 'real.encoder')?.value).toMatch(/264/);
  expect(record.series.filter((point) => point.metric === 'sessions_active').length).toBeGreaterThan(4);
  expect(record.logs[0]!.events.map((event) => event.kind)).toContain('playing');

  const { header, entries } = parseRecording(readFileSync(join(outDir, 'recording.jsonl'), 'utf8'));
  const result = replay(header, entries);
  expect(result.difference).toBeUndefined();
  expect(result.calls).toBeGreaterThan(3 * 7);
  expect(leftovers()).toEqual([]);
});

test('an interrupted run reports what was played; one interrupted earlier says so; nothing is left', async (ctx) => {
  if (missing.length > 0) missingRequirement(ctx, `not installed: ${missing.join(', ')}`);
  const late = new AbortController();
  const record = await runReal(plan(), {
    provenance: PROVENANCE, clip, signal: late.signal,
    onProgress: ({ fraction }) => {
      if (fraction > 0.04) late.abort();
    },
  });
  expect(record.document.complete).toBe(false);
  expect(record.sessions.some((row) => row.outcome === 'watching')).toBe(true);
  const early = new AbortController();
  const running = runReal(plan(), {
    provenance: PROVENANCE, clip, signal: early.signal,
    log: (line) => {
      if (line.startsWith('packaging')) early.abort();
    },
  });
  await expect(running).rejects.toThrow(InterruptedError);
  expect(leftovers()).toEqual([]);
});

test('another S3 endpoint serves as well, and is left as it was found', async (ctx) => {
  if (missing.length > 0) missingRequirement(ctx, `not installed: ${missing.join(', ')}`);
  const other = new Supervisor();
  const { endpoint } = await startMinio(other);
  const s3Url = endpoint.url.replace('//', `//${endpoint.accessKeyId}:${endpoint.secretAccessKey}@`);
  const { document } = await runReal(plan('run.duration=4s'), { provenance: PROVENANCE, clip, s3Url });
  expect(document.slis['origin_bytes']!.value).toBeGreaterThan(0);
  expect(document.provenance.parameters.find((one) => one.path === 'real.objectStore')?.value).toBe(endpoint.url);
  const store = readdirSync(join(scratch, readdirSync(scratch)[0]!));
  expect(store.filter((name) => name.startsWith('weir-'))).toEqual([]);
  await other.stop();
});

test('what cannot run for real is refused before anything is started', async () => {
  const s3Url = 'http://key:secret@127.0.0.1:9';
  await expect(runReal(plan(), { provenance: PROVENANCE, clip, s3Url })).rejects.toThrow(MissingRequirementError);
  await expect(runReal(plan('cdn.edge.nodes=500'), { provenance: PROVENANCE, clip })).rejects.toThrow(RealRunTooLargeError);
});

function leftovers(): string[] {
  return readdirSync(scratch);
}

function plan(...settings: string[]): ScenarioPlan {
  return buildPlan(loadScenario(join(folder, 'short-light.yaml'), FILES, settings), FILES);
}

const FILES: FileSource = {
  library: join(import.meta.dirname, '..', 'scenarios'),
  readText: (path) => (statSync(path, { throwIfNoEntry: false })?.isFile() === true ? readFileSync(path, 'utf8') : undefined),
  list: (path) => (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? readdirSync(path).sort() : undefined),
  exists: existsSync,
  resolve: (from, path) => (isAbsolute(path) ? path : join(dirname(from), path)),
  sha256: (text) => createHash('sha256').update(text).digest('hex'),
};

const PROVENANCE: Provenance = {
  version: '0.0.0', gitRevision: 'test', node: process.versions.node, scenarioDigest: '', streamDerivation: 1,
  inputs: [], parameters: [], unvalidated: [],
};
