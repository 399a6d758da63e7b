import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { CacheReplayDocument } from '../reports/cache-replay.ts';
import { HOME } from './files.ts';

const TRACE = 'webcachesim-test';

const folder = mkdtempSync(join(tmpdir(), 'weir-cache-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a shipped trace: policies by sizes, compulsory misses apart, as JSON', () => {
  const { status, stdout } = weir(TRACE, '--policy', 'lru,belady', '--size', '400,10%', '--json');
  const document = JSON.parse(stdout) as CacheReplayDocument;
  expect([status, document.schema, document.unit]).toEqual([0, 'weir.cache/1', 'bytes']);
  expect(document.trace).toMatchObject({ requests: 10_492, objects: 960, objectBytes: 1735 });
  expect(document.rows.map(({ policy, capacity, misses }) => [policy, capacity, misses]).slice(0, 3))
    .toEqual([['lru', 400, 3922], ['lru', 174, 5568], ['belady', 400, 2202]]);
});

test('a curve from samples with its intervals, drawn; parameters and admission', () => {
  const plot = join(folder, 'curve.svg');
  const { status, stdout, stderr } = weir(TRACE, '--policy', 'slru,sieve', '--curve', '--sample', '20%',
    '--ignore-size', '--set', 'slru.segments=2', '--admission', 'second-hit', '--plot', plot);
  expect([status, stderr]).toEqual([0, `Wrote ${plot}\n`]);
  expect(stdout).toMatch(/sieve +960 +- +\d+\.\d\d % \(\d/);
  expect(stdout).toMatch(/95 % intervals over 5 samples of 20\.00 % of the objects/);
  expect(readFileSync(plot, 'utf8')).toMatch(/^<svg [^]*<polyline [^]*slru<\/text>[^]*<\/svg>\n$/);
});

test('the curve of LRU is exact and takes one pass; what it cannot tell is replayed', () => {
  const { stdout } = weir(TRACE, '--curve', '--json');
  const { rows, sampling } = JSON.parse(stdout) as CacheReplayDocument;
  expect([sampling, rows.length, new Set(rows.map(({ method }) => method))])
    .toEqual([null, 16, new Set(['replay', 'reuseDistances'])]);
  const sizes = rows.map(({ capacity }) => capacity);
  const replayed = JSON.parse(weir(TRACE, '--size', sizes.join(','), '--json').stdout) as CacheReplayDocument;
  const counts = (all: CacheReplayDocument['rows']) =>
    all.map(({ capacity, misses, missedBytes, evictions }) => [capacity, misses, missedBytes, evictions]);
  expect(counts(rows)).toEqual(counts(replayed.rows));
  expect(weir(TRACE, '--curve', '--ignore-size').stdout).toMatch(/lru: exact, .* in one pass for 15 sizes/);
});

test('a page in one file has the totals, the picture and the table, and asks for nothing else', () => {
  const [page, plot] = [join(folder, 'curve.html'), join(folder, 'plot.html')];
  const { status, stderr } = weir(TRACE, '--policy', 'lru,fifo', '--size', '10%', '--ignore-size',
    '--html', page, '--plot', plot);
  expect([status, stderr]).toEqual([0, `Wrote ${plot}\nWrote ${page}\n`]);
  const html = readFileSync(page, 'utf8');
  expect(readFileSync(plot, 'utf8')).toContain('<svg ');
  expect(html).toMatch(/^<!doctype html>[^]*<dt>requests<\/dt><dd>10,492<\/dd>[^]*<svg [^]*<\/svg>/);
  expect(html).toMatch(/<tr><td>lru<\/td><td class="number">96<\/td><td class="number">5,537<\/td>/);
  expect(html).not.toMatch(/<script|<link|src=|url\(/);
});

test('what is wrong with a file is told with its record, and the status is 2', () => {
  const packed = readFileSync(join(HOME, 'scenarios', 'cache-traces', 'webcachesim-test.tr.gz'));
  const cutOff = packed.subarray(0, 20_000);
  expect(weir(file('cut.tr.gz', cutOff))).toMatchObject({
    status: 2, stdout: '',
    stderr: expect.stringMatching(/after \d+ requests: damaged gzip data: unexpected end of file/),
  });
  expect(weir(file('bad.tr', '1 a 10\n2 b ten\n'))).toMatchObject({
    status: 2, stdout: '',
    stderr: expect.stringMatching(/bad\.tr: record 2: expected a size in whole bytes, got "ten"/),
  });
  expect(weir(file('odd', 'what is this'))).toMatchObject({
    status: 2, stderr: expect.stringMatching(/unknown format; name it with --format: oracleGeneral, /),
  });
});

test.each([
  [['webcachesim-tset'], /did you mean "webcachesim-test"/],
  [['webcachesim-test', '--policy', 'siev'], /--policy: expected policies, got "siev": did you mean "sieve"/],
  [['webcachesim-test', '--size', '1GB', '--ignore-size'], /with --ignore-size expected objects/],
  [['webcachesim-test', '--size', '5 parsecs'], /--size: .*parsecs/],
  [['webcachesim-test', '--set', 'slru.segment=3'], /did you mean "slru.segments"/],
  [['webcachesim-test', '--policy', 'belady', '--admission', 'second-hit'], /belady is the bound/],
  [['webcachesim-test', '--policy', 'lru,arc', '--admission', 'tiny-lfu'], /of lru, fifo, .*got "arc"/],
])('a wrong command line %j exits with 2', (args, message) => {
  expect(weir(...args)).toMatchObject({ status: 2, stdout: '', stderr: expect.stringMatching(message) });
});

function weir(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  const main = join(import.meta.dirname, 'main.ts');
  return spawnSync(process.execPath, [main, 'cache', ...args], { encoding: 'utf8' });
}

function file(name: string, data: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, data);
  return path;
}
