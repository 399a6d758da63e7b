import type { Us } from '../core/units.ts';

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
  /** Transfers given up for a lower rendition. */
  readonly abandoned: number;
}

/** What a player is doing. */
export type PlayerPhase = 'idle' | 'loading' | 'starting' | 'playing' | 'stalled';
