import { assert } from '../../models/core/assert.ts';

/** What to find the best of, and how surely. */
export interface SelectionOptions {
  readonly designs: readonly string[];
  readonly best: 'largest' | 'smallest';
  /** Difference worth detecting, in the unit of the figure: among designs nearer than this any will do. */
  readonly indifference: number;
  /** Chance of a wrong choice if the best is better by `indifference` at least. Default 0.05. */
  readonly error?: number;
  /** Replications of every design before the first is dropped. Default 20. */
  readonly first?: number;
  /** Whether designs see common random numbers. Default true, as Weir's replications do. */
  readonly common?: boolean;
}

/** Which designs need another replication, or which one is best. */
export type SelectionDecision =
  | { readonly kind: 'sample'; readonly designs: readonly string[]; readonly reason: string }
  | {
    readonly kind: 'selected';
    readonly design: string;
    /** Designs whose means are exactly the same as the best's. */
    readonly ties: readonly string[];
    readonly replications: Readonly<Record<string, number>>;
    readonly reason: string;
  };

/**
 * Kim and Nelson's fully sequential procedure KN (ACM TOMACS 11(3), 2001, with c = 1): one replication of
 * every design still in the race at a time; a design leaves once it falls behind another by more than
 * chance allows. The best is found with probability 1 - error at least, for normal figures. A pure function
 * of the values it is fed.
 */
export class IndifferenceSelection {
  readonly #options: Required<SelectionOptions>;
  readonly #sign: number;
  readonly #h2: number;
  /** Values by design, in the order of replications, larger always better; as long as the design is in. */
  readonly #values: number[][];
  readonly #sums: number[];
  /** Variance of the difference of each pair over the first replications, row by row. */
  #variances: Float64Array = new Float64Array(0);
  #inside: number[];

  constructor(options: SelectionOptions) {
    this.#options = { error: 0.05, first: 20, common: true, ...options };
    const { designs, indifference, error, first, common, best } = this.#options;
    assert(designs.length > 1 && new Set(designs).size === designs.length, 'two designs or more, each once');
    assert(indifference > 0, 'the indifference zone has a width', { indifference });
    this.#sign = best === 'largest' ? 1 : -1;
    this.#h2 = knConstant(designs.length, error, first, common);
    this.#values = designs.map(() => []);
    this.#sums = designs.map(() => 0);
    this.#inside = designs.map((_, i) => i);
  }

  /**
   * Takes one replication of each design that the last decision named (all of them, at first), and decides.
   */
  add(values: Readonly<Record<string, number>>): SelectionDecision {
    const { designs, first, indifference } = this.#options;
    for (const i of this.#inside) {
      const value = values[designs[i]!];
      assert(value !== undefined && Number.isFinite(value), 'each design in the race needs a value', {
        design: designs[i],
      });
      this.#values[i]!.push(this.#sign * value);
      this.#sums[i]! += this.#sign * value;
    }
    const r = this.#values[this.#inside[0]!]!.length;
    if (r < first) return this.#sample(`${r} of the first ${first} replications`);
    if (r === first) this.#variances = this.#pairVariances();
    const leads = (l: number, i: number) => this.#sums[l]! - this.#sums[i]! > this.#allowed(i, l, r);
    this.#inside = this.#inside.filter((i) => !this.#inside.some((l) => l !== i && leads(l, i)));
    if (this.#inside.length === 1) {
      return this.#selected(`every other design fell behind by more than chance allows`);
    }
    // Where chance allows nothing any more, what is left is exactly equal.
    const equal = this.#inside.every((i) => this.#inside.every((l) => this.#allowed(i, l, r) === 0));
    if (equal) return this.#selected(`the rest are equal after ${r} replications`);
    return this.#sample(`${this.#inside.length} designs within ${indifference} after ${r} replications`);
  }

  /** How far the sum of design i may be behind that of l by chance: W of the paper, times r. */
  #allowed(i: number, l: number, r: number): number {
    const { designs, indifference } = this.#options;
    const variance = this.#variances[i * designs.length + l]!;
    return Math.max(0, (indifference / 2) * ((this.#h2 * variance) / indifference ** 2 - r));
  }

  #pairVariances(): Float64Array {
    const k = this.#values.length;
    const variances = new Float64Array(k * k);
    for (let i = 0; i < k; i++) {
      for (let l = 0; l < k; l++) {
        const n = this.#values[i]!.length;
        const mean = (this.#sums[i]! - this.#sums[l]!) / n;
        const squares = this.#values[i]!.map((value, j) => (value - this.#values[l]![j]! - mean) ** 2);
        variances[i * k + l] = squares.reduce((sum, square) => sum + square, 0) / (n - 1);
      }
    }
    return variances;
  }

  #sample(reason: string): SelectionDecision {
    return { kind: 'sample', designs: this.#inside.map((i) => this.#options.designs[i]!), reason };
  }

  #selected(reason: string): SelectionDecision {
    const { designs } = this.#options;
    const [design, ...ties] = this.#inside.map((i) => designs[i]!);
    const replications = Object.fromEntries(designs.map((name, i) => [name, this.#values[i]!.length]));
    return { kind: 'selected', design: design!, ties, replications, reason };
  }
}

/**
 * h^2 = 2 eta (n0 - 1) of KN, with eta = ((2 beta)^(-2 / (n0 - 1)) - 1) / 2; beta is alpha / (k - 1) on
 * common random numbers and 1 - (1 - alpha)^(1 / (k - 1)) for designs sampled independently.
 */
export function knConstant(designs: number, error: number, first: number, common: boolean): number {
  const possible = error > 0 && error < 0.5 && first >= 2;
  assert(possible, 'KN needs 0 < error < 0.5 and two replications', { error, first });
  const rivals = designs - 1;
  const beta = common ? error / rivals : 1 - (1 - error) ** (1 / rivals);
  return ((2 * beta) ** (-2 / (first - 1)) - 1) * (first - 1);
}
