import { assert, broken } from '../core/assert.ts';
import { NEVER, US_PER_S, type BitsPerS, type Bytes, type Us } from '../core/units.ts';
import { isAbandoning, KEEP, type AbandoningRule, type TransferUnderWay } from './abr/abandoning.ts';
import { createAbrRule } from './abr/registry.ts';
import type { AbrContext, AbrRule, AbrRuleState, SegmentSizes } from './abr/rule.ts';
import { cmcdRequest, type CmcdRequest } from './cmcd.ts';
import { FOR_SEGMENT, PLACES, TELLS_STALL, TELLS_START, type PlayerColumns } from './columns.ts';
import type { MediaInfo } from './events.ts';
import type { LiveEdge } from './live-edge.ts';
import type { PlayerParams } from './params.ts';
import type { PlayClock } from './play-clock.ts';
import type { PlayerTuning } from './tuning.ts';

const {
  state: STATE, checkAt: CHECK_AT, playheadUs: PLAYHEAD, nextSegment: NEXT, video: VIDEO, codec: CODEC,
  segmentUs: SEGMENT, segmentCount: SEGMENTS, rate: RATE, stallUs: STALL, pendingRendition: PENDING_RENDITION,
  rendition: RENDITION, mostRendition: MOST_RENDITION, abandonedFrom: ABANDONED_FROM, fetchFor: FETCH_FOR,
  requestedAt: REQUESTED_AT, stallCount: STALL_COUNT, tells: TELLS,
} = PLACES;

/** Sizes of the segments of the video that a decision is about; one object for all decisions. */
class VideoSizes implements SegmentSizes {
  video = 0;
  codec = 0;
  readonly #sizeOf: NonNullable<MediaInfo['segmentBytes']>;

  constructor(sizeOf: NonNullable<MediaInfo['segmentBytes']>) {
    this.#sizeOf = sizeOf;
  }

  bytes(segment: number, rendition: number): Bytes {
    return this.#sizeOf(this.video, segment, rendition, this.codec);
  }
}

/**
 * The fleet's rule and what it is shown: the situation of a slot, written into one object that all
 * decisions share, and its transfer under way.
 */
export class Decisions {
  readonly rule: AbrRule;
  /** undefined where all videos are on demand. */
  live: LiveEdge | undefined;
  readonly #columns: PlayerColumns;
  readonly #media: MediaInfo;
  readonly #clock: PlayClock;
  readonly #tuning: PlayerTuning;
  readonly #bufferMaxUs: Us;
  readonly #sizes: VideoSizes | undefined;
  readonly #context: AbrContext;
  readonly #abandoning: AbandoningRule | undefined;
  readonly #checkUs: Us;
  /** Lower parts of ladders by their highest rendition: made once each, as rules know ladders by identity. */
  readonly #parts = new WeakMap<readonly BitsPerS[], ReadonlyArray<readonly BitsPerS[]>>();
  readonly #underWay: TransferUnderWay = { rendition: 0, size: 0, received: 0, firstByteUs: 0, elapsedUs: 0 };

  constructor(
    params: PlayerParams, slots: number, columns: PlayerColumns, media: MediaInfo, clock: PlayClock,
    tuning: PlayerTuning,
  ) {
    this.rule = createAbrRule(params.abr, slots, columns.ruleRoom);
    this.#abandoning = params.abandonment && isAbandoning(this.rule) ? this.rule : undefined;
    this.#checkUs = params.abandonCheck;
    this.#columns = columns;
    this.#media = media;
    this.#clock = clock;
    this.#tuning = tuning;
    this.#bufferMaxUs = params.bufferMax;
    const sizeOf = params.knowsSizes ? media.segmentBytes?.bind(media) : undefined;
    this.#sizes = sizeOf === undefined ? undefined : new VideoSizes(sizeOf);
    this.#context = {
      now: 0, slot: 0, bufferUs: 0, bufferMaxUs: params.bufferMax, lastRendition: -1, segment: 0,
      segmentsLeft: 0, segmentUs: 0, bitrates: [], rate: 1, latencyUs: NaN, sizes: this.#sizes,
    };
  }

  /** The rendition of the slot's next segment. */
  choose(now: Us, slot: number): number {
    const context = this.#look(now, slot, this.#tuning.mostRendition);
    const rendition = this.rule.choose(context);
    if (!(rendition >= 0 && rendition < context.bitrates.length)) {
      broken('a rule chooses from the ladder', {
        rule: this.rule.name, rendition, renditions: context.bitrates.length,
      });
    }
    return rendition;
  }

  /** When the transfer just asked for is to be looked at first; NEVER when it runs to its end anyway. */
  firstLookAt(now: Us, slot: number): Us {
    const rule = this.#abandoning;
    const c = this.#columns;
    if (rule === undefined || c.pendingRendition[slot * c.stride] === 0) return NEVER;
    const context = this.#look(now, slot, this.#mostUnderWay(slot));
    const transfer = this.#show(slot, this.#nominalBytes(slot, context.bitrates), 0, 0, 0);
    return now + Math.max(this.#checkUs, Math.ceil(rule.calmUs(context, transfer)));
  }

  /**
   * The lower rendition that the slot's transfer under way is to be given up for, or KEEP; then it is to be
   * looked at again at `checkAt` of its row.
   */
  judge(now: Us, slot: number, size: Bytes, received: Bytes, firstByteUs: Us): number {
    const rule = this.#abandoning;
    if (rule === undefined) return KEEP;
    const { rows, stride } = this.#columns;
    const i = slot * stride;
    const context = this.#look(now, slot, this.#mostUnderWay(slot));
    const elapsedUs = now - rows[i + REQUESTED_AT]!;
    const whole = size > 0 ? size : this.#nominalBytes(slot, context.bitrates);
    const transfer = this.#show(slot, whole, received, firstByteUs, elapsedUs);
    const rendition = rule.abandon(context, transfer);
    if (rendition === KEEP) {
      const calmUs = Math.max(this.#checkUs, Math.ceil(rule.calmUs(context, transfer)));
      rows[i + CHECK_AT] = now + calmUs;
      return KEEP;
    }
    const before = rows[i + PENDING_RENDITION]!;
    assert(rendition >= 0 && rendition < before, 'a transfer is given up for a lower rendition', {
      rule: rule.name, rendition, before,
    });
    rule.abandoned(context, transfer, rendition);
    return rendition;
  }

  /** Why the slot's last segment was asked for at the rendition it was. */
  explain(slot: number): string {
    const c = this.#columns;
    const { rows } = c;
    const i = slot * c.stride;
    const before = rows[i + ABANDONED_FROM]!;
    if (before < 0) return this.rule.explain(slot);
    const after = (c.abandonedAfterUs[i]! / US_PER_S).toFixed(1);
    const rendition = rows[i + PENDING_RENDITION]!;
    return `rendition ${rendition} instead of ${before}, which was given up after ${after} s`;
  }

  /** What the slot's player tells with its request, by CMCD. */
  cmcd(slot: number): CmcdRequest {
    const c = this.#columns;
    const { rows } = c;
    const i = slot * c.stride;
    const bitrates = this.#shown(
      this.#media.bitrates(rows[i + VIDEO]!, rows[i + CODEC]!), rows[i + MOST_RENDITION]!);
    const segment = {
      bitrate: bitrates[rows[i + PENDING_RENDITION]!]!, lowest: bitrates[0]!,
      highest: bitrates[bitrates.length - 1]!,
      durationUs: this.#media.segmentUs(rows[i + VIDEO]!),
    };
    return cmcdRequest({
      session: c.session[i]!, video: rows[i + VIDEO]!, phase: CMCD_PHASES[rows[i + STATE]!]!,
      rate: rows[i + RATE]!, bufferUs: this.#clock.bufferUs(slot), bufferMaxUs: this.#bufferMaxUs,
      playheadUs: rows[i + PLAYHEAD]!,
      startupUs: (rows[i + TELLS]! & TELLS_START) > 0 ? c.startupUs[i]! : NaN,
      throughput: this.rule.estimate(slot), starved: (rows[i + TELLS]! & TELLS_STALL) > 0,
      stalls: rows[i + STALL_COUNT]!, stalledUs: rows[i + STALL]!,
      latencyUs: this.live?.latencyUs(rows[i + REQUESTED_AT]!, slot) ?? NaN,
      ...(rows[i + FETCH_FOR] === FOR_SEGMENT ? { segment } : {}),
    });
  }

  /** A copy of the rule's state. */
  save(): AbrRuleState {
    return this.rule.save();
  }

  /** What a transfer under way is judged by: it may have been asked for before renditions were limited. */
  #mostUnderWay(slot: number): number {
    const c = this.#columns;
    return Math.max(this.#tuning.mostRendition, c.pendingRendition[slot * c.stride]!);
  }

  /** Writes the slot's situation down, with a ladder of at most so many renditions beyond the first. */
  #look(now: Us, slot: number, mostRendition: number): AbrContext {
    const { rows, stride } = this.#columns;
    const context = this.#context;
    const i = slot * stride;
    const video = rows[i + VIDEO]!;
    context.now = now;
    context.slot = slot;
    context.bufferUs = this.#clock.bufferUs(slot);
    context.bufferMaxUs = Math.min(this.#bufferMaxUs, this.#tuning.mostAheadUs);
    context.segment = rows[i + NEXT]!;
    context.segmentsLeft = rows[i + SEGMENTS]! - context.segment;
    context.segmentUs = rows[i + SEGMENT]!;
    const most = Math.min(rows[i + MOST_RENDITION]!, mostRendition);
    context.bitrates = this.#shown(this.#media.bitrates(video, rows[i + CODEC]!), most);
    context.lastRendition = Math.min(rows[i + RENDITION]!, context.bitrates.length - 1);
    context.rate = rows[i + RATE]!;
    if (this.live !== undefined) context.latencyUs = this.live.latencyUs(now, slot);
    if (this.#sizes !== undefined) {
      this.#sizes.video = video;
      this.#sizes.codec = rows[i + CODEC]!;
    }
    return context;
  }

  /** The part of a ladder that a device shows. */
  #shown(bitrates: readonly BitsPerS[], mostRendition: number): readonly BitsPerS[] {
    if (mostRendition >= bitrates.length - 1) return bitrates;
    let parts = this.#parts.get(bitrates);
    if (parts === undefined) {
      parts = bitrates.map((_, most) => bitrates.slice(0, most + 1));
      this.#parts.set(bitrates, parts);
    }
    return parts[mostRendition]!;
  }

  #show(slot: number, size: Bytes, received: Bytes, firstByteUs: Us, elapsedUs: Us): TransferUnderWay {
    const transfer = this.#underWay;
    transfer.rendition = this.#columns.pendingRendition[slot * this.#columns.stride]!;
    transfer.size = size;
    transfer.received = received;
    transfer.firstByteUs = received > 0 ? firstByteUs : elapsedUs;
    transfer.elapsedUs = elapsedUs;
    return transfer;
  }

  /** Size of the segment asked for, as its rendition's rate tells it. */
  #nominalBytes(slot: number, bitrates: readonly BitsPerS[]): Bytes {
    const { rows, stride } = this.#columns;
    const i = slot * stride;
    const segmentUs = rows[i + SEGMENT]!;
    return (bitrates[rows[i + PENDING_RENDITION]!]! * segmentUs) / US_PER_S / 8;
  }
}

/** States of players as CMCD tells them, by their number; a player that does nothing tells nothing. */
const CMCD_PHASES = ['starting', 'starting', 'starting', 'playing', 'stalled', 'paused', 'seeking'] as const;
