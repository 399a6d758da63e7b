import { z } from 'zod';
import { pick } from '../core/pick.ts';
import { quantity } from '../core/quantity.ts';
import type { RandomStream } from '../core/rng.ts';
import type { BitsPerS } from '../core/units.ts';
import { TraceTable } from './trace.ts';

/** What a viewer gets at most, whatever the link gives: their plan, or the Wi-Fi between them and it. */
export const viewerCapParams = z.strictObject({
  rate: quantity('rate', {
    doc: 'Most that the viewer gets; without it, what the link gives.', source: 'assumed', positive: true,
  }).optional(),
  share: quantity('ratio', {
    doc: 'Share of viewers; shares are scaled to sum to one.', source: 'assumed', positive: true,
  }).prefault('100%'),
});

export type ViewerCap = z.output<typeof viewerCapParams>;

/** Place of the next viewer's cap among those of their class; 0, and a number drawn, also without any. */
export function drawCap(stream: RandomStream, caps: readonly ViewerCap[]): number {
  return pick(caps.length === 0 ? NO_CAPS : caps, stream);
}

/** The cap at a place among those of a class; Infinity where there is none. [bits/s] */
export function capAt(caps: readonly ViewerCap[], place: number): BitsPerS {
  return caps[place]?.rate ?? Infinity;
}

/** A trace as somebody sees it who is alone on the link, below their cap. */
export function cappedTable(table: TraceTable, cap: BitsPerS): TraceTable {
  if (table.rate.every((rate) => rate <= cap)) return table;
  return new TraceTable(Array.from(table.rate, (rate, i) => ({
    durationUs: table.startUs[i + 1]! - table.startUs[i]!, rate: Math.min(rate, cap),
    latencyUs: table.latencyUs[i]!,
  })));
}

const NO_CAPS: readonly ViewerCap[] = [{ share: 1 }];
