import type { RandomStream } from './rng.ts';

/** Index of an entry drawn by share, which takes one number of the stream; -1, and none, without entries. */
export function pick(entries: ReadonlyArray<{ readonly share: number }>, stream: RandomStream): number {
  if (entries.length === 0) return -1;
  let left = stream.uniform() * entries.reduce((sum, entry) => sum + entry.share, 0);
  for (let i = 0; i < entries.length - 1; i++) {
    left -= entries[i]!.share;
    if (left < 0) return i;
  }
  return entries.length - 1;
}
