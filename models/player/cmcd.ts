import { US_PER_MS, type BitsPerS, type Us } from '../core/units.ts';

/**
 * What a player tells with a request: Common Media Client Data, version 2 (CTA-5004-B, request mode), by the
 * standard's own keys. Buffers, deadline and throughput are rounded to hundreds, as it asks. Not told: what a
 * simulated player has none of (dropped frames, errors, sizes of windows), and the playhead's bitrate.
 */
export interface CmcdRequest {
  /** Rate of the object asked for. [kbit/s] */
  readonly br?: number;
  /** Media buffered. [ms] */
  readonly bl?: number;
  /** The buffer ran dry since the last request. */
  readonly bs?: true;
  /** Stalls of the session so far, where there were any. */
  readonly bsa?: number;
  /** How long they were in all. [ms] */
  readonly bsda?: number;
  /** What is played. */
  readonly cid: string;
  /** Duration of the object asked for. [ms] */
  readonly d?: number;
  /** Time until the buffer runs dry at the speed of play. [ms] */
  readonly dl?: number;
  /** Lowest rate that could be asked for. [kbit/s] */
  readonly lb?: number;
  /** Live: from when the media shown could be had at the origin until it is shown. [ms] */
  readonly ltc?: number;
  /** From the press of play to the first frame, told once in a session. [ms] */
  readonly msd?: number;
  /** Throughput the player believes in. [kbit/s] */
  readonly mtp?: number;
  /** m: a manifest; v: video. */
  readonly ot: 'm' | 'v';
  /** Speed of play, where it is not 1. */
  readonly pr?: number;
  /** Place of the playhead. [ms] */
  readonly pt: number;
  /** HLS. */
  readonly sf: 'h';
  readonly sid: string;
  /** On demand, or live. */
  readonly st: 'v' | 'l';
  /** What the player does: starting, playing, paused, seeking, rebuffering. */
  readonly sta: 's' | 'p' | 'a' | 'k' | 'r';
  /** The object is needed to start, or to play on. */
  readonly su?: true;
  /** Highest rate that could be asked for. [kbit/s] */
  readonly tb?: number;
  /** Media that the player aims to buffer. [ms] */
  readonly tbl?: number;
  readonly v: 2;
}

/** What there is to tell; rates and durations of a segment are left out for a manifest. */
export interface CmcdFacts {
  readonly session: number;
  readonly video: number;
  readonly phase: 'starting' | 'playing' | 'paused' | 'seeking' | 'stalled';
  readonly rate: number;
  readonly bufferUs: Us;
  readonly bufferMaxUs: Us;
  readonly playheadUs: Us;
  /** NaN where it is not to be told. */
  readonly startupUs: Us;
  readonly throughput: BitsPerS;
  readonly starved: boolean;
  readonly stalls: number;
  readonly stalledUs: Us;
  /** Distance from the live edge; NaN where the video is on demand. */
  readonly latencyUs?: Us;
  readonly segment?: {
    readonly bitrate: BitsPerS; readonly lowest: BitsPerS; readonly highest: BitsPerS;
    readonly durationUs: Us;
  };
}

/** The data of a request. */
export function cmcdRequest(facts: CmcdFacts): CmcdRequest {
  const { phase, rate, bufferUs, startupUs, throughput, segment, stalls, latencyUs = NaN } = facts;
  const isLive = !Number.isNaN(latencyUs);
  const bufferMs = bufferUs / US_PER_MS;
  return {
    ...(segment === undefined ? {} : {
      br: kbps(segment.bitrate), lb: kbps(segment.lowest), tb: kbps(segment.highest),
      d: ms(segment.durationUs), bl: hundreds(bufferMs), dl: hundreds(bufferMs / rate),
      tbl: hundreds(facts.bufferMaxUs / US_PER_MS),
    }),
    ...(facts.starved ? { bs: true } : {}),
    ...(stalls > 0 ? { bsa: stalls, bsda: ms(facts.stalledUs) } : {}),
    cid: `video-${facts.video}`,
    ...(isLive && phase !== 'starting' ? { ltc: ms(latencyUs) } : {}),
    ...(Number.isNaN(startupUs) ? {} : { msd: ms(startupUs) }),
    ...(throughput > 0 ? { mtp: hundreds(kbps(throughput)) } : {}),
    ot: segment === undefined ? 'm' : 'v',
    ...(rate === 1 ? {} : { pr: rate }), pt: ms(facts.playheadUs),
    sf: 'h', sid: `session-${facts.session}`, st: isLive ? 'l' : 'v', sta: STATES[phase],
    ...(phase === 'playing' || phase === 'paused' ? {} : { su: true }),
    v: 2,
  };
}

/**
 * The data as text, for a query argument or a header: keys in order, strings quoted, `true` left out, and
 * what differs by type of media as an inner list (RFC 8941) that names the type.
 */
export function cmcdText(data: Partial<CmcdRequest>): string {
  return Object.entries(data)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => {
      if (value === true) return key;
      if (LISTS.has(key)) return `${key}=(${String(value)};v)`;
      return typeof value === 'string' && !TOKENS.has(key) ? `${key}="${value}"` : `${key}=${String(value)}`;
    })
    .join(',');
}

/** The data as the standard's four headers, by how often the keys in them change. */
export function cmcdHeaders(data: CmcdRequest): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [header, keys] of HEADERS) {
    const own = Object.entries(data).filter(([key]) => keys.includes(key));
    if (own.length > 0) headers[header] = cmcdText(Object.fromEntries(own));
  }
  return headers;
}

const ms = (us: Us): number => Math.round(us / US_PER_MS);
const kbps = (rate: BitsPerS): number => Math.round(rate / 1e3);
const hundreds = (value: number): number => Math.round(value / 100) * 100;

const STATES = { starting: 's', playing: 'p', paused: 'a', seeking: 'k', stalled: 'r' } as const;

const HEADERS: ReadonlyArray<readonly [string, readonly string[]]> = [
  ['CMCD-Object', ['br', 'd', 'lb', 'ot', 'tb']],
  ['CMCD-Request', ['bl', 'dl', 'ltc', 'mtp', 'sta', 'su', 'tbl']],
  ['CMCD-Session', ['cid', 'msd', 'sf', 'sid', 'st', 'v']],
  ['CMCD-Status', ['bs', 'bsa', 'bsda', 'pr', 'pt']],
];

/** Keys whose values version 2 wants as inner lists of numbers, each with its type of media: v, video. */
const LISTS: ReadonlySet<string> = new Set(['bl', 'br', 'bsa', 'bsda', 'lb', 'mtp', 'tb', 'tbl']);

/** Keys whose values are tokens of the standard, which are not quoted. */
const TOKENS: ReadonlySet<string> = new Set(['ot', 'sf', 'st', 'sta']);
