import { shown } from '../data-file.ts';
import type { TraceBuilder, TraceParser } from './cache-trace.ts';
import { LineParser } from './lines.ts';

/** Answers that hold an object or a part of it; others say nothing about what a cache would hold. */
const WITH_BODY = new Set(['200', '206']);
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** $remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent ... */
const COMBINED = /^\S+ \S+ .*?\[([^\]]+)\] "((?:[^"\\]|\\.)*)" (\d{3}) (\d+|-)/;
const TIME_LOCAL = /^(\d{2})\/(\w{3})\/(\d{4}):(\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2})$/;
const CLOUDFRONT_FIELDS = ['date', 'time', 'sc-bytes', 'cs-method', 'cs-uri-stem', 'sc-status'] as const;

/**
 * Parses nginx access logs in the combined format: GET requests answered with 200 or 206; the object is the
 * request's target, its size the bytes of the body that were sent.
 */
export function nginxParser(builder: TraceBuilder): TraceParser {
  return new LineParser((line, number) => {
    const match = COMBINED.exec(line);
    if (match === null) {
      builder.problem(number, `expected a line in the combined log format, got ${shown(line)}`);
      return;
    }
    const [, local, request, status, bytes] = match as unknown as [string, string, string, string, string];
    const seconds = secondsOf(local);
    if (seconds === undefined) {
      builder.problem(number, `expected a time such as 10/Oct/2000:13:55:36 +0000, got ${shown(local)}`);
      return;
    }
    const [method, target] = request.split(' ');
    if (method !== 'GET' || target === undefined) builder.skip('other than GET');
    else if (!WITH_BODY.has(status)) builder.skip('answered without an object');
    else builder.add(seconds, target, bytes === '-' ? 0 : Number(bytes));
  });
}

/**
 * Parses CloudFront standard logs (tab separated, columns named by `#Fields:`): GET requests answered with
 * 200 or 206; the object is host, path and query, its size the bytes sent, headers included.
 */
export function cloudFrontParser(builder: TraceBuilder): TraceParser {
  let places: ReadonlyMap<string, number> | undefined;
  let told = false;
  return new LineParser((line, number) => {
    if (line.startsWith('#')) {
      if (line.startsWith('#Fields:')) places = fieldPlaces(line, number, builder);
      return;
    }
    if (places === undefined) {
      if (!told) builder.problem(number, 'expected #Fields: and their names before the first request');
      told = true;
      return;
    }
    const cells = line.split('\t');
    const cell = (name: string): string => cells[places!.get(name) ?? -1] ?? '';
    const seconds = Date.parse(`${cell('date')}T${cell('time')}Z`) / 1000;
    if (cells.length < places.size || Number.isNaN(seconds) || !/^\d+$/.test(cell('sc-bytes'))) {
      builder.problem(number, `expected ${places.size} fields with date, time and bytes, got ${shown(line)}`);
      return;
    }
    const query = cell('cs-uri-query');
    const host = cell('x-host-header') || cell('cs(Host)');
    const id = `${host}${cell('cs-uri-stem')}${query === '' || query === '-' ? '' : `?${query}`}`;
    if (cell('cs-method') !== 'GET') builder.skip('other than GET');
    else if (!WITH_BODY.has(cell('sc-status'))) builder.skip('answered without an object');
    else builder.add(seconds, id, Number(cell('sc-bytes')));
  });
}

function fieldPlaces(line: string, number: number, builder: TraceBuilder): ReadonlyMap<string, number> {
  const names = line.slice('#Fields:'.length).trim().split(/\s+/);
  const missing = CLOUDFRONT_FIELDS.filter((name) => !names.includes(name));
  if (missing.length > 0) builder.problem(number, `expected the fields ${missing.join(', ')}`);
  return new Map(names.map((name, i) => [name, i]));
}

/** Seconds since 1970 of nginx's $time_local. */
function secondsOf(local: string): number | undefined {
  const match = TIME_LOCAL.exec(local);
  const month = MONTHS.indexOf(match?.[2] ?? '');
  if (match === null || month < 0) return undefined;
  const [, day, , year, hour, minute, second, sign, zoneHours, zoneMinutes] = match;
  const utc = Date.UTC(Number(year), month, Number(day), Number(hour), Number(minute), Number(second)) / 1000;
  const zone = Number(zoneHours) * 3600 + Number(zoneMinutes) * 60;
  return sign === '+' ? utc - zone : utc + zone;
}
