import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvariantError } from '../core/assert.ts';
import { RandomStreams } from '../core/rng.ts';
import { Catalogue, type SegmentSizes } from './catalogue.ts';
import { catalogueParams } from './params.ts';

const S = 1e6;
const LADDER = [
  { name: 'low', bitrate: '1 Mbps', height: 360 }, { name: 'high', bitrate: '4 Mbps', height: 1080 },
];
/** Sizes in bits of three segments at rungs of 0.9 and 5 Mbit/s, and of two at 1.1 Mbit/s alone. */
const THREE = table([0.9e6, 5e6], [[3e6, 20e6], [4e6, 10e6], [2e6, 30e6]]);
const TWO = table([1.1e6], [[5e6], [3e6]]);

function catalogue(params: object = {}, tables: readonly SegmentSizes[] = [], seed = 1): Catalogue {
  const parsed = catalogueParams.parse({ videos: 40, ladder: LADDER, ...params });
  return new Catalogue(parsed, tables, new RandomStreams(seed, 0));
}

describe('names of objects', () => {
  test('are dense and unique: one for each playlist and each segment at each rendition in each codec', () => {
    const videos = fc.integer({ min: 1, max: 30 });
    fc.assert(fc.property(videos, fc.integer({ min: 1, max: 90 }), fc.nat(), (count, seconds, seed) => {
      const length = { law: 'exponential', mean: `${seconds}s` };
      const all = catalogue({ videos: count, length, codecs: ['h264', 'av1'] }, [], seed);
      const names = new Set<number>();
      expect(all.objects).toBe(0); // nobody has asked yet
      for (let video = 0; video < count; video++) {
        names.add(all.manifestObject(video));
        expect(all.objectBytes(all.manifestObject(video))).toBe(all.masterBytes());
        for (const [rendition, codec] of [[0, 0], [1, 0], [0, 1], [1, 1]] as const) {
          const playlist = all.manifestObject(video, rendition, codec);
          names.add(playlist);
          expect(all.isManifest(playlist)).toBe(true);
          expect(all.objectBytes(playlist)).toBe(all.manifestBytes(video));
          for (let segment = 0; segment < all.segmentCount(video); segment++) {
            const object = all.segmentObject(video, segment, rendition, codec);
            names.add(object);
            expect(all.objectBytes(object)).toBe(all.segmentBytes(video, segment, rendition, codec));
          }
        }
      }
      expect(names.size).toBe(all.objects);
      expect([Math.min(...names), Math.max(...names)]).toEqual([0, all.objects - 1]);
    }), { seed: 1, numRuns: 50 });
  });

  test('of sizes that differ by segment are told apart by name', () => {
    const all = catalogue({}, [THREE, TWO]);
    for (let video = 0; video < 40; video++) {
      for (const segment of [0, all.segmentCount(video) - 1]) {
        for (const rendition of [0, 1]) {
          expect(all.objectBytes(all.segmentObject(video, segment, rendition)))
            .toBe(all.segmentBytes(video, segment, rendition));
        }
      }
    }
    expect(() => all.segmentObject(0, all.segmentCount(0), 0)).toThrow(InvariantError);
  });
});

test('a codec needs its share of the bits of H.264, and so do its nominal rates', () => {
  const all = catalogue({ codecs: ['h264', 'vp9', 'av1'] }, [THREE]);
  const [h264, vp9, av1] = [0, 1, 2].map((codec) => all.segmentBytes(3, 1, 1, codec));
  expect(vp9! / h264!).toBeCloseTo(0.7, 5);
  expect(av1! / h264!).toBeCloseTo(0.5, 5);
  expect(all.bitrates(3, 2)).toEqual([0.5e6, 2e6]);
});

describe('sizes', () => {
  test('are nominal without a table', () => {
    const all = catalogue({ segment: '3s' });
    expect([all.segmentBytes(0, 0, 0), all.segmentBytes(5, 0, 1)]).toEqual([375_000, 1_500_000]);
    expect(all.segmentUs(0)).toBe(3 * S);
    expect(all.bitrates(0)).toEqual([1e6, 4e6]);
  });

  test('have the nominal rate on average and vary as the nearest rung of the table does', () => {
    const all = catalogue({ length: { law: 'constant', value: '12s' } }, [THREE]);
    for (let video = 0; video < 40; video++) {
      [0, 1].forEach((rendition) => {
        const sizes = [0, 1, 2].map((segment) => all.segmentBytes(video, segment, rendition));
        const mean = sizes.reduce((sum, size) => sum + size, 0) / 3;
        expect(Math.abs(mean - [500_000, 2_000_000][rendition]!)).toBeLessThan(1); // rounding to bytes
        expect(Math.max(...sizes) / Math.min(...sizes)).toBeCloseTo([2, 3][rendition]!, 4);
      });
    }
  });

  test('start anywhere in the table and go round, the renditions of a segment together', () => {
    const all = catalogue({ length: { law: 'constant', value: '40s' } }, [THREE]);
    const first = new Set(Array.from({ length: 40 }, (_, video) => all.segmentBytes(video, 0, 0)));
    expect([...first].sort((a, b) => a - b)).toEqual([333_333, 500_000, 666_667]);
    for (let video = 0; video < 40; video++) {
      expect(all.segmentBytes(video, 7, 0)).toBe(all.segmentBytes(video, 1, 0));
      const at = [333_333, 500_000, 666_667].indexOf(all.segmentBytes(video, 4, 0));
      expect(all.segmentBytes(video, 4, 1)).toBe([3_000_000, 2_000_000, 1_000_000][at]);
    }
  });

  test('are those of the table when they are to be exact, and so is the number of segments', () => {
    const all = catalogue({ sizes: { tables: ['x'], use: 'exact' } }, [THREE]);
    for (let video = 0; video < 40; video++) {
      expect(all.segmentCount(video)).toBe(3);
      const bytes = (rendition: number) => [0, 1, 2].map((at) => all.segmentBytes(video, at, rendition));
      expect(bytes(0)).toEqual([375e3, 500e3, 250e3]);
      expect(bytes(1)).toEqual([2.5e6, 1.25e6, 3.75e6]);
    }
  });

  test('of a manifest grow with the segments it lists', () => {
    const all = catalogue({ length: { law: 'constant', value: '40s' } });
    expect(all.manifestBytes(0)).toBe(320 + 34 * 10);
  });
});

describe('videos', () => {
  test('are as long as the law says, the last segment begun counted whole', () => {
    const count = (value: string) => catalogue({ length: { law: 'constant', value } }).segmentCount(3);
    expect(['0s', '1s', '4s', '4001ms', '10min'].map(count)).toEqual([1, 1, 1, 2, 150]);
    const all = catalogue({ videos: 5000, length: { law: 'exponential', mean: '10min' } });
    const counts = Array.from({ length: 5000 }, (_, video) => all.segmentCount(video));
    const mean = counts.reduce((sum, n) => sum + n, 0) / 5000;
    expect(Math.abs(mean - 150.5)).toBeLessThan((4 * 150) / Math.sqrt(5000));
  });

  test('are the same for the same seed, whatever is drawn from them, and others for another', () => {
    const lengths = (all: Catalogue) => Array.from({ length: 40 }, (_, video) => all.segmentCount(video));
    const one = catalogue({}, [THREE, TWO]);
    one.draw(new RandomStreams(1, 0).stream('audience/video'), 0, 0);
    const same = catalogue({}, [THREE, TWO]);
    expect(lengths(same)).toEqual(lengths(one));
    for (let video = 39; video >= 0; video--) {
      expect(same.segmentBytes(video, 0, 1)).toBe(one.segmentBytes(video, 0, 1));
    }
    expect(lengths(catalogue({}, [THREE, TWO], 2))).not.toEqual(lengths(one));
    expect(lengths(catalogue())).toEqual(lengths(one)); // tables of sizes shift no length
  });

  test('are laid out when they are asked for: ten million of them take no time', () => {
    const all = catalogue({ videos: 10_000_000 });
    const [last, first] = [all.segmentObject(9_999_999, 0, 1), all.manifestObject(0)];
    expect([last, first]).toEqual([0, all.segmentCount(9_999_999)]);
    expect(all.objectBytes(first)).toBe(all.masterBytes());
    expect([all.isManifest(first), all.isManifest(last)]).toEqual([true, false]);
  });
});

describe('a prefix', () => {
  const all = catalogue({ length: { law: 'constant', value: '12s' } });
  const manifest = all.manifestObject(7);
  const low = all.segmentObject(7, 0, 0);
  all.segmentObject(8, 0, 0);

  test('names what has been asked for under it', () => {
    expect(all.namedUnder(7, 'manifest')).toEqual([{ first: manifest, count: 1 }]);
    expect(all.namedUnder(7, 0)).toEqual([{ first: low, count: 3 }]);
    expect(all.namedUnder(7, 1)).toEqual([]);
    expect(all.namedUnder(7, 'all')).toEqual([{ first: manifest, count: 1 }, { first: low, count: 3 }]);
    expect(all.namedUnder(9, 'all')).toEqual([]);
  });

  test('survives being saved and restored', () => {
    const other = catalogue({ length: { law: 'constant', value: '12s' } });
    other.manifestObject(3);
    other.restore(structuredClone(all.save()));
    expect(other.objects).toBe(all.objects);
    expect(other.namedUnder(7, 'all')).toEqual(all.namedUnder(7, 'all'));
    expect(other.segmentObject(7, 2, 0)).toBe(low + 2);
    expect(other.manifestObject(3)).toBe(all.manifestObject(3));
  });
});

test('a ladder that does not ascend is refused at its rung', () => {
  const result = catalogueParams.safeParse({ ladder: [LADDER[1], LADDER[0]] });
  expect(result.error?.issues.map((issue) => issue.path.join('.'))).toEqual(['ladder.1.bitrate']);
});

function table(bitrates: readonly number[], bits: readonly (readonly number[])[]): SegmentSizes {
  const mean = (rung: number) => bits.reduce((sum, row) => sum + row[rung]!, 0) / bits.length;
  return {
    segmentUs: 4 * S, bitrates, segments: bits.length,
    sizeBits: (segment, rung) => bits[segment]![rung]!,
    shape: (segment, rung) => bits[segment]![rung]! / mean(rung),
  };
}
