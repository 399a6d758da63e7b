import { describe, expect, test } from 'vitest';
import { buildPlan } from '../scenarios/build.ts';
import { loadScenario } from '../scenarios/load.ts';
import { memoryFiles } from '../scenarios/memory-files.fixture.ts';
import { total } from './plan.fixture.ts';
import { VideoRun } from './video-run.ts';

/** Videos of one minute in 1080p at 30 frames a second, on one rung, of even content. */
const BASE = `weir: 1
name: fleet
title: A fleet
run: { duration: 10h, seed: 5 }
prices: prices.yaml
upload:
  arrivals: { peak: 20/min }
  duration: { law: constant, value: 1min }
  sources: [{ name: hd, share: 100%, height: 1080, bitrate: 8 Mbps }]
  complexity: 0
transcode:
  chunk: 10s
  ladder: [{ name: 1080p, bitrate: 5 Mbps, height: 1080 }]
  codecs: [{ codec: h264 }]
  poison: 0%
  farm:
    kind: fleet
    pools: [{ name: l4, machine: g6.xlarge, machines: 4 }]
    variation: 0
    failures: 0%
`;

/** Nothing random in encoding. */
const EVEN = { variation: 0, failures: '0%' };

const PRICES = `weir-prices: 1
name: own
currency: USD
rows:
  - { item: ec2.g6.xlarge, unit: hour, price: 0.8, asOf: 2026-01, source: made up for this test }
${['g6.xlarge.spot', 'g4dn.xlarge', 'c7i.2xlarge'].map((name) =>
    `  - { item: ec2.${name}, unit: hour, price: 0.4, asOf: 2026-01, source: made up }`).join('\n')}
`;

describe('engines', () => {
  test('encode no more than they can: a saturated L4 does 283 frames of 1080p a second an engine', () => {
    const farm = { pools: [{ name: 'l4', machine: 'g6.xlarge', machines: 1 }], ...EVEN, speed: 1 };
    const run = outcome({ 'upload.arrivals.peak': '200/min', 'run.duration': '1h' }, farm);
    const busy = total(run, 'transcoding_engine_busy_seconds_total');
    const media = total(run, 'transcoding_engine_output_seconds_total');
    // Some of what the engines are at when the run ends is not put out yet: at most the sessions of one GPU.
    expect(busy / (2 * 3600)).toBeGreaterThan(0.985);
    expect(busy / (2 * 3600)).toBeLessThanOrEqual(1);
    const sessions = Math.floor((2 * 283) / 30);
    expect(media * 30).toBeGreaterThan(283 * busy - sessions * 300);
    expect(media * 30).toBeLessThanOrEqual(283 * busy);
  });

  test('are busy for what is asked of them, when they cope', () => {
    const run = outcome({});
    const asked = total(run, 'transcoding_output_seconds_total') * (30 / 283);
    expect(total(run, 'transcoding_engine_busy_seconds_total') / asked).toBeCloseTo(1, 2);
    const available = total(run, 'transcoding_engine_seconds_total');
    expect(available).toBeCloseTo(4 * 2 * 36_000, 3);
    expect(run.slis['transcoding_engine_utilisation']).toBeCloseTo(asked / available, 2);
  });

  test('cost what their machines cost: a minute of 1080p at full use costs 0.0007 dollars on an L4', () => {
    const farm = { pools: [{ name: 'l4', machine: 'g6.xlarge', machines: 1 }], ...EVEN, speed: 1 };
    const run = outcome({ 'upload.arrivals.peak': '200/min', 'run.duration': '1h' }, farm);
    expect(total(run, 'usage_total', { item: 'ec2.g6.xlarge' })).toBeCloseTo(1, 9);
    expect(total(run, 'transcoding_cost_dollars_total')).toBeCloseTo(0.8, 9);
    const streams = (2 * 283) / 30;
    expect(run.slis['transcoding_cost_per_output_minute']! / (0.8 / 60 / streams)).toBeCloseTo(1, 1);
  });

  test('of a machine without a GPU are its cores: total speed is flat beyond them', () => {
    const speed = (perCore: number) => {
      const farm = {
        pools: [{ name: 'cpu', machine: 'c7i.2xlarge', machines: 1 }], ...EVEN,
        // At twice real time a session of 1080p takes a core and more; slower, it takes less of one.
        speed: 1 / perCore,
      };
      const run = outcome({ 'upload.arrivals.peak': '60/min', 'run.duration': '1h' }, farm);
      return total(run, 'transcoding_pixels_total', { state: 'encoded' });
    };
    const [one, two] = [speed(0.5), speed(2)];
    expect(two / one).toBeGreaterThan(0.97);
    expect(two / one).toBeLessThan(1.03);
  });
});

describe('chunks', () => {
  test('cost more the shorter they are: the fixed part is 14 to 26 % of 2 s, 3 to 7 % of 10 s', () => {
    const share = (chunk: string) => {
      const ladder = [{ name: '720p', bitrate: '3 Mbps', height: 720 }];
      const farm = { pools: [{ name: 'cpu', machine: 'c7i.2xlarge', machines: 20 }], ...EVEN };
      const set = { 'transcode.chunk': chunk, 'transcode.ladder': ladder, 'run.duration': '2h' };
      const run = outcome({ ...set, 'upload.sources[0].height': 720 }, farm);
      const busy = total(run, 'transcoding_engine_busy_seconds_total');
      const pixels = total(run, 'transcoding_pixels_total', { state: 'encoded' });
      // x264 veryfast: 20 ms a million pixels, and 22 % of that for decoding as many.
      return 1 - (pixels * 20e-9 * 1.22) / busy;
    };
    expect(share('2s')).toBeGreaterThan(0.14);
    expect(share('2s')).toBeLessThan(0.26);
    expect(share('10s')).toBeGreaterThan(0.03);
    expect(share('10s')).toBeLessThan(0.07);
  });
});

describe('spot machines', () => {
  const spot = (notice: string) => {
    const farm = {
      // A session an engine, so that a chunk takes a known time: 10 s of media take 1.06 s and 0.8 s to
      // start.
      pools: [{ name: 'l4', machine: 'g6.xlarge', machines: 20, market: 'spot' }], ...EVEN,
      speed: 9, spot: { reclaimEvery: '100s', notice }, coldStart: { mean: '10s', variation: 0 },
    };
    return outcome({ 'run.duration': '90min', 'upload.arrivals.peak': '3.5/s' }, farm);
  };

  test('waste what the hazard and half a chunk say, and every chunk is encoded all the same', () => {
    const run = spot('0s');
    const lost = total(run, 'transcoding_engine_lost_seconds_total');
    const busy = total(run, 'transcoding_engine_busy_seconds_total');
    const chunkSeconds = 10 * (30 / 283);
    const expected = (1 / 100) * (chunkSeconds / 2);
    const reclaims = total(run, 'transcoding_reclaims_total');
    expect(reclaims).toBeGreaterThan(800);
    // About as many chunks are lost as engines times reclaims; four standard errors of a uniform share.
    const error = 4 / Math.sqrt(3 * reclaims);
    expect(Math.abs(lost / busy / expected - 1)).toBeLessThan(error + 0.05);
    expect(total(run, 'transcoding_chunks_set_aside_total')).toBe(0);
  });

  test('waste nothing when the notice is longer than a chunk', () => {
    const run = spot('10s');
    expect(total(run, 'transcoding_reclaims_total')).toBeGreaterThan(800);
    expect(total(run, 'transcoding_engine_lost_seconds_total')).toBe(0);
    expect(total(run, 'transcoding_failures', { reason: 'reclaimed' })).toBe(0);
  });
});

describe('a broken encoder', () => {
  /** One break of a GPU among ten, early, and no repair. */
  const broken = (remedy: string) => {
    const farm = {
      pools: [{ name: 't4', machine: 'g4dn.xlarge', machines: 10 }], ...EVEN,
      speed: 8, hardware: { breakEvery: '10h', failAfter: '1s', repair: '1000h', remedy },
    };
    return outcome({
      'run.duration': '2h', 'upload.arrivals.peak': '1.2/s', 'transcode.queue.tries': 100,
      'transcode.queue.backoff': '1s',
    }, farm);
  };

  test('attracts work and fails it; with the remedy it fails one session and no more', () => {
    const hole = broken('none');
    const cured = broken('quarantine');
    const failed = (run: ReturnType<typeof broken>) =>
      total(run, 'transcoding_failures', { reason: 'hardware' });
    const encoded = (run: ReturnType<typeof broken>) =>
      total(run, 'transcoding_engine_output_seconds_total') / 10;
    expect(failed(cured)).toBeGreaterThan(0);
    expect(failed(cured)).toBeLessThan(20);
    // The farm is saturated: a broken GPU fails a chunk a second, a good one encodes one in 1.136 s.
    expect(failed(hole) / encoded(hole)).toBeGreaterThan(0.1);
    expect(failed(cured) / encoded(cured)).toBeLessThan(1e-3);
    expect(total(hole, 'transcoding_chunks_set_aside_total')).toBe(0);
  });
});

test('placement by sessions runs out of memory on 4K, placement by resources never', () => {
  const failed = (placement: string) => {
    const farm = {
      pools: [{ name: 't4', machine: 'g4dn.xlarge', machines: 3 }], ...EVEN, placement, sessionsPerGpu: 40,
    };
    const run = outcome({
      'run.duration': '20min', 'upload.arrivals.peak': '20/min', 'upload.sources[0].height': 2160,
      'transcode.ladder[0].height': 2160,
    }, farm);
    const ofMemory = total(run, 'transcoding_failures', { reason: 'memory' });
    return [ofMemory, total(run, 'transcoding_jobs_completed')];
  };
  const [bySessions, byResources] = [failed('sessions'), failed('packed')];
  expect(bySessions[0]).toBeGreaterThan(100);
  expect(byResources[0]).toBe(0);
  expect(byResources[1]).toBeGreaterThan(50);
});

test('a run with machines that come, break and go is restored like any other', () => {
  const farm = {
    pools: [
      { name: 'l4', machine: 'g6.xlarge', machines: 3, market: 'spot',
        autoscale: { policy: 'lag', drain: '5min', most: 20 } },
      { name: 'cpu', machine: 'c7i.2xlarge', machines: 2 },
    ],
    spot: { reclaimEvery: '30min' }, hardware: { breakEvery: '1h', repair: '10min' }, failures: '2%',
  };
  const set = { 'run.duration': '2h', 'upload.arrivals.peak': '60/min' };
  const whole = new VideoRun(planOf(set, farm), 0);
  whole.advance(Infinity);
  const first = new VideoRun(planOf(set, farm), 0);
  first.advance(20_000);
  const second = new VideoRun(planOf(set, farm), 0);
  second.restore(structuredClone(first.save()));
  second.advance(Infinity);
  expect(second.fingerprint).toBe(whole.fingerprint);
  expect(second.finish().metrics).toEqual(whole.finish().metrics);
  expect(whole.events).toBeGreaterThan(40_000);
});

function planOf(set: Readonly<Record<string, unknown>>, farm?: object) {
  const settings = Object.entries(set).map(([path, value]) => `${path}=${JSON.stringify(value)}`);
  if (farm !== undefined) settings.push(`transcode.farm=${JSON.stringify(farm)}`);
  const files = memoryFiles({ 'x.yaml': BASE, 'prices.yaml': PRICES });
  return buildPlan(loadScenario('x.yaml', files, settings), files);
}

function outcome(set: Readonly<Record<string, unknown>>, farm?: object) {
  const run = new VideoRun(planOf(set, farm), 0);
  run.advance(Infinity);
  return run.finish();
}
