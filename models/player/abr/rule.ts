import type { BitsPerS, Bytes, Us } from '../../core/units.ts';

/** What a rule sees when it decides; one object is reused for all decisions of a fleet. */
export interface AbrContext {
  now: Us;
  slot: number;
  /** Media ahead of the playhead. */
  bufferUs: Us;
  /** Most media the player may hold. */
  bufferMaxUs: Us;
  /** Rendition of the segment before; -1 for the first one. */
  lastRendition: number;
  /** Segment to be fetched, from 0. */
  segment: number;
  /** Segments from `segment` to the end of the video; Infinity where there is none. */
  segmentsLeft: number;
  segmentUs: Us;
  /** Nominal rates, ascending. */
  bitrates: readonly BitsPerS[];
  /** Media played a second of time: the speed of play. */
  rate: number;
  /** How far behind the live edge the playhead is; NaN where the video is on demand. */
  latencyUs: Us;
  /** Sizes of the video's segments, where the player can know them before it asks. */
  sizes: SegmentSizes | undefined;
}

/** Sizes of a video's segments. */
export interface SegmentSizes {
  bytes(segment: number, rendition: number): Bytes;
}

/**
 * An adaptive-bitrate rule for a fleet: its estimates are columns by slot. A decision keeps the numbers it
 * was made from, so that `explain` can give its reason without `choose` ever building a string.
 */
export interface AbrRule {
  readonly name: string;
  /** Forgets what the slot's last viewer measured. */
  reset(slot: number): void;
  /** Takes in a finished transfer. */
  observe(slot: number, bytes: Bytes, firstByteUs: Us, transferUs: Us): void;
  /** The rendition to fetch next. */
  choose(context: AbrContext): number;
  /** Why the slot's last decision fell as it did, in words with its numbers. */
  explain(slot: number): string;
  /** Throughput the slot believes in. */
  estimate(slot: number): BitsPerS;
  save(): AbrRuleState;
  restore(state: AbrRuleState): void;
}

/** Room for the numbers that a rule keeps of a slot: from `slot * stride + first` on. */
export interface RuleRoom {
  readonly rows: Float64Array;
  readonly stride: number;
  readonly first: number;
}

/** Copied columns of a rule. */
export type AbrRuleState = Readonly<Record<string, Float64Array>>;
