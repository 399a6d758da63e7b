import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RandomStreams } from '../../core/rng.ts';
import { Zipf } from '../../core/zipf.ts';
import type { EvictionPolicy } from './policy.ts';
import { createPolicy, policyName } from './registry.ts';

const LIMITED = policyName.options.filter((name) => name !== 'unbounded');

/**
 * Bytes of compact columns for each of a thousand objects held: room for twice as many, and for what is
 * remembered.
 */
const BYTES_AN_OBJECT: Readonly<Partial<Record<ReturnType<typeof policyName.parse>, number>>> = {
  lru: 38, fifo: 38, clock: 39, sieve: 39, lfu: 54, slru: 39, '2q': 109, arc: 142,
  s3fifo: 111, wtinylfu: 64, gdsf: 58, random: 38,
};

describe.each(LIMITED)('%s', (name) => {
  test('P8 does the same with compact columns, and in what it says and saves later', () => {
    const object = fc.oneof(fc.nat(25), fc.nat(3000));
    const operation = fc.record({ object, bytes: fc.nat(20), purge: fc.nat(15).map((n) => n === 0) });
    const operations = fc.array(operation, { maxLength: 200, size: 'max' });
    fc.assert(fc.property(operations, fc.nat(200), (list, cut) => {
      const dense = createPolicy(name, 200);
      let compact = createPolicy(name, 200, {}, { compact: true });
      list.forEach((one, i) => {
        if (i === cut) {
          const state = compact.save();
          compact = createPolicy(name, 200, {}, { compact: true });
          compact.restore(state);
        }
        expect(apply(compact, one)).toEqual(apply(dense, one));
        expect([compact.used, compact.count]).toEqual([dense.used, dense.count]);
        expect(compact.has(one.object)).toBe(dense.has(one.object));
        expect(compact.sizeOf(one.object)).toBe(dense.sizeOf(one.object));
      });
    }), { seed: 8, numRuns: 60 });
  });

  test('P8 takes memory for what it holds and remembers, not for the catalogue', () => {
    const stream = new RandomStreams(8, 0).stream('names');
    const zipf = new Zipf(1_000_000, 0.8);
    const compact = createPolicy(name, 1000, {}, { compact: true });
    for (let i = 0; i < 60_000; i++) {
      const object = zipf.sample(stream);
      if (compact.has(object)) compact.touch(object);
      else compact.insert(object, 1, () => undefined);
    }
    expect(compact.count).toBeGreaterThan(900);
    const bytes = compact.save().columns.reduce((sum, column) => sum + column.byteLength, 0);
    // By object of the catalogue it would be 16 to 60 MB.
    expect(bytes / 1000).toBeLessThanOrEqual(BYTES_AN_OBJECT[name]!);
  });
});

function apply(
  policy: EvictionPolicy, { object, bytes, purge }: { object: number; bytes: number; purge: boolean },
): unknown {
  const evicted: number[] = [];
  const onEvict = (victim: number): number => evicted.push(victim);
  if (!policy.has(object)) return [policy.insert(object, bytes, onEvict), evicted];
  if (purge) policy.remove(object);
  else policy.touch(object, onEvict);
  return evicted;
}
