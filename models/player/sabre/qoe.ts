import type { SessionResult } from './figures.ts';
import type { Movie } from './movie.ts';

/**
 * What a second of stall costs in QoE_lin: the highest rate in Mbit/s. Pensieve's 4.3 is that of its ladder
 * (test/mpc.py); MPC has the same rule (Yin et al. 2015, mu = the highest rate).
 */
export function stallWeightMbps({ ladder }: Movie): number {
  return ladder.kbps[ladder.rungs - 1]! / 1e3;
}

/** QoE_lin a segment: mean rate less stalls and steps between rates, in Mbit/s (Pensieve, MPC). */
export function qoeLin(result: SessionResult, movie: Movie): number {
  const stalls = (stallWeightMbps(movie) * result.rebufferMs) / 1e3;
  return (result.playedKbps / 1e3 - stalls - result.changeKbps / 1e3) / result.segments;
}

/**
 * QoE_log a segment: rates by the logarithm of what they are over the lowest; a second of stall costs the
 * utility of the highest (2.66 on Pensieve's ladder).
 */
export function qoeLog(result: SessionResult, movie: Movie): number {
  const stalls = (movie.utilities[movie.ladder.rungs - 1]! * result.rebufferMs) / 1e3;
  return (result.playedUtility - stalls - result.changeLog) / result.segments;
}
