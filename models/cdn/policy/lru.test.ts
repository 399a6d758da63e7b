import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvariantError } from '../../core/assert.ts';
import { LruPolicy } from './lru.ts';

describe('hand-worked', () => {
  test('C21 what has gone unused for longest is dropped first', () => {
    const cache = new Cache(30);
    [1, 2, 3].forEach((object) => cache.insert(object, 10));
    cache.lru.touch(1);
    expect(cache.insert(4, 10)).toEqual([2]);
    expect(cache.insert(5, 20)).toEqual([3, 1]);
    expect([cache.lru.used, cache.lru.count]).toEqual([30, 2]);
    expect([1, 2, 3, 4, 5].filter((object) => cache.lru.has(object))).toEqual([4, 5]);
  });

  test('C21 an object that was dropped or removed comes back as the newest', () => {
    const cache = new Cache(20);
    cache.insert(1, 10);
    cache.insert(2, 10);
    cache.lru.remove(1);
    expect([cache.lru.used, cache.lru.sizeOf(1), cache.lru.has(1)]).toEqual([10, 0, false]);
    expect(cache.insert(1, 10)).toEqual([]);
    expect(cache.insert(3, 10)).toEqual([2]);
    expect(cache.insert(2, 10)).toEqual([1]);
  });

  test('C22 an object of the capacity is held alone, a larger one not at all', () => {
    const cache = new Cache(30);
    cache.insert(1, 10);
    cache.insert(2, 10);
    expect(cache.lru.insert(3, 31, () => expect.unreachable())).toBe(false);
    expect(cache.insert(4, 30)).toEqual([1, 2]);
    expect([cache.lru.used, cache.lru.count]).toEqual([30, 1]);
    expect(cache.insert(5, 0)).toEqual([]);
    expect(cache.lru.count).toBe(2);
  });

  test('C25 misuse is refused', () => {
    const cache = new Cache(30);
    cache.insert(1, 10);
    const lru = cache.lru;
    expect(() => lru.insert(1, 5, () => undefined)).toThrow(InvariantError);
    expect(() => lru.insert(2, -1, () => undefined)).toThrow(InvariantError);
    expect(() => lru.insert(-1, 1, () => undefined)).toThrow(InvariantError);
    expect(() => lru.insert(1.5, 1, () => undefined)).toThrow(InvariantError);
    expect(() => lru.touch(2)).toThrow(InvariantError);
    expect(() => lru.remove(2)).toThrow(InvariantError);
    expect(() => new LruPolicy(0)).toThrow(InvariantError);
    expect([lru.has(-1), lru.has(1e9), lru.used]).toEqual([false, false, 10]);
  });
});

describe('properties', () => {
  test('C20 C21 C22 it is the naive list, at any sequence of operations', () => {
    fc.assert(fc.property(anyOperations(), (operations) => {
      const cache = new Cache(100);
      const list = new NaiveLru(100);
      for (const { object, bytes, kind } of operations) {
        if (list.has(object)) {
          if (kind === 'use') {
            cache.lru.touch(object);
            list.touch(object);
          } else {
            cache.lru.remove(object);
            list.remove(object);
          }
        } else expect(cache.insert(object, bytes)).toEqual(list.insert(object, bytes));
        expect(cache.lru.used).toBe(list.used);
        expect(cache.lru.used).toBeLessThanOrEqual(100);
        expect(cache.lru.count).toBe(list.held.length);
        list.held.forEach(([held, size]) => expect(cache.lru.sizeOf(held)).toBe(size));
        expect(cache.lru.has(object)).toBe(list.has(object));
      }
    }), { seed: 1, numRuns: 300 });
  });

  test('C23 a cache saved anywhere and restored goes on the same', () => {
    fc.assert(fc.property(anyOperations(), fc.nat(80), (operations, cut) => {
      const first = new Cache(100);
      const evicted = (cache: Cache, from: number, to: number): number[] =>
        operations.slice(from, to).flatMap((operation) => cache.apply(operation));
      evicted(first, 0, cut);
      const saved = first.lru.save();
      const copy = structuredClone(saved);
      const second = new Cache(100);
      second.insert(4000, 5);
      second.lru.restore(saved);
      expect(evicted(second, cut, Infinity)).toEqual(evicted(first, cut, Infinity));
      expect(second.lru.save()).toEqual(first.lru.save());
      expect(saved).toEqual(copy);
    }), { seed: 2, numRuns: 200 });
  });
});

interface Operation {
  readonly object: number;
  readonly bytes: number;
  readonly kind: 'use' | 'remove';
}

function anyOperations(): fc.Arbitrary<Operation[]> {
  const object = fc.oneof({ weight: 20, arbitrary: fc.nat(15) }, { weight: 1, arbitrary: fc.nat(5000) });
  const kind = fc.constantFrom('use' as const, 'use' as const, 'use' as const, 'remove' as const);
  return fc.array(fc.record({ object, bytes: fc.nat(110), kind }), { maxLength: 80 });
}

class Cache {
  readonly lru: LruPolicy;

  constructor(capacity: number) {
    this.lru = new LruPolicy(capacity, { objects: 4 });
  }

  /** Stores an object; what was dropped for it, in order. */
  insert(object: number, bytes: number): number[] {
    const evicted: number[] = [];
    this.lru.insert(object, bytes, (victim) => evicted.push(victim));
    return evicted;
  }

  apply({ object, bytes, kind }: Operation): number[] {
    if (!this.lru.has(object)) return this.insert(object, bytes);
    if (kind === 'use') this.lru.touch(object);
    else this.lru.remove(object);
    return [];
  }
}

/** What an LRU is, as plainly as it can be said: a list, the newest first. */
class NaiveLru {
  readonly capacity: number;
  held: Array<readonly [number, number]> = [];

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get used(): number {
    return this.held.reduce((sum, [, bytes]) => sum + bytes, 0);
  }

  has(object: number): boolean {
    return this.held.some(([held]) => held === object);
  }

  touch(object: number): void {
    const found = this.held.find(([held]) => held === object)!;
    this.remove(object);
    this.held.unshift(found);
  }

  remove(object: number): void {
    this.held = this.held.filter(([held]) => held !== object);
  }

  insert(object: number, bytes: number): number[] {
    if (bytes > this.capacity) return [];
    const evicted: number[] = [];
    while (this.used + bytes > this.capacity) evicted.push(this.held.pop()![0]);
    this.held.unshift([object, bytes]);
    return evicted;
  }
}

test('warming an object changes nothing, held or not', () => {
  for (const compact of [true, false]) {
    const policy = new LruPolicy(1000, { compact });
    for (let object = 0; object < 9; object++) policy.insert(object, 100, () => {});
    const before = policy.save();
    for (const object of [0, 4, 8, 77]) for (const further of [false, true]) policy.warm(object, further);
    expect(policy.save()).toEqual(before);
  }
});
