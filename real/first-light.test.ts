import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseSizeTables } from '../scenarios/size-tables.ts';
import { missingRequirement } from '../tests/requirements.ts';
import { Supervisor } from './children.ts';
import { PROVENANCE, readPlan } from './disk-files.fixture.ts';
import { runFfmpeg } from './ffmpeg.ts';
import { startMinio } from './minio.ts';
import { InterruptedError, MissingRequirementError } from './missing-requirement.ts';
import { parseRecording } from './recording.ts';
import { replay } from './replay.ts';
import { RealRunTooLargeError, runReal } from './run.ts';
import { checkRequirements } from './setup.ts';

const missing = checkRequirements()
  .filter((one) => one.found === undefined)
  .map((one) => one.name);
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

test('a clip is packaged, stored, cached and played for real, and the recording replays', async (ctx) => {
  if (missing.length > 0) missingRequirement(ctx, `not installed: ${missing.join(', ')}`);
  const outDir = join(folder, 'out');
  const log: string[] = [];
  const record = await runReal(plan(), {
    provenance: PROVENANCE,
    clip,
    outDir,
    log: (line) => log.push(line),
  });
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

test('an interrupted run reports what was played, if anything was; nothing is left', async (ctx) => {
  if (missing.length > 0) missingRequirement(ctx, `not installed: ${missing.join(', ')}`);
  const late = new AbortController();
  const record = await runReal(plan(), {
    provenance: PROVENANCE,
    clip,
    signal: late.signal,
    onProgress: ({ fraction }) => {
      if (fraction > 0.04) late.abort();
    },
  });
  expect(record.document.complete).toBe(false);
  expect(record.sessions.some((row) => row.outcome === 'watching')).toBe(true);
  const early = new AbortController();
  // A ladder that is never packaged to the end, so that no earlier run can have left its package.
  const running = runReal(plan('catalogue.segment=3s'), {
    provenance: PROVENANCE,
    clip,
    signal: early.signal,
    log: (line) => {
      if (line.startsWith('packaging')) early.abort();
    },
  });
  await expect(running).rejects.toThrow(InterruptedError);
  expect(leftovers()).toEqual([]);
});

test.for([
  { signal: 'SIGINT', code: 0, last: 'complete: false' },
  { signal: 'SIGTERM', code: 0, last: 'complete: false' },
  { signal: 'SIGKILL', code: null, last: 'viewers come' },
] as const)(
  '$signal half-way leaves no process and no folder behind',
  async ({ signal, code, last }, ctx) => {
    if (missing.length > 0) missingRequirement(ctx, `not installed: ${missing.join(', ')}`);
    const { parent, said, exited, children } = await startProcess();
    const commands = children.map((child) => child.command).join('\n');
    for (const program of ['minio server', 'cache-process.ts', 'reaper.ts'])
      expect(commands).toContain(program);
    parent.kill(signal);
    expect(await exited).toBe(code);
    expect(said.at(-1)).toBe(last);
    const pids = new Set(children.map((child) => child.pid));
    await expect.poll(() => processes().filter((one) => pids.has(one.pid)), { timeout: 10_000 }).toEqual([]);
    await expect.poll(leftovers, { timeout: 10_000 }).toEqual([]);
  },
);

test('a cache that dies ends the run with an error, and nothing is left', async (ctx) => {
  if (missing.length > 0) missingRequirement(ctx, `not installed: ${missing.join(', ')}`);
  const { parent, exited, children } = await startProcess();
  let complaint = '';
  parent.stderr.on('data', (data: Buffer) => (complaint += data.toString()));
  process.kill(children.find((child) => child.command.includes('cache-process.ts'))!.pid, 'SIGKILL');
  expect(await exited).toBe(1);
  expect(complaint).toMatch(/(edge|regional)-0 was ended by SIGKILL/);
  await expect.poll(leftovers, { timeout: 10_000 }).toEqual([]);
});

test('another S3 endpoint serves as well, and is left as it was found', async (ctx) => {
  if (missing.length > 0) missingRequirement(ctx, `not installed: ${missing.join(', ')}`);
  const other = new Supervisor();
  const { endpoint } = await startMinio(other);
  const s3Url = endpoint.url.replace('//', `//${endpoint.accessKeyId}:${endpoint.secretAccessKey}@`);
  const { document } = await runReal(plan('run.duration=4s'), { provenance: PROVENANCE, clip, s3Url });
  expect(document.slis['origin_bytes']!.value).toBeGreaterThan(0);
  expect(document.provenance.parameters.find((one) => one.path === 'real.objectStore')?.value).toBe(
    endpoint.url,
  );
  const store = readdirSync(join(scratch, readdirSync(scratch)[0]!));
  expect(store.filter((name) => name.startsWith('weir-'))).toEqual([]);
  await other.stop();
});

test('what cannot run for real is refused before anything is started', async () => {
  const s3Url = 'http://key:secret@127.0.0.1:9';
  await expect(runReal(plan(), { provenance: PROVENANCE, clip, s3Url })).rejects.toThrow(
    MissingRequirementError,
  );
  await expect(runReal(plan('cdn.edge.nodes=500'), { provenance: PROVENANCE, clip })).rejects.toThrow(
    RealRunTooLargeError,
  );
  await expect(runReal(plan('catalogue.live={}'), { provenance: PROVENANCE, clip })).rejects.toThrow(
    'live videos (catalogue.live)',
  );
});

function leftovers(): string[] {
  return readdirSync(scratch);
}

function plan(...settings: string[]) {
  return readPlan(join(folder, 'short-light.yaml'), ...settings);
}

/** Starts a run in a process of its own; resolves once viewers come, with the processes it has started. */
async function startProcess() {
  const program = fileURLToPath(new URL('./run.fixture.ts', import.meta.url));
  const parent = spawn(process.execPath, [program, join(folder, 'short-light.yaml'), clip]);
  const said: string[] = [];
  const exited = new Promise<number | null>((resolve) => parent.once('exit', resolve));
  await new Promise<void>((resolve) => {
    createInterface({ input: parent.stdout }).on('line', (line) => {
      said.push(line);
      if (line.includes('viewers come')) resolve();
    });
    void exited.then(() => resolve());
  });
  const children = processes().filter((one) => one.parent === parent.pid);
  return { parent, said, exited, children };
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** What runs on the machine, but for what is dead and only not yet collected. */
function processes(): Process[] {
  const lines = spawnSync('ps', ['-eo', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' }).stdout.split('\n');
  return lines.flatMap((line) => {
    const found = /^\s*(\d+)\s+(\d+)\s+([^Z\s]\S*)\s+(.*)$/.exec(line);
    return found === null ? [] : [{ pid: Number(found[1]), parent: Number(found[2]), command: found[4]! }];
  });
}
