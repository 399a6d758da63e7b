import { expect } from 'vitest';
import type { MetricDeclaration, MetricSet, MetricView } from '../core/metrics.ts';
import { estimateMean } from '../core/statistics.ts';
import { US_PER_S, type Us } from '../core/units.ts';

/** A component that draws who asks by itself. */
interface Service {
  settle(now: Us): void;
}

const BATCHES = 20;
const WARMUP_S = 20;

/** A figure of each of twenty batches of a long run, after a warm-up. */
export function batches(
  service: Service, set: MetricSet, seconds: number, figure: (view: MetricView) => number,
): number[] {
  service.settle(WARMUP_S * US_PER_S);
  return Array.from({ length: BATCHES }, (_, batch) => {
    set.startMeasuring((WARMUP_S + batch * seconds) * US_PER_S);
    const until = (WARMUP_S + (batch + 1) * seconds) * US_PER_S;
    service.settle(until);
    return figure(set.view(until));
  });
}

/** The 99.9 % interval of a mean covers its theory, and is no wider than a share of it. */
export function holds(values: readonly number[], theory: number, width = 0.1): void {
  const { low, high } = estimateMean(values, 0.999);
  expect(low!).toBeLessThan(theory);
  expect(high!).toBeGreaterThan(theory);
  expect((high! - low!) / theory).toBeLessThan(width);
}

/** Counts of a counter by one of its labels. */
export function countsBy(
  view: MetricView, counter: MetricDeclaration, label: string, names: readonly string[],
): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, view.total(counter, { [label]: name })]));
}
