import type { Bytes, Us } from '../core/units.ts';
import { TraceBandwidth, type TraceTable } from './trace.ts';

/**
 * When a transfer that has a line for itself is over: the time a SharedLink would report for a flow that is
 * alone on it from `from` on (SPEC.md N8), worked out at once. The line plays `table` from `startUs` on, of
 * which `startBits` have been carried by then (`table.bitsUntil(startUs)`).
 */
export function finishAlone(table: TraceTable, startUs: Us, startBits: number, from: Us, bytes: Bytes): Us {
  const soon = table.timeSoon(from + startUs, bytes * 8, startBits);
  if (soon >= 0) return soon - startUs;
  const dueBits = table.bitsUntil(from + startUs) - startBits + bytes * 8;
  const at = Math.max(0, table.timeNear(dueBits + startBits) - startUs);
  // Off by rounding only: where that does not show, the estimate is the earliest time as it stands.
  const isEarliest = at > 0 && table.bitsUntil(at + startUs) - startBits >= dueBits
    && table.bitsUntil(at - 1 + startUs) - startBits < dueBits;
  return Math.max(from, isEarliest ? at : new TraceBandwidth(table, startUs).timeOfBits(dueBits));
}

/** Bytes of such a transfer that have come by `at`, of `bytes` in all. */
export function receivedAlone(table: TraceTable, startUs: Us, from: Us, bytes: Bytes, at: Us): Bytes {
  if (at <= from) return 0;
  const bits = table.bitsUntil(at + startUs) - table.bitsUntil(from + startUs);
  return Math.min(bytes, Math.floor(bits / 8));
}
