import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvariantError } from './assert.ts';
import { deriveState, RandomStreams, type RandomStream } from './rng.ts';

describe('derivation, version 1', () => {
  test.each([
    [42, 0, 'audience/arrivals', [918606049, -1979829756, -1127164173, 1798300905]],
    [42, 1, 'audience/arrivals', [-660945245, -613405007, -1349424228, -1516315268]],
    [43, 0, 'audience/arrivals', [-1122870965, 1573438005, 2014180727, 1146181400]],
    [42, 0, 'catalogue/sizes', [901031757, -2033128597, 1299853952, 1603189250]],
    [0, 0, '', [1327175494, -212490788, -318788426, 1698128122]],
  ] as const)('of seed %d, replication %d and %j is frozen', (seed, replication, name, state) => {
    expect(deriveState(seed, replication, name)).toEqual(state);
  });

  test('and so are the numbers of a stream', () => {
    const stream = new RandomStreams(42, 0).stream('audience/arrivals');
    expect([stream.uniform(), stream.uniform(), stream.uniform()])
      .toEqual([0.9577345210721939, 0.5673718207018394, 0.4652592103900369]);
    expect(new RandomStreams(42, 0).stream('catalogue/sizes').uniform()).toBe(0.8998969494375186);
  });

  test('gives names that differ in little states that differ in half their bits', () => {
    const names = Array.from({ length: 500 }, (_, i) => `node/${i}`);
    const flips = names.slice(1).map((name, i) => {
      const one = deriveState(42, 0, names[i]!);
      return deriveState(42, 0, name).reduce((sum, word, lane) => sum + ones(word ^ one[lane]!), 0);
    });
    const mean = flips.reduce((sum, flip) => sum + flip, 0) / flips.length;
    expect(Math.abs(mean - 64)).toBeLessThan(4 * Math.sqrt(32 / flips.length));
    expect(Math.min(...flips)).toBeGreaterThan(30);
  });

  test('gives a hundred thousand streams no more words in common than chance has it', () => {
    const states = [];
    for (let i = 0; i < 100_000; i++) {
      states.push(deriveState(i % 10, Math.floor(i / 10) % 100, `part/${i % 1000}/${i}`));
    }
    for (const lane of [0, 1, 2, 3] as const) {
      const repeats = states.length - new Set(states.map((state) => state[lane])).size;
      expect(repeats).toBeLessThan(8); // birthday: 1e10 / 2 / 2^32 is 1.2
    }
  });
});

describe('a stream', () => {
  test('is uniform: mean, variance, serial correlation, and chi-squared over a hundred cells', () => {
    const values = draws(new RandomStreams(1, 0).stream('u'), 200_000);
    const n = values.length;
    const mean = average(values);
    expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / n));
    const variance = average(values.map((u) => (u - 0.5) ** 2));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(4 * Math.sqrt(1 / 180 / n));
    expect(Math.abs(correlation(values.slice(1), values.slice(0, -1)))).toBeLessThan(4 / Math.sqrt(n));
    const cells = new Array<number>(100).fill(0);
    for (const u of values) cells[Math.floor(u * 100)]!++;
    const chi = cells.reduce((sum, count) => sum + (count - n / 100) ** 2 / (n / 100), 0);
    expect(chi).toBeGreaterThan(61); // 0.1 % and 99.9 % points with 99 degrees of freedom
    expect(chi).toBeLessThan(149);
    expect(values.every((u) => u >= 0 && u < 1)).toBe(true);
  });

  test('is uniform in its lowest bits too', () => {
    const stream = new RandomStreams(2, 0).stream('bits');
    const counts = new Array<number>(8).fill(0);
    for (let i = 0; i < 80_000; i++) counts[(stream.uniform() * 2 ** 53) % 8]!++;
    counts.forEach((count) => expect(Math.abs(count - 10_000)).toBeLessThan(4 * Math.sqrt(8750)));
  });

  test('has exponential and normal variates with their moments', () => {
    const stream = new RandomStreams(3, 0).stream('moments');
    const n = 100_000;
    const exponential = Array.from({ length: n }, () => stream.exponential(5));
    expect(Math.abs(average(exponential) - 5)).toBeLessThan(4 * 5 / Math.sqrt(n));
    expect(Math.abs(exponential.filter((x) => x > 10).length / n - Math.exp(-2))).toBeLessThan(0.0045);
    expect(exponential.every((x) => x >= 0 && x < Infinity)).toBe(true);
    const normal = Array.from({ length: n }, () => stream.normal());
    expect(Math.abs(average(normal))).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(average(normal.map((x) => x * x)) - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    expect(Math.abs(average(normal.map((x) => x ** 4)) - 3)).toBeLessThan(4 * Math.sqrt(96 / n));
  });

  test('has integers of any bound, all alike', () => {
    const stream = new RandomStreams(4, 0).stream('integers');
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 70_000; i++) counts[stream.integer(7)]!++;
    counts.forEach((count) => expect(Math.abs(count - 10_000)).toBeLessThan(4 * Math.sqrt(8571)));
    expect(stream.integer(1)).toBe(0);
    for (const bound of [0, -1, 1.5, NaN]) expect(() => stream.integer(bound)).toThrow(InvariantError);
  });

  test('is saved and restored, and goes on the same', () => {
    fc.assert(fc.property(fc.nat(), fc.nat(50), (seed, n) => {
      const stream = new RandomStreams(seed, 0).stream('x');
      draws(stream, n);
      const saved = structuredClone(stream.save());
      const next = [stream.uniform(), stream.normal(), stream.exponential(2), stream.integer(99)];
      const other = new RandomStreams(0, 0).stream('y');
      other.restore(saved);
      expect([other.uniform(), other.normal(), other.exponential(2), other.integer(99)]).toEqual(next);
    }), { seed: 5 });
  });
});

describe('streams', () => {
  test('of other names, replications and seeds are not correlated', () => {
    const n = 20_000;
    const streams = [
      ...['a', 'b', 'audience/watch'].map((name) => new RandomStreams(42, 0).stream(name)),
      ...[1, 2, 3].map((replication) => new RandomStreams(42, replication).stream('a')),
      ...[0, 1, 41, 43].map((seed) => new RandomStreams(seed, 0).stream('a')),
    ].map((stream) => draws(stream, n));
    streams.forEach((one, i) => streams.slice(0, i).forEach((other) => {
      expect(Math.abs(correlation(one, other))).toBeLessThan(4 / Math.sqrt(n)); // 45 pairs
    }));
  });

  test('are the same object by name, and adding one shifts no other', () => {
    const alone = draws(new RandomStreams(7, 0).stream('a'), 100);
    const streams = new RandomStreams(7, 0);
    const mixed = Array.from({ length: 100 }, (_, i) => {
      streams.stream(`other/${i}`).uniform();
      return streams.stream('a').uniform();
    });
    expect(mixed).toEqual(alone);
    expect(streams.stream('a')).toBe(streams.stream('a'));
  });

  test('go on the same after save and restore, also those first used after the save', () => {
    const streams = new RandomStreams(7, 3);
    draws(streams.stream('a'), 10);
    draws(streams.stream('b'), 20);
    const saved = structuredClone(streams.save());
    const names = ['a', 'b', 'late'];
    const next = (all: RandomStreams): number[] => names.flatMap((name) => draws(all.stream(name), 5));
    const expected = next(streams);
    streams.restore(saved);
    expect(next(streams)).toEqual(expected);
    const elsewhere = new RandomStreams(7, 3);
    elsewhere.restore(saved);
    expect(next(elsewhere)).toEqual(expected);
  });

  test('need a seed that is a natural number', () => {
    for (const seed of [-1, 1.5, NaN, 2 ** 53]) {
      expect(() => new RandomStreams(seed, 0)).toThrow(InvariantError);
    }
    expect(new RandomStreams(Number.MAX_SAFE_INTEGER, 0).stream('a').uniform()).toBeLessThan(1);
  });
});

function draws(stream: RandomStream, n: number): number[] {
  return Array.from({ length: n }, () => stream.uniform());
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function correlation(xs: readonly number[], ys: readonly number[]): number {
  const [mx, my] = [average(xs), average(ys)];
  const covariance = average(xs.map((x, i) => (x - mx) * (ys[i]! - my)));
  const variances = average(xs.map((x) => (x - mx) ** 2)) * average(ys.map((y) => (y - my) ** 2));
  return covariance / Math.sqrt(variances);
}

function ones(word: number): number {
  let count = 0;
  for (let left = word >>> 0; left > 0; left = Math.floor(left / 2)) count += left % 2;
  return count;
}
