import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { BenchRow } from './rows.ts';

test('a small city runs, with segments a second, memory and the ratio to real time', () => {
  const script = join(import.meta.dirname, 'run.ts');
  const args = [script, 'players', '--quick', '--json'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  const rows = (JSON.parse(stdout) as BenchRow[]).filter(({ name }) => name.startsWith('city/'));
  expect(rows.map(({ name, unit }) => [name, unit])).toEqual([['city/100', 'ksegments/s']]);
  expect(rows[0]!.value).toBeGreaterThan(0);
  expect(rows[0]!.note).toMatch(/^[\d.e+]+ x real time, \d+ bytes a viewer, \d+ MB at most$/);
});
