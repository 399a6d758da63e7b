import { US_PER_S, type Us } from '../core/units.ts';
import type { PlayerColumns } from './columns.ts';

/** Figures of one session, readable until its slot is started again. */
export interface SessionFigures {
  readonly session: number;
  readonly video: number;
  readonly startedAt: Us;
  /** NaN when the session never showed a frame. */
  readonly startupUs: Us;
  readonly playedUs: Us;
  readonly stallCount: number;
  readonly stallUs: Us;
  /** Nominal bits of the media played. */
  readonly playedBits: number;
  readonly switches: number;
  readonly segments: number;
  readonly seekCount: number;
  /** Waits after seeks. */
  readonly seekUs: Us;
  readonly pausedUs: Us;
  /** QoE_lin and QoE_log of the session, a segment fetched; 0 without one. */
  readonly qoeLin: number;
  readonly qoeLog: number;
  /** Transfers given up for a lower rendition. */
  readonly abandoned: number;
}

/** What a player is doing. */
export type PlayerPhase = 'idle' | 'loading' | 'starting' | 'playing' | 'stalled' | 'paused' | 'seeking';

/** Figures of a slot's session, current or last. */
export function figuresOf(c: PlayerColumns, slot: number): SessionFigures {
  const segments = Math.max(1, c.segments[slot]!);
  const stallSeconds = c.stallUs[slot]! / US_PER_S;
  return {
    session: c.session[slot]!, video: c.video[slot]!,
    startedAt: c.startedAt[slot]!, startupUs: c.startupUs[slot]!,
    playedUs: c.playedUs[slot]!, stallCount: c.stallCount[slot]!, stallUs: c.stallUs[slot]!,
    playedBits: c.playedBits[slot]!, switches: c.switches[slot]!, segments: c.segments[slot]!,
    abandoned: c.abandoned[slot]!, seekCount: c.seekCount[slot]!, seekUs: c.seekUs[slot]!,
    pausedUs: c.pausedUs[slot]!,
    qoeLin: (c.qoeLin[slot]! - c.topMbps[slot]! * stallSeconds) / segments,
    qoeLog: (c.qoeLog[slot]! - c.topUtility[slot]! * stallSeconds) / segments,
  };
}
