import type { MetricExport } from '../core/metrics.ts';
import type { CostResult } from '../core/run-record.ts';
import { estimateMean } from '../core/statistics.ts';
import { usage } from './metrics.ts';
import { costOf, priceOf, type PriceList } from './price-list.ts';

/** What a replication has used, and over how long. */
export interface MeasuredUsage {
  readonly metrics: readonly MetricExport[];
  /** Time over which the metrics were counted, without the warm-up. */
  readonly spanHours: number;
}

/** The costs of a run, and the items that were used but have no price. */
export interface Costs {
  readonly costs: readonly CostResult[];
  readonly unpriced: readonly string[];
}

/**
 * Dollars by part and item, the mean over replications with its interval, in the order of first use: each
 * replication is priced by itself, since tiers make the price of a mean another thing than the mean price.
 */
export function costsOf(list: PriceList, replications: readonly MeasuredUsage[]): Costs {
  const byKey = new Map<string, { readonly part: string; readonly item: string; readonly used: number[] }>();
  replications.forEach(({ metrics }, i) => {
    for (const { declaration, labels, value } of metrics) {
      if (declaration.name !== usage.name) continue;
      const { part = '', item = '' } = labels;
      const key = `${part}\u0000${item}`;
      const row = byKey.get(key) ?? { part, item, used: replications.map(() => 0) };
      byKey.set(key, row);
      row.used[i]! += value;
    }
  });
  const costs: CostResult[] = [];
  const unpriced = new Set<string>();
  for (const { part, item, used } of byKey.values()) {
    if (used.every((quantity) => quantity === 0)) continue;
    const price = priceOf(list, item);
    if (price === undefined) {
      unpriced.add(item);
      continue;
    }
    const dollars = used.map((quantity, i) => costOf(price, quantity, replications[i]!.spanHours));
    const { value, low, high } = estimateMean(dollars);
    const quantity = used.reduce((sum, one) => sum + one, 0) / used.length;
    const floor = low === null ? null : Math.max(0, low);
    const { unit, asOf, source } = price;
    costs.push({
      name: `${part}: ${item}`, value, low: floor, high, unit: '$', part, item, quantity,
      quantityUnit: unit, list: list.name, asOf, source, values: dollars,
    });
  }
  return { costs, unpriced: [...unpriced] };
}
