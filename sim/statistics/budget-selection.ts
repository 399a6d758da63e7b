import { assert } from '../../models/core/assert.ts';
import { studentTail } from '../../models/core/statistics.ts';
import { Tally } from './tally.ts';

/** What to find the best of within a number of replications. */
export interface BudgetOptions {
  readonly designs: readonly string[];
  readonly best: 'largest' | 'smallest';
  /** Replications of all designs together. */
  readonly budget: number;
  /** Replications of every design before any is preferred. Default 10. */
  readonly first?: number;
  /** Replications that one decision asks for. Default: one a design. */
  readonly step?: number;
  /** Stops early once the best is found with this probability. Default 1: spend the budget. */
  readonly enough?: number;
}

/** How many more replications of which designs to run, or which design looks best and how surely. */
export type BudgetDecision =
  | { readonly kind: 'sample'; readonly replications: Readonly<Record<string, number>> }
  | {
    readonly kind: 'selected';
    readonly design: string;
    /** Approximate probability, from below, that it is the best (Bonferroni over Welch t tails). */
    readonly probability: number;
    readonly replications: Readonly<Record<string, number>>;
  };

/**
 * Optimal computing budget allocation (Chen, Lin, Yucesan and Chick, Discrete Event Dynamic Systems 10,
 * 2000): gives replications to the designs that are hard to tell from the best. For designs sampled
 * independently; unlike KN it promises no error, but says the probability that it reached.
 */
export class BudgetSelection {
  readonly #options: Required<BudgetOptions>;
  readonly #tallies: readonly Tally[];
  readonly #sign: number;

  constructor(options: BudgetOptions) {
    this.#options = { first: 10, step: options.designs.length, enough: 1, ...options };
    const { designs, budget, first, step, best } = this.#options;
    assert(designs.length > 1 && new Set(designs).size === designs.length, 'two designs or more, each once');
    assert(first >= 2 && step >= 1, 'a variance needs two replications', { first, step });
    assert(budget >= first * designs.length, 'the budget covers the first replications', { budget, first });
    this.#tallies = designs.map(() => new Tally());
    this.#sign = best === 'smallest' ? 1 : -1;
  }

  /** Takes one value of one design; the order of values does not matter but for rounding. */
  add(design: string, value: number): void {
    const tally = this.#tallies[this.#options.designs.indexOf(design)];
    assert(tally !== undefined, 'no such design in the selection', { design });
    tally.add(this.#sign * value);
  }

  /** What to run next, given all that was added. */
  decide(): BudgetDecision {
    const { designs, budget, first, step, enough } = this.#options;
    const counts = this.#tallies.map((tally) => tally.count);
    const missing = counts.map((count) => Math.max(0, first - count));
    if (missing.some((count) => count > 0)) return { kind: 'sample', replications: named(designs, missing) };
    const spent = counts.reduce((sum, count) => sum + count, 0);
    const probability = probabilityOfBest(this.#tallies);
    if (spent >= budget || probability >= enough) {
      const design = designs[leastOf(this.#tallies.map(({ mean }) => mean))]!;
      return { kind: 'selected', design, probability, replications: named(designs, counts) };
    }
    const add = Math.min(step, budget - spent);
    const means = this.#tallies.map(({ mean }) => mean);
    const deviations = this.#tallies.map(({ variance }) => Math.sqrt(variance));
    const wanted = ocbaShares(means, deviations).map((share) => share * (spent + add));
    return { kind: 'sample', replications: named(designs, fillUp(counts, wanted, add)) };
  }
}

/**
 * Shares of a budget by OCBA for the design of least mean b: N_i in proportion to (s_i / (m_i - m_b))^2,
 * and N_b = s_b sqrt(sum (N_i / s_i)^2). They add up to 1.
 */
export function ocbaShares(means: readonly number[], deviations: readonly number[]): number[] {
  const b = leastOf(means);
  const scale = Math.max(...means.map(Math.abs), ...deviations);
  if (scale === 0) return means.map(() => 1 / means.length);
  // Neither equal means nor a design that never varied may ask for all or nothing: both count as tiny.
  const s = deviations.map((deviation) => Math.max(deviation, 1e-9 * scale));
  const weights = means.map((mean, i) => (s[i]! / Math.max(mean - means[b]!, 1e-9 * scale)) ** 2);
  weights[b] = s[b]! * Math.hypot(...weights.map((weight, i) => (i === b ? 0 : weight / s[i]!)));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Probability that the design of least sample mean is the best: 1 - sum over the others of being better. */
function probabilityOfBest(tallies: readonly Tally[]): number {
  const b = leastOf(tallies.map(({ mean }) => mean));
  const best = tallies[b]!;
  let probability = 1;
  tallies.forEach((tally, i) => {
    if (i === b) return;
    const own = tally.variance / tally.count;
    const other = best.variance / best.count;
    const gap = tally.mean - best.mean;
    if (own + other === 0) {
      if (gap === 0) probability -= 0.5;
      return;
    }
    // Welch and Satterthwaite's degrees of freedom
    const freedom = (own + other) ** 2 / (own ** 2 / (tally.count - 1) + other ** 2 / (best.count - 1));
    probability -= studentTail(gap / Math.sqrt(own + other), freedom);
  });
  return Math.max(0, probability);
}

/** Gives `add` replications, one at a time, to the design that is farthest below what it should have. */
function fillUp(counts: readonly number[], wanted: readonly number[], add: number): number[] {
  const lacking = wanted.map((share, i) => share - counts[i]!);
  const given = counts.map(() => 0);
  for (let i = 0; i < add; i++) {
    const most = leastOf(lacking.map((one) => -one));
    given[most]!++;
    lacking[most]!--;
  }
  return given;
}

function leastOf(values: readonly number[]): number {
  return values.reduce((least, value, i) => (value < values[least]! ? i : least), 0);
}

function named(designs: readonly string[], values: readonly number[]): Record<string, number> {
  return Object.fromEntries(designs.map((design, i) => [design, values[i]!]));
}
