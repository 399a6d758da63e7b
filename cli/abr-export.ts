import { writeFileSync } from 'node:fs';
import { p1203Input, type P1203Input } from '../models/player/p1203.ts';
import type { Movie } from '../models/player/sabre/movie.ts';
import { sessionSvg, stallsOf, type PlayedSession } from '../reports/abr-session.ts';
import type { SegmentLine } from './abr-log.ts';

interface Exported {
  readonly rule: string;
  readonly sessions: ReadonlyArray<{ readonly trace: string; readonly log?: readonly SegmentLine[] }>;
}

/** Writes the picture of the session and the inputs for P.1203, where a file for them is named. */
export function exportSessions(
  played: readonly Exported[], movie: Movie, files: { readonly svg?: string; readonly p1203?: string },
): void {
  const sessions = played.flatMap(({ rule, sessions: own }) =>
    own.map(({ trace, log }) => {
      return { rule, trace, session: sessionOf(`${rule}, ${trace}`, movie, log ?? []) };
    }));
  if (files.svg !== undefined) writeFileSync(files.svg, sessionSvg(sessions[0]!.session));
  if (files.p1203 === undefined) return;
  const inputs = sessions.map(({ rule, trace, session }) => ({ rule, trace, input: p1203Of(session) }));
  // One session is the very file that itu_p1203 reads.
  const content = inputs.length === 1 ? inputs[0]!.input : inputs;
  writeFileSync(files.p1203, `${JSON.stringify(content, null, 2)}\n`);
}

function sessionOf(title: string, movie: Movie, transfers: readonly SegmentLine[]): PlayedSession {
  const { kbps, segmentMs } = movie.ladder;
  return { title, ladderKbps: [...kbps], segmentSeconds: segmentMs / 1e3, transfers };
}

function p1203Of(session: PlayedSession): P1203Input {
  const came = session.transfers.filter(({ abandonedFor }) => abandonedFor === undefined);
  return p1203Input({
    kbps: came.map(({ nominalKbps }) => nominalKbps), heights: [], segmentSeconds: session.segmentSeconds,
    startupSeconds: came[0]?.seconds ?? 0, stalls: stallsOf(session),
  });
}
