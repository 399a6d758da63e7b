import { describe, expect, test } from 'vitest';
import { RandomStreams } from '../core/rng.ts';
import { edgeParams } from './params.ts';
import { createStorage, misplacedAdmission, misplacedTuning } from './storage-params.ts';

const storageOf = (input: Record<string, unknown>) => {
  const params = edgeParams.parse(input);
  const names: string[] = [];
  const streams = new RandomStreams(1, 0);
  const made = createStorage({ ...params, memory: params.memory }, params.capacity, (name) => {
    names.push(name);
    return streams.stream(name);
  });
  return { ...made, names };
};

describe('what a node stores, from parameters', () => {
  test('C34 by default an LRU that takes in all, and no memory before it', () => {
    const { policy, memory, names } = storageOf({ capacity: '100 B' });
    expect([policy.name, policy.capacity, memory, names]).toEqual(['lru', 100, undefined, []]);
  });

  test('C34 tuning reaches the policy: a small queue of half the capacity takes half of it', () => {
    const fits = (tuning: Record<string, unknown>): boolean =>
      storageOf({ capacity: '100 B', policy: 's3fifo', tuning }).policy.insert(1, 50, () => undefined);
    expect([fits({}), fits({ smallShare: '50%' })]).toEqual([false, true]);
  });

  test.each([
    ['size', { rule: 'size', largest: '10 B' }, 'lru+size', []],
    ['probability', { rule: 'probability', probability: '50%' }, 'lru+probability', ['admission']],
    ['secondHit', { rule: 'secondHit', window: 100 }, 'lru+second-hit', []],
    ['tinyLfu', { rule: 'tinyLfu' }, 'lru+tiny-lfu', []],
  ])('C34 admission %s stands before the policy', (_rule, admission, name, names) => {
    const made = storageOf({ capacity: '100 B', admission });
    expect([made.policy.name, made.names]).toEqual([name, names]);
  });

  test('C34 TinyLFU before a policy that cannot say who would go is told', () => {
    const misplaced = (policy: string): boolean => {
      const params = edgeParams.parse({ policy, admission: { rule: 'tinyLfu' } });
      return misplacedAdmission({ ...params, memory: params.memory });
    };
    expect(['lru', 'gdsf', 's3fifo'].map(misplaced)).toEqual([false, false, true]);
  });

  test('C34 who draws has a stream of its own', () => {
    expect(storageOf({ policy: 'random' }).names).toEqual(['eviction']);
  });

  test('C34 a memory level has a policy and a capacity of its own', () => {
    const { memory } = storageOf({ memory: { capacity: '10 B', policy: 'sieve' } });
    expect([memory?.name, memory?.capacity]).toEqual(['sieve', 10]);
  });

  test('C34 a parameter of another policy is named', () => {
    const params = edgeParams.parse({ policy: '2q', tuning: { inShare: '30%', segments: 2 } });
    expect(misplacedTuning(params)).toEqual(['segments']);
  });
});
