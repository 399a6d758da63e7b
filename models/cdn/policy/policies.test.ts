import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvariantError } from '../../core/assert.ts';
import { RandomStreams } from '../../core/rng.ts';
import { BeladyPolicy } from './belady.ts';
import { NAIVE } from './naive.fixture.ts';
import type { EvictionPolicy } from './policy.ts';
import { createPolicy, POLICY_PARAMETERS, policyName } from './registry.ts';

type PolicyName = ReturnType<typeof policyName.parse>;
const LIMITED = policyName.options.filter((name) => name !== 'unbounded');

describe.each(Object.keys(NAIVE) as Array<keyof typeof NAIVE>)('%s', (name) => {
  test('P1 is the naive policy at any sequence of operations', () => {
    fc.assert(fc.property(anyOperations(), (operations) => {
      const policy = createPolicy(name, 200);
      const naive = NAIVE[name](200);
      for (const { object, bytes, purge } of operations) {
        if (!naive.sizes.has(object)) {
          expect(insert(policy, object, bytes)).toEqual(naive.insert(object, bytes));
        } else if (!purge) expect(touch(policy, object)).toEqual(naive.touch(object));
        else {
          policy.remove(object);
          naive.remove(object);
        }
        expect(policy.used).toBe(naive.used);
        expect(policy.count).toBe(naive.sizes.size);
        naive.sizes.forEach((size, held) => expect(policy.sizeOf(held)).toBe(size));
      }
    }), { seed: 1, numRuns: 100 });
  });
});

describe.each(LIMITED)('%s', (name) => {
  test('C20 C22 never holds more than its capacity, nor what it dropped', () => {
    fc.assert(fc.property(anyOperations(), fc.integer({ min: 1, max: 400 }), (operations, capacity) => {
      const policy = createPolicy(name, capacity);
      const held = new Map<number, number>();
      for (const { object, bytes, purge } of operations) {
        if (!held.has(object)) {
          const evicted = insert(policy, object, bytes);
          for (const one of evicted ?? []) expect(held.delete(one)).toBe(true);
          if (evicted !== undefined) held.set(object, bytes);
          else if (bytes <= capacity / 200) expect.unreachable();
        } else if (purge) {
          policy.remove(object);
          held.delete(object);
        } else {
          for (const one of touch(policy, object)) expect(held.delete(one)).toBe(true);
        }
        expect(policy.used).toBe([...held.values()].reduce((sum, size) => sum + size, 0));
        expect(policy.used).toBeLessThanOrEqual(capacity);
        expect(policy.count).toBe(held.size);
      }
    }), { seed: 2, numRuns: 80 });
  });

  test('C23 saved anywhere and restored, goes on the same', () => {
    fc.assert(fc.property(anyOperations(), fc.nat(120), (operations, cut) => {
      const first = createPolicy(name, 200);
      apply(first, operations.slice(0, cut));
      const saved = first.save();
      const copy = structuredClone(saved);
      const second = createPolicy(name, 200);
      insert(second, 4000, 1);
      second.restore(saved);
      expect(apply(second, operations.slice(cut))).toEqual(apply(first, operations.slice(cut)));
      expect(second.save()).toEqual(first.save());
      expect(saved).toEqual(copy);
    }), { seed: 3, numRuns: 40 });
  });

  test('C25 refuses misuse', () => {
    const policy = createPolicy(name, 1000);
    expect(insert(policy, 1, 5)).toEqual([]);
    for (const [object, bytes] of [[1, 5], [2, -1], [-1, 1], [1.5, 1]] as const) {
      expect(() => insert(policy, object, bytes)).toThrow(InvariantError);
    }
    expect(() => policy.touch(2)).toThrow(InvariantError);
    expect(() => policy.remove(2)).toThrow(InvariantError);
    expect(() => createPolicy(name, 0)).toThrow(InvariantError);
    expect([policy.has(-1), policy.has(1e9), policy.has(0.5), policy.used]).toEqual([false, false, false, 5]);
    expect(() => policy.restore({ numbers: [1], columns: [] })).toThrow(InvariantError);
  });

  test('P2 a hit that nobody listens to drops nothing', () => {
    const policy = createPolicy(name, 400);
    for (let i = 0; i < 3000; i++) {
      const object = (i * i) % 97;
      const { count } = policy;
      if (!policy.has(object)) insert(policy, object, 1 + (object % 4));
      else {
        policy.touch(object);
        expect(policy.count).toBe(count);
      }
    }
  });
});

describe('belady', () => {
  test('P3 misses the fewest of all orders of dropping, on short traces of objects of one size', () => {
    const anyNames = fc.array(fc.nat(4), { maxLength: 11 });
    fc.assert(fc.property(anyNames, fc.integer({ min: 1, max: 3 }), (names, capacity) => {
      expect(beladyMisses(names, capacity)).toBe(fewestMisses(names, capacity));
    }), { seed: 4, numRuns: 200 });
  });

  test('P3 hand-worked: what comes back last goes', () => {
    // 1 2 3 fill; 4 drops 3, which never comes back; 1 and 2 hit; 5 drops 4; 1 hits.
    expect(beladyMisses([1, 2, 3, 4, 1, 2, 5, 1], 3)).toBe(5);
  });

  test('P3 goes on the same after a save, and refuses requests beyond its trace', () => {
    const names = [1, 2, 3, 1, 2, 4, 1, 3, 2];
    const first = new BeladyPolicy(2, nextOf(names));
    request(first, names.slice(0, 4));
    const second = new BeladyPolicy(2, nextOf(names));
    second.restore(first.save());
    expect(request(second, names.slice(4))).toEqual(request(first, names.slice(4)));
    expect(() => request(first, [1])).toThrow(InvariantError);
  });
});

describe('the registry', () => {
  test('P4 names no policy that needs the future, and says why', () => {
    expect(policyName.safeParse('belady').error?.issues[0]?.message).toMatch(/requests to come.*weir cache/);
    expect(policyName.safeParse('mru').error?.issues[0]?.message).not.toMatch(/requests to come/);
  });

  test.each(policyName.options)('P4 %s knows its own name', (name) => {
    expect(createPolicy(name, 1000).name).toBe(name);
  });

  test('P5 parameters can be overridden: one segment is an LRU', () => {
    const stream = new RandomStreams(1, 0).stream('names');
    const names = Array.from({ length: 2000 }, () => Math.floor(60 * stream.uniform() ** 2));
    const misses = (name: PolicyName, parameters = {}): number =>
      request(createPolicy(name, 20, parameters), names);
    expect(misses('slru', { segments: 1 })).toBe(misses('lru'));
    expect(misses('s3fifo', { promoteUses: 1 })).not.toBe(misses('s3fifo'));
    expect(misses('2q', { inShare: 0.5 })).not.toBe(misses('2q'));
    expect(Object.keys(POLICY_PARAMETERS)).toEqual(['slru', '2q', 's3fifo', 'wtinylfu']);
  });
});

interface Operation {
  readonly object: number;
  readonly bytes: number;
  readonly purge: boolean;
}

function anyOperations(): fc.Arbitrary<Operation[]> {
  const object = fc.oneof({ weight: 30, arbitrary: fc.nat(25) }, { weight: 1, arbitrary: fc.nat(3000) });
  const bytes = fc.oneof(
    { weight: 12, arbitrary: fc.integer({ min: 0, max: 20 }) }, { weight: 1, arbitrary: fc.nat(210) },
  );
  const purge = fc.nat(15).map((n) => n === 0);
  return fc.array(fc.record({ object, bytes, purge }), { maxLength: 120, size: 'max' });
}

/** Stores an object; what was dropped for it in order, undefined when it was not taken in. */
function insert(policy: EvictionPolicy, object: number, bytes: number): number[] | undefined {
  const evicted: number[] = [];
  return policy.insert(object, bytes, (victim) => evicted.push(victim)) ? evicted : undefined;
}

function touch(policy: EvictionPolicy, object: number): number[] {
  const evicted: number[] = [];
  policy.touch(object, (victim) => evicted.push(victim));
  return evicted;
}

/** What happened, operation by operation. */
function apply(policy: EvictionPolicy, operations: readonly Operation[]): unknown[] {
  return operations.map(({ object, bytes, purge }) => {
    if (!policy.has(object)) return insert(policy, object, bytes);
    return purge ? policy.remove(object) : touch(policy, object);
  });
}

/** Requests objects of size 1; how many missed. */
function request(policy: EvictionPolicy, names: readonly number[]): number {
  return names.filter((object) => {
    if (!policy.has(object)) return policy.insert(object, 1, () => undefined);
    policy.touch(object);
    return false;
  }).length;
}

function nextOf(names: readonly number[]): Float64Array {
  return Float64Array.from(names, (name, i) => {
    const next = names.indexOf(name, i + 1);
    return next < 0 ? Infinity : next;
  });
}

function beladyMisses(names: readonly number[], capacity: number): number {
  return request(new BeladyPolicy(capacity, nextOf(names)), names);
}

/** By trying every victim. */
function fewestMisses(names: readonly number[], capacity: number, held: readonly number[] = []): number {
  const [name, ...rest] = names;
  if (name === undefined) return 0;
  if (held.includes(name)) return fewestMisses(rest, capacity, held);
  if (held.length < capacity) return 1 + fewestMisses(rest, capacity, [...held, name]);
  const tries = held.map((victim) => {
    return fewestMisses(rest, capacity, [...held.filter((one) => one !== victim), name]);
  });
  return 1 + Math.min(...tries);
}
