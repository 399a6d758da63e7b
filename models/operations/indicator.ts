import type { RunDocument } from '../core/run-record.ts';
import { estimateMean } from '../core/statistics.ts';
import { findSli } from './sli.ts';

/** Sum of all costs of a run, by which designs can be compared as by an indicator. */
export const TOTAL_COST = 'total_cost';

/** An indicator of a run as comparisons see it. */
export interface Indicator {
  readonly name: string;
  readonly unit: string;
  readonly better: 'lower' | 'higher';
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** Its value in each replication; undefined when one of them has none, so that they cannot be paired. */
  readonly values: readonly number[] | undefined;
}

/** The parts of a run document that hold its figures. */
export type Figures = Pick<RunDocument, 'slis' | 'costs' | 'replications'>;

/** An indicator of a run by its name. */
export function indicatorOf(run: Figures, name: string): Indicator {
  if (name === TOTAL_COST) return totalCost(run);
  const sli = run.slis[name];
  const { better = 'lower', unit = '' } = findSli(name) ?? {};
  const nothing = { value: null, low: null, high: null };
  if (sli === undefined) return { name, unit, better, ...nothing, values: undefined };
  const { value, low, high, values } = sli;
  const whole = values.length === run.replications && values.length > 0;
  return { name, unit: sli.unit, better, value, low, high, values: whole ? values : undefined };
}

function totalCost({ costs }: Figures): Indicator {
  const head = { name: TOTAL_COST, unit: costs[0]?.unit ?? '$', better: 'lower' } as const;
  const [first] = costs;
  if (first === undefined) return { ...head, value: null, low: null, high: null, values: undefined };
  const values = first.values.map((_amount, i) => costs.reduce((sum, cost) => sum + cost.values[i]!, 0));
  const { value, low, high } = estimateMean(values);
  return { ...head, value, low, high, values };
}

/**
 * What a share of an indicator's value is in its unit: of the distance to 100 % where that is nearer, since a
 * hit rate of 97 % differs from one of 98 % by a third of the misses.
 */
export function shareOf({ value, unit }: Indicator, share: number): number {
  if (value === null) return 0;
  const whole = unit === 'ratio' ? 1 : unit === '%' ? 100 : Infinity;
  return share * Math.min(Math.abs(value), Math.abs(whole - value));
}
