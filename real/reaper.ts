/**
 * The process that cleans up after a parent that was killed outright. It is told over its standard input
 * which process groups and folders exist; that input ends when the parent is gone, however it went, and then
 * whatever is still there is stopped and removed.
 */
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, basename } from 'node:path';
import { createInterface } from 'node:readline';
import { killGroup, type ReaperMessage } from './children.ts';

const groups = new Set<number>();
const directories = new Set<string>();

function track(line: string): void {
  const message = JSON.parse(line) as ReaperMessage;
  if (message.pid !== undefined) toggle(groups, message.pid, message.tracked);
  if (message.directory !== undefined) toggle(directories, message.directory, message.tracked);
}

function toggle<T>(set: Set<T>, item: T, present: boolean): void {
  if (present) set.add(item);
  else set.delete(item);
}

async function reap(): Promise<void> {
  for (const group of groups) killGroup(group, 'SIGTERM');
  const deadline = Date.now() + GRACE_MS;
  while (Date.now() < deadline && [...groups].some((group) => killGroup(group, 0))) await sleep(50);
  for (const group of groups) killGroup(group, 'SIGKILL');
  for (const directory of directories) {
    const ours = dirname(directory) === tmpdir() && basename(directory).startsWith('weir-');
    if (ours) rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const GRACE_MS = 2_000;

// It outlives the signals that end its parent.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
createInterface({ input: process.stdin })
  .on('line', track)
  .on('close', () => void reap());
