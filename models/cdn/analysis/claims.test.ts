import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RandomStreams } from '../../core/rng.ts';
import { Zipf } from '../../core/zipf.ts';
import { createPolicy } from '../policy/registry.ts';
import { zipfProbabilities } from './che.ts';
import { forecastClaims, type ClaimedTier } from './claims.ts';
import { RequestLog } from './request-log.ts';
import { sizesFor } from './sizing.ts';

const OBJECTS = 2000;
const EDGES = 4;
const WARMUP = 200_000;

describe('sizes that claimed hit rates take', () => {
  test('C38 are those of closed forms, for independent requests', () => {
    const { tiers, rate } = forecastClaims(keptOf(700_000, 2 ** 20), tiersOf(0.6, 0.5, 100), () => 1);
    const forms = sizesFor(zipfProbabilities(OBJECTS, 0.8), EDGES, 0.6, 0.5);
    expect(rate).toBe(1);
    expect(Math.abs(tiers[0]!.neededBytes! / forms.edge - 1)).toBeLessThan(0.02);
    // The formula of the second tier is within 0.009 of the hit rate; a point of it is 4 % of the size.
    expect(Math.abs(tiers[1]!.neededBytes! / forms.regional - 1)).toBeLessThan(0.05);
    expect(tiers.map(({ most }) => most)).toEqual([expect.closeTo(1, 2), expect.closeTo(1, 2)]);
  });

  test('C38 stay about the same when only a share of the objects is kept', () => {
    const [edge] = tiersOf(0.5, undefined, 1000) as [ClaimedTier];
    const [whole, share] = [2 ** 19, 2 ** 17].map((most) =>
      forecastClaims(keptOf(400_000, most, 20_000), [{ ...edge, parentOf: undefined }], () => 1));
    expect(whole!.rate).toBe(1);
    expect(share!.rate).toBeLessThan(0.5);
    // Which of the most popular objects are in the share matters most.
    expect(Math.abs(share!.tiers[0]!.neededBytes! / whole!.tiers[0]!.neededBytes! - 1)).toBeLessThan(0.1);
  });

  test('C38 bring what was claimed, and a hundredth less does not', () => {
    const kept = keptOf(300_000, 2 ** 19);
    const neededBytes = forecastClaims(kept, tiersOf(0.7, undefined, 50), () => 1).tiers[0]!.neededBytes!;
    const hits = (capacity: number) =>
      forecastClaims(kept, tiersOf(undefined, undefined, capacity), () => 1).tiers[0]!.replayed;
    expect(hits(neededBytes)).toBeGreaterThanOrEqual(0.7);
    expect(hits(0.99 * neededBytes)).toBeLessThan(0.7);
  });

  test('C38 are none where first requests alone are too many', () => {
    const log = new RequestLog(1000, 0);
    [0, 1, 2, 3, 0].forEach((object, i) => log.note(i, 0, object));
    const tier = { ...tiersOf(0.5, undefined, 10)[0]!, parentOf: undefined };
    const [found] = forecastClaims(log, [tier], () => 7).tiers;
    expect(found).toMatchObject({ neededBytes: null, most: expect.closeTo(0.2, 12), askedBytes: 28 });
    expect(forecastClaims(log, [{ ...tier, claimed: 0.2 }], () => 7).tiers[0]!.neededBytes)
      .toBeLessThanOrEqual(Math.ceil(28 * 1.005));
  });
});

test('a log that is full keeps all requests for a share of the objects, and knows which count', () => {
  const requests = fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 5000 });
  fc.assert(fc.property(requests, fc.nat({ max: 5000 }), (objects, warmup) => {
    const log = new RequestLog(1024, warmup);
    objects.forEach((object, i) => log.note(i, object % 3, object));
    const { stream } = log;
    const kept = new Set(stream.objects);
    const wanted = objects.map((object, i) => ({ object, i })).filter(({ object }) => kept.has(object));
    expect([...stream.objects]).toEqual(wanted.map(({ object }) => object));
    expect([...stream.nodes]).toEqual(wanted.map(({ object }) => object % 3));
    expect(stream.measuredFrom).toBe(wanted.filter(({ i }) => i < warmup).length);
    expect(log.seen).toBe(Math.max(0, objects.length - warmup));
    if (log.rate === 1) expect(kept.size).toBe(new Set(objects).size);
  }), { seed: 5, numRuns: 60 });
});

/** Requests by Zipf's law at a few edges. */
function keptOf(requests: number, most: number, objects = OBJECTS): RequestLog {
  const log = new RequestLog(most, WARMUP);
  const zipf = new Zipf(objects, 0.8);
  const stream = new RandomStreams(3, 0).stream('requests');
  for (let i = 0; i < requests; i++) log.note(i, stream.integer(EDGES), zipf.sample(stream));
  return log;
}

function tiersOf(edge: number | undefined, regional: number | undefined, capacity: number): ClaimedTier[] {
  const create = (_node: number, size: number) => createPolicy('lru', size, {}, { compact: true });
  return [
    { tier: 'edge', claimed: edge, capacity, servers: EDGES, create, parentOf: () => EDGES },
    { tier: 'regional', claimed: regional, capacity, servers: 1, create, parentOf: undefined },
  ];
}
