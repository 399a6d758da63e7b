import type { MetricResult } from '../models/core/run-record.ts';
import { formatValue } from './format.ts';

/** How the percentiles of a run were obtained, as a sentence without its full stop; empty without any. */
export function percentileText(metrics: readonly MetricResult[]): string {
  const errors = metrics.flatMap(({ quantileError }) => quantileError ?? []);
  if (errors.length === 0) return '';
  const worst = Math.max(...errors);
  if (worst === 0) return 'percentiles: exact, of every observation';
  const error = formatValue(worst, 'ratio');
  return `percentiles: exact where few were observed, else of a sketch, within ${error}`;
}
