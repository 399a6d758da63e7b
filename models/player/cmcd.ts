import { US_PER_MS, type BitsPerS, type Us } from '../core/units.ts';

/**
 * What a player tells with a request: Common Media Client Data, version 2 (CTA-5004-A), by the standard's own
 * keys. Buffer, deadline and throughput are rounded to hundreds, as it asks.
 */
export interface CmcdRequest {
  /** Rate of the object asked for. [kbit/s] */
  readonly br?: number;
  /** Media buffered. [ms] */
  readonly bl?: number;
  /** The buffer ran dry since the last request. */
  readonly bs?: true;
  /** What is played. */
  readonly cid: string;
  /** Duration of the object asked for. [ms] */
  readonly d?: number;
  /** Time until the buffer runs dry at the speed of play. [ms] */
  readonly dl?: number;
  /** Live: from when the media shown could be had at the origin until it is shown. [ms] */
  readonly ltc?: number;
  /** From the press of play to the first frame, told once it is known. [ms] */
  readonly msd?: number;
  /** Throughput the player believes in. [kbit/s] */
  readonly mtp?: number;
  /** m: a manifest; v: video. */
  readonly ot: 'm' | 'v';
  /** Speed of play, where it is not 1. */
  readonly pr?: number;
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
  readonly v: 2;
}

/** What there is to tell; rates and durations of a segment are left out for a manifest. */
export interface CmcdFacts {
  readonly session: number;
  readonly video: number;
  readonly phase: 'starting' | 'playing' | 'paused' | 'seeking' | 'stalled';
  readonly rate: number;
  readonly bufferUs: Us;
  /** NaN until it is known. */
  readonly startupUs: Us;
  readonly throughput: BitsPerS;
  readonly starved: boolean;
  /** Distance from the live edge; NaN where the video is on demand. */
  readonly latencyUs?: Us;
  readonly segment?: { readonly bitrate: BitsPerS; readonly highest: BitsPerS; readonly durationUs: Us };
}

/** The data of a request. */
export function cmcdRequest(facts: CmcdFacts): CmcdRequest {
  const { phase, rate, bufferUs, startupUs, throughput, segment, latencyUs = NaN } = facts;
  const isLive = !Number.isNaN(latencyUs);
  const bufferMs = bufferUs / US_PER_MS;
  return {
    ...(segment === undefined ? {} : {
      br: kbps(segment.bitrate), tb: kbps(segment.highest), d: Math.round(segment.durationUs / US_PER_MS),
      bl: hundreds(bufferMs), dl: hundreds(bufferMs / rate),
    }),
    ...(facts.starved ? { bs: true } : {}),
    cid: `video-${facts.video}`,
    ...(isLive && !Number.isNaN(startupUs) ? { ltc: Math.round(latencyUs / US_PER_MS) } : {}),
    ...(Number.isNaN(startupUs) ? {} : { msd: Math.round(startupUs / US_PER_MS) }),
    ...(throughput > 0 ? { mtp: hundreds(kbps(throughput)) } : {}),
    ot: segment === undefined ? 'm' : 'v',
    ...(rate === 1 ? {} : { pr: rate }),
    sf: 'h', sid: `session-${facts.session}`, st: isLive ? 'l' : 'v', sta: STATES[phase],
    ...(phase === 'playing' || phase === 'paused' ? {} : { su: true }),
    v: 2,
  };
}

/** The data as text, for a query argument or a header: keys in order, strings quoted, `true` left out. */
export function cmcdText(data: Partial<CmcdRequest>): string {
  return Object.entries(data)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => {
      if (value === true) return key;
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

const kbps = (rate: BitsPerS): number => Math.round(rate / 1e3);
const hundreds = (value: number): number => Math.round(value / 100) * 100;

const STATES = { starting: 's', playing: 'p', paused: 'a', seeking: 'k', stalled: 'r' } as const;

const HEADERS: ReadonlyArray<readonly [string, readonly string[]]> = [
  ['CMCD-Object', ['br', 'd', 'ot', 'tb']], ['CMCD-Request', ['bl', 'dl', 'ltc', 'mtp', 'su']],
  ['CMCD-Session', ['cid', 'msd', 'pr', 'sf', 'sid', 'st', 'v']], ['CMCD-Status', ['bs', 'sta']],
];

/** Keys whose values are tokens of the standard, which are not quoted. */
const TOKENS: ReadonlySet<string> = new Set(['ot', 'sf', 'st', 'sta']);
