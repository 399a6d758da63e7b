import { US_PER_S, type Us } from '../core/units.ts';
import type { PlayerColumns } from './columns.ts';
import type { MediaInfo } from './events.ts';

/** Nominal bits of the next `playUs` of media in the slot's buffer: rate of each segment times its time. */
export function nominalBits(c: PlayerColumns, slot: number, playUs: Us, media: MediaInfo): number {
  const i = slot * c.stride;
  const video = c.video[i]!;
  const segmentUs = c.segmentUs[i]!;
  const bitrates = media.bitrates(video, c.codec[i]!);
  const from = c.playheadUs[i]!;
  const to = from + playUs;
  let bits = 0;
  for (let at = from; at < to; ) {
    const segment = Math.floor(at / segmentUs);
    const until = Math.min(to, (segment + 1) * segmentUs);
    const rendition = c.ring[slot * c.ringStride + ((segment | 0) % c.ringSize)]!;
    bits += (bitrates[rendition]! * (until - at)) / US_PER_S;
    at = until;
  }
  return bits;
}
