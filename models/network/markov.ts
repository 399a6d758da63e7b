import { assert } from '../core/assert.ts';
import type { RandomStream, RandomStreams } from '../core/rng.ts';
import type { BitsPerS, Us } from '../core/units.ts';
import type { TracePeriod } from './bandwidth.ts';

/**
 * A Markov model of a link: each step it is in one state, and goes on to the next by weights of
 * transitions.
 */
export interface MarkovModel {
  /** Time between two draws. [µs] */
  readonly stepUs: Us;
  /** What the link carries in each state [bits/s], and its round-trip time [µs]. */
  readonly states: ReadonlyArray<{ readonly rate: BitsPerS; readonly latencyUs: Us }>;
  /** Weight of going from a state (row) to a state (column); rows need not sum to one. */
  readonly weights: ReadonlyArray<readonly number[]>;
}

/**
 * Rates as a distribution and how much one step says of the next: what a model must share with its traces.
 */
export interface RateStatistics {
  /** [bits/s] */
  readonly mean: BitsPerS;
  /** Rates at RATE_QUANTILES. [bits/s] */
  readonly quantiles: readonly BitsPerS[];
  /** Correlation of a step's rate with that of the next; 0 when rates do not vary. */
  readonly lag1: number;
}

/** Quantiles by which distributions of rates are compared. */
export const RATE_QUANTILES: readonly number[] = [0.05, 0.25, 0.5, 0.75, 0.95];

/** Links that stand for a model unless more are wanted: as many as a set of measured traces has. */
export const MARKOV_LINKS = 32;

/** Length of a drawn link before it is repeated. [µs] */
export const MARKOV_LENGTH_US = 3_600_000_000;

/** States that the first state does not reach, or from which it is not reached. */
export function unconnectedStates(weights: MarkovModel['weights']): number[] {
  const reach = (weightOf: (from: number, to: number) => number): Set<number> => {
    const reached = new Set([0]);
    // A set that is walked while it grows visits what is added.
    for (const from of reached) {
      for (let to = 0; to < weights.length; to++) if (weightOf(from, to) > 0) reached.add(to);
    }
    return reached;
  };
  const forth = reach((from, to) => weights[from]![to]!);
  const back = reach((from, to) => weights[to]![from]!);
  return weights.flatMap((_row, i) => (forth.has(i) && back.has(i) ? [] : [i]));
}

/**
 * Share of time in each state, by elimination of states without subtractions (Grassmann, Taksar and Heyman
 * 1985): the left eigenvector of the transition matrix for the eigenvalue 1. All states must reach each
 * other.
 */
export function stationaryShares({ weights }: MarkovModel): number[] {
  const p = transitions(weights);
  for (let n = p.length - 1; n > 0; n--) {
    const out = sum(p[n]!.slice(0, n));
    assert(out > 0, 'every state of a chain reaches every other', { state: n });
    for (let i = 0; i < n; i++) {
      p[i]![n] = p[i]![n]! / out;
      for (let j = 0; j < n; j++) p[i]![j] = p[i]![j]! + p[i]![n]! * p[n]![j]!;
    }
  }
  const shares = [1];
  for (let n = 1; n < p.length; n++) shares.push(sum(shares.map((share, i) => share * p[i]![n]!)));
  const total = sum(shares);
  return shares.map((share) => share / total);
}

/** What the model's rates are distributed like in the long run, exactly. */
export function modelStatistics(model: MarkovModel): RateStatistics {
  const shares = stationaryShares(model);
  const p = transitions(model.weights);
  const rates = model.states.map(({ rate }) => rate);
  const mean = sum(rates.map((rate, i) => rate * shares[i]!));
  const variance = sum(rates.map((rate, i) => shares[i]! * (rate - mean) ** 2));
  const next = p.map((row) => sum(row.map((share, j) => share * (rates[j]! - mean))));
  const covariance = sum(rates.map((rate, i) => shares[i]! * (rate - mean) * next[i]!));
  const order = rates.map((_rate, i) => i).sort((a, b) => rates[a]! - rates[b]!);
  const quantiles = RATE_QUANTILES.map((q) => {
    let below = 0;
    return rates[order.find((i) => (below += shares[i]!) >= q) ?? order.at(-1)!]!;
  });
  return { mean, quantiles, lag1: variance > 0 ? covariance / variance : 0 };
}

/**
 * One link of the model: a state drawn by its share of time, then step by step; equal steps are one
 * period. A link that would never carry a bit ends with a step of the fastest state.
 */
export function drawPeriods(model: MarkovModel, stream: RandomStream, steps: number): TracePeriod[] {
  return drawerOf(model)(stream, steps);
}

/** What all links of a model have in common is worked out once. */
function drawerOf(model: MarkovModel): (stream: RandomStream, steps: number) => TracePeriod[] {
  const { stepUs, states } = model;
  const start = cumulated(stationaryShares(model));
  const rows = transitions(model.weights).map(cumulated);
  const fastest = states.reduce((best, one) => (one.rate > best.rate ? one : best));
  return (stream, steps) => {
    const periods: TracePeriod[] = [];
    let state = stateAt(start, stream.uniform());
    let held = 1;
    let mostRate = states[state]!.rate;
    for (let i = 1; i < steps; i++) {
      const next = stateAt(rows[state]!, stream.uniform());
      if (next === state) {
        held++;
        continue;
      }
      periods.push({ ...states[state]!, durationUs: held * stepUs });
      state = next;
      held = 1;
      mostRate = Math.max(mostRate, states[state]!.rate);
    }
    periods.push({ ...states[state]!, durationUs: held * stepUs });
    if (mostRate === 0) periods.push({ ...fastest, durationUs: stepUs });
    return periods;
  };
}

/** Links that stand for a model, an hour each, every one from a stream of its own: `name`/0 and on. */
export function drawLinks(
  model: MarkovModel, streams: Pick<RandomStreams, 'stream'>, name = 'network/markov', links = MARKOV_LINKS,
): TracePeriod[][] {
  const steps = Math.max(1, Math.ceil(MARKOV_LENGTH_US / model.stepUs));
  const draw = drawerOf(model);
  return Array.from({ length: links }, (_link, i) => draw(streams.stream(`${name}/${i}`), steps));
}

function transitions(weights: MarkovModel['weights']): number[][] {
  return weights.map((row) => {
    const total = sum(row);
    return row.map((weight) => weight / total);
  });
}

function cumulated(shares: readonly number[]): number[] {
  let total = 0;
  return shares.map((share) => (total += share));
}

/**
 * The first state whose cumulated share is above a number in [0, 1); rounding leaves the last possible one.
 */
function stateAt(cumulatedShares: readonly number[], u: number): number {
  for (let i = 0; i < cumulatedShares.length; i++) if (u < cumulatedShares[i]!) return i;
  return cumulatedShares.indexOf(cumulatedShares.at(-1)!);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
