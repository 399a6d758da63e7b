import { describe, expect, test } from 'vitest';
import { RandomStreams } from '../models/core/rng.ts';
import { parseCalibration } from '../scenarios/calibrations.ts';
import { formatCalibration } from './calibration-file.ts';
import { fitContent, fitDecode, fitEncoders, fitSharing, type EncodeSample } from './encoders.ts';

const HEAD = { date: '2026-11-25', machine: 'a machine', cores: 2, ffmpeg: 'ffmpeg 5' };

describe('a fit', () => {
  test('finds fixed part, rates of pictures and noise that measurements were made from', () => {
    const { fits } = made(0.05, 40);
    const [fit] = fits;
    // Rates of 16 and 36 ms: the geometric mean is 24, the logarithms are 0.811 apart.
    expect(Math.abs(fit!.msPerMpix / 24 - 1)).toBeLessThan(0.03);
    expect(Math.abs(fit!.fixedSeconds / 0.23 - 1)).toBeLessThan(0.1);
    expect(fit!.contentSigma).toBeCloseTo(Math.log(36 / 16) / Math.SQRT2, 1);
    expect(fit!.variation).toBeGreaterThan(0.04);
    expect(fit!.variation).toBeLessThan(0.06);
  });

  test('of measurements without noise is exact', () => {
    const [fit] = made(0, 1).fits;
    expect(fit!.msPerMpix).toBeCloseTo(24, 9);
    expect(fit!.fixedSeconds).toBeCloseTo(0.23, 9);
    expect(fit!.waitSeconds).toBeCloseTo(0.1, 9);
    expect(fit!.variation).toBeCloseTo(0, 9);
  });

  test('leaves out what ran side by side, which says how cores are shared', () => {
    const { samples } = made(0, 1);
    const alone = samples[0]!;
    const beside = (jobs: number, wall: number, core: number): EncodeSample[] =>
      Array.from({ length: jobs }, () => ({
        ...alone, beside: jobs, wallSeconds: alone.wallSeconds * wall, cpuSeconds: alone.cpuSeconds * core,
      }));
    const all = [...samples, ...beside(2, 1.04, 1.03), ...beside(4, 2.1, 1.05)];
    expect(fitEncoders(all)).toEqual(fitEncoders(samples));
    const rounded = (value: number) => Number(value.toFixed(3));
    expect(fitSharing(all).map(({ jobs, speedup, coreTime }) => [jobs, rounded(speedup), rounded(coreTime)]))
      .toEqual([[2, 1.923, 1.03], [4, 1.905, 1.05]]);
  });

  test('finds what a clip takes against test pictures, and leaves it out of those', () => {
    const { samples, fits } = made(0, 1);
    expect(fitContent(samples, fits)).toEqual({});
    // Pieces of a clip that take 1.25 times as long as pictures of 24 ms a million pixels.
    const clip = samples.filter(({ source }) => source === 'flat').map((one) => ({
      ...one, source: 'clip', isClip: true, cpuSeconds: 0.23 + (one.cpuSeconds - 0.23) * (24 / 16) * 1.25,
    }));
    const all = [...samples, ...clip];
    expect(fitEncoders(all)).toEqual(fits);
    expect(fitContent(all, fits)['x264-veryfast']).toBeCloseTo(1.25, 9);
  });

  test('does not take what others on the machine stretch for waiting', () => {
    // Time by the clock is half a second and twice the core time: others have half the core.
    const samples = made(0, 1).samples.map((one) => ({ ...one, wallSeconds: 0.5 + 2 * one.cpuSeconds }));
    expect(fitEncoders(samples)[0]!.waitSeconds).toBeCloseTo(0.5, 9);
  });

  test('of decoding is a rate beside what starting takes', () => {
    const decodes = made(0, 1).samples.map((one) => ({ ...one, cpuSeconds: 0.1 + one.cpuSeconds / 10 }));
    expect(fitDecode(decodes)).toBeCloseTo(2.4, 9);
  });
});

describe('a calibration file', () => {
  test('is read as it was written, and says where its numbers are from', () => {
    const { fits } = made(0, 1);
    const text = formatCalibration(HEAD, {
      encoders: fits, decodeMsPerMpix: 1.9, sharing: [{ jobs: 2, speedup: 1.6, coreTime: 1.25 }],
      contents: [{ clip: 'my.mp4', factors: { 'x264-veryfast': 0.8 }, decodeMsPerMpix: 1.2 }],
    });
    const { speeds, measured, date, efficiency, contents, sigmas } = parseCalibration(text, 'mine.yaml');
    expect(efficiency).toBe(0.8);
    expect(contents.get('my.mp4')).toEqual({ factors: { 'x264-veryfast': 0.8 }, decodeMsPerMpix: 1.2 });
    expect(sigmas.get('x264-veryfast')).toBeCloseTo(fits[0]!.contentSigma, 3);
    expect(measured).toEqual(['x264-veryfast']);
    expect(date).toBe('2026-11-25');
    expect(speeds['x264-veryfast']).toMatchObject({
      msPerMpix: 24, decodeMsPerMpix: 1.9, fixedSeconds: 0.23, waitSeconds: 0.1, codec: 'h264',
      source: 'calibrated: mine.yaml, 2026-11-25',
    });
    expect(speeds['x264-medium'].source).toMatch(/^cited/);
  });

  test('that is wrong is told so at its lines', () => {
    const text = formatCalibration(HEAD, {
      encoders: made(0, 1).fits, decodeMsPerMpix: 2, sharing: [], contents: [],
    }).replace('msPerMpix: 24', 'msPerMpix: fast')
      .replace('2026-11-25', 'lately');
    expect(() => parseCalibration(text, 'mine.yaml')).toThrow(/mine.yaml:3:1: date: expected a day/);
    expect(() => parseCalibration(text, 'mine.yaml')).toThrow(/msPerMpix: expected a number, got "fast"/);
  });
});

/** Encodes of two pictures, three sizes, three lengths, made from known parameters. */
function made(noise: number, repeats: number) {
  const random = new RandomStreams(3, 0).stream('noise');
  const samples: EncodeSample[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const [source, ms] of [['flat', 16], ['busy', 36]] as const) {
      for (const height of [240, 360, 720]) {
        for (const seconds of [1, 3, 10]) {
          const mpix = (2 * Math.round((height * 16) / 18) * height * seconds * 24) / 1e6;
          const time = (0.23 + (mpix * ms) / 1000) * (1 + noise * random.normal());
          samples.push({
            encoder: 'x264-veryfast', source, isClip: false, height, seconds, framesPerS: 24,
            cpuSeconds: time, wallSeconds: time + 0.1, beside: 1,
          });
        }
      }
    }
  }
  return { samples, fits: fitEncoders(samples) };
}
