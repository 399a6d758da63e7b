import type { SessionRow } from '../core/run-record.ts';
import { US_PER_S } from '../core/units.ts';
import type { SessionFigures } from './session.ts';

/** A session's figures as a row of the run record. */
export function sessionRow(
  replication: number, network: string, outcome: string, figures: SessionFigures,
): SessionRow {
  const playedSeconds = figures.playedUs / US_PER_S;
  return {
    replication,
    session: figures.session,
    startSeconds: figures.startedAt / US_PER_S,
    network,
    video: figures.video,
    outcome,
    startupSeconds: Number.isNaN(figures.startupUs) ? null : figures.startupUs / US_PER_S,
    playedSeconds,
    stallCount: figures.stallCount,
    stallSeconds: figures.stallUs / US_PER_S,
    meanBitrate: playedSeconds > 0 ? figures.playedBits / playedSeconds : 0,
    switches: figures.switches,
    segments: figures.segments,
    abandoned: figures.abandoned,
    qoeLin: figures.qoeLin,
    qoeLog: figures.qoeLog,
  };
}
