import { formatDuration, formatValue } from './format.ts';

/** A transfer of a session played over a trace. */
export interface PlayedTransfer {
  /** When the request was made, since the session began. */
  readonly atSeconds: number;
  readonly segment: number;
  readonly rendition: number;
  readonly nominalKbps: number;
  readonly bytes: number;
  readonly firstByteSeconds: number;
  /** From the request to the last byte that came. */
  readonly seconds: number;
  /** Media ahead of the playhead after it. */
  readonly bufferSeconds: number;
  readonly abandonedFor?: number;
  readonly reason: string;
}

/** What to draw. */
export interface PlayedSession {
  readonly title: string;
  /** Nominal rates of the ladder. [kbit/s] */
  readonly ladderKbps: readonly number[];
  readonly segmentSeconds: number;
  readonly transfers: readonly PlayedTransfer[];
}

/** A stall of a session, by what its transfers tell. */
export interface PlayedStall {
  /** Media played before it. */
  readonly mediaSeconds: number;
  readonly fromSeconds: number;
  readonly seconds: number;
}

/**
 * Stalls of a session: what each transfer took beyond the buffer there was when it was asked for. Attempts at
 * one segment that follow on each other make one stall.
 */
export function stallsOf({ transfers, segmentSeconds }: PlayedSession): PlayedStall[] {
  const stalls: PlayedStall[] = [];
  transfers.forEach((transfer, i) => {
    const before = transfers[i - 1];
    if (before === undefined) return; // start-up
    const waited = transfer.atSeconds - before.atSeconds - before.seconds;
    const buffer = Math.max(0, before.bufferSeconds - waited);
    const seconds = transfer.seconds - buffer;
    if (seconds <= LEAST_STALL_S) return;
    const last = stalls.at(-1);
    const mediaSeconds = transfer.segment * segmentSeconds;
    if (last !== undefined && last.mediaSeconds === mediaSeconds) {
      stalls[stalls.length - 1] = { ...last, seconds: last.seconds + seconds };
    } else stalls.push({ mediaSeconds, fromSeconds: transfer.atSeconds + buffer, seconds });
  });
  return stalls;
}

/**
 * A session as a picture: rung asked for and throughput of each transfer above, media held below, stalls
 * shaded through both. Each transfer tells its reason when it is pointed at.
 */
export function sessionSvg(session: PlayedSession): string {
  const { transfers, ladderKbps, title } = session;
  const last = transfers.at(-1);
  const end = last === undefined ? 1 : last.atSeconds + last.seconds + last.bufferSeconds;
  const rates = [...ladderKbps, ...transfers.map(throughputKbps)].filter((kbps) => kbps > 0);
  const [low, high] = [Math.log(Math.min(...rates) / 1.25), Math.log(Math.max(...rates) * 1.25)];
  const most = Math.max(1, ...transfers.map(({ bufferSeconds }) => bufferSeconds));
  const x = (seconds: number): string => (LEFT + (seconds / end) * WIDTH).toFixed(1);
  const yRate = (kbps: number): string =>
    (TOP + RATES - ((Math.log(Math.max(1, kbps)) - low) / (high - low)) * RATES).toFixed(1);
  const yBuffer = (seconds: number): string => (BUFFER_TOP + BUFFER * (1 - seconds / most)).toFixed(1);
  const text = (at: string | number, y: string | number, words: string, anchor = 'start'): string =>
    `<text x="${at}" y="${y}" text-anchor="${anchor}">${escaped(words)}</text>`;
  const named = labelled(ladderKbps.map((kbps) => Number(yRate(kbps))));
  const rungs = ladderKbps.map((kbps, i) => [
    `<line x1="${LEFT}" x2="${LEFT + WIDTH}" y1="${yRate(kbps)}" y2="${yRate(kbps)}" stroke="#ddd"/>`,
    named.has(i) ? text(LEFT - 4, Number(yRate(kbps)) + 3, nameOf(i, kbps), 'end') : '',
  ].join(''));
  const stalls = stallsOf(session).map(({ fromSeconds, seconds }) => {
    const width = Math.max(1, (seconds / end) * WIDTH).toFixed(1);
    return `<rect x="${x(fromSeconds)}" y="${TOP}" width="${width}" height="${BUFFER_TOP + BUFFER - TOP}" `
      + `fill="#c33" opacity="0.25"><title>stall of ${formatDuration(seconds)}</title></rect>`;
  });
  const steps = transfers.flatMap((transfer, i) => {
    const until = transfers[i + 1]?.atSeconds ?? transfer.atSeconds + transfer.seconds;
    const y = yRate(transfer.nominalKbps);
    return [`${x(transfer.atSeconds)},${y}`, `${x(until)},${y}`];
  });
  const seen = transfers.map((transfer) =>
    `${x(transfer.atSeconds + transfer.seconds)},${yRate(throughputKbps(transfer))}`);
  const level = transfers.flatMap((transfer, i) => {
    const before = transfers[i - 1];
    const since = before === undefined ? 0 : before.atSeconds + before.seconds;
    const dryAt = since + (before?.bufferSeconds ?? 0);
    const comes = transfer.atSeconds + transfer.seconds;
    const drained = Math.max(0, dryAt - comes);
    const dry = dryAt < comes ? [`${x(dryAt)},${yBuffer(0)}`] : [];
    return [...dry, `${x(comes)},${yBuffer(drained)}`, `${x(comes)},${yBuffer(transfer.bufferSeconds)}`];
  });
  const marks = transfers.map((transfer) => {
    const given = transfer.abandonedFor === undefined ? '' : `, given up for ${transfer.abandonedFor}`;
    const when = `${transfer.atSeconds.toFixed(2)} s, segment ${transfer.segment}`;
    const words = `${when}${given}: ${transfer.reason}`;
    const fill = transfer.abandonedFor === undefined ? '#06c' : '#c33';
    return `<circle cx="${x(transfer.atSeconds)}" cy="${yRate(transfer.nominalKbps)}" r="2.2" fill="${fill}">`
      + `<title>${escaped(words)}</title></circle>`;
  });
  const bottom = BUFFER_TOP + BUFFER;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${LEFT + WIDTH + 20} ${bottom + 30}" `
      + 'font-family="sans-serif" font-size="10">',
    '<rect width="100%" height="100%" fill="#fff"/>',
    text(LEFT, 14, `${title}: rung asked for (line; red: given up), throughput (dashed), stalls (shaded)`),
    ...rungs, ...stalls,
    `<polyline points="${steps.join(' ')}" fill="none" stroke="#06c" stroke-width="1.5"/>`,
    `<polyline points="${seen.join(' ')}" fill="none" stroke="#080" stroke-dasharray="3 2"/>`,
    ...marks,
    text(LEFT, BUFFER_TOP - 6, 'media held in the buffer'),
    text(LEFT - 4, BUFFER_TOP + 8, formatDuration(most), 'end'), text(LEFT - 4, bottom, '0 s', 'end'),
    `<polyline points="${level.join(' ')}" fill="none" stroke="#a50"/>`,
    text(LEFT, bottom + 16, '0 s'), text(LEFT + WIDTH, bottom + 16, formatDuration(end), 'end'),
    ...[0.25, 0.5, 0.75].map((share) =>
      text(x(share * end), bottom + 16, formatDuration(Math.round(share * end)), 'middle')),
    '</svg>', '',
  ].join('\n');
}

function nameOf(rung: number, kbps: number): string {
  return `${rung}: ${formatValue(kbps * 1e3, 'bits/s')}`;
}

/** Of labels at these heights, from the lowest rung's up, those that do not lie on one above them. */
function labelled(heights: readonly number[]): Set<number> {
  const named = new Set<number>();
  let above = -Infinity;
  for (let i = heights.length - 1; i >= 0; i--) {
    if (heights[i]! - above < LABEL) continue;
    named.add(i);
    above = heights[i]!;
  }
  return named;
}

function throughputKbps({ bytes, seconds, firstByteSeconds }: PlayedTransfer): number {
  return (bytes * 8) / 1e3 / Math.max(1e-6, seconds - firstByteSeconds);
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const LEAST_STALL_S = 1e-6; // less is the rounding of sums
const LABEL = 9; // height of a label
const LEFT = 96;
const TOP = 24;
const WIDTH = 900;
const RATES = 220;
const BUFFER_TOP = TOP + RATES + 34;
const BUFFER = 110;
