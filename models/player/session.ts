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

/** Those by their numbers in the column of states. */
export const PHASES: readonly PlayerPhase[] = [
  'idle', 'loading', 'starting', 'playing', 'stalled', 'paused', 'seeking',
];

/** Figures of a slot's session, current or last. */
export function figuresOf(c: PlayerColumns, slot: number): SessionFigures {
  const i = slot * c.stride;
  const segments = Math.max(1, c.segments[i]!);
  const stallSeconds = c.stallUs[i]! / US_PER_S;
  return {
    session: c.session[i]!, video: c.video[i]!,
    startedAt: c.startedAt[i]!, startupUs: c.startupUs[i]!,
    playedUs: c.playedUs[i]!, stallCount: c.stallCount[i]!, stallUs: c.stallUs[i]!,
    playedBits: c.playedBits[i]!, switches: c.switches[i]!, segments: c.segments[i]!,
    abandoned: c.abandoned[i]!, seekCount: c.seekCount[i]!, seekUs: c.seekUs[i]!,
    pausedUs: c.pausedUs[i]!,
    qoeLin: (c.qoeLin[i]! - c.topMbps[i]! * stallSeconds) / segments,
    qoeLog: (c.qoeLog[i]! - c.topUtility[i]! * stallSeconds) / segments,
  };
}
