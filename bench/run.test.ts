import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { BenchRow } from './rows.ts';

test('every bench runs small and prints a figure, a ratio where there is a peer, a seed and a hash', () => {
  const { status, stdout, stderr } = bench('kernel', '--quick', '--json', '--seed', '3');

  expect([status, stderr]).toEqual([0, '']);
  const rows = JSON.parse(stdout) as BenchRow[];
  expect(new Set(rows.map(({ name }) => name))).toEqual(
    new Set([
      'hold/1000/default', 'hold/1000/heap',
      'laws/1000/constant', 'laws/1000/pareto', 'laws/1000/bimodal', 'laws/1000/video',
      'timers/1000/default', 'timers/1000/heap', 'loop/1000/default', 'mm1/0.9/loop', 'mm1/0.9/facility',
    ]),
  );
  for (const row of rows) {
    expect(row.value).toBeGreaterThan(0);
    expect(row.ratio).toBe(row.peerValue === null ? null : row.value / row.peerValue);
    expect(row.peerValue === null).toBe(/not found/.test(row.note));
    expect([row.seed, row.unit]).toEqual([3, expect.stringMatching(/^M.*\/s$/)]);
    expect(row.hash).toMatch(/^[0-9a-f]{8,16}$/);
  }
  expect(rows.find((row) => row.peer === 'simjs 2.0.3')?.peerValue).toBeGreaterThan(0);
});

test('without --json the rows are a table', () => {
  const { status, stdout } = bench('mm1', '--quick');

  expect(status).toBe(0);
  expect(stdout).toMatch(/^name +ours +unit +peer/);
  expect(stdout).toMatch(/mm1\/0\.9\/loop .* simjs 2\.0\.3/);
});

test.each([[['nonsense']], [['--nonsense']], [['hold', '--seed', 'x']]])(
  'a wrong command line %j exits with 2 and lists the benches',
  (args) => {
    const { status, stdout, stderr } = bench(...args);

    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(args.at(-1));
    expect(stderr).toContain('benches: hold, laws, timers, loop, mm1, random, kernel');
  },
);

function bench(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  const script = join(import.meta.dirname, 'run.ts');
  return spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
}
