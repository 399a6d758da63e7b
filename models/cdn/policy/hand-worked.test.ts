import { expect, test } from 'vitest';
import type { EvictionPolicy } from './policy.ts';
import { createPolicy, type policyName } from './registry.ts';

type Name = ReturnType<typeof policyName.parse>;

test.each<[Name, number, readonly number[], readonly number[]]>([
  // A use changes nothing.
  ['fifo', 3, [1, 2, 3, 1, 4], [1]],
  ['lru', 3, [1, 2, 3, 1, 4], [2]],
  // 1 was used and goes round; 2 and 3 were not; then 1 is the oldest.
  ['clock', 3, [1, 2, 3, 1, 4, 5, 6], [2, 3, 1]],
  // The hand passes 1 and goes on from where it is: 1 stays.
  ['sieve', 3, [1, 2, 3, 1, 4, 5, 6], [2, 3, 4]],
  // 4 comes in with a count of one.
  ['lfu', 3, [1, 2, 3, 1, 2, 4, 5], [3, 4]],
  // Four segments of one fill from below; 5 rises and lets 2 sink to the lowest.
  ['slru', 4, [1, 2, 3, 4, 5, 5, 6], [1, 2]],
  // 1 is remembered when it comes back and lives in the main list from then on.
  ['2q', 4, [1, 2, 3, 4, 5, 1, 6, 7, 8, 1], [1, 2, 3, 4, 5]],
  // 2 is remembered as used once, so that the list of those gets more room and 1 has to go.
  ['arc', 2, [1, 2, 1, 3, 2, 4], [2, 1, 2]],
  // 2 was used twice in the small queue and moves on; 3 was used once, goes, and comes back to the main one.
  ['s3fifo', 10, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 2, 2, 3, 11, 12, 3], [1, 3, 4]],
])('P1 %s of %d objects, hand-worked', (name, capacity, requests, evicted) => {
  expect(evictions(createPolicy(name, capacity), requests.map((object) => [object, 1]))).toEqual(evicted);
});

test('P1 gdsf of 10 bytes, hand-worked: the large go before the small, and the gone age the held', () => {
  // Ranks (in millions): 1 has 1/5, 2 has 1/2, 3 has 1/3; 4 comes in at 1/5 + 1/4, above 3.
  expect(evictions(createPolicy('gdsf', 10), [[1, 5], [2, 2], [3, 3], [4, 4], [5, 3]])).toEqual([1, 3]);
});

test('P1 wtinylfu of 10 objects, hand-worked: only who was seen more often comes into the main part', () => {
  // Window 2, main 8 with 2 on probation. At 11 the window hands 1 to 8 over; 9, 10 and 11 were seen no more
  // often than 1 and go. 9 has come back by then: when its turn comes it was seen three times, 1 twice.
  const policy = createPolicy('wtinylfu', 10, { windowShare: 0.2, protectedShare: 0.75 });
  const requests = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 9, 12, 13];
  expect(evictions(policy, requests.map((object) => [object, 1]))).toEqual([9, 10, 11, 1]);
  expect(policy.has(9)).toBe(true);
});

/** What was dropped in order, for requests of objects with their bytes. */
function evictions(policy: EvictionPolicy, requests: ReadonlyArray<readonly [number, number]>): number[] {
  const evicted: number[] = [];
  const onEvict = (object: number) => evicted.push(object);
  for (const [object, bytes] of requests) {
    if (policy.has(object)) policy.touch(object, onEvict);
    else policy.insert(object, bytes, onEvict);
  }
  return evicted;
}
