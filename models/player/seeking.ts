import { NEVER } from '../core/units.ts';
import { FETCH_IDLE, FETCH_PENDING, PLAYING, SEEK_DUE, SEEKING, type PlayerColumns } from './columns.ts';
import type { MediaBuffer } from './media-buffer.ts';
import type { PlayClock } from './play-clock.ts';
import type { PlayerPorts } from './ports.ts';

/** Carries out a viewer's seek whose moment has come: within the buffer, or away from it. */
export function seekIfDue(
  c: PlayerColumns, clock: PlayClock, buffer: MediaBuffer, ports: PlayerPorts, slot: number,
): void {
  const i = slot * c.stride;
  if (c.state[i] !== SEEKING || c.resumeAt[i] !== SEEK_DUE) return;
  c.resumeAt[i] = 0;
  c.seekCount[i]! += 1;
  if (buffer.seek(slot, c.playheadUs[i]! + clock.takeSeek(slot))) {
    c.state[i] = PLAYING;
    return;
  }
  if (c.fetch[i] === FETCH_PENDING) ports.cancelRequest(slot, c.requestId[i]!);
  c.fetch[i] = FETCH_IDLE;
  c.checkAt[i] = NEVER;
  c.attempts[i] = 0;
  c.abandonedFrom[i] = -1;
}
