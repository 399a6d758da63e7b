import { availableParallelism } from 'node:os';
import { afterAll, describe, expect, test } from 'vitest';
import { MetricSet } from '../models/core/metrics.ts';
import { RandomStreams } from '../models/core/rng.ts';
import { fleetParams } from '../models/transcode/fleet-params.ts';
import { Fleet } from '../models/transcode/fleet.ts';
import { CODECS, createTasks } from '../models/transcode/task.ts';
import { isTranscoding } from '../scenarios/plan.ts';
import { buildPlan } from '../scenarios/build.ts';
import { loadScenario } from '../scenarios/load.ts';
import { memoryFiles } from '../scenarios/memory-files.fixture.ts';
import { missingRequirement } from '../tests/requirements.ts';
import { Supervisor } from './children.ts';
import { chunkArguments } from './encode-chunk.ts';
import { chunkEnding, encoderArguments, NVENC_ENCODERS } from './encoder-arguments.ts';
import { probeNvenc } from './encoders.ts';
import { nvencCodecs, nvencOf, nvencPool, parseGpus } from './nvenc.ts';
import { checkRequirements } from './setup.ts';
import { createFarm } from './transcode-farm.ts';

const supervisor = new Supervisor();
afterAll(() => supervisor.stop());

describe('arguments of ffmpeg', () => {
  test('for NVENC: preset, tuning, capped rate, the GPU of the slot', () => {
    const capped = ['-b:v', '5000000', '-pix_fmt', 'yuv420p', '-maxrate', '5500000', '-bufsize', '10000000'];
    const common = ['-preset', 'p5', '-tune', 'hq', '-rc', 'vbr', ...capped];
    expect(encoderArguments('h264_nvenc', 5e6, 1)).toEqual(['-c:v', 'h264_nvenc', ...common,
      '-no-scenecut', '1', '-forced-idr', '1', '-bf', '2', '-gpu', '1']);
    expect(encoderArguments('hevc_nvenc', 5e6, 0)).toEqual(['-c:v', 'hevc_nvenc', ...common,
      '-tag:v', 'hvc1', '-gpu', '0']);
    expect(encoderArguments('av1_nvenc', 5e6)).toEqual(['-c:v', 'av1_nvenc', ...common]);
    expect(NVENC_ENCODERS.map(chunkEnding)).toEqual(['ts', 'mp4', 'mp4']);
  });

  test('for several renditions: one decode, split and scaled, an output each', () => {
    const output = (height: number) => ({ file: `${height}.ts`, height, bitrate: 1e6 });
    const work = { source: 'in', startUs: 8e6, lengthUs: 4e6, encoder: 'x264-veryfast' } as const;
    const both = chunkArguments({ ...work, outputs: [output(360), output(720)] });
    expect(both.join(' ')).toContain('-ss 8.000000 -t 4.000000 -i in -filter_complex '
      + '[0:v:0]split=2[s0][s1];[s0]scale=-2:360[v0];[s1]scale=-2:720[v1] -map [v0] -an -c:v libx264');
    expect(both.filter((one) => one === '-i')).toHaveLength(1);
    expect(both.at(-1)).toBe('720.ts');
    expect(chunkArguments({ ...work, outputs: [output(360)] }).join(' ')).toContain('-vf scale=-2:360');
  });
});

test('GPUs are known by the names that nvidia-smi gives them', () => {
  const gpus = parseGpus('NVIDIA L4, 23034\nTesla T4, 15360\nNVIDIA A10G, 23028\nQuadro X, 8192\n');
  expect(gpus.map(({ name, encoders }) => [name, encoders])).toEqual([
    ['L4', 2], ['T4', 1], ['A10G', 1], ['Quadro X', 1],
  ]);
  expect(gpus[3]!.memoryBytes).toBe(8192 * 2 ** 20);
});

test('a machine with two L4 has a slot for each of their engines, and codecs that were tried alone', () => {
  const pool = nvencPool(parseGpus('NVIDIA L4, 23034\nNVIDIA L4, 23034\n'), ['h264', 'av1'], 'p5');
  const tasks = createTasks();
  const params = fleetParams.parse({
    kind: 'fleet', speed: 1000, pools: [{ name: 'x', machine: 'g6.xlarge', machines: 1 }],
  });
  const nothing = () => {};
  const fleet = new Fleet(tasks, [pool], params, [1080], new RandomStreams(1, 0), {
    workerOpened: nothing, workerGone: nothing, workerBroke: nothing, workerAborted: nothing,
    roomMade: nothing,
  });
  fleet.open(0);
  const task = (codec: number) => {
    const row = tasks.open();
    const c = tasks.columns;
    [c.codec[row], c.rung[row], c.topRung[row]] = [codec, 0, 0];
    [c.chunkPixels[row], c.chunkUs[row]] = [2.5e8, 4e6];
    return row;
  };
  const h264 = task(CODECS.indexOf('h264'));
  expect([fleet.place(0, h264, 9), fleet.placedOn]).toEqual([2, 0]);
  expect([fleet.place(0, h264, 9), fleet.placedOn]).toEqual([2, 1]);
  expect(fleet.place(0, h264, 9)).toBe(0);
  expect(fleet.lanes[fleet.laneOf(task(CODECS.indexOf('hevc')))]).toBe('none');
});

test('NVENC is used where a trial encode works, and its absence is said', async (ctx) => {
  if (checkRequirements().some(({ name, found }) => name === 'ffmpeg' && found === undefined)) {
    missingRequirement(ctx, 'ffmpeg is not installed');
  }
  const probes = await probeNvenc(supervisor);
  expect(probes.map(({ name }) => name)).toEqual([...NVENC_ENCODERS]);
  const works = nvencCodecs(probes);
  const lines: string[] = [];
  const cores = `{ name: local, machine: c7i.xlarge, cores: ${availableParallelism()}, machines: 1 }`;
  const made = await farmOf(`[{ name: gpu, machine: g6.xlarge, machines: 1 }, ${cores}]`, lines);
  expect(lines.filter((line) => /^h264_nvenc: (works|cannot be used here \(\w+\): .+)/.test(line)))
    .toHaveLength(1);
  const { encoder, engine } = made.encoderOf(CODECS.indexOf('h264'), 0);
  expect(encoder).toBe(works.includes('h264') ? nvencOf('h264') : 'x264-veryfast');
  expect(engine === 'cpu').toBe(!works.includes('h264'));
  if (works.includes('h264')) return;
  await expect(farmOf('[{ name: gpu, machine: g6.xlarge, machines: 1 }]', []))
    .rejects.toThrow(/the scenario has no cores to encode on, and NVENC does not work here/);
  await expect(farmOf(cores.replace(/cores.*1 }/, 'machines: 900 }').replace(/^/, '[').concat(']'), []))
    .rejects.toThrow(/the scenario has 3600, this machine/);
});

async function farmOf(pools: string, lines: string[]) {
  const text = `weir: 1\nname: x\ntitle: X\nrun: { duration: 1h }\nupload: {}
transcode: { codecs: [{ codec: h264 }], farm: { kind: fleet, pools: ${pools} } }\n`;
  const files = memoryFiles({ 'x.yaml': text });
  const plan = buildPlan(loadScenario('x.yaml', files), files);
  if (!isTranscoding(plan)) throw new Error('the scenario transcodes');
  const { signal } = new AbortController();
  const log = (line: string) => lines.push(line);
  return createFarm({ plan, tasks: createTasks(), metrics: new MetricSet(), supervisor, signal, log });
}
