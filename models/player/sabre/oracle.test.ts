import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RULE_PRESETS, rulePreset } from '../abr/presets.ts';
import { fleetSession } from './fleet-rule.ts';
import { LinkTrace } from './link.ts';
import { Movie } from './movie.ts';
import { oracleSession, planWithOracle } from './oracle.ts';
import { qoeLin, qoeLog } from './qoe.ts';
import { runSabre, SABRE_LABELS } from './labels.ts';

const KBPS = [300, 750, 1850, 4300];

/** Segments of 4 s whose sizes vary by half around their nominal one. */
function movieOf(segments: number, kbps: readonly number[] = KBPS): Movie {
  const share = (i: number, rung: number): number => 0.5 + ((i * 7 + rung * 3) % 11) / 10;
  return new Movie(4000, kbps, segments, (i, rung) => kbps[rung]! * 4000 * share(i, rung));
}

function traceOf(periods: ReadonlyArray<readonly [ms: number, kbps: number]>, movie: Movie): LinkTrace {
  return new LinkTrace(periods.map(([ms, kbps]) => ({
    durationUs: ms * 1e3, rate: kbps * 1e3, latencyUs: 50_000,
  })), movie.ladder);
}

/** The greatest QoE_lin of all plans, each tried. */
function bestOfAll(movie: Movie, trace: LinkTrace, bufferMaxMs: number): number {
  const { rungs } = movie.ladder;
  let best = -Infinity;
  for (let code = 0; code < rungs ** movie.segments; code++) {
    const plan = Uint8Array.from({ length: movie.segments }, (_, i) => Math.floor(code / rungs ** i) % rungs);
    const { session } = oracleSession(movie, trace, bufferMaxMs, undefined, plan);
    best = Math.max(best, qoeLin(session.run(), movie));
  }
  return best;
}

const anyTrace = fc.array(fc.tuple(fc.integer({ min: 500, max: 9000 }), fc.integer({ min: 0, max: 6000 })),
  { minLength: 2, maxLength: 8 }).map((periods) => [...periods, [3000, 1500] as const]);

test('the plan is the best of all plans, found by trying each', () => {
  fc.assert(fc.property(anyTrace, fc.integer({ min: 9, max: 25 }), (periods, bufferS) => {
    const movie = movieOf(5);
    const trace = traceOf(periods, movie);
    const oracle = qoeLin(oracleSession(movie, trace, bufferS * 1e3).session.run(), movie);
    const best = bestOfAll(movie, trace, bufferS * 1e3);
    // States 50 ms apart count as one: what that cuts off is worth little.
    expect(oracle).toBeLessThanOrEqual(best + 1e-9);
    expect(oracle).toBeGreaterThanOrEqual(best - 0.02 * 4.3);
  }), { seed: 8, numRuns: 25 });
}, 60_000);

test('no rule does better on any trace, with abandonment or without', () => {
  fc.assert(fc.property(anyTrace, fc.integer({ min: 9, max: 25 }), (periods, bufferS) => {
    const movie = movieOf(30);
    const trace = traceOf(periods, movie);
    const oracle = qoeLin(oracleSession(movie, trace, bufferS * 1e3).session.run(), movie);
    for (const name of RULE_PRESETS.keys()) {
      for (const abandonment of [true, false]) {
        const { session } = fleetSession(rulePreset(name)!, movie, trace, bufferS * 1e3, abandonment);
        expect(qoeLin(session.run(), movie), name).toBeLessThanOrEqual(oracle + 1e-9);
      }
    }
  }), { seed: 4, numRuns: 15 });
}, 60_000);

test('QoE of a session that stalls, worked by hand', () => {
  // One rung of 1 Mbps, segments of 4 s and 4 Mbit; 0.5 Mbps: each takes 8 s, of which 4 s are stalled from
  // the second on. QoE_lin: 1 - 1 x (4 x 2 / 3); QoE_log: utility 0, and the highest utility, 0,
  // weighs stalls with 0.
  const movie = new Movie(4000, [1000], 3, () => 4e6);
  const trace = new LinkTrace([{ durationUs: 1e6, rate: 0.5e6, latencyUs: 0 }], movie.ladder);
  const result = runSabre(SABRE_LABELS.get('throughput')!, movie, trace, 20_000);
  expect(result.rebufferMs).toBeCloseTo(8000, 6);
  expect(qoeLin(result, movie)).toBeCloseTo(1 - 8 / 3, 9);
  expect(qoeLog(result, movie)).toBe(0);
});

test('weights of stalls are Pensieve\'s on its ladder: 4.3 and 2.66', () => {
  const movie = new Movie(4000, [300, 750, 1200, 1850, 2850, 4300], 1, () => 1e6);
  const result = { ...runSabre(SABRE_LABELS.get('throughput')!, movie,
    new LinkTrace([{ durationUs: 1e6, rate: 8e6, latencyUs: 0 }], movie.ladder), 20_000) };
  const stalled = { ...result, rebufferMs: 1000 };
  expect(qoeLin(result, movie) - qoeLin(stalled, movie)).toBeCloseTo(4.3, 9);
  expect(qoeLog(result, movie) - qoeLog(stalled, movie)).toBeCloseTo(2.66, 2);
});

test('the plan holds a rendition for every segment', () => {
  const movie = movieOf(12);
  const plan = planWithOracle(movie, traceOf([[1000, 60_000]], movie), 20_000);
  expect([...plan]).toEqual(Array(12).fill(3));
});
