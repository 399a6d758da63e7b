import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ScenarioError } from './errors.ts';
import { parseTrace, TraceFileError } from './trace-files.ts';

describe('forms', () => {
  test("Sabre's JSON", () => {
    const text = '[{"duration_ms":1013,"bandwidth_kbps":1285,"latency_ms":100},'
      + '{"duration_ms":0.5,"bandwidth_kbps":0,"latency_ms":20.5}]';
    expect(parseTrace(text, 'a.json')).toEqual([
      { durationUs: 1_013_000, rate: 1_285_000, latencyUs: 100_000 },
      { durationUs: 500, rate: 0, latencyUs: 20_500 },
    ]);
  });

  test('CSV with the times at which periods start: the last lasts as long as the one before it', () => {
    expect(parseTrace('seconds,mbps,rtt_ms\n10,1.1,40\n12,0,50\n15.5,8,60\n', 'a.csv')).toEqual([
      { durationUs: 2_000_000, rate: 1_100_000, latencyUs: 40_000 },
      { durationUs: 3_500_000, rate: 0, latencyUs: 50_000 },
      { durationUs: 3_500_000, rate: 8_000_000, latencyUs: 60_000 },
    ]);
  });

  test('CSV with durations; a latency that is not stated is the one the caller names', () => {
    const expected = [{ durationUs: 250_000, rate: 500_000, latencyUs: 30_000 }];
    expect(parseTrace('duration_ms,kbps\n250,500\n', 'a.csv', 30_000)).toEqual(expected);
    expect(parseTrace('[{"duration_ms":250,"bandwidth_kbps":500}]', 'a', 30_000)).toEqual(expected);
  });

  test('columns in any order and case, comments, blank lines, quotes, separators, byte order mark', () => {
    const expected = [{ durationUs: 250_000, rate: 500_000, latencyUs: 7_000 }];
    const texts = [
      '\uFEFF# from somewhere, cut\nKBPS,latency_ms,Duration_ms\r\n\r\n500, 7 ,250\r\n',
      'duration_ms;kbps;latency_ms\n250;500;7',
      'duration_ms\tkbps\tlatency_ms\n2.5e2\t500\t7\n# end',
      '"duration_ms","mbps","rtt_ms"\n"250","0.5","7"\n,,\n',
    ];
    for (const text of texts) expect(parseTrace(text, 'a.csv')).toEqual(expected);
    const json = '\uFEFF [{"duration_ms":250,"bandwidth_kbps":500,"latency_ms":7}]';
    expect(parseTrace(json, 'a.txt')).toEqual(expected);
  });

  test('periods of no length are left out', () => {
    expect(parseTrace('duration_ms,kbps\n0,9\n250,500\n0,9\n', 'a.csv')).toHaveLength(1);
  });
});

describe('problems, each with its place and what was expected', () => {
  test.each([
    ['', 'a.csv', 'a.csv: expected a bandwidth trace, got an empty file'],
    [' \n', 'a.json', 'a.json: expected a bandwidth trace, got an empty file'],
    ['[]', 'a.json', 'a.json: expected periods, got none'],
    ['seconds,mbps\n', 'a.csv', 'a.csv: expected periods, got none'],
    ['# nothing\n', 'a.csv', 'a.csv: expected a header and periods, got nothing but comments'],
    ['{"a":1}', 'a.json', 'a.json: expected a list of periods, got an object'],
    ['{"segment_sizes_bits":[]}', 'a.json',
      'a.json: expected a list of periods, got a table of segment sizes'],
    ['3', 'a.json', 'a.json: expected a list of periods, got 3'],
    ['[3]', 'a.json', 'a.json: [0]: expected an object with duration_ms, bandwidth_kbps, latency_ms, got 3'],
    ['[{"duration_ms":1,"bandwidth":3}]', 'a.json', [
      'a.json: [0]: unknown key "bandwidth" (did you mean "bandwidth_kbps"?); '
        + 'a period has duration_ms, bandwidth_kbps, latency_ms',
      'a.json: [0]: expected bandwidth_kbps, which is missing',
    ]],
    ['[{"duration_ms":1,"bandwidth_kbps":-5},{"duration_ms":"1","bandwidth_kbps":null}]', 'a.json', [
      'a.json: [0].bandwidth_kbps: expected a number >= 0, got -5',
      'a.json: [1].duration_ms: expected a number >= 0, got "1"',
      'a.json: [1].bandwidth_kbps: expected a number >= 0, got null',
    ]],
    ['[{"duration_ms":0,"bandwidth_kbps":5}]', 'a.json',
      'a.json: expected a trace that lasts, got a total duration of 0'],
    ['seconds,mbps\n0,0\n1,0\n', 'a.csv', 'a.csv: carries no bit: every period has bandwidth 0'],
    ['duration_ms,kbps\n0,5\n1,0\n', 'a.csv',
      'a.csv: carries no bit: every period that lasts has bandwidth 0'],
    ['duration_ms,kbps,latency_ms\n1e300,1e300,1e300\n', 'a.csv', [
      'a.csv: expected a trace of a year at most: are its times in the unit they say?',
      'a.csv: expected at most 1 Pbps: are its rates in the unit they say?',
      'a.csv: expected round trips of an hour at most: are they in the unit they say?',
    ]],
    ['seconds,mbps\n3,1\n', 'a.csv',
      'a.csv: expected two periods at least: one lasts until the next starts'],
    ['seconds,mbps\n0,1\n2,1\n2,1\n1,1\n', 'a.csv', [
      'a.csv:4:1: expected times that ascend, got 2 s after 2 s',
      'a.csv:5:1: expected times that ascend, got 1 s after 2 s',
    ]],
    ['# a\nseconds,mbps\n0,1\n\n1,x\n-2,NaN\n3,\n4\n', 'a.csv', [
      'a.csv:5:3: mbps: expected a number >= 0, got "x"',
      'a.csv:6:1: seconds: expected a number >= 0, got "-2"',
      'a.csv:6:4: mbps: expected a number >= 0, got "NaN"',
      'a.csv:7:3: mbps: expected a number >= 0, got nothing',
      'a.csv:8:1: expected 2 cells, got 1',
    ]],
    ['0,5.2\n1,4\n', 'a.csv', 'a.csv:1:1: expected a header "seconds,mbps[,rtt_ms]" '
      + 'or "duration_ms,kbps[,latency_ms]", got "0,5.2"'],
    ['second,mbps\n0,1\n', 'a.csv', 'a.csv:1:1: unknown column "second" (did you mean "seconds"?); '
      + 'expected "seconds,mbps[,rtt_ms]" or "duration_ms,kbps[,latency_ms]"'],
    ['mbps,kbps\n0,1\n', 'a.csv', 'a.csv:1:1: expected the columns "seconds,mbps[,rtt_ms]" '
      + 'or "duration_ms,kbps[,latency_ms]", got "mbps,kbps"'],
  ])('%j', (text, file, expected) => {
    expect(messagesOf(text, file)).toEqual([expected].flat());
  });

  test('text that is no JSON', () => {
    for (const text of ['[{"duration_ms":1', 'seconds,mbps\n0,1\n']) {
      expect(messagesOf(text, 'a.json')).toEqual([expect.stringMatching(/^a\.json: expected JSON: /)]);
    }
  });

  test('all problems of a file at once, twenty of them listed', () => {
    const text = `duration_ms,kbps\n${'1,-1\n'.repeat(50)}`;
    const messages = messagesOf(text, 'a.csv');
    expect(messages).toHaveLength(21);
    expect(messages.at(-1)).toBe('a.csv: and 30 more problems');
  });

  test('a key that every record misspells is told once', () => {
    const record = '{"duration_ms":1,"bandwidth_kbps":1,"latency":3}';
    const text = `[${Array.from({ length: 50 }, () => record).join(',')}]`;
    expect(messagesOf(text, 'a.json')).toEqual([
      'a.json: [0]: unknown key "latency" (did you mean "latency_ms"?); '
        + 'a period has duration_ms, bandwidth_kbps, latency_ms',
    ]);
  });

  test('the error is one of the user’s files, and names it', () => {
    const error = errorOf('', 'traces/a.csv');
    expect(error).toBeInstanceOf(ScenarioError);
    expect(error.file).toBe('traces/a.csv');
    expect(error.message).toBe('traces/a.csv: expected a bandwidth trace, got an empty file');
  });

  test('whatever the text, the outcome is a trace that carries bits or a TraceFileError', () => {
    const likely = fc.constantFrom('seconds', 'mbps', 'duration_ms', 'kbps', '0', '1', '-1', '"', '#');
    const cell = fc.oneof(likely, fc.string());
    const csv = fc.array(fc.array(cell, { maxLength: 4 }).map((cells) => cells.join(',')))
      .map((rows) => rows.join('\n'));
    fc.assert(fc.property(fc.oneof(csv, fc.string(), fc.json()), (text) => {
      try {
        const periods = parseTrace(text, 'a');
        expect(periods.some(({ durationUs, rate }) => durationUs * rate > 0)).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(TraceFileError);
        expect((error as TraceFileError).issues.length).toBeGreaterThan(0);
      }
    }), { numRuns: 1000 });
  });
});

function errorOf(text: string, file: string): TraceFileError {
  try {
    parseTrace(text, file);
  } catch (error) {
    if (error instanceof TraceFileError) return error;
    throw error;
  }
  throw new Error('expected a TraceFileError');
}

function messagesOf(text: string, file: string): string[] {
  return errorOf(text, file).message.split('\n');
}
