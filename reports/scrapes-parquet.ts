import { parquetReadObjects } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { Labels } from '../models/core/labels.ts';
import type { ScrapedSeries } from '../models/core/run-record.ts';

/** Scraped series as a Parquet file, a row a series: what `weir export` and `weir rules test` read. */
export function scrapesParquet(series: readonly ScrapedSeries[]): ArrayBuffer {
  const text = (name: string, of: (one: ScrapedSeries) => string) =>
    ({ name, type: 'STRING' as const, data: series.map(of) });
  return parquetWriteBuffer({
    columnData: [
      text('metric', (one) => one.metric), text('kind', (one) => one.kind), text('help', (one) => one.help),
      text('labels', (one) => JSON.stringify(one.labels)),
      text('seconds', (one) => one.seconds.join(' ')), text('values', (one) => one.values.join(' ')),
    ],
    createdBy: 'weir',
  });
}

/** Reads what `scrapesParquet` wrote. */
export async function readScrapes(file: ArrayBuffer): Promise<ScrapedSeries[]> {
  const rows = await parquetReadObjects({ file });
  return rows.map((row) => ({
    metric: String(row['metric']), kind: row['kind'] as ScrapedSeries['kind'], help: String(row['help']),
    labels: JSON.parse(String(row['labels'])) as Labels,
    seconds: Float64Array.from(String(row['seconds']).split(' '), Number),
    values: Float64Array.from(String(row['values']).split(' '), Number),
  }));
}
