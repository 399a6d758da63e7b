import { describe, expect, test } from 'vitest';
import { RandomStreams } from '../core/rng.ts';
import { Catalogue } from './catalogue.ts';
import { catalogueParams } from './params.ts';

const S = 1e6;

function catalogue(live: object, more: object = {}): Catalogue {
  const ladder = [{ name: 'only', bitrate: '1 Mbps', height: 360 }];
  const length = { law: 'constant', value: '12s' };
  const parsed = catalogueParams.parse({ videos: 2, ladder, length, live, ...more });
  return new Catalogue(parsed, [], new RandomStreams(1, 0));
}

describe('S8 a live video', () => {
  test('is published segment by segment, the end and the delays later', () => {
    const all = catalogue({ from: '10s', length: '1min' });
    expect(all.segmentCount(0)).toBe(15);
    // 10 s + 4 s + 1.2 s, and four seconds each.
    expect([0, 1, 14].map((segment) => all.publishedAt(all.segmentObject(0, segment, 0))))
      .toEqual([15.2 * S, 19.2 * S, 71.2 * S]);
    expect(all.publishedAt(all.manifestObject(0, 0))).toBe(0);
    const live = all.live!;
    const at = [15.2 * S - 1, 15.2 * S, 19.2 * S, 1000 * S];
    expect(at.map((time) => live.publishedBy(time))).toEqual([0, 1, 2, 15]);
    expect([5 * S, 12.2 * S, 1000 * S].map((time) => live.edgeUs(time))).toEqual([0, 1 * S, 60 * S]);
  });

  test('is named and sized in parts, which make up the segment', () => {
    const all = catalogue({ length: '1min', part: '500ms' });
    expect([all.segmentUs(0), all.segmentCount(0)]).toEqual([0.5 * S, 120]);
    const sizes = Array.from({ length: 8 }, (_, part) => all.segmentBytes(0, part, 0));
    expect(sizes.reduce((sum, size) => sum + size)).toBe(500_000);
    expect(all.publishedAt(all.segmentObject(0, 7, 0))).toBe(5.2 * S); // as the whole segment would be
  });

  test('has playlists that list the window, and a hold-back of three units, unless said otherwise', () => {
    const bytes = (live: object): number => catalogue(live).manifestBytes(0);
    expect(bytes({ window: '40s' }) - bytes({ window: '20s' })).toBe(5 * 34);
    expect([{}, { part: '1s' }, { holdBack: '20s' }].map((live) => catalogue(live).live!.holdBackUs))
      .toEqual([12 * S, 3 * S, 20 * S]);
    expect([{}, { playlistTtl: '1s' }].map((live) => catalogue(live).live!.playlistTtlUs))
      .toEqual([2 * S, S]);
  });

  test('leaves the others as they are', () => {
    const all = catalogue({ videos: 1, part: '1s' });
    expect([0, 1].map((video) => all.segmentUs(video))).toEqual([1 * S, 4 * S]);
    expect(all.segmentCount(1)).toBe(3);
    expect(all.publishedAt(all.segmentObject(1, 2, 0))).toBe(0);
    expect([0, 1].map((video) => all.isLivePlaylist(all.manifestObject(video, 0)))).toEqual([true, false]);
    expect(all.isLivePlaylist(all.manifestObject(0))).toBe(false); // the master playlist stays as it is
  });
});
