import { describe, expect, test } from 'vitest';
import { bba1Params, bba2Params, ChunkMapRule } from './chunk-map.ts';
import { contextOf } from './context.fixture.ts';
import type { AbrContext } from './rule.ts';

const S = 1e6;
/** Huang's setting: a buffer of 240 s, segments of 4 s; 1, 2 and 4 Mbps are 0.5, 1 and 2 MB a segment. */
const HUANG = { bufferMaxUs: 240 * S, bitrates: [1e6, 2e6, 4e6], segmentsLeft: 200 };

function at(bufferS: number, lastRendition: number, given: Partial<AbrContext> = {}): AbrContext {
  return contextOf({ ...HUANG, bufferUs: bufferS * S, lastRendition, segment: 50, ...given });
}

/** Segments at the lowest rendition are half as large again for `count` segments from 50 on. */
function peaks(count: number): AbrContext['sizes'] {
  return {
    bytes: (segment, rendition) => [0.5e6, 1e6, 2e6][rendition]! * (segment < 50 + count ? 1.5 : 1),
  };
}

describe('BBA-1', () => {
  const rule = (): ChunkMapRule => new ChunkMapRule(bba1Params.parse({ rule: 'bba1' }), 1);

  test('takes the lowest in the reserve of 8 s, the highest from 216 s on', () => {
    expect([8, 216].map((buffer) => rule().choose(at(buffer, 1)))).toEqual([0, 2]);
  });

  test('moves when the next segment of a neighbour passes what the buffer stands for', () => {
    // Between 8 s and 216 s the line runs from 0.5 MB to 2 MB: 1 MB at 77.3 s, 1.5 MB at 146.7 s.
    expect([77, 78].map((buffer) => rule().choose(at(buffer, 0)))).toEqual([0, 1]);
    expect([146, 215].map((buffer) => rule().choose(at(buffer, 1)))).toEqual([1, 1]);
    expect([78, 77].map((buffer) => rule().choose(at(buffer, 2)))).toEqual([2, 1]);
  });

  test('keeps in reserve what the lowest rendition needs beyond its rate, 140 s at most', () => {
    // 20 segments of 4 s are half as large again: 40 s more than the rate alone carries.
    const chosen = rule();
    expect([40, 41].map((buffer) => chosen.choose(at(buffer, 0, { sizes: peaks(20) })))).toEqual([0, 0]);
    expect(chosen.explain(0))
      .toBe('rendition 0: 41.0 s of buffer, 40.0 s of them in reserve, stand for 0.51 MB');
    // 120 such segments, as far as it looks, would need 240 s: the reserve ends at 140 s.
    chosen.choose(at(140, 1, { sizes: peaks(200) }));
    expect(chosen.explain(0)).toMatch(/^rendition 0: 140.0 s of buffer, 140.0 s of them in reserve/);
  });

  test('goes by the size of the very segment that is next', () => {
    // 1.5 MB at the second rendition are passed at 146.7 s, not at 77.3 s; the reserve is 8 s for one peak.
    expect([146, 147].map((buffer) => rule().choose(at(buffer, 0, { sizes: peaks(1) })))).toEqual([0, 1]);
  });
});

describe('BBA-2', () => {
  const rule = (): ChunkMapRule => new ChunkMapRule(bba2Params.parse({ rule: 'bba2' }), 1);

  test('climbs from the start while a segment of 4 s takes less than an eighth of its time', () => {
    const [fast, slow] = [rule(), rule()];
    expect(fast.choose(at(0, -1, { segment: 0 }))).toBe(0);
    // 4 s into the buffer the threshold is 0.875 - 0.375 x 4/216 = 0.868 of a segment: 0.528 s of download.
    fast.observe(0, 500_000, 0.02 * S, 0.5 * S);
    slow.observe(0, 500_000, 0.02 * S, 0.52 * S);
    expect([fast.choose(at(4, 0)), slow.choose(at(4, 0))]).toEqual([1, 0]);
    expect(fast.explain(0)).toBe('rendition 1: the start climbs, the last segment took 0.5 s only');
    expect(slow.explain(0)).toBe('rendition 0: the start climbs no further for now');
  });

  test('asks for less the fuller the buffer is: half a segment at the end of the cushion', () => {
    const chosen = rule();
    chosen.observe(0, 500_000, 0, 1.9 * S);
    expect(chosen.choose(at(215, 2))).toBe(2);
  });

  test('follows the map for good once the buffer shrinks, or the map would climb by itself', () => {
    const shrunk = rule();
    shrunk.observe(0, 500_000, 0, 4.1 * S);
    expect(shrunk.choose(at(20, 1))).toBe(1);
    shrunk.observe(0, 500_000, 0, 0.1 * S);
    expect(shrunk.choose(at(24, 1))).toBe(1); // 0.1 s would be fast enough to climb
    const mapped = rule();
    mapped.observe(0, 500_000, 0, 3 * S);
    expect(mapped.choose(at(80, 0))).toBe(1);
    mapped.observe(0, 500_000, 0, 0.1 * S);
    expect(mapped.choose(at(84, 1))).toBe(1);
  });
});
