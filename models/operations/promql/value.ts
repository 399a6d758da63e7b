import type { LabelSet } from './labels.ts';

/** One series' value at the moment of evaluation. */
export interface Sample {
  readonly labels: LabelSet;
  readonly value: number;
  /** When the sample itself was taken; absent for computed values. [ms] */
  readonly timeMs?: number;
}

/** What an expression comes to: one number, or one for each of some series. */
export type Value =
  | { readonly kind: 'scalar'; readonly value: number }
  | { readonly kind: 'vector'; readonly samples: readonly Sample[] };

/** The samples of a vector; throws TypeError for a scalar. */
export function vectorOf(value: Value): readonly Sample[] {
  if (value.kind !== 'vector') throw new TypeError('expected a vector, got a number');
  return value.samples;
}

/** The number of a scalar; throws TypeError for a vector. */
export function scalarOf(value: Value): number {
  if (value.kind !== 'scalar') throw new TypeError('expected a number, got a vector');
  return value.value;
}
