import { expect, test } from 'vitest';
import { p1203Input } from '../models/player/p1203.ts';
import { sessionSvg, stallsOf, type PlayedSession, type PlayedTransfer } from './abr-session.ts';

/** Segments of 4 s: the second is given up and is late, the third in time. */
const SESSION: PlayedSession = {
  title: 'hybrid, <a & b>', ladderKbps: [500, 1000], segmentSeconds: 4,
  transfers: [
    transfer(0, 0, 0, 1, 4),
    { ...transfer(1, 1, 1, 3, 1), abandonedFor: 0 },
    transfer(4, 1, 0, 2, 4), // 1 s was left: a stall of 1 s
    transfer(8, 2, 1, 1, 5), // asked for after 2 s in which 2 s were played
  ],
};

function transfer(
  atSeconds: number, segment: number, rendition: number, seconds: number, bufferSeconds: number,
): PlayedTransfer {
  return {
    atSeconds, segment, rendition, seconds, bufferSeconds, nominalKbps: 500 * (rendition + 1), bytes: 250_000,
    firstByteSeconds: 0.1, reason: `rendition ${rendition}`,
  };
}

test('stalls of a session follow from its transfers', () => {
  expect(stallsOf(SESSION)).toEqual([{ mediaSeconds: 4, fromSeconds: 5, seconds: 1 }]);
  const twice = [...SESSION.transfers];
  twice[1] = { ...twice[1]!, seconds: 5, bufferSeconds: 0 };
  twice[2] = { ...twice[2]!, atSeconds: 6 };
  // Both attempts at one segment are late: one stall.
  expect(stallsOf({ ...SESSION, transfers: twice.slice(0, 3) }))
    .toEqual([{ mediaSeconds: 4, fromSeconds: 5, seconds: 3 }]);
});

test('the picture tells the reason of each transfer, and escapes what it is given', () => {
  const svg = sessionSvg(SESSION);
  expect(svg).toContain('hybrid, &lt;a &amp; b&gt;');
  expect(svg.match(/<circle /g)).toHaveLength(4);
  expect(svg).toContain('1.00 s, segment 1, given up for 0: rendition 1</title>');
  expect(svg).toContain('<title>stall of 1 s</title>');
  // The session lasts 14 s: a label at each quarter.
  expect(svg.match(/text-anchor="middle">[^<]*/g)!.map((text) => text.split('>')[1]))
    .toEqual(['4 s', '7 s', '11 s']);
  expect(svg).not.toMatch(/NaN|undefined/);
});

test('of rungs too close for two labels the higher is named', () => {
  const svg = sessionSvg({ ...SESSION, ladderKbps: [500, 980, 1000] });
  expect(svg.match(/>\d: [^<]*/g)).toEqual(['>0: 500 kbps', '>2: 1 Mbps']);
});

test('the buffer is drawn empty from when it ran dry until the next segment comes', () => {
  const buffer = /points="([^"]*)" fill="none" stroke="#a50"/.exec(sessionSvg(SESSION))![1]!.split(' ');
  // 14 s over 900 from 96 on: it runs dry at 5 s, and the segment comes at 6 s.
  const [dry, came] = [96 + (5 / 14) * 900, 96 + (6 / 14) * 900].map((at) => at.toFixed(1));
  const empty = buffer.filter((point) => point.endsWith(',388.0')).map((point) => point.split(',')[0]);
  expect(empty).toEqual(expect.arrayContaining([dry, came]));
});

test('the input of P.1203 holds media, stalls by media position, and initial loading first', () => {
  const input = p1203Input({
    kbps: [500, 1000, 5000], heights: [undefined, 540, undefined], segmentSeconds: 4, startupSeconds: 1.2345,
    stalls: [{ mediaSeconds: 4, seconds: 1 }],
  });
  expect(input.I11.segments).toEqual([{ bitrate: 128, codec: 'aaclc', duration: 12, start: 0 }]);
  expect(input.I13.segments.map(({ bitrate, start, resolution }) => [bitrate, start, resolution])).toEqual([
    [500, 0, '768x432'], [1000, 4, '960x540'], [5000, 8, '1280x720'],
  ]);
  expect(input.I23.stalling).toEqual([[0, 1.235], [4, 1]]);
  expect(input.IGen.displaySize).toBe('1920x1080');
});
