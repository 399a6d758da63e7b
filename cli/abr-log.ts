import { KEEP, type Core, type Situation, type Transfer } from '../models/player/abr/core/core.ts';
import type { Movie } from '../models/player/sabre/movie.ts';
import type { SessionLog } from '../models/player/sabre/session.ts';

/** One transfer of a session, as JSON and as a line of text. */
export interface SegmentLine {
  /** When the request was made, since the session began. */
  readonly atSeconds: number;
  readonly segment: number;
  readonly rendition: number;
  readonly nominalKbps: number;
  /** What came of it, in part if it was abandoned. */
  readonly bytes: number;
  readonly firstByteSeconds: number;
  /** From the request to the last byte that came. */
  readonly seconds: number;
  /** Media ahead of the playhead after it. */
  readonly bufferSeconds: number;
  readonly abandonedFor?: number;
  readonly replacement?: true;
  readonly reason: string;
  readonly text: string;
}

/** The transfers of a session in order, each with the reason of its decision. */
export class SegmentLog implements SessionLog {
  static readonly header =
    ' at s    segment rung    kbps     bytes  first byte s      s  buffer s  reason';
  readonly #movie: Movie;
  readonly #follows: boolean;
  readonly #lines: Omit<SegmentLine, 'text'>[] = [];
  #core: Core | undefined;

  /** `follows`: whether the rung that a transfer was given up for is taken without asking again. */
  constructor(movie: Movie, follows: boolean) {
    this.#movie = movie;
    this.#follows = follows;
  }

  /** All lines, those of abandoned transfers among them. */
  get lines(): SegmentLine[] {
    return this.#lines.map((line) => ({ ...line, text: textOf(line) }));
  }

  /** The core whose reasons are noted. */
  explainedBy(core: Core): void {
    this.#core = core;
  }

  transferred(transfer: Transfer, at: Situation, startMs: number, replacement: boolean): void {
    const { segment, rung, bits, ms, firstByteMs, abandonTo } = transfer;
    this.#lines.push({
      atSeconds: startMs / 1e3, segment, rendition: rung, nominalKbps: this.#movie.ladder.kbps[rung]!,
      bytes: Math.round(bits / 8), firstByteSeconds: firstByteMs / 1e3, seconds: ms / 1e3,
      bufferSeconds: at.bufferMs / 1e3,
      ...(abandonTo === KEEP ? {} : { abandonedFor: abandonTo }),
      ...(replacement ? { replacement } : {}),
      reason: this.#reason(segment, rung),
    });
  }

  /** A segment that was given up at another rung is fetched again for that reason, unless asked anew. */
  #reason(segment: number, rung: number): string {
    const before = this.#lines.at(-1);
    if (this.#follows && before?.segment === segment && before.abandonedFor === rung) {
      return `rendition ${rung} instead of ${before.rendition}, which was given up`;
    }
    const reason = this.#core?.explain(0) ?? '';
    return before === undefined && /^nothing is decided/.test(reason) ? FIRST : reason;
  }
}

const FIRST = 'rendition 0: the first segment comes at the lowest';

function textOf(line: Omit<SegmentLine, 'text'>): string {
  const end = line.abandonedFor === undefined ? '' : `; given up for ${line.abandonedFor}`;
  const again = line.replacement === true ? 'replaces; ' : '';
  return [
    line.atSeconds.toFixed(3).padStart(9), String(line.segment).padStart(6),
    String(line.rendition).padStart(4),
    line.nominalKbps.toFixed(0).padStart(7), String(line.bytes).padStart(9),
    line.firstByteSeconds.toFixed(3).padStart(13), line.seconds.toFixed(3).padStart(7),
    line.bufferSeconds.toFixed(3).padStart(9), ` ${again}${line.reason}${end}`,
  ].join(' ');
}
