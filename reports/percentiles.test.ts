import { expect, test } from 'vitest';
import type { MetricResult } from '../models/core/run-record.ts';
import { percentileText } from './percentiles.ts';

const tally = (quantileError?: number): MetricResult => ({
  name: 'wait_seconds', kind: 'tally', labels: {}, unit: 's', help: '', value: 1, count: 10,
  ...(quantileError === undefined ? {} : { quantileError }),
});

test('percentiles say whether they are of every observation or of a sketch, with its error', () => {
  expect(percentileText([tally(), tally(0)])).toBe('percentiles: exact, of every observation');
  expect(percentileText([tally(0), tally(0.005)])).toMatch(/else of a sketch, within 0\.5\d* %$/);
  expect(percentileText([tally()])).toBe('');
});
