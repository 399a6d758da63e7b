import { describe, expect, test } from 'vitest';
import { TraceTable } from '../models/network/trace.ts';
import type { ScenarioError } from './errors.ts';
import { parseTrace } from './trace-files.ts';

const FCC = 'unit_id,dtime,target,address,fetch_time,bytes_total,bytes_sec,bytes_sec_interval,warmup_time,'
  + 'warmup_bytes,sequence,threads,successes,failures,location_id';

describe('forms of others', () => {
  test('Mahimahi: packets of 1504 bytes at their milliseconds, counted over 100 ms', () => {
    // Three packets by 100 ms, none in the next tenth, one at 250 ms: the trace is 250 ms long.
    const periods = parseTrace('0\n40\n100\n250\n', 'Verizon-LTE.down', 30_000);
    const rates = [3 * 12_032 / 0.1, 0, 12_032 / 0.05];
    expect(periods).toEqual(rates.map((rate, i) => {
      return { durationUs: i === 2 ? 50_000 : 100_000, rate, latencyUs: 30_000 };
    }));
    expect(new TraceTable(periods).lengthBits).toBeCloseTo(4 * 12_032, 9);
  });

  test('Pensieve: seconds and Mbit/s, a rate having held since the line before', () => {
    const expected = [
      { durationUs: 500_000, rate: 2_500_000, latencyUs: 0 },
      { durationUs: 1_000_000, rate: 0, latencyUs: 0 },
    ];
    expect(parseTrace('0.0 9.9\n0.5 2.5\n1.5 0\n', 'trace.txt')).toEqual(expected);
    expect(parseTrace('# cooked\r\n0\t9.9\r\n0.5\t2.5\r\n1.5\t0\r\n', 'trace')).toEqual(expected);
  });

  test("FCC: a unit's intervals of five seconds", () => {
    const row = (rate: string) => `386,2016-08-01 00:01:21,samknows1,1.2.3.4,5e6,9,9,${rate},1,1,0,3,1,0,5`;
    expect(parseTrace([FCC, row('1250000'), row('0')].join('\n'), 'curr_httpgetmt.csv')).toEqual([
      { durationUs: 5_000_000, rate: 10_000_000, latencyUs: 0 },
      { durationUs: 5_000_000, rate: 0, latencyUs: 0 },
    ]);
  });
});

test.each([
  ['1\nx\n-3\n', 'a: 2:1: expected a number >= 0, got "x"; a: 3:1: expected a number >= 0, got "-3"'],
  ['5\n4\n', 'a: 2:1: expected times that ascend, got 4 after 5'],
  ['1.5\n2\n', 'a: 1:1: expected whole milliseconds, got 1.5'],
  ['0\n0\n', 'a: expected a trace that lasts: every packet is at 0 ms'],
  ['0 1\n1 2\n1 3\n', 'a: 3:1: expected times that ascend, got 1 after 1'],
  ['0 1\n1\n', 'a: 2:1: expected two numbers as in the lines before, got 1'],
  ['0 1\n', 'a: expected two lines at least: a rate has held since the line before'],
  ['0 1\n1 0\n', 'a: carries no bit: every period has bandwidth 0'],
  [`${FCC}\n1,x,x,x,1,1,1,9\n2,x,x,x,1,1,1,fast\n`,
    'a: expected the rows of one unit_id, got 2 (1, 2): make a file of each; '
    + 'a: 3:15: bytes_sec_interval: expected a number >= 0, got "fast"'],
])('%j is refused with the place of each problem', (text, message) => {
  try {
    parseTrace(text, 'a');
    expect.unreachable();
  } catch (error) {
    const { issues } = error as ScenarioError;
    expect(issues.map(({ file, line, column, message: said }) =>
      `${file}: ${line > 0 ? `${line}:${column}: ` : ''}${said}`).join('; ')).toBe(message);
  }
});
