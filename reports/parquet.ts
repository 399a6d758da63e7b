import { parquetWriteBuffer, type ColumnSource } from 'hyparquet-writer';
import type { PlaceRow } from '../models/core/place-row.ts';
import { RUN_DOCUMENT_SCHEMA, type RunRecord } from '../models/core/run-record.ts';

/** The time series of a run in long form as a Parquet file: replication, seconds, metric, labels, value. */
export function seriesParquet(series: RunRecord['series']): ArrayBuffer {
  return write([
    { name: 'replication', type: 'INT32', data: series.map((point) => point.replication) },
    { name: 'seconds', type: 'DOUBLE', data: series.map((point) => point.seconds) },
    { name: 'metric', type: 'STRING', data: series.map((point) => point.metric) },
    { name: 'labels', type: 'STRING', data: series.map((point) => point.labels) },
    { name: 'value', type: 'DOUBLE', data: series.map((point) => point.value) },
  ]);
}

/** The sessions of a run as a Parquet file; `startupSeconds` is null for one that never showed a frame. */
export function sessionsParquet(sessions: RunRecord['sessions']): ArrayBuffer {
  const startup = sessions.map((row) => row.startupSeconds);
  return write([
    { name: 'replication', type: 'INT32', data: sessions.map((row) => row.replication) },
    { name: 'session', type: 'INT32', data: sessions.map((row) => row.session) },
    { name: 'startSeconds', type: 'DOUBLE', data: sessions.map((row) => row.startSeconds) },
    { name: 'network', type: 'STRING', data: sessions.map((row) => row.network) },
    { name: 'video', type: 'INT32', data: sessions.map((row) => row.video) },
    { name: 'outcome', type: 'STRING', data: sessions.map((row) => row.outcome) },
    { name: 'startupSeconds', type: 'DOUBLE', nullable: true, data: startup },
    { name: 'playedSeconds', type: 'DOUBLE', data: sessions.map((row) => row.playedSeconds) },
    { name: 'stallCount', type: 'INT32', data: sessions.map((row) => row.stallCount) },
    { name: 'stallSeconds', type: 'DOUBLE', data: sessions.map((row) => row.stallSeconds) },
    { name: 'meanBitrate', type: 'DOUBLE', data: sessions.map((row) => row.meanBitrate) },
    { name: 'switches', type: 'INT32', data: sessions.map((row) => row.switches) },
    { name: 'segments', type: 'INT32', data: sessions.map((row) => row.segments) },
    { name: 'abandoned', type: 'INT32', data: sessions.map((row) => row.abandoned) },
    { name: 'qoeLin', type: 'DOUBLE', data: sessions.map((row) => row.qoeLin) },
    { name: 'qoeLog', type: 'DOUBLE', data: sessions.map((row) => row.qoeLog) },
  ]);
}

/** What each place of a CDN answered, as a Parquet file. */
export function placesParquet(places: readonly PlaceRow[]): ArrayBuffer {
  const text = (name: keyof PlaceRow) =>
    ({ name, type: 'STRING' as const, data: places.map((row) => row[name]) });
  const number = (name: keyof PlaceRow) =>
    ({ name, type: 'DOUBLE' as const, data: places.map((row) => row[name]) });
  return write([
    text('tier'), { name: 'place', type: 'INT32', data: places.map((row) => row.place) },
    ...(['city', 'country', 'region'] as const).map(text),
    ...(['latitude', 'longitude', 'requests', 'hits', 'errors', 'bytes', 'hitBytes'] as const).map(number),
  ]);
}

function write(columnData: ColumnSource[]): ArrayBuffer {
  return parquetWriteBuffer({
    columnData: columnData.map((column) => ({ nullable: false, ...column })),
    kvMetadata: [{ key: 'schema', value: RUN_DOCUMENT_SCHEMA }],
    createdBy: 'weir',
  });
}
