import { describe, expect, test } from 'vitest';
import { RandomStreams } from '../core/rng.ts';
import { US_PER_S } from '../core/units.ts';
import { Zipf } from '../core/zipf.ts';
import { catalogueParams } from './params.ts';
import { Popularity, zipfMass } from './popularity.ts';

const MIN = 60 * US_PER_S;
const H = 60 * MIN;

describe('the ranking', () => {
  test('of one slope is Zipf\'s', () => {
    const counts = drawn({ videos: 40, popularity: { law: 'zipf', exponent: 1 } }, 40_000);
    const zipf = new Zipf(40, 1);
    for (const rank of [0, 1, 9, 39]) expectNear(counts, rank, zipf.probability(rank), 40_000);
  });

  test('of two slopes falls by one up to the knee and by the other beyond, and does not jump', () => {
    const oneTimers = { videos: '0', requests: '0' };
    const popularity = { exponent: 0.9, knee: 20, tailExponent: 0.5, oneTimers };
    const n = 400_000;
    const counts = drawn({ videos: 400, popularity }, n);
    const weight = (rank: number) =>
      (rank < 20 ? (rank + 1) ** -0.9 : 20 ** -0.9 * ((rank + 1) / 20) ** -0.5);
    const total = Array.from({ length: 400 }, (_, rank) => weight(rank)).reduce((sum, w) => sum + w, 0);
    for (const rank of [0, 5, 18, 19, 20, 21, 100, 399]) expectNear(counts, rank, weight(rank) / total, n);
  });

  test('of the default has the shares of Akamai\'s video servers: one-timers, and a heavy head', () => {
    const n = 300_000;
    const popularity = new Popularity(catalogueParams.parse({ videos: 1_000_000 }), new RandomStreams(1, 0));
    const stream = new RandomStreams(2, 0).stream('draws');
    expect(popularity.ranked).toBe(436_000);
    let once = 0;
    let top = 0;
    for (let i = 0; i < n; i++) {
      const video = popularity.draw(stream, 0, 0);
      if (video >= popularity.ranked) once++;
      if (video < 10_000) top++;
    }
    expect(Math.abs(once / n - 0.165)).toBeLessThan(0.004);
    // The measured catalogue is thirty times as large: its top 1 % has 24.9 % of the requests, 10 % 53.2 %.
    expect(top / n).toBeGreaterThan(0.249);
    expect(top / n).toBeLessThan(0.532);
  });

  test.each([[0, 5, 0.9], [10, 1_000_000, 0.6], [0, 200_000, 1], [3, 5000, 0]])(
    'has a mass that is the sum of its terms: ranks %i to %i, exponent %f', (from, to, exponent) => {
      let sum = 0;
      for (let k = to; k > from; k--) sum += k ** -exponent;
      expect(Math.abs(zipfMass(from, to, exponent) / sum - 1)).toBeLessThan(1e-11);
    });

  test('of another region is another one, for the share that is regional', () => {
    const params = { videos: 1000, popularity: { law: 'zipf', exponent: 1, regional: '60%' } };
    const n = 50_000;
    const [here, there] = [drawn(params, n, 0, 0), drawn(params, n, 0, 1)];
    const first = new Zipf(1000, 1).probability(0);
    // Rank 0 keeps its common share; what is first in a region has the rest of it.
    for (const counts of [here, there]) {
      expect(Math.abs(counts.get(0)! / n - 0.4 * first)).toBeLessThan(0.01);
    }
    const favourite = (counts: ReadonlyMap<number, number>) =>
      [...counts].sort((a, b) => b[1] - a[1])[0]![0];
    expect(favourite(here)).not.toBe(favourite(there));
    expect(Math.abs(here.get(favourite(here))! / n - 0.6 * first)).toBeLessThan(0.01);
  });
});

describe('what changes with time', () => {
  test('a viral video is nobody\'s before, rises, stands at its share, halves', () => {
    const viral = [{ at: '1h', share: '40%', rise: '10min', halfLife: '30min' }];
    const popularity = of({ videos: 100, viral });
    const shares = [60, 65, 70, 100, 130].map((minutes) => popularity.viralShare(0, minutes * MIN));
    expect(shares).toEqual([0, 0.2, 0.4, 0.2, 0.1]);
    expect(popularity.viralVideo(0)).toBe(100);
    const n = 20_000;
    expect(drawn({ videos: 100, viral }, n, 59 * MIN).get(100)).toBeUndefined();
    expect(Math.abs(drawn({ videos: 100, viral }, n, 100 * MIN).get(100)! / n - 0.2)).toBeLessThan(0.015);
    expect(of({ videos: 100, viral: [{ ...viral[0]!, video: 3 }] }).viralVideo(0)).toBe(3);
  });

  test('uploads have the ages that their rise and decay say', () => {
    const uploads = { rate: '1/s', share: '100%', rise: '1h', halfLife: '4h', skew: 0 };
    const params = { videos: 10, uploads };
    const now = 10 * H;
    const base = of(params).uploadedVideo(0);
    const n = 20_000;
    let sum = 0;
    for (const [video, count] of drawn(params, n, now)) sum += count * (now / US_PER_S - (video - base));
    const decay = 4 / Math.LN2;
    const mean = (decay + 1 / (1 / decay + 1)) * 3600;
    expect(Math.abs(sum / n / mean - 1)).toBeLessThan(0.03);
  });

  test('uploads differ in how much they are liked', () => {
    const params = { videos: 10, uploads: { rate: '1/h', share: '100%', rise: '1s', halfLife: '1d' } };
    const counts = [...drawn({ ...params, uploads: { ...params.uploads, skew: 4 } }, 20_000, 0).values()];
    const even = [...drawn({ ...params, uploads: { ...params.uploads, skew: 0 } }, 20_000, 0).values()];
    expect(Math.max(...counts)).toBeGreaterThan(2 * Math.max(...even));
  });

  test('bursts: a share of requests is for what was started last, and the last are remembered', () => {
    const locality = { share: '50%', window: 10 };
    const params = { videos: 1_000_000, popularity: { law: 'zipf', exponent: 0, locality } };
    const popularity = of(params);
    const stream = new RandomStreams(3, 0).stream('draws');
    const seen: number[] = [];
    let again = 0;
    for (let i = 0; i < 10_000; i++) {
      const video = popularity.draw(stream, 0, 0);
      if (seen.slice(-10).includes(video)) again++;
      seen.push(video);
    }
    expect(Math.abs(again / 10_000 - 0.5)).toBeLessThan(0.02);
    const other = of(params);
    other.restore(structuredClone(popularity.save()));
    const [a, b] = [stream, new RandomStreams(3, 0).stream('draws')];
    b.restore(a.save());
    for (let i = 0; i < 50; i++) expect(other.draw(b, 0, 0)).toBe(popularity.draw(a, 0, 0));
  });
});

function of(params: object): Popularity {
  return new Popularity(catalogueParams.parse(params), new RandomStreams(1, 0));
}

function drawn(params: object, n: number, now = 0, region = 0): Map<number, number> {
  const popularity = of(params);
  const stream = new RandomStreams(5, 0).stream('draws');
  const counts = new Map<number, number>();
  for (let i = 0; i < n; i++) {
    const video = popularity.draw(stream, now, region);
    counts.set(video, (counts.get(video) ?? 0) + 1);
  }
  return counts;
}

/** Within four standard deviations of a Poisson count. */
function expectNear(counts: ReadonlyMap<number, number>, rank: number, probability: number, n: number): void {
  const expected = probability * n;
  expect(Math.abs((counts.get(rank) ?? 0) - expected), `rank ${rank}`).toBeLessThan(4 * Math.sqrt(expected));
}
