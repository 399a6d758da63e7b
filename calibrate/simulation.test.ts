import { expect, test } from 'vitest';
import { buildPlan } from '../scenarios/build.ts';
import { loadScenario } from '../scenarios/load.ts';
import { memoryFiles } from '../scenarios/memory-files.fixture.ts';
import { observed, outcomeOf, total } from '../sim/plan.fixture.ts';
import { formatCalibration } from './calibration-file.ts';

/** Ten seconds of 720 lines at 24 frames a second on two cores: chunks of 4, 4 and 2 s, nothing random. */
const CLIP = `weir: 1
name: clip
title: One clip
run: { duration: 5min }
upload:
  arrivals: { peak: 0.000001/h, imports: [{ at: 1s, videos: 1 }] }
  duration: { law: constant, value: 10s }
  sources: [{ name: hd, share: 100%, height: 720, frames: 24, bitrate: 8 Mbps }]
  complexity: 0
transcode:
  chunk: 4s
  ladder: [{ name: 720p, bitrate: 3 Mbps, height: 720 }]
  codecs: [{ codec: h264 }]
  poison: 0%
  farm:
    kind: fleet
    pools: [{ name: local, machine: c7i.xlarge, cores: 2, machines: 1 }]
    speed: 1000
    failures: 0%
calibration: mine.yaml
real: { clip: clips/my.mp4 }
`;

const HEAD = { date: '2026-11-26', machine: 'a machine', cores: 2, ffmpeg: 'ffmpeg 5' };
const FIT = {
  encoder: 'x264-veryfast', msPerMpix: 10, fixedSeconds: 0.1, waitSeconds: 0, contentSigma: 0.5, variation: 0,
  samples: 9,
} as const;
const MPIX = (1280 * 720 * 24 * 4) / 1e6;

test('a simulation uses all that a calibration has: rates, content, decoding, how cores share', () => {
  const outcome = run({});
  // The clip takes twice the time of test pictures, and 2 ms a million pixels to decode.
  const [whole, last] = [0.1 + (MPIX * (2 * 10 + 2)) / 1e3, 0.1 + (MPIX * (2 * 10 + 2)) / 2e3];
  // Two cores do 80 % each with both busy; the last chunk has the machine to itself.
  const [seconds] = observed(outcome, 'transcoding_duration_seconds');
  expect(seconds).toBeCloseTo(whole / 0.8 + last, 4);
  const core = total(outcome, 'transcoding_engine_busy_seconds_total');
  expect(core).toBeCloseTo((2 * whole) / 0.8 + last, 4);
  expect(total(outcome, 'transcoding_try_engine_seconds_total')).toBeCloseTo(core, 4);
  // 4 s before each chunk are decoded on the way to it.
  const led = total(run({}, ['transcode.leadIn=4s']), 'transcoding_engine_busy_seconds_total');
  expect(led - core).toBeCloseTo((2 / 0.8 + 1) * 2e-3 * MPIX, 4);
});

test('noise is that of the calibration, and the spread over contents unless the scenario has its own', () => {
  const spread = (variation: number, settings: readonly string[]) => {
    const videos = ['upload.arrivals={peak: 0.2/s}', 'run.duration=75min', ...settings];
    const times = observed(run({ variation }, videos), 'transcoding_try_seconds').map(Math.log);
    const mean = times.reduce((sum, one) => sum + one, 0) / times.length;
    return Math.sqrt(times.reduce((sum, one) => sum + (one - mean) ** 2, 0) / times.length);
  };
  const alike = ['upload.duration.value=4s', 'transcode.farm.pools[0].machines=40'];
  // A session a machine, so that none waits for another: 2 cores, but what they take is 90 % alone.
  expect(spread(0, alike)).toBeLessThan(0.12);
  expect(spread(0.4, alike)).toBeGreaterThan(0.3);
  const own = CLIP.replace('  complexity: 0\n', '');
  const wide = observed(run({}, ['upload.arrivals={peak: 0.2/s}', 'run.duration=75min', ...alike], own),
    'transcoding_try_seconds').map(Math.log).sort((a, b) => a - b);
  const half = (wide[Math.floor(wide.length * 0.75)]! - wide[Math.floor(wide.length * 0.25)]!) / 2;
  // Quartiles of a normal law are 0.674 deviations from its middle; decoding and starting do not vary.
  expect(half / 0.674).toBeGreaterThan(0.35);
  expect(half / 0.674).toBeLessThan(0.55);
});

function run(fit: Partial<typeof FIT> | { readonly variation: number }, settings: readonly string[] = [],
  text = CLIP) {
  const calibration = formatCalibration(HEAD, {
    encoders: [{ ...FIT, ...fit }], decodeMsPerMpix: 5,
    sharing: [{ jobs: 2, speedup: 1.6, coreTime: 1.25 }],
    contents: [{ clip: 'my.mp4', factors: { 'x264-veryfast': 2 }, decodeMsPerMpix: 2 }],
  });
  const files = memoryFiles({ 'x.yaml': text, 'mine.yaml': calibration, 'clips/my.mp4': 'a clip' });
  return outcomeOf(buildPlan(loadScenario('x.yaml', files, settings), files));
}
