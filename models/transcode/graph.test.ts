import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CHAINS, chunksOf, pixelsIn, rungsFor, STAGE_GRAPH, STAGES, widthOf } from './graph.ts';

test('the graph has no circle, and chains follow its edges', () => {
  for (const stage of STAGES) {
    for (const before of STAGE_GRAPH[stage].after) {
      expect(STAGES.indexOf(before), `${before} before ${stage}`).toBeLessThan(STAGES.indexOf(stage));
    }
  }
  for (const chain of CHAINS) {
    chain.slice(1).forEach((stage, i) => expect(STAGE_GRAPH[stage].after).toContain(chain[i]));
  }
});

test('a source is never made larger, and always encoded to something', () => {
  const ladder = [360, 720, 1080, 2160];
  expect(rungsFor(ladder, 1080)).toEqual([0, 1, 2]);
  expect(rungsFor(ladder, 1079)).toEqual([0, 1]);
  expect(rungsFor(ladder, 240)).toEqual([0]);
  expect(rungsFor([1080, 360], 200)).toEqual([1]);
});

test('chunks are as long as asked for, the last has what is left, and they make up the whole', () => {
  expect(chunksOf(600e6, 4e6)).toEqual({ count: 150, chunkUs: 4e6, lastUs: 4e6 });
  expect(chunksOf(1e6, 4e6)).toEqual({ count: 1, chunkUs: 1e6, lastUs: 1e6 });
  expect(chunksOf(52_208_333, 4e6)).toEqual({ count: 14, chunkUs: 4e6, lastUs: 208_333 });
  // Less than a frame is no chunk.
  expect(chunksOf(52_040_000, 4e6)).toEqual({ count: 13, chunkUs: 4e6, lastUs: 4_040_000 });
  const lengths = [fc.integer({ min: 1, max: 1e12 }), fc.integer({ min: 1e6, max: 1e9 })] as const;
  fc.assert(fc.property(...lengths, (duration, longest) => {
    const { count, chunkUs, lastUs } = chunksOf(duration, longest);
    expect((count - 1) * chunkUs + lastUs).toBe(duration);
    expect(lastUs).toBeGreaterThan(0);
    expect(Math.max(chunkUs, lastUs)).toBeLessThan(longest + 1e6 / 24 + 1);
  }));
});

test('pictures are 16:9 with even widths', () => {
  expect([360, 480, 720, 1080, 2160].map(widthOf)).toEqual([640, 854, 1280, 1920, 3840]);
  expect(pixelsIn(1080, 30, 2e6)).toBe(1920 * 1080 * 60);
});
