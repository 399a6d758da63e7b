import { secondsToUs, type BitsPerS, type Us } from '../models/core/units.ts';

/** One rendition of a master playlist. */
export interface HlsVariant {
  readonly uri: string;
  /** Peak rate. */
  readonly bandwidth: BitsPerS;
  /** undefined when the playlist does not say. */
  readonly width: number | undefined;
  readonly height: number | undefined;
}

/** One segment of a media playlist. */
export interface HlsSegment {
  readonly uri: string;
  readonly durationUs: Us;
}

/** A media playlist. */
export interface HlsMediaPlaylist {
  readonly targetDurationUs: Us;
  readonly segments: readonly HlsSegment[];
  /** True when no segment will be added: video on demand. */
  readonly ended: boolean;
}

/** A playlist that is not what RFC 8216 asks for, with the line where. */
export class HlsError extends Error {
  constructor(line: number, problem: string) {
    super(`playlist line ${line}: ${problem}`);
    this.name = 'HlsError';
  }
}

/** Reads a master playlist; throws HlsError when it is malformed or names no rendition. */
export function parseMasterPlaylist(text: string): HlsVariant[] {
  const variants: HlsVariant[] = [];
  let pending: Omit<HlsVariant, 'uri'> | undefined;
  const count = eachLine(text, (line, number) => {
    if (line.startsWith('#EXTINF'))
      throw new HlsError(number, 'a media playlist where a master playlist belongs');
    if (line.startsWith(STREAM_INF)) {
      if (pending !== undefined) throw new HlsError(number, 'the rendition before has no URI');
      pending = parseVariant(line.slice(STREAM_INF.length), number);
    } else if (!line.startsWith('#')) {
      if (pending === undefined) throw new HlsError(number, 'a URI without #EXT-X-STREAM-INF');
      variants.push({ uri: line, ...pending });
      pending = undefined;
    }
  });
  if (pending !== undefined) throw new HlsError(count, 'the last rendition has no URI');
  if (variants.length === 0) throw new HlsError(count, 'no rendition');
  return variants;
}

/** Reads a media playlist; throws HlsError when it is malformed or holds no segment. */
export function parseMediaPlaylist(text: string): HlsMediaPlaylist {
  const segments: HlsSegment[] = [];
  let durationUs: Us | undefined;
  let targetDurationUs: Us | undefined;
  let ended = false;
  const count = eachLine(text, (line, number) => {
    if (line.startsWith(STREAM_INF))
      throw new HlsError(number, 'a master playlist where a media playlist belongs');
    if (line.startsWith('#EXT-X-TARGETDURATION:')) targetDurationUs = parseSeconds(line, number);
    else if (line.startsWith('#EXTINF:')) durationUs = parseSeconds(line, number);
    else if (line === '#EXT-X-ENDLIST') ended = true;
    else if (!line.startsWith('#')) {
      if (durationUs === undefined) throw new HlsError(number, 'a segment without #EXTINF');
      segments.push({ uri: line, durationUs });
      durationUs = undefined;
    }
  });
  if (durationUs !== undefined) throw new HlsError(count, 'the last #EXTINF has no URI');
  if (targetDurationUs === undefined) throw new HlsError(count, 'no #EXT-X-TARGETDURATION');
  if (segments.length === 0) throw new HlsError(count, 'no segment');
  return { targetDurationUs, segments, ended };
}

function eachLine(text: string, visit: (line: string, number: number) => void): number {
  if (text.length > LONGEST_PLAYLIST) throw new HlsError(1, 'over a million characters');
  const lines = text.split(/\r?\n/);
  if (lines[0]?.trimEnd() !== '#EXTM3U') throw new HlsError(1, 'does not begin with #EXTM3U');
  lines.forEach((line, i) => {
    if (line.trim() !== '') visit(line.trim(), i + 1);
  });
  return lines.length;
}

function parseVariant(attributes: string, line: number): Omit<HlsVariant, 'uri'> {
  // Values may be quoted and then hold commas.
  const pairs = [...attributes.matchAll(/([A-Z0-9-]+)=("[^"]*"|[^,]*)/g)].map((m) => [m[1]!, m[2]!] as const);
  const values = new Map(pairs);
  const bandwidth = Number(values.get('BANDWIDTH'));
  if (!Number.isSafeInteger(bandwidth) || bandwidth <= 0) throw new HlsError(line, 'no usable BANDWIDTH');
  const size = /^(\d+)x(\d+)$/.exec(values.get('RESOLUTION') ?? '');
  return { bandwidth, width: size ? Number(size[1]) : undefined, height: size ? Number(size[2]) : undefined };
}

function parseSeconds(line: string, number: number): Us {
  const text = line
    .slice(line.indexOf(':') + 1)
    .split(',')[0]!
    .trim();
  if (!/^\d+(\.\d+)?$/.test(text))
    throw new HlsError(number, `not a duration in seconds: ${text || 'nothing'}`);
  return secondsToUs(Number(text));
}

const STREAM_INF = '#EXT-X-STREAM-INF:';
const LONGEST_PLAYLIST = 1_000_000;
