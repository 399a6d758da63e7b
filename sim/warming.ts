import type { EvictionPolicy } from '../models/cdn/policy/policy.ts';
import type { PlayerFleet } from '../models/player/fleet.ts';
import { CODES } from './codes.ts';
import type { EventLoop } from './kernel/event-loop.ts';
import type { SlotRows } from './slot-rows.ts';
import type { Steering } from './steering.ts';
import type { ViewerLines } from './viewer-lines.ts';

/** Where what a request of a viewer needs lies in memory. */
export interface WarmedPlaces {
  readonly rows: SlotRows;
  readonly lines: ViewerLines;
  readonly steering: Steering;
  readonly fleet: () => PlayerFleet;
  /** Policy of the only server of an edge; undefined where there are several. */
  readonly policyOf: (edge: number) => EvictionPolicy | undefined;
}

/**
 * Has what requests need that reach their edges soon fetched from memory before: side by side, where each
 * request would wait for one place after the other. First all whose places are known, in loops so short that
 * the processor has many under way; then what these tell the place of. Nothing follows from it but time.
 */
export function warmRequests(loop: EventLoop, places: WarmedPlaces): void {
  const { rows, lines, steering, fleet, policyOf } = places;
  const warmHeld = (slots: Float64Array, objects: Float64Array, count: number, further: boolean): number => {
    let sum = 0;
    for (let k = 0; k < count; k++) {
      const edge = steering.edgeOf(slots[k]!);
      if (edge >= 0) sum += policyOf(edge)?.warm?.(objects[k]!, further) ?? 0;
    }
    return sum;
  };
  loop.onComing(CODES.requestAtEdge, (slots, objects, count) => {
    if (rows.slots < MANY_SLOTS) return;
    const rowsRead = rows.warm(slots, count) + fleet().warm(slots, count) + steering.warm(slots, count);
    const held = warmHeld(slots, objects, count, false);
    WARMED[0] = rowsRead + held + lines.warm(slots, count, loop.now) + warmHeld(slots, objects, count, true);
  });
  // A player that is followed from here on will ask for the segments after its last.
  loop.onComing(CODES.playerWake, (slots, _details, count) => {
    if (rows.slots < MANY_SLOTS) return;
    const rowsRead = rows.warm(slots, count) + fleet().warm(slots, count) + steering.warm(slots, count);
    let held = lines.warm(slots, count, loop.now);
    for (let k = 0; k < count; k++) {
      const edge = steering.edgeOf(slots[k]!);
      if (edge >= 0) held += policyOf(edge)?.warmSizes?.(rows.objectOf(slots[k]!) + 1, SEGMENTS_AHEAD) ?? 0;
    }
    WARMED[0] = rowsRead + held;
  });
}

/** Viewers from which on the processor's cache does not hold them all. */
const MANY_SLOTS = 8192;
/** Segments that a player is followed through, about. */
const SEGMENTS_AHEAD = 6;
/** What was fetched goes here, or the engine would see that nobody needs it. */
const WARMED = new Float64Array(1);
