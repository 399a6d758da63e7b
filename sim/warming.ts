import type { EvictionPolicy } from '../models/cdn/policy/policy.ts';
import type { PlayerFleet } from '../models/player/fleet.ts';
import { CODES } from './codes.ts';
import type { EventLoop } from './kernel/event-loop.ts';
import { ROW, type SlotRows } from './slot-rows.ts';
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
 * request would wait for one place after the other. Nothing follows from it but time.
 */
export function warmRequests(loop: EventLoop, places: WarmedPlaces): void {
  const { rows, lines, steering, fleet, policyOf } = places;
  loop.onComing(CODES.requestAtEdge, (slot, object) => {
    if (rows.slots < MANY_SLOTS) return;
    const { place, sentAt, step } = rows.columns;
    const i = slot * ROW;
    const edge = steering.edgeOf(slot);
    const held = edge < 0 ? 0 : (policyOf(edge)?.warm?.(object) ?? 0);
    WARMED[0] = place[i]! + sentAt[i]! + step[i]! + lines.warm(slot, loop.now) + fleet().warm(slot) + held;
  });
}

/** Viewers from which on the processor's cache does not hold them all. */
const MANY_SLOTS = 8192;
/** What was fetched goes here, or the engine would see that nobody needs it. */
const WARMED = new Float64Array(1);
