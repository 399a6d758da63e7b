import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { InvariantError } from '../models/core/assert.ts';
import { killGroup, Supervisor } from './children.ts';

interface Started {
  readonly parent: ChildProcess;
  readonly groups: readonly number[];
  readonly directory: string;
}

describe('nothing is left behind when the parent', () => {
  let started: Started | undefined;

  afterEach(() => {
    started?.parent.kill('SIGKILL');
    for (const group of started?.groups ?? []) killGroup(group, 'SIGKILL');
    started = undefined;
  });

  test.each([
    { how: 'ends after stop()', way: 'stop', signal: undefined, code: 0 },
    { how: 'calls process.exit', way: 'exit', signal: undefined, code: 3 },
    { how: 'dies of an uncaught exception', way: 'throw', signal: undefined, code: 1 },
    { how: 'dies of an unhandled rejection', way: 'reject', signal: undefined, code: 1 },
    { how: 'handles SIGINT', way: 'interrupt', signal: 'SIGINT', code: 130 },
    { how: 'handles SIGTERM', way: 'interrupt', signal: 'SIGTERM', code: 130 },
    { how: 'does not handle SIGINT', way: 'wait', signal: 'SIGINT', code: null },
    { how: 'does not handle SIGTERM', way: 'wait', signal: 'SIGTERM', code: null },
    { how: 'is killed by SIGKILL', way: 'wait', signal: 'SIGKILL', code: null },
  ] as const)('$how', async ({ way, signal, code }) => {
    started = await startFixture(way);
    const exited = new Promise((resolve) => started!.parent.once('exit', resolve));
    if (signal !== undefined) {
      for (const group of started.groups) expect(killGroup(group, 0)).toBe(true);
      expect(existsSync(started.directory)).toBe(true);
      started.parent.kill(signal);
    }
    expect(await exited).toBe(code);
    await eventually(() => started!.groups.every((group) => !alive(group)), 'every process is gone');
    await eventually(() => !existsSync(started!.directory), 'the folder is gone');
  });
});

test('a missing command is an exit with an error, and the last lines of a child are kept', async () => {
  const supervisor = new Supervisor();
  const missing = supervisor.spawn({ name: 'missing', command: 'weir-no-such-command', args: [] });
  const talker = supervisor.spawn({
    name: 'talker',
    command: 'sh',
    args: ['-c', 'echo one; echo two >&2; exit 4'],
  });
  expect((await missing.exited).error?.code).toBe('ENOENT');
  expect((await talker.closed).code).toBe(4);
  expect(talker.lastLines().sort()).toEqual(['one', 'two']);
  await supervisor.stop();
  await supervisor.stop();
  expect(() => supervisor.spawn({ name: 'late', command: 'true', args: [] })).toThrow(InvariantError);
});

function startFixture(way: string): Promise<Started> {
  const path = fileURLToPath(new URL('./children.fixture.ts', import.meta.url));
  const parent = spawn(process.execPath, [path, way], { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  return new Promise((resolve, reject) => {
    parent.once('error', reject);
    parent.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve({ parent, ...(JSON.parse(text) as Omit<Started, 'parent'>) });
    });
  });
}

/** Whether a process of the group runs; one that is dead but that init has not collected yet does not. */
function alive(group: number): boolean {
  if (!killGroup(group, 0)) return false;
  const lines = spawnSync('ps', ['-eo', 'pgid=,stat='], { encoding: 'utf8' }).stdout.split('\n');
  return lines.some((line) => new RegExp(`^\\s*${group}\\s+[^Z]`).test(line));
}

async function eventually(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`not within 10 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
