import { expect, test } from 'vitest';
import { RandomStreams } from '../core/rng.ts';
import { US_PER_S } from '../core/units.ts';
import { Creators, type UploadArrival } from './creators.ts';
import { uploadParams } from './params.ts';

const HOUR = 3600 * US_PER_S;

function draw(settings: object, horizon: number, durations = new Float64Array(0)): UploadArrival[] {
  const creators = new Creators(uploadParams.parse(settings), durations, new RandomStreams(5, 0));
  const all: UploadArrival[] = [];
  for (let next = creators.next(horizon); next.at < horizon; next = creators.next(horizon)) all.push(next);
  return all;
}

test('uploads come by the shape of the day, day after day', () => {
  const shape = [{ at: '0h', level: '20%' }, { at: '12h', level: '100%' }, { at: '24h', level: '20%' }];
  const all = draw({ arrivals: { peak: '0.1/s', shape } }, 48 * HOUR);
  // The mean level is 60 %: 10,368 uploads in two days, a deviation of 102.
  expect(Math.abs(all.length - 0.6 * 0.1 * 48 * 3600)).toBeLessThan(400);
  const within = (from: number, to: number) =>
    all.filter(({ at }) => at >= from * HOUR && at < to * HOUR).length;
  expect(within(11, 13) / within(0, 2)).toBeGreaterThan(2.5);
  expect(Math.abs(within(0, 24) - within(24, 48))).toBeLessThan(400);
  expect(all.every(({ at }, i) => i === 0 || at >= all[i - 1]!.at)).toBe(true);
});

test('an import is one user of its own, evenly over its span, in its class', () => {
  const imports = [{ at: '1h', videos: 100, over: '50min', priority: 'batch' }];
  const arrivals = { peak: '0.001/h', imports };
  const all = draw({ arrivals, creators: { users: 10 } }, 10 * HOUR);
  const imported = all.filter(({ source }) => source.user === 10);
  expect(imported).toHaveLength(100);
  expect(imported[1]!.at - imported[0]!.at).toBe(30 * US_PER_S);
  expect(imported[0]).toMatchObject({ at: HOUR, source: { priority: 2 } });
  expect(Creators.users(uploadParams.parse({ arrivals, creators: { users: 10 } }))).toBe(11);
});

test('bursts bring on average as many uploads as they are said to', () => {
  const bursts = { rate: '20/h', uploads: 30, over: '5min' };
  const all = draw({ arrivals: { peak: '0.001/h', bursts } }, 50 * HOUR);
  // 1000 bursts of 30, geometric: a deviation of the sum of about sqrt(1000 * (870 + 900)) = 1330.
  expect(Math.abs(all.length - 30_000)).toBeLessThan(4500);
});

test('lengths, complexity and views are what the parameters say', () => {
  const all = draw({ arrivals: { peak: '10/s' } }, HOUR).map(({ source }) => source);
  const sorted = (values: number[]) => values.sort((a, b) => a - b);
  const median = (values: number[]) => sorted(values)[Math.floor(values.length / 2)]!;
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(median(all.map((one) => one.durationUs)) / US_PER_S).toBeCloseTo(64, -1);
  expect(mean(all.map((one) => one.durationUs)) / US_PER_S / 236).toBeCloseTo(1, 1);
  expect(mean(all.map((one) => one.content))).toBeCloseTo(1, 2);
  // McGrady and others 2023: 65 % of videos below 100 views, 87 % below 1000, 3.7 % above 10,000.
  const share = (holds: (views: number) => boolean) =>
    all.filter(({ views }) => holds(views)).length / all.length;
  expect(share((views) => views < 100)).toBeCloseTo(0.65, 1);
  expect(share((views) => views < 1000)).toBeCloseTo(0.87, 1);
  expect(share((views) => views > 10_000)).toBeCloseTo(0.037, 2);
  const hd = all.filter((one) => one.height === 1080 && one.framesPerS === 30);
  expect(hd.length / all.length).toBeCloseTo(0.4, 1);
  expect(hd[0]!.bytes).toBe(Math.ceil((10e6 * hd[0]!.durationUs) / US_PER_S / 8));
});

test('durations can come from a list, tiers have their class, and some creators give up', () => {
  const creators = { users: 1000, tiers: [
    { name: 'partner', share: '10%', priority: 'critical' }, { name: 'all', share: '90%' },
  ] };
  const all = draw({ arrivals: { peak: '1/s' }, creators, abandoned: '20%' }, HOUR,
    Float64Array.of(7 * US_PER_S, 9 * US_PER_S));
  expect(new Set(all.map(({ source }) => source.durationUs / US_PER_S))).toEqual(new Set([7, 9]));
  expect(all.every(({ source }) => (source.user < 100) === (source.priority === 0))).toBe(true);
  const left = all.filter(({ gaveUpAt }) => gaveUpAt < 1);
  expect(left.length / all.length).toBeCloseTo(0.2, 1);
});
