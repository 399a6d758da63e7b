import { parquetReadObjects } from 'hyparquet';
import { expect, test } from 'vitest';
import type { PlaceRow } from '../models/core/place-row.ts';
import { exampleRecord } from '../tests/fixtures/example-record.ts';
import { placesParquet, seriesParquet, sessionsParquet } from './parquet.ts';

const record = exampleRecord({ replications: 2, sessions: 400 });

test('places keep where they are and what they answered', async () => {
  const place: PlaceRow = {
    tier: 'edge', place: 3, city: 'São Paulo', country: 'BR', region: 'latin-america', latitude: -23.5,
    longitude: -46.6, requests: 10.5, hits: 4, errors: 1, bytes: 2e9, hitBytes: 1e9,
  };
  expect(await parquetReadObjects({ file: placesParquet([place]) })).toEqual([place]);
});

test('the series read back as they were written', async () => {
  const rows = await parquetReadObjects({ file: seriesParquet(record.series) });
  expect(rows).toEqual(record.series);
});

test('the sessions read back as they were written, null start-up included', async () => {
  const sessions = record.sessions.map((row, i) => (i % 7 === 0 ? { ...row, startupSeconds: null } : row));
  const rows = await parquetReadObjects({ file: sessionsParquet(sessions) });
  expect(rows).toEqual(sessions);
});

test('a run without sessions writes a file without rows', async () => {
  expect(await parquetReadObjects({ file: sessionsParquet([]) })).toEqual([]);
  expect(await parquetReadObjects({ file: seriesParquet([]) })).toEqual([]);
});
