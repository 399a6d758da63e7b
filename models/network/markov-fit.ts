import { assert } from '../core/assert.ts';
import { naturalLog } from '../core/natural-log.ts';
import { quantileOfSorted } from '../core/statistics.ts';
import { US_PER_S, type BitsPerS, type Us } from '../core/units.ts';
import type { TracePeriod } from './bandwidth.ts';
import { RATE_QUANTILES, type MarkovModel, type RateStatistics } from './markov.ts';
import { TraceTable } from './trace.ts';

/** A step of a trace: what it carried in the mean [bits/s], and its round-trip time at its start [µs]. */
interface Step {
  readonly rate: BitsPerS;
  readonly latencyUs: Us;
}

/** A model fitted to traces, with what the traces themselves are like. */
export interface MarkovFit extends MarkovModel {
  /** Steps of the traces in each state. */
  readonly counts: readonly number[];
  /** Transitions within traces that were counted. */
  readonly transitions: number;
  readonly ofTraces: RateStatistics;
}

/**
 * Fits a Markov model: states are bins of equal width in the logarithm of a step's rate, the first also
 * holds what is slower than 1 % of steps and the last what is faster than 99 %, and steps that carry less
 * than SILENT are one more state. A state has the mean rate and latency of its steps; weights count
 * transitions within traces. undefined when the traces have no transition, or never carry a bit.
 */
export function fitMarkov(
  traces: ReadonlyArray<readonly TracePeriod[]>, bins: number, stepUs: Us,
): MarkovFit | undefined {
  assert(Number.isSafeInteger(bins) && bins > 0, 'a model has one bin at least', { bins });
  const stepped = traces.map((periods) => stepsOf(periods, stepUs)).filter((steps) => steps.length > 0);
  const all = stepped.flat();
  const logs = Float64Array.from(all.flatMap(({ rate }) => (rate < SILENT ? [] : [naturalLog(rate)]))).sort();
  const transitions = all.length - stepped.length;
  if (logs.length === 0 || transitions === 0) return undefined;
  const low = quantileOfSorted(logs, 0.01);
  const width = (quantileOfSorted(logs, 0.99) - low) / bins;
  const binOf = ({ rate }: Step): number => {
    if (rate < SILENT) return 0;
    const bin = width > 0 ? Math.floor((naturalLog(rate) - low) / width) : 0;
    return 1 + Math.min(bins - 1, Math.max(0, bin));
  };
  // Bins that no step falls into are no states.
  const used = [...new Set(all.map(binOf))].sort((a, b) => a - b);
  const stateOf = (step: Step): number => used.indexOf(binOf(step));
  const weights = used.map(() => used.map(() => 0));
  const held = stepped.map((steps) => steps.map(stateOf));
  held.forEach((states, trace) => {
    states.forEach((state, i) => {
      if (i > 0) weights[states[i - 1]!]![state]! += 1;
    });
    const [last, next] = [states.at(-1)!, held[(trace + 1) % held.length]![0]!];
    weights[last]![next]! += JUNCTION_WEIGHT;
  });
  const members = used.map((bin) => all.filter((step) => binOf(step) === bin));
  return {
    stepUs, weights, transitions,
    states: members.map((steps) => ({
      rate: mean(steps.map(({ rate }) => rate)),
      latencyUs: Math.round(mean(steps.map(({ latencyUs }) => latencyUs))),
    })),
    counts: members.map((steps) => steps.length),
    ofTraces: statisticsOf(stepped.map((steps) => steps.map(({ rate }) => rate))),
  };
}

/** The whole steps of a trace; what is left at its end is dropped. */
function stepsOf(periods: readonly TracePeriod[], stepUs: Us): Step[] {
  const table = new TraceTable(periods);
  return Array.from({ length: Math.floor(table.lengthUs / stepUs) }, (_step, i) => {
    const bits = table.bitsUntil((i + 1) * stepUs) - table.bitsUntil(i * stepUs);
    return { rate: (bits / stepUs) * US_PER_S, latencyUs: table.latencyAt(i * stepUs) };
  });
}

/**
 * Statistics over the steps of all traces; correlation over neighbours within a trace, about the mean of
 * all.
 */
function statisticsOf(traces: ReadonlyArray<readonly BitsPerS[]>): RateStatistics {
  const all = Float64Array.from(traces.flat()).sort();
  const centre = mean([...all]);
  const variance = mean([...all].map((rate) => (rate - centre) ** 2));
  const products = traces.flatMap((rates) =>
    rates.slice(1).map((rate, i) => (rate - centre) * (rates[i]! - centre)));
  const quantiles = RATE_QUANTILES.map((q) => quantileOfSorted(all, q));
  return { mean: centre, quantiles, lag1: variance > 0 ? mean(products) / variance : 0 };
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

/** Steps below it count as silent: a segment would take minutes, whatever its rate exactly. [bits/s] */
const SILENT: BitsPerS = 1000;

/**
 * Weight of going from the end of a trace to the beginning of the next. It was not measured, but with it
 * every state reaches every other; too little to be seen in what the model does.
 */
const JUNCTION_WEIGHT = 0.01;
