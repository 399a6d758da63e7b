import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HOME } from '../cli/files.ts';
import { parseOpenSlo } from '../scenarios/openslo/read.ts';
import { requiredProgram } from './requirements.ts';

const MAIN = join(HOME, 'cli', 'main.ts');
const RULES = join(HOME, 'scenarios', 'alerts', 'platform.yaml');
const work = mkdtempSync(join(tmpdir(), 'weir-exports-'));
const run = join(work, 'run');
const p1203 = join(work, 'p1203');

beforeAll(() => {
  weir('run', 'household', '--replications', '1', '--set', 'monitoring={}', '--set', 'run.logs=5',
    '--p1203', p1203, '--out', run);
});
afterAll(() => rmSync(work, { recursive: true }));

test('Prometheus takes the metrics of a run', (ctx) => {
  const promtool = requiredProgram(ctx, 'promtool');
  const file = join(work, 'run.om');
  weir('export', 'openmetrics', run, '--out', file, '--epoch', '2026-03-01T00:00:00Z');
  const text = readFileSync(file, 'utf8');
  expect(text.endsWith('\n# EOF\n')).toBe(true);
  expect(text).toMatch(/^watch_seconds_total [\d.]+ 1772323215$/m);
  const blocks = execFileSync(promtool, [
    'tsdb',
    'create-blocks-from',
    'openmetrics',
    file,
    join(work, 'tsdb'),
  ]);
  const rows = blocks.toString().trim().split('\n').map((line) => line.split(/\s+/));
  const samples = rows.filter(([id]) => /^01/.test(id!)).map((row) => Number(row[4]));
  expect(samples.reduce((sum, count) => sum + count, 0))
    .toBe(text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length);
});

test('Prometheus takes the rules of a scenario, burn-rate alerts included', (ctx) => {
  const promtool = requiredProgram(ctx, 'promtool');
  const file = join(work, 'rules.yaml');
  writeFileSync(file, weir('export', 'rules', 'evening-peak'));
  expect(execFileSync(promtool, ['check', 'rules', file]).toString()).toMatch(/SUCCESS: \d+ rules found/);
});

test('logged sessions are written as input of P.1203, a file each', () => {
  const files = readdirSync(p1203);
  expect(files.length).toBeGreaterThan(1);
  for (const file of files) {
    expect(file).toMatch(/^line-\d+\.json$/);
    const input = JSON.parse(readFileSync(join(p1203, file), 'utf8')) as Record<string, unknown>;
    expect(Object.keys(input)).toEqual(['I11', 'I13', 'I23', 'IGen']);
  }
  const refused = (...more: readonly string[]) => {
    const { status, stderr } = spawnSync(process.execPath, [MAIN, 'run', ...more], { encoding: 'utf8' });
    return [status, stderr];
  };
  const file = join(p1203, files[0]!);
  expect(refused('household', '--p1203', file))
    .toEqual([2, `weir: --p1203: expected a folder, but ${file} is a file\n`]);
  expect(refused('household', '--p1203', join(work, 'no', 'where')))
    .toEqual([2, `weir: --p1203: there is no folder ${join(work, 'no')}\n`]);
  expect(refused('chunk-length-study', '--p1203', p1203))
    .toEqual([2, 'weir: --p1203: name one design with --variant\n']);
});

test('objectives exported as OpenSLO are read as the same budgets', () => {
  const slos = parseOpenSlo(weir('export', 'openslo', 'evening-peak'), 'slos.yaml');
  const buffering = slos.find(({ name }) => name === 'buffering')!;
  expect(buffering.events).toEqual({
    bad: 'sum(stall_seconds_total)', total: 'sum(watch_seconds_total)', target: 0.999,
  });
  expect(buffering.budget).toMatchObject({ method: 'occurrences', windowSeconds: 30 * 86_400 });
  expect(weir('export', 'sloth', 'evening-peak')).toContain(
    'error_query: (sum(rate(stall_seconds_total[{{.window}}])))',
  );
});

test('a team\'s rules on a run: promtool and Weir find the same alerts', (ctx) => {
  requiredProgram(ctx, 'promtool');
  const verdict = (engine: string) =>
    JSON.parse(weir('rules', 'test', run, '--rules', RULES, '--engine', engine, '--json')) as {
      readonly engine: string;
      readonly firings: readonly { readonly alert: string }[];
    };
  const [theirs, ours] = [verdict('promtool'), verdict('weir')];
  expect(theirs.firings.map(({ alert }) => alert)).toContain('RebufferRateHigh');
  expect(ours.firings).toEqual(theirs.firings);
});

function weir(...args: readonly string[]): string {
  const env = { ...process.env, NO_COLOR: '1' };
  return execFileSync(process.execPath, [MAIN, ...args], {
    encoding: 'utf8',
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
