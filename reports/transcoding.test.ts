import { expect, test } from 'vitest';
import type { RunDocument } from '../models/core/run-record.ts';
import { exampleRecord } from '../tests/fixtures/example-record.ts';
import { renderComparison } from './compare.ts';
import { renderRun } from './terminal.ts';
import { failureRows, resolutionRows } from './transcoding.ts';

const TERMINAL = { colour: false, width: 100 };
const { document } = exampleRecord();

/** The example with a farm: jobs of 20 s on one resolution, tries of 4 s, some failures. */
const farm = withMetrics(20, 4);

test('jobs by resolution and failures by reason are told by the names of their metrics', () => {
  expect(resolutionRows(farm).map(({ resolution, jobs, tries }) => [resolution, jobs?.count, tries?.count]))
    .toEqual([['720p', 6, 90]]);
  expect(failureRows(farm)).toEqual([['encoder', 3]]);
  const text = renderRun(farm, TERMINAL);
  expect(text).toContain('transcoding_duration_seconds and transcoding_try_seconds by resolution');
  expect(text).toMatch(/720p +6 +20 s +40 s +90 +4 s +8 s +2 s/);
  expect(text).toContain('failures by reason: encoder 3');
  expect(resolutionRows(document)).toEqual([]);
  expect(renderRun(document, TERMINAL)).not.toContain('failures by reason');
});

test('two runs are compared by resolution, jobs and tries', () => {
  const text = renderComparison(farm, withMetrics(25, 3), TERMINAL);
  expect(text).toMatch(/720p +job, median +20 s +25 s +\+25\.0 %/);
  expect(text).toMatch(/720p +try of a chunk, median +4 s +3 s +-25\.0 %/);
});

function withMetrics(job: number, attempt: number): RunDocument {
  const tally = (name: string, value: number, count: number) => ({
    name, labels: { resolution: '720p' }, help: '', kind: 'tally' as const, unit: 's',
    value, count,
    quantiles: { p50: value, p90: 1.5 * value, p95: 2 * value, p99: 3 * value }, quantileError: 0,
  });
  const failures = (reason: string, value: number) =>
    ({
      name: 'transcoding_failures', labels: { reason }, help: '', kind: 'counter' as const,
      unit: 'chunks', value,
    });
  return {
    ...document,
    metrics: [
      tally('transcoding_duration_seconds', job, 6), tally('transcoding_try_seconds', attempt, 90),
      failures('encoder', 3), failures('lost', 0),
      {
        name: 'transcoding_try_engine_seconds_total', labels: { resolution: '720p' }, help: '',
        kind: 'counter' as const, unit: 's', value: 180,
      },
    ],
  };
}
