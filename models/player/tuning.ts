import type { Us } from '../core/units.ts';

/** What is asked of all players of a fleet while they play; each limit is off at Infinity. */
export interface PlayerTuning {
  /** Highest rendition that a rule may choose. */
  mostRendition: number;
  /** Most media a player may hold ahead of the playhead; one segment it may always. [us] */
  mostAheadUs: Us;
}

/** Nothing is asked. */
export function noTuning(): PlayerTuning {
  return { mostRendition: Infinity, mostAheadUs: Infinity };
}
