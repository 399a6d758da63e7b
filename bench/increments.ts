import { RandomStreams, type RandomStream } from '../models/core/rng.ts';

/** Laws of the time from an event to the one it schedules [us], each with a mean of the order of a second. */
export const INCREMENT_LAWS: Readonly<Record<string, (rng: RandomStream) => number>> = {
  exponential: (rng) => rng.exponential(1e6),
  constant: () => 1e6,
  // Shape 1.1, mean 1 s: the variance is infinite.
  pareto: (rng) => 1e6 * (0.1 / 1.1) * rng.uniformPositive() ** (-1 / 1.1),
  bimodal: (rng) => 1e6 * (rng.uniform() < 0.9 ? 0.1 * rng.uniform() : 9 + rng.uniform()),
  // Segments of four seconds, requests of 50 ms, and one viewer in a hundred who pauses for ten minutes.
  video: (rng) => rng.exponential(videoMeanUs(rng.uniform())),
};

/**
 * A table of increments [us] that all contestants go round in, so that none spends time on random numbers.
 */
export function incrementTable(law: string, seed: number): Float64Array {
  const rng = new RandomStreams(seed, 0).stream(`bench/${law}`);
  return Float64Array.from({ length: INCREMENTS }, () => INCREMENT_LAWS[law]!(rng));
}

/** Length of the table, a power of two. */
export const INCREMENTS = 65_536;

function videoMeanUs(u: number): number {
  if (u < 0.9) return 4e6;
  return u < 0.99 ? 5e4 : 6e8;
}
