import { comparePaired, holm } from '../../core/comparison.ts';
import type { Verdict } from '../../core/run-record.ts';
import { studentQuantile, studentTail, type StatedEstimate } from '../../core/statistics.ts';

/** Chance that a gate with all of its objectives, at all of its looks, fails what did not change. */
export const FAIL_LEVEL = 0.002; // one red build in 500: at 5 %, other draws failed 2 of 100 (bench gate)
/** Chance that it passes what did get worse by the margin. */
const PASS_LEVEL = 0.05;

/** An objective on both sides of a change, replication by replication on common random numbers. */
export interface GateObjective {
  readonly name: string;
  readonly direction: 'below' | 'above';
  readonly unit: string;
  /** Deterioration that is still no regression, in the objective's unit. */
  readonly margin: number;
  readonly baseline: readonly number[];
  readonly head: readonly number[];
  /** What each side says of the objective itself. */
  readonly baselineVerdict: Verdict;
  readonly headVerdict: Verdict;
}

/** What the gate says of one objective. */
export type GateVerdict = 'pass' | 'fail' | 'inconclusive' | 'error';

/** An objective, judged. */
export interface GateResult {
  readonly name: string;
  readonly unit: string;
  readonly verdict: GateVerdict;
  /** In words, with the figures. */
  readonly reason: string;
  readonly margin: number;
  /** Head minus baseline in the direction that is worse, with a 95 % interval; null without data. */
  readonly deterioration: StatedEstimate | null;
  readonly baselineMean: number | null;
  readonly headMean: number | null;
}

/** How the level is shared out: over the looks at growing numbers of replications, evenly (Bonferroni). */
export interface GateLook {
  readonly looks: number;
}

/**
 * Judges a change against its baseline: an objective fails when it deteriorated by more than its margin
 * beyond chance, or is missed where the baseline met it; it passes when it did not deteriorate by as much as
 * the margin, beyond chance (non-inferiority); otherwise these replications cannot tell. One-sided paired t
 * tests, Holm's correction over the objectives, the levels shared over the looks.
 */
export function judgeGate(objectives: readonly GateObjective[], { looks }: GateLook): GateResult[] {
  const tested = objectives.map((objective) => (missingData(objective) ? undefined : test(objective)));
  const worse = holm(tested.map((one) => one?.pWorse ?? 1), FAIL_LEVEL / looks);
  const fine = holm(tested.map((one) => one?.pFine ?? 1), PASS_LEVEL / looks);
  return objectives.map((objective, i) => {
    const one = tested[i];
    const { name, unit, margin } = objective;
    if (one === undefined) {
      const reason = 'a side has no data in some replication';
      return {
        name, unit, margin, verdict: 'error', reason, deterioration: null, baselineMean: null, headMean: null,
      };
    }
    const { deterioration, baselineMean, headMean } = one;
    const head = { name, unit, margin, deterioration, baselineMean, headMean };
    if (worse[i]!.significant) return { ...head, verdict: 'fail', reason: 'worse than the margin allows' };
    if (objective.headVerdict === 'missed' && objective.baselineVerdict === 'met') {
      return { ...head, verdict: 'fail', reason: 'the baseline met the objective, this misses it' };
    }
    if (one.identical) return { ...head, verdict: 'pass', reason: 'the same in every replication' };
    if (fine[i]!.significant) return { ...head, verdict: 'pass', reason: 'not worse by the margin' };
    return { ...head, verdict: 'inconclusive', reason: 'these replications cannot tell' };
  });
}

/** Judges a scenario without a baseline: each objective by its own verdict. */
export function judgeAlone(
  objectives: ReadonlyArray<{ readonly name: string; readonly unit: string; readonly verdict: Verdict;
    readonly value: number | null }>,
): GateResult[] {
  const words: Readonly<Record<Verdict, readonly [GateVerdict, string]>> = {
    met: ['pass', 'the objective is met'],
    missed: ['fail', 'the objective is missed'],
    inconclusive: ['inconclusive', 'these replications cannot tell'],
    'no-data': ['error', 'nothing was observed'],
  };
  return objectives.map(({ name, unit, verdict, value }) => {
    const [gate, reason] = words[verdict];
    return {
      name,
      unit,
      margin: 0,
      verdict: gate,
      reason,
      deterioration: null,
      baselineMean: null,
      headMean: value,
    };
  });
}

/** Numbers of replications at which a gate looks: the first, then twice as many, up to the budget. */
export function gateLooks(first: number, budget: number): number[] {
  const looks = [Math.min(first, budget)];
  while (looks.at(-1)! < budget) looks.push(Math.min(looks.at(-1)! * 2, budget));
  return looks;
}

/**
 * Margin of an objective that states none: a tenth of its error budget where it counts a share of events,
 * else a hundredth of its bound.
 */
export function defaultMargin(objective: {
  readonly bound: number; readonly unit: string; readonly direction: 'below' | 'above';
}): number {
  const { bound, unit, direction } = objective;
  if (unit === 'ratio') return 0.1 * (direction === 'above' ? 1 - bound : bound);
  if (unit === '%' && direction === 'below') return 0.1 * bound;
  return 0.01 * Math.abs(bound);
}

interface Tested {
  readonly pWorse: number;
  readonly pFine: number;
  readonly identical: boolean;
  readonly deterioration: StatedEstimate;
  readonly baselineMean: number;
  readonly headMean: number;
}

function missingData({ baseline, head }: GateObjective): boolean {
  return baseline.length === 0 || baseline.length !== head.length;
}

function test({ direction, margin, baseline, head }: GateObjective): Tested {
  const sign = direction === 'below' ? 1 : -1;
  const { difference, verdict } = comparePaired(
    baseline.map((value) => sign * value), head.map((value) => sign * value));
  const { value, low, n } = difference;
  // The half width of the interval over the t quantile it was made with is the standard error.
  const error = low === null ? null : (value - low) / studentQuantile(0.975, n - 1);
  return {
    pWorse: chance(value - margin, error, n), pFine: chance(margin - value, error, n),
    identical: verdict === 'identical',
    deterioration: difference, baselineMean: mean(baseline), headMean: mean(head),
  };
}

/** Chance of a mean this far beyond 0, were the true one 0; 1 when a single pair has no error to go by. */
function chance(beyond: number, error: number | null, n: number): number {
  if (error === null) return 1;
  if (error === 0) return beyond > 0 ? 0 : 1;
  const upper = studentTail(Math.abs(beyond / error), n - 1);
  return beyond >= 0 ? upper : 1 - upper;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
