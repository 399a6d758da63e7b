import type { SessionResult } from '../models/player/sabre/figures.ts';
import type { Movie } from '../models/player/sabre/movie.ts';
import { qoeLin, qoeLog } from '../models/player/sabre/qoe.ts';

/** What a session, or the mean of several, comes to; the names stand in the JSON. */
export interface AbrFigures {
  /** Mean nominal rate of the segments played. [kbit/s] */
  readonly averageBitrateKbps: number;
  readonly rebufferSeconds: number;
  /** Stalls over RATIO_OVER. */
  readonly rebufferRatio: number;
  readonly rebufferEvents: number;
  /** Changes of rendition between segments played one after the other. */
  readonly switches: number;
  /** From the request of the first segment to its last bit. */
  readonly startupSeconds: number;
  /** Start-up, media and stalls. */
  readonly playSeconds: number;
  /** Transfers given up under way. */
  readonly abandonedTransfers: number;
  /** Mean rate a segment less stalls and steps. [Mbit/s] */
  readonly qoeLin: number;
  /** The same by the logarithm of rates over the lowest. */
  readonly qoeLog: number;
}

/** The denominator of rebufferRatio. */
export const RATIO_OVER = 'playSeconds (start-up, media and stalls)';

/** The figures of one session. */
export function figuresOf(result: SessionResult, movie: Movie): AbrFigures {
  return {
    averageBitrateKbps: result.playedKbps / result.segments,
    rebufferSeconds: result.rebufferMs / 1e3,
    rebufferRatio: result.rebufferMs / result.playMs,
    rebufferEvents: result.rebufferEvents,
    switches: result.switches,
    startupSeconds: result.startupMs / 1e3,
    playSeconds: result.playMs / 1e3,
    abandonedTransfers: result.abandoned,
    qoeLin: qoeLin(result, movie),
    qoeLog: qoeLog(result, movie),
  };
}

/** Figure by figure the mean over sessions; of the ratio that of all stalls to all play time (CTA-2066). */
export function meanOf(sessions: readonly AbrFigures[]): AbrFigures {
  const mean = (name: keyof AbrFigures): number =>
    sessions.reduce((sum, figures) => sum + figures[name], 0) / sessions.length;
  return {
    averageBitrateKbps: mean('averageBitrateKbps'), rebufferSeconds: mean('rebufferSeconds'),
    rebufferRatio: mean('rebufferSeconds') / mean('playSeconds'), rebufferEvents: mean('rebufferEvents'),
    switches: mean('switches'), startupSeconds: mean('startupSeconds'), playSeconds: mean('playSeconds'),
    abandonedTransfers: mean('abandonedTransfers'), qoeLin: mean('qoeLin'), qoeLog: mean('qoeLog'),
  };
}

/** A table, a line a rule. */
export function renderFigures(
  played: readonly { readonly rule: string; readonly figures: AbrFigures }[],
): string {
  const header = ['rule', ...COLUMNS.map(([name]) => name)];
  const lines = played.map(({ rule, figures }) => [
    rule, ...COLUMNS.map(([name, digits]) => figures[name].toFixed(digits)),
  ]);
  const widths = header.map((title, i) => Math.max(title.length, ...lines.map((line) => line[i]!.length)));
  return [header, ...lines].map((line) => line.map((cell, i) =>
    i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)).join('  ')).join('\n');
}

const COLUMNS: readonly (readonly [name: keyof AbrFigures, digits: number])[] = [
  ['averageBitrateKbps', 1], ['rebufferSeconds', 3], ['rebufferRatio', 5], ['rebufferEvents', 1],
  ['switches', 1], ['startupSeconds', 3], ['playSeconds', 3], ['abandonedTransfers', 1],
  ['qoeLin', 3], ['qoeLog', 3],
];
