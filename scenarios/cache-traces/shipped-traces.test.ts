import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { replay } from '../../models/cdn/analysis/replay.ts';
import {
  nextRequests, traceTotals, withoutSizes, type RequestTrace,
} from '../../models/cdn/analysis/trace.ts';
import { BeladyPolicy } from '../../models/cdn/policy/belady.ts';
import { createPolicy, policyName } from '../../models/cdn/policy/registry.ts';
import { TraceBuilder } from './cache-trace.ts';
import { createParser } from './formats.ts';

const FOLDER = import.meta.dirname;
const [TRACES, EXPECTED] = tables(readFileSync(join(FOLDER, 'SOURCE.md'), 'utf8'));

describe('webcachesim-test', () => {
  const trace = readShipped('webcachesim-test.tr.gz');

  test('has the totals that SOURCE.md states', () => {
    const { requests, objects, bytes, objectBytes } = traceTotals(trace);
    expect(TRACES).toHaveLength(1);
    const totals = [requests, objects, bytes, objectBytes].map(String);
    expect(TRACES![0]!.slice(0, 5)).toEqual(['webcachesim-test', ...totals]);
    expect(readdirSync(FOLDER)).toContain('LICENSE.webcachesim.txt');
  });

  test('the table has a row for each policy', () => {
    expect(EXPECTED!.map(([name]) => name)).toEqual([...policyName.options, 'belady']);
  });

  test.each(EXPECTED!)('%s misses what SOURCE.md states', (name, ...cells) => {
    const units = withoutSizes(trace);
    const counts = (of: RequestTrace, capacity: number) => replay(name === 'belady'
      ? new BeladyPolicy(capacity, nextRequests(of))
      : createPolicy(policyName.parse(name), capacity), of);
    const inBytes = [counts(trace, 100), counts(trace, 400)];
    const found = [counts(units, 50).misses, counts(units, 200).misses,
      ...inBytes.flatMap(({ misses, missedBytes }) => [misses, missedBytes])];
    expect(found.map(String)).toEqual(cells);
  });
});

/** The Markdown tables of a text, without their heads. */
function tables(text: string): string[][][] {
  return text.split(/\n\n+/).filter((part) => part.startsWith('|')).map((part) => {
    const rows = part.trim().split('\n').slice(2);
    return rows.map((row) => row.split('|').slice(1, -1).map((cell) => cell.trim()));
  });
}

function readShipped(file: string): RequestTrace {
  const builder = new TraceBuilder();
  const parser = createParser('webcachesim', builder);
  parser.push(gunzipSync(readFileSync(join(FOLDER, file))));
  parser.end();
  return builder.finish(file);
}
