import { NEVER, type Us } from '../core/units.ts';
import {
  FETCH_IDLE, FETCH_LOST, FETCH_RETRY, LOADING, PAUSED, PLACES, PLAYING, SEEK_DUE, SEEKING, STALLED, STARTING,
  type PlayerColumns,
} from './columns.ts';
import type { PlayClock } from './play-clock.ts';

const { state: STATE, fetch: FETCH, checkAt: CHECK_AT, updatedAt: UPDATED_AT, retryAt: RETRY_AT } = PLACES;

/** When a slot of a fleet wants to be woken; NEVER when only an answer can move it. */
export function wakeAt(c: PlayerColumns, clock: PlayClock, slot: number): Us {
  const { rows } = c;
  const i = slot * c.stride;
  const at = rows[i + UPDATED_AT]!;
  const fetch = rows[i + FETCH]!;
  const fetchAt = fetch === FETCH_RETRY ? rows[i + RETRY_AT]! : rows[i + CHECK_AT]!;
  switch (rows[i + STATE]!) {
    case LOADING:
    case STARTING: {
      const licenceAt = c.licenceAt[i]! > at ? c.licenceAt[i]! : NEVER;
      return Math.min(fetchAt, licenceAt, clock.leavesAt(slot));
    }
    case STALLED:
    case SEEKING:
      // A stall that came to light between inputs leaves a request overdue, a lost one the end.
      if (fetch === FETCH_IDLE || fetch === FETCH_LOST || c.resumeAt[i] === SEEK_DUE) return at;
      return Math.min(fetchAt, clock.leavesAt(slot));
    case PAUSED: {
      const roomInUs = fetch === FETCH_IDLE ? clock.roomInUs(slot) : NEVER;
      return Math.min(fetchAt, c.resumeAt[i]!, at + roomInUs);
    }
    case PLAYING:
      return clock.playingWakeAt(slot);
    default:
      return NEVER;
  }
}
