import type { Playback } from './playback.ts';

/** From which end of the buffer segments are replaced by better ones, if at all. */
export type ReplacementOrder = 'none' | 'left' | 'right';

/**
 * The segment of the buffer to fetch again because it is below the rung that the next one would get; -1 for
 * none. Sabre's Replace: the segment that plays, and the one after it, are left alone.
 */
export function segmentToReplace(order: ReplacementOrder, playback: Playback, rung: number): number {
  if (order === 'none') return -1;
  const first = playback.beingPlayed;
  const { held } = playback;
  const start = playback.end - held;
  if (order === 'left') {
    for (let i = first; i < held; i++) if (playback.heldRung(i) < rung) return start + i;
  } else {
    for (let i = held - 1; i >= first; i--) if (playback.heldRung(i) < rung) return start + i;
  }
  return -1;
}
