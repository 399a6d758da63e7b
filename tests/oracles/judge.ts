import { expect } from 'vitest';
import { estimateMean } from '../../models/core/statistics.ts';
import { Model } from '../../sim/model/index.ts';

/** One long run cut into batches, in the model's own unit of time. */
export interface Plan {
  readonly seed: number;
  readonly warmUp: number;
  readonly length: number;
  /** 20 by default. */
  readonly batches?: number;
}

/** Figures of a model by name, one value a batch. */
export type Figures<Name extends string> = Readonly<Record<Name, readonly number[]>>;

/**
 * Builds a model, lets it warm up, and reads its figures after each of the batches into which the run is cut.
 * Batches are many times longer than the model remembers, so their means are as good as independent.
 */
export function runBatches<Name extends string>(
  { seed, warmUp, length, batches = 20 }: Plan, build: (model: Model) => () => Readonly<Record<Name, number>>,
): Figures<Name> {
  const model = new Model({ seed });
  const read = build(model);
  model.runFor(warmUp);
  const rows: Readonly<Record<Name, number>>[] = [];
  for (let batch = 0; batch < batches; batch++) {
    model.resetStatistics();
    model.runFor(length);
    rows.push(read());
  }
  const figures: Partial<Record<Name, number[]>> = {};
  for (const name of Object.keys(rows[0]!) as Name[]) figures[name] = rows.map((row) => row[name]);
  return figures as Figures<Name>;
}

/**
 * Holds a figure to its theoretical value: the 95 % interval is at most 1 % of it wide to either side, and
 * the 99.9 % interval covers it. The suite judges some hundred figures at fixed seeds, so 95 % intervals
 * would miss five of them.
 */
export function judge(name: string, values: readonly number[], theory: number, precision = 0.01): void {
  const narrow = estimateMean(values, 0.95);
  const wide = estimateMean(values, 0.999);
  const width = (narrow.high! - narrow.low!) / 2 / theory;
  const told = `${name}: ${narrow.value} within ${wide.low} .. ${wide.high}, theory ${theory}`;
  expect(width, `${told}: half-width ${(100 * width).toFixed(2)} % of theory`).toBeLessThanOrEqual(precision);
  expect(wide.low! <= theory && theory <= wide.high!, told).toBe(true);
}

/**
 * A figure less what a control explains of it, whose expectation is known: batches that were busier than the
 * law says waited longer than the law says, too (Lavenberg and Welch 1981). The mean stays, the variance
 * falls by the square of their correlation.
 */
export function controlled(
  values: readonly number[], control: readonly number[], expected: number,
): readonly number[] {
  const [mean, controlMean] = [values, control].map((all) => estimateMean(all).value) as [number, number];
  let [product, square] = [0, 0];
  values.forEach((value, i) => {
    product += (value - mean) * (control[i]! - controlMean);
    square += (control[i]! - controlMean) ** 2;
  });
  const slope = product / square;
  return values.map((value, i) => value - slope * (control[i]! - expected));
}

/** Holds all figures of a model to their theoretical values. */
export function judgeAll<Name extends string>(
  figures: Figures<Name>, theory: Readonly<Record<NoInfer<Name>, number>>,
): void {
  for (const name of Object.keys(theory) as Name[]) judge(name, figures[name], theory[name]);
}
