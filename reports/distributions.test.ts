import { expect, test } from 'vitest';
import { exampleRecord } from '../tests/fixtures/example-record.ts';
import { firstByteDistribution } from './distributions.ts';

const { document } = exampleRecord({ replications: 1, sessions: 10 });

test('the time to the first byte is drawn from the shares that a document holds', () => {
  const metric = {
    name: 'cdn_ttfb_seconds', kind: 'tally' as const, labels: {}, unit: 's', help: '', value: 0.05, count: 4,
    curve: [[0.5, 0.005], [0.95, 0.2], [0.99, 0.3], [1, 0.4]] as const,
  };
  const found = firstByteDistribution({ ...document, metrics: [metric] })!;
  expect(found.curves[0]).toMatchObject({ name: 'all requests', count: 4 });
  expect(found.summary).toBe('50 % below 5 ms, 95 % below 200 ms, 99 % below 300 ms.');
  expect(found.marks).toEqual([{ kind: 'percentile', label: 'p99 300 ms', value: 0.3 }]);
  expect(firstByteDistribution(document)).toBeUndefined();
  expect(firstByteDistribution({ ...document, metrics: [{ ...metric, curve: [[1, 0]] }] })).toBeUndefined();
});
