import type { MetricDeclaration, MetricView } from './metrics.ts';

/** A service level indicator: a number computed in one place from the metrics of either world. */
export interface SliDefinition {
  readonly name: string;
  readonly unit: string;
  readonly help: string;
  /** What it is divided by, or counted over, in few words: printed beside the figure. */
  readonly over?: string;
  /** Which direction is good. */
  readonly better: 'lower' | 'higher';
  /** Natural bounds of the value; intervals are cut there. */
  readonly range: readonly [number, number];
  /** undefined when nothing was observed. */
  readonly compute: (view: MetricView) => number | undefined;
}

/** Bounds of what is only not negative. */
export const ANY: readonly [number, number] = [0, Infinity];
/** Bounds of what may be negative too. */
export const SIGNED: readonly [number, number] = [-Infinity, Infinity];
/** Bounds of a share of 1. */
export const RATIO: readonly [number, number] = [0, 1];
/** Bounds of a share of 100. */
export const PERCENT: readonly [number, number] = [0, 100];

/** The share that a part is of a whole; undefined without a whole. */
export function ratio(part: number, whole: number): number | undefined {
  return whole > 0 ? part / whole : undefined;
}

/** A value in another unit; undefined stays so. */
export function scaled(factor: number, value: number | undefined): number | undefined {
  return value === undefined ? undefined : value * factor;
}

/** The value, unless the metric that proves observation counted nothing. */
export function observed(view: MetricView, proof: MetricDeclaration, value: number): number | undefined {
  return view.total(proof) > 0 ? value : undefined;
}
