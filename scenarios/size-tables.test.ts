import { describe, expect, test } from 'vitest';
import { ScenarioError } from './errors.ts';
import { parseSizeTables, SizeTableError } from './size-tables.ts';

const KEYS = 'segment_duration_ms, bitrates_kbps, segment_sizes_bits';

describe('forms', () => {
  test("Sabre's JSON: one video, its nominal rates and its sizes in bits", () => {
    const text = movie({ segment_sizes_bits: [[100, 300], [300, 500]] });
    const [table, ...others] = parseSizeTables(text, 'a.json');
    expect(others).toEqual([]);
    expect([table!.name, table!.segmentUs, table!.segments]).toEqual(['a.json', 3_000_000, 2]);
    expect(table!.bitrates).toEqual([230_000, 331_000]);
    expect([0, 1].map((segment) => [0, 1].map((rung) => table!.sizeBits(segment, rung))))
      .toEqual([[100, 300], [300, 500]]);
    expect([0, 1].map((segment) => [0, 1].map((rung) => table!.shape(segment, rung))))
      .toEqual([[0.5, 0.75], [1.5, 1.25]]);
  });

  test('CSV: several videos in one file, sizes in bytes, mean rates in place of nominal ones', () => {
    const text = '# sizes\nvideo,segment_ms,bytes_144p,bytes_720p\n'
      + 'x,2000,100,300\ny,5000,7,8\nx,2000,200,500\n';
    const [x, y] = parseSizeTables(text, 'a.csv');
    expect([x!.name, x!.segmentUs, x!.segments, x!.bitrates]).toEqual(['x', 2_000_000, 2, [600, 1600]]);
    expect([x!.sizeBits(1, 0), x!.sizeBits(1, 1)]).toEqual([1600, 4000]);
    expect([y!.name, y!.segmentUs, y!.segments, y!.shape(0, 1)]).toEqual(['y', 5_000_000, 1, 1]);
  });

  test('CSV of one video is named after its file', () => {
    const tables = parseSizeTables('segment_ms,bytes_low\n2000,100\n', 'a.csv');
    expect(tables.map(({ name }) => name)).toEqual(['a.csv']);
  });
});

describe('problems, each with its place and what was expected', () => {
  test.each([
    ['', 'a.csv', 'a.csv: expected a table of segment sizes, got an empty file'],
    ['[]', 'a.json', `a.json: expected an object with ${KEYS}, got a list`],
    [movie({ bitrate_kbps: [1], bitrates_kbps: undefined }), 'a.json', [
      `a.json: unknown key "bitrate_kbps" (did you mean "bitrates_kbps"?); a table has ${KEYS}`,
      'a.json: expected bitrates_kbps, which is missing',
    ]],
    [movie({ segment_duration_ms: 0 }), 'a.json',
      'a.json: segment_duration_ms: expected a number > 0, got 0'],
    [movie({ bitrates_kbps: [] }), 'a.json',
      'a.json: bitrates_kbps: expected a list of rates, got an empty one'],
    [movie({ bitrates_kbps: [331, 230] }), 'a.json',
      'a.json: bitrates_kbps[1]: expected rates that ascend, got 230 after 331'],
    [movie({ segment_sizes_bits: [] }), 'a.json',
      'a.json: segment_sizes_bits: expected a list of segments, got an empty one'],
    [movie({ segment_sizes_bits: [[1, 2, 3], 4, [0, '5']] }), 'a.json', [
      'a.json: segment_sizes_bits[0]: expected 2 sizes, one for each of bitrates_kbps, got 3',
      'a.json: segment_sizes_bits[1]: expected a list of sizes, got 4',
      'a.json: segment_sizes_bits[2][0]: expected a number > 0, got 0',
      'a.json: segment_sizes_bits[2][1]: expected a number > 0, got "5"',
    ]],
    ['# none\n', 'a.csv', 'a.csv: expected a header and segments, got nothing but comments'],
    ['segment_ms,bytes_a\n', 'a.csv', 'a.csv: expected segments, got none'],
    ['video,bytes_a\nx,1\n', 'a.csv',
      'a.csv:1:1: expected the columns "[video,]segment_ms,bytes_<rung>,...", got "video,bytes_a"'],
    ['segment_ms,bytes_a\n2000,x\n0,5\n1\n', 'a.csv', [
      'a.csv:2:6: bytes_a: expected a number > 0, got "x"',
      'a.csv:3:1: segment_ms: expected a number > 0, got "0"',
      'a.csv:4:1: expected 2 cells, got 1',
    ]],
    ['segment_ms,bytes_a\n2000,1\n1000,1\n', 'a.csv',
      'a.csv:3:1: expected segments of 2000 ms, as in line 2, got 1000'],
    ['video,segment_ms,bytes_a,bytes_b\nx,2000,5,6\ny,2000,5,4\ny,2000,5,6\n', 'a.csv',
      'a.csv:3:10: expected rungs that ascend, got a mean of bytes_b no larger than that of bytes_a'],
  ])('%j', (text, file, expected) => {
    expect(messagesOf(text, file)).toEqual([expected].flat());
  });

  test('text that is no JSON', () => {
    const [message] = messagesOf('{"a"', 'a.json');
    expect(message).toMatch(/^a\.json: expected JSON: /);
  });

  test('the error is one of the user’s files, and names it', () => {
    expect(errorOf('', 'a.csv')).toBeInstanceOf(ScenarioError);
    expect(errorOf('', 'a.csv').file).toBe('a.csv');
  });
});

/** A good table in Sabre's form, but for what `changes` says. */
function movie(changes: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({
    segment_duration_ms: 3000,
    bitrates_kbps: [230, 331],
    segment_sizes_bits: [[1, 2]],
    note: 'made up',
    ...changes,
  });
}

function errorOf(text: string, file: string): SizeTableError {
  try {
    parseSizeTables(text, file);
  } catch (error) {
    if (error instanceof SizeTableError) return error;
    throw error;
  }
  throw new Error('expected a SizeTableError');
}

function messagesOf(text: string, file: string): string[] {
  return errorOf(text, file).message.split('\n');
}
