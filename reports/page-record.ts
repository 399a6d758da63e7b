import { assert } from '../models/core/assert.ts';
import {
  RUN_DOCUMENT_SCHEMA, type RunDocument, type RunRecord, type SessionLog, type SessionRow,
} from '../models/core/run-record.ts';
import type { PlaceRow } from '../models/core/place-row.ts';
import { networkRows, type NetworkRow } from './distributions.ts';

/** A run record as a page holds it: long series and many sessions thinned, and how much of them was kept. */
export interface PageRecord extends RunRecord {
  /** Sessions of the run, of which `sessions` holds an even sample when there are too many to draw. */
  readonly sessionsTotal: number;
  /** Figures by network class, over all sessions. */
  readonly networks: readonly NetworkRow[];
}

/** How much of a run a page carries. */
export interface PageLimits {
  /** Most points of one series of one replication; longer ones become means over equal runs of points. */
  readonly points: number;
  readonly sessions: number;
}

/** Limits that keep a page of twenty replications at a few megabytes. */
export const PAGE_LIMITS: PageLimits = { points: 300, sessions: 5000 };

/** A run record as compact JSON for a page: thinned, rounded, and in columns. */
export function encodePageRecord(record: RunRecord, limits: PageLimits = PAGE_LIMITS): string {
  const sessions = thinSessions(record.sessions, limits.sessions);
  const columns = SESSION_COLUMNS.map((name) => sessions.map((row) => rounded(row[name])));
  // Most series were sampled at the same times: each list of times is written once.
  const clocks = new Map<string, { readonly index: number; readonly seconds: number[] }>();
  const series = groupSeries(record.series).map((group) => {
    const { seconds, ...thin } = thinSeries(group, limits.points);
    const key = seconds.join();
    const clock = clocks.get(key) ?? { index: clocks.size, seconds };
    clocks.set(key, clock);
    return { ...thin, clock: clock.index };
  });
  const page: EncodedRecord = {
    document: record.document,
    clocks: [...clocks.values()].map((clock) => clock.seconds),
    series,
    sessions: Object.fromEntries(SESSION_COLUMNS.map((name, i) => [name, columns[i]!])),
    sessionsTotal: record.sessions.length,
    networks: networkRows(record.sessions),
    logs: record.logs,
    ...(record.places === undefined ? {} : {
      places: PLACE_COLUMNS.map((name) => record.places!.map((row) => rounded(row[name]))),
      cities: {
        latitude: record.cities?.latitude.map((degrees) => rounded(degrees, 4)) ?? [],
        longitude: record.cities?.longitude.map((degrees) => rounded(degrees, 4)) ?? [],
      },
    }),
  };
  return JSON.stringify(page);
}

/** Reads what `encodePageRecord` wrote; throws InvariantError on a document of another major version. */
export function decodePageRecord(text: string): PageRecord {
  const page = JSON.parse(text) as EncodedRecord;
  assert(page.document?.schema === RUN_DOCUMENT_SCHEMA, 'the page holds a run document of this version', {
    schema: page.document?.schema,
  });
  const rows = page.sessions[SESSION_COLUMNS[0]]?.length ?? 0;
  const sessions = Array.from({ length: rows }, (_, i) => {
    const cells = SESSION_COLUMNS.map((name) => [name, page.sessions[name]![i]] as const);
    return Object.fromEntries(cells) as unknown as SessionRow;
  });
  const series = page.series.flatMap(({ metric, labels, replication, clock, values }) =>
    page.clocks[clock]!.map((seconds, i) =>
      ({ metric, labels, replication, seconds, value: values[i] ?? NaN })));
  const { document, sessionsTotal, networks, logs } = page;
  const { places, cities } = page;
  return {
    document, series, sessions, sessionsTotal, networks, logs,
    ...(places === undefined || cities === undefined ? {} : { places: decodePlaces(places), cities }),
  };
}

function decodePlaces(columns: NonNullable<EncodedRecord['places']>): PlaceRow[] {
  return columns[0]!.map((_cell, i) => {
    const cells = PLACE_COLUMNS.map((name, column) => [name, columns[column]![i]] as const);
    return Object.fromEntries(cells) as unknown as PlaceRow;
  });
}

interface EncodedRecord {
  readonly document: RunDocument;
  readonly clocks: ReadonlyArray<readonly number[]>;
  readonly series: ReadonlyArray<Omit<SeriesColumns, 'seconds'> & { readonly clock: number }>;
  readonly sessions: Readonly<Record<string, ReadonlyArray<string | number | null>>>;
  readonly sessionsTotal: number;
  readonly networks: readonly NetworkRow[];
  readonly logs: readonly SessionLog[];
  /** By column of PLACE_COLUMNS, then place. */
  readonly places?: ReadonlyArray<ReadonlyArray<string | number>>;
  readonly cities?: { readonly latitude: readonly number[]; readonly longitude: readonly number[] };
}

interface SeriesColumns {
  readonly metric: string;
  readonly labels: string;
  readonly replication: number;
  readonly seconds: number[];
  readonly values: number[];
}

function groupSeries(series: RunRecord['series']): SeriesColumns[] {
  const groups = new Map<string, SeriesColumns>();
  for (const { metric, labels, replication, seconds, value } of series) {
    const key = `${metric}\u0000${labels}\u0000${replication}`;
    let group = groups.get(key);
    if (group === undefined) {
      group = { metric, labels, replication, seconds: [], values: [] };
      groups.set(key, group);
    }
    group.seconds.push(seconds);
    group.values.push(value);
  }
  return [...groups.values()];
}

// Buckets hold equally many points whatever the series, so that replications stay aligned in time.
function thinSeries(group: SeriesColumns, limit: number): SeriesColumns {
  const bucket = Math.ceil(group.values.length / limit);
  const seconds: number[] = [];
  const values: number[] = [];
  for (let from = 0; from < group.values.length; from += bucket) {
    const part = group.values.slice(from, from + bucket).filter(Number.isFinite);
    seconds.push(rounded(group.seconds[Math.min(from + bucket, group.seconds.length) - 1]!, 9));
    values.push(part.length === 0 ? NaN : rounded(part.reduce((sum, value) => sum + value, 0) / part.length));
  }
  return { ...group, seconds, values };
}

// Every k-th session in order of start-up keeps the whole distribution of start-up times, tail included.
function thinSessions(sessions: readonly SessionRow[], limit: number): readonly SessionRow[] {
  if (sessions.length <= limit) return sessions;
  const startup = (row: SessionRow): number => row.startupSeconds ?? Number.MAX_VALUE;
  const ranked = [...sessions].sort((a, b) => startup(a) - startup(b));
  const step = (ranked.length - 1) / (limit - 1);
  return Array.from({ length: limit }, (_, i) => ranked[Math.round(i * step)]!);
}

function rounded<T>(value: T, digits = 6): T {
  if (typeof value !== 'number' || !Number.isFinite(value)) return value;
  return Number(value.toPrecision(digits)) as T;
}

const SESSION_COLUMNS = [
  'replication', 'session', 'startSeconds', 'network', 'video', 'outcome', 'startupSeconds', 'playedSeconds',
  'stallCount', 'stallSeconds', 'meanBitrate', 'switches', 'segments',
] as const satisfies ReadonlyArray<keyof SessionRow>;

const PLACE_COLUMNS = [
  'tier', 'place', 'city', 'country', 'region', 'latitude', 'longitude', 'requests', 'hits', 'errors',
  'bytes', 'hitBytes',
] as const satisfies ReadonlyArray<keyof PlaceRow>;
