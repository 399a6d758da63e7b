import { describe, expect, test } from 'vitest';
import { HlsError, parseMasterPlaylist, parseMediaPlaylist } from './hls.ts';

const MASTER = `#EXTM3U
#EXT-X-VERSION:3

#EXT-X-STREAM-INF:CODECS="avc1.64001f,mp4a.40.2",BANDWIDTH=800000,RESOLUTION=640x360
360p/playlist.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=2800000
720p/playlist.m3u8
`;
const MEDIA =
  '#EXTM3U\r\n#EXT-X-TARGETDURATION:4\r\n#EXTINF:4.000,title, with comma\r\ns0.ts\r\n' +
  '#EXT-X-UNKNOWN\r\n#EXTINF:2.5\r\ns1.ts\r\n#EXT-X-ENDLIST\r\n';

test('a master playlist gives its renditions in order, quoted commas and all', () => {
  expect(parseMasterPlaylist(MASTER)).toEqual([
    { uri: '360p/playlist.m3u8', bandwidth: 800_000, width: 640, height: 360 },
    { uri: '720p/playlist.m3u8', bandwidth: 2_800_000, width: undefined, height: undefined },
  ]);
});

test('a media playlist gives its segments; unknown tags are passed over', () => {
  expect(parseMediaPlaylist(MEDIA)).toEqual({
    targetDurationUs: 4_000_000,
    segments: [
      { uri: 's0.ts', durationUs: 4_000_000 },
      { uri: 's1.ts', durationUs: 2_500_000 },
    ],
    ended: true,
  });
  expect(parseMediaPlaylist(MEDIA.replace('#EXT-X-ENDLIST', '')).ended).toBe(false);
});

describe('what is wrong is named with its line', () => {
  test.each([
    ['<html>not found</html>', 'line 1: does not begin with #EXTM3U'],
    ['', 'line 1: does not begin with #EXTM3U'],
    ['#EXTM3U\n', 'no rendition'],
    ['#EXTM3U\n#EXT-X-STREAM-INF:RESOLUTION=1x1\na', 'line 2: no usable BANDWIDTH'],
    ['#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=-5\na', 'line 2: no usable BANDWIDTH'],
    ['#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=5\n', 'the last rendition has no URI'],
    [
      '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=5\n#EXT-X-STREAM-INF:BANDWIDTH=6\na',
      'line 3: the rendition before',
    ],
    ['#EXTM3U\nlost.m3u8', 'line 2: a URI without'],
    [MEDIA, 'a media playlist where a master playlist belongs'],
    [`#EXTM3U\n${'#'.repeat(1_000_001)}`, 'over a million'],
  ])('master %#', (text, message) => {
    expect(() => parseMasterPlaylist(text)).toThrow(HlsError);
    expect(() => parseMasterPlaylist(text)).toThrow(message);
  });

  test.each([
    [MASTER, 'a master playlist where a media playlist belongs'],
    ['#EXTM3U\n#EXTINF:4,\ns.ts', 'no #EXT-X-TARGETDURATION'],
    ['#EXTM3U\n#EXT-X-TARGETDURATION:4\n', 'no segment'],
    ['#EXTM3U\n#EXT-X-TARGETDURATION:4\ns.ts', 'line 3: a segment without #EXTINF'],
    ['#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:abc,\ns.ts', 'line 3: not a duration in seconds: abc'],
    ['#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:,\ns.ts', 'not a duration in seconds: nothing'],
    ['#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:-1,\ns.ts', 'not a duration in seconds: -1'],
    ['#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n', 'the last #EXTINF has no URI'],
  ])('media %#', (text, message) => {
    expect(() => parseMediaPlaylist(text)).toThrow(message);
  });
});
