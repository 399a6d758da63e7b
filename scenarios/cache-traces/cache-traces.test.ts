import { describe, expect, test } from 'vitest';
import { CacheTraceError, TraceBuilder, type CacheTrace } from './cache-trace.ts';
import type { CsvColumns } from './csv.ts';
import { createParser, detectFormat, type TraceFormat } from './formats.ts';

const TEXT = new TextEncoder();

describe('oracleGeneral', () => {
  const whole = records([[5, 77n, 100, 3], [6, 2n ** 63n, 0, -1], [7, 77n, 90, -1], [9, 2n ** 63n, 4, -1]]);

  test('records are read, objects numbered, requests without bytes left out', () => {
    expect(read('oracleGeneral', whole)).toEqual({
      objects: Int32Array.of(0, 0, 1), sizes: Float64Array.of(100, 90, 4), times: Float64Array.of(5, 7, 9),
      skipped: { 'without bytes': 1 },
    });
  });

  test('a piece may end anywhere', () => {
    const expected = read('oracleGeneral', whole);
    for (let step = 1; step <= 50; step++) expect(read('oracleGeneral', whole, step)).toEqual(expected);
  });

  test('a file that is cut off is refused with the record', () => {
    expect(problems('oracleGeneral', whole.subarray(0, 55)))
      .toBe('t: record 3: expected 24 bytes, got 7: the file is cut off');
  });
});

describe('webcachesim', () => {
  test('time, id and size in a line', () => {
    const trace = read('webcachesim', '1 a 10\r\n\n2 b 20 more\n2.5  a 10');
    expect([...trace.objects, ...trace.sizes, ...trace.times]).toEqual([0, 1, 0, 10, 20, 10, 1, 2, 2.5]);
  });

  test('every problem is told with its line, the first ten of them', () => {
    expect(problems('webcachesim', '1 a 10\n2 b\nx c 3\n4 d 1.5\n5 e -2')).toBe([
      't: record 2: expected "time id size", got 2 of three: "2 b"',
      't: record 3: expected a time in seconds, got "x"',
      't: record 4: expected a size in whole bytes, got "1.5"',
      't: record 5: expected a size in whole bytes, got "-2"',
    ].join('\n'));
    expect(problems('webcachesim', '?\n'.repeat(12)).split('\n').at(-1)).toBe('t: and 2 more problems');
  });

  test('nothing is no trace, and what was left out is told', () => {
    expect(problems('webcachesim', '\n')).toBe('t: expected requests, got none');
    expect(problems('webcachesim', '1 a 0'))
      .toBe('t: expected requests, got none (left out: 1 without bytes)');
  });

  test('a letter of two bytes may be cut in two', () => {
    expect([...read('webcachesim', '1 é 5\n2 é 5\n3 e 5', 1).objects]).toEqual([0, 0, 1]);
  });
});

describe('csv', () => {
  test('columns by their names, in any order, quotes and semicolons', () => {
    const comma = read('csv', '# from us\nsize,extra,id,time\n10,x,"a,b",1\n20,y,c,2\n10,z,"a,b",3');
    const semicolon = read('csv', 'time;id;size\n1;a,b;10\n2;c;20\n3;a,b;10');
    expect(comma).toEqual(semicolon);
    expect([...comma.objects]).toEqual([0, 1, 0]);
  });

  test('other names, and no time at all', () => {
    const columns = { time: 'time', id: 'url', size: 'bytes' };
    expect([...read('csv', 'url\tbytes\nx\t5\ny\t6', 4096, columns).times]).toEqual([0, 1]);
  });

  test('missing columns, cells and numbers are told', () => {
    expect(problems('csv', 'time,idd,size\n1,a,2')).toMatch(
      /^t: record 1: expected a column "id" \(did you mean "idd"\?\), got time, idd, size; name the/,
    );
    expect(problems('csv', 'time,id,size\n1,a\n2,b,x')).toBe([
      't: record 2: expected 3 cells, got 2: "1,a"', 't: record 3: expected a size in whole bytes, got "x"',
    ].join('\n'));
  });
});

describe('access logs', () => {
  const nginx = [
    '203.0.113.9 - - [10/Oct/2020:13:55:36 +0200] "GET /v/1.m4s HTTP/1.1" 200 5000 "-" "player/1"',
    '203.0.113.9 - bob [10/Oct/2020:13:55:37 +0200] "GET /v/1.m4s HTTP/2.0" 206 3000 "-" "say \\"hi\\""',
    '203.0.113.9 - - [10/Oct/2020:13:55:38 +0200] "POST /v/1.m4s HTTP/1.1" 200 10 "-" "-"',
    '203.0.113.9 - - [10/Oct/2020:13:55:39 +0200] "GET /v/2.m4s HTTP/1.1" 304 0 "-" "-"',
    '203.0.113.9 - - [10/Oct/2020:11:55:40 +0000] "GET /v/2.m4s?a=1 HTTP/1.1" 200 7 "-" "-"',
  ];

  test('nginx: GET with an object, by target; times in any zone', () => {
    const trace = read('nginx', nginx.join('\n'));
    expect([[...trace.objects], [...trace.sizes], trace.times[2]! - trace.times[0]!])
      .toEqual([[0, 0, 1], [5000, 3000, 7], 4]);
    expect(trace.times[0]).toBe(Date.UTC(2020, 9, 10, 11, 55, 36) / 1000);
    expect(trace.skipped).toEqual({ 'other than GET': 1, 'answered without an object': 1 });
  });

  test('nginx: lines of another format and wrong times are told', () => {
    expect(problems('nginx', 'hello\n1.1.1.1 - - [yesterday] "GET / HTTP/1.1" 200 5')).toBe([
      't: record 1: expected a line in the combined log format, got "hello"',
      't: record 2: expected a time such as 10/Oct/2000:13:55:36 +0000, got "yesterday"',
    ].join('\n'));
  });

  const fields = '#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status '
    + 'cs(Referer) cs(User-Agent) cs-uri-query';
  const row = (time: string, bytes: string, method: string, stem: string, status: string, query: string) => [
    '2024-05-01', time, 'FRA56', bytes, '203.0.113.9', method, 'd1.cdn', stem, status, '-', 'x', query,
  ].join('\t');

  test('CloudFront: host, path and query are the object', () => {
    const trace = read('cloudfront', ['#Version: 1.0', fields,
      row('10:00:00', '900', 'GET', '/a', '200', '-'), row('10:00:02', '800', 'GET', '/a', '206', 'v=2'),
      row('10:00:03', '900', 'GET', '/a', '200', '-'), row('10:00:04', '20', 'HEAD', '/a', '200', '-'),
      row('10:00:05', '20', 'GET', '/a', '404', '-')].join('\n'));
    expect([[...trace.objects], [...trace.sizes]]).toEqual([[0, 1, 0], [900, 800, 900]]);
    expect(trace.times[1]! - trace.times[0]!).toBe(2);
    expect(trace.skipped).toEqual({ 'other than GET': 1, 'answered without an object': 1 });
  });

  test('CloudFront: missing fields and cut off lines are told', () => {
    expect(problems('cloudfront', 'a\tb\nc')).toBe(
      't: record 1: expected #Fields: and their names before the first request');
    expect(problems('cloudfront', '#Fields: date time')).toBe(
      't: record 1: expected the fields sc-bytes, cs-method, cs-uri-stem, sc-status');
    expect(problems('cloudfront', `${fields}\n2024-05-01\t10:00:00\tFRA`)).toMatch(
      /^t: record 2: expected 12 fields with date, time and bytes, got "2024/);
  });
});

test.each<[string, string | Uint8Array, TraceFormat | undefined]>([
  ['x.oracleGeneral.bin', records([[1, 1n, 1, 1]]), 'oracleGeneral'],
  ['x.bin.gz', records([[1, 1n, 1, 1]]), 'oracleGeneral'],
  ['x.dat', records([[1, 1n, 1, 1]]), undefined],
  ['x.tr.gz', '109 26 1\n139 3 2', 'webcachesim'],
  ['x.csv', '1,2,3', 'csv'],
  ['x', 'time,id,size\n1,2,3', 'csv'],
  ['x.log', '#Version: 1.0\n', 'cloudfront'],
  ['x', '1.1.1.1 - - [10/Oct/2000:13:55:36 +0000] "GET / HTTP/1.1" 200 5 "-" "-"', 'nginx'],
  ['x', 'hello', undefined],
])('%s is told from its name and %j', (name, head, format) => {
  expect(detectFormat(name, typeof head === 'string' ? TEXT.encode(head) : head)).toBe(format);
});

function read(format: TraceFormat, data: string | Uint8Array, step = 4096, columns?: CsvColumns): CacheTrace {
  const bytes = typeof data === 'string' ? TEXT.encode(data) : data;
  const builder = new TraceBuilder();
  const parser = createParser(format, builder, columns);
  for (let at = 0; at < bytes.length; at += step) parser.push(bytes.subarray(at, at + step));
  parser.end();
  return builder.finish('t');
}

/** What is wrong with a trace. */
function problems(format: TraceFormat, data: string | Uint8Array): string {
  try {
    read(format, data);
  } catch (error) {
    if (error instanceof CacheTraceError) return error.message;
    throw error;
  }
  throw new Error('nothing was wrong');
}

function records(rows: ReadonlyArray<readonly [number, bigint, number, number]>): Uint8Array {
  const view = new DataView(new ArrayBuffer(24 * rows.length));
  rows.forEach(([time, id, size, next], i) => {
    view.setUint32(24 * i, time, true);
    view.setBigUint64(24 * i + 4, id, true);
    view.setUint32(24 * i + 12, size, true);
    view.setBigInt64(24 * i + 16, BigInt(next), true);
  });
  return new Uint8Array(view.buffer);
}
