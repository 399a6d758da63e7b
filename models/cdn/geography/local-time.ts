import type { Us } from '../../core/units.ts';

/** Hours of each day, in the time of a place; one that ends before it begins goes on past midnight. */
export interface DailyWindow {
  /** Since midnight. [us] */
  readonly from: Us;
  readonly to: Us;
}

/** A day. [us] */
export const DAY_US = 86_400e6;
const HOUR_US = 3_600e6;

/**
 * What a place's time is ahead of UTC by its longitude alone: nautical zones of 15 degrees (what states
 * decree lies up to two hours off). [us]
 */
export function zoneOffset(longitude: number): Us {
  return Math.round(longitude / 15) * HOUR_US + 0; // no -0
}

/** How long until a window is open, 0 while it is; `localTime` is since any midnight. [us] */
export function untilOpen(localTime: Us, { from, to }: DailyWindow): Us {
  const ofDay = (time: Us) => ((time % DAY_US) + DAY_US) % DAY_US;
  const sinceOpened = ofDay(localTime - from);
  return sinceOpened < ofDay(to - from) ? 0 : DAY_US - sinceOpened;
}
