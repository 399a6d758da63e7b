import { assert } from '../models/core/assert.ts';
import { BudgetSelection } from './statistics/budget-selection.ts';
import { IndifferenceSelection } from './statistics/indifference-selection.ts';

/** How the best of several designs is looked for. */
export type SelectionMethod =
  | { readonly kind: 'KN'; readonly indifference: number; readonly error: number }
  | { readonly kind: 'OCBA'; readonly budget: number };

/** What a selection has come to, with what is promised. */
export interface Selected {
  readonly method: 'KN' | 'OCBA';
  /** undefined when replications ran out first. */
  readonly design: string | undefined;
  /** Designs whose figures are exactly the same. */
  readonly ties: readonly string[];
  /** KN: chance that the choice is right under its condition; OCBA: estimated chance, from below. */
  readonly probability: number;
  readonly indifference: number | undefined;
  readonly replications: Readonly<Record<string, number>>;
  readonly reason: string;
}

/** Names the replications that a selection needs next, by design and number; none once it has decided. */
export interface Selector {
  /** `value` gives the figure of a replication, undefined while it was not run. */
  next(value: (design: number, replication: number) => number | undefined): ReadonlyArray<{
    readonly design: number;
    readonly replication: number;
  }>;
  /** Defined once `next` has named none. */
  readonly result: Selected | undefined;
}

/** Options of a selector. */
export interface SelectorOptions {
  readonly designs: readonly string[];
  readonly best: 'largest' | 'smallest';
  readonly method: SelectionMethod;
  /** Most replications of a design. */
  readonly most: number;
  /** Replications of every design before any is preferred. */
  readonly first: number;
  /** Replications worth asking for at a time: fewer leave threads idle. Decides nothing. */
  readonly atOnce: number;
}

/** Decisions rest on the values alone, in their order: the same whatever was computed ahead, and by whom. */
export function createSelector(options: SelectorOptions): Selector {
  return options.method.kind === 'KN' ? new KnSelector(options) : new OcbaSelector(options);
}

class KnSelector implements Selector {
  readonly #options: SelectorOptions;
  readonly #kn: IndifferenceSelection;
  readonly #indifference: number;
  readonly #error: number;
  #inside: readonly number[];
  #fed = 0;
  readonly #counts: number[];
  #reason = '';
  #result: Selected | undefined;

  constructor(options: SelectorOptions) {
    const { designs, best, method, first } = options;
    assert(method.kind === 'KN', 'a KN selector is told of KN');
    this.#options = options;
    this.#indifference = method.indifference;
    this.#error = method.error;
    this.#kn = new IndifferenceSelection({ designs, best, indifference: method.indifference,
      error: method.error, first });
    this.#inside = designs.map((_design, i) => i);
    this.#counts = designs.map(() => 0);
  }

  get result(): Selected | undefined {
    return this.#result;
  }

  next(value: (design: number, replication: number) => number | undefined) {
    const { designs, most, first, atOnce } = this.#options;
    while (this.#result === undefined) {
      if (this.#fed === most) {
        this.#stop(undefined, [], `not decided within ${most} replications: ${this.#reason}`);
        break;
      }
      const values = this.#inside.map((design) => [designs[design]!, value(design, this.#fed)] as const);
      if (values.some(([, figure]) => figure === undefined)) {
        const ahead = Math.max(1, first - this.#fed, Math.ceil(atOnce / this.#inside.length));
        const rounds = Array.from({ length: Math.min(ahead, most - this.#fed) }, (_, k) => this.#fed + k);
        return rounds.flatMap((replication) => this.#inside
          .filter((design) => value(design, replication) === undefined)
          .map((design) => ({ design, replication })));
      }
      for (const design of this.#inside) this.#counts[design]!++;
      this.#fed++;
      const decision = this.#kn.add(Object.fromEntries(values as ReadonlyArray<readonly [string, number]>));
      this.#reason = decision.reason;
      if (decision.kind === 'selected') this.#stop(decision.design, decision.ties, decision.reason);
      else this.#inside = decision.designs.map((name) => designs.indexOf(name));
    }
    return [];
  }

  #stop(design: string | undefined, ties: readonly string[], reason: string): void {
    const counts = this.#options.designs.map((name, i) => [name, this.#counts[i]!] as const);
    this.#result = {
      method: 'KN', design, ties, probability: 1 - this.#error, indifference: this.#indifference,
      replications: Object.fromEntries(counts), reason,
    };
  }
}

class OcbaSelector implements Selector {
  readonly #options: SelectorOptions;
  readonly #ocba: BudgetSelection;
  readonly #budget: number;
  readonly #fed: number[];
  /** Replications that each design is to have before the next decision. */
  #wanted: readonly number[];
  #result: Selected | undefined;

  constructor(options: SelectorOptions) {
    const { designs, best, method, first } = options;
    assert(method.kind === 'OCBA', 'an OCBA selector is told of OCBA');
    this.#options = options;
    this.#budget = method.budget;
    this.#ocba = new BudgetSelection({ designs, best, budget: method.budget, first });
    this.#fed = designs.map(() => 0);
    this.#wanted = designs.map(() => 0);
  }

  get result(): Selected | undefined {
    return this.#result;
  }

  next(value: (design: number, replication: number) => number | undefined) {
    const { designs } = this.#options;
    while (this.#result === undefined) {
      const missing = this.#feed(value);
      if (missing.length > 0) return missing;
      const decision = this.#ocba.decide();
      if (decision.kind === 'sample') {
        this.#wanted = designs.map((name, i) => this.#fed[i]! + (decision.replications[name] ?? 0));
        continue;
      }
      const { design, probability, replications } = decision;
      const reason = `${this.#budget} replications are spent`;
      this.#result = { method: 'OCBA', design, ties: [], probability, indifference: undefined, replications,
        reason };
    }
    return [];
  }

  /** Takes in what is there of what is wanted; the rest is returned. */
  #feed(value: (design: number, replication: number) => number | undefined) {
    const missing: { readonly design: number; readonly replication: number }[] = [];
    this.#wanted.forEach((count, design) => {
      for (let r = this.#fed[design]!; r < count; r++) {
        if (value(design, r) === undefined) missing.push({ design, replication: r });
      }
    });
    if (missing.length > 0) return missing;
    this.#wanted.forEach((count, design) => {
      for (; this.#fed[design]! < count; this.#fed[design]!++) {
        this.#ocba.add(this.#options.designs[design]!, value(design, this.#fed[design]!)!);
      }
    });
    return missing;
  }
}
