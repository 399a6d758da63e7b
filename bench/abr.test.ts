import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { BenchRow } from './rows.ts';

test('the bench of sessions runs small, plays what Sabre plays, and names its peer', () => {
  const env = { ...process.env };
  delete env['WEIR_SABRE'];
  const script = join(import.meta.dirname, 'run.ts');
  const { status, stdout, stderr } = spawnSync(
    process.execPath, [script, 'abr', '--quick', '--json'], { encoding: 'utf8', env });

  expect([status, stderr]).toEqual([0, '']);
  const rows = JSON.parse(stdout) as BenchRow[];
  expect(rows).toHaveLength(8);
  for (const row of rows) {
    expect(row.value).toBeGreaterThan(0);
    expect(row.peer).toMatch(/^Sabre/);
    expect(row.ratio).toBe(row.value / row.peerValue!);
  }
  // As in the reference results: total played bitrate and total rebuffer of -a bolae -b 25.
  expect(rows.find(({ name }) => name === 'abr/bolae')?.hash).toBe('271551/0.000');
}, 30_000);
