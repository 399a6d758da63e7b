import { expect, test } from 'vitest';
import { MetricSet } from '../core/metrics.ts';
import { NEVER, US_PER_S } from '../core/units.ts';
import { BEHAVIOURS } from './behaviour.ts';
import { behaviourParams, toBehaviour } from './behaviour-params.ts';
import { createCacheNode } from './create-node.ts';
import { recordPorts, type PortCall } from './node.fixture.ts';
import { createPolicy } from './policy/registry.ts';

/** A node of a hundred bytes in slices of ten, and an object 8 of 35 bytes. */
function sliced(capacity = 100) {
  const calls: PortCall[] = [];
  const behaviour = { ...BEHAVIOURS.varnish, range: 'slice', slice: 10 } as const;
  const setup = { tier: 'edge', policy: createPolicy('lru', capacity), behaviour };
  const node = createCacheNode(setup, recordPorts(calls), new MetricSet());
  return {
    node, said: () => calls.splice(0),
    come: (now: number, fetch = 0, bytes = 35, ttl = NEVER) => {
      node.headArrived(now, fetch, 200, bytes, ttl);
      node.fetchEnded(now, fetch);
    },
  };
}

test('C36 a range fetches the slices that it touches, one after the other, and keeps them', () => {
  const { node, said, come } = sliced();
  node.requested(0, 1, 8, 12, 21);
  expect(said()).toEqual([['range', 0, 8, 10, 19]]);
  node.headArrived(1, 0, 200, 35, NEVER);
  expect(said()).toEqual([['respond', 1, 10, 'miss', -2]]);
  node.fetchEnded(2, 0);
  expect(said()).toEqual([['range', 0, 8, 20, 29]]);
  come(3);
  expect(said()).toEqual([['ended', 1]]);
  node.requested(4, 2, 8, 15, 25);
  expect(said()).toEqual([['respond', 2, 11, 'hit', -2], ['ended', 2]]);
  node.requested(5, 3, 8, 20, 29);
  expect(said()).toEqual([['respond', 3, 10, 'hit', -1]]);
  expect([node.used, node.holds(8), node.holds(7), node.fetching]).toEqual([20, true, false, 0]);
});

test('C36 a whole object is as many slices as it has, the last one shorter', () => {
  const { node, said, come } = sliced();
  node.requested(0, 1, 8);
  for (let i = 0; i < 4; i++) come(i);
  expect(said()).toEqual([
    ['range', 0, 8, 0, 9], ['respond', 1, 35, 'miss', -2], ['range', 0, 8, 10, 19],
    ['range', 0, 8, 20, 29], ['range', 0, 8, 30, 39], ['ended', 1],
  ]);
  expect(node.used).toBe(35);
  node.requested(5, 2, 8, 34, 60);
  node.requested(5, 3, 8, 35, 38);
  expect(said()).toEqual([['respond', 2, 1, 'hit', -1], ['respond', 3, 0, 'hit', -1]]);
});

test('C36 who asks for a slice that is on its way follows it; others fetch theirs', () => {
  const { node, said, come } = sliced();
  node.requested(0, 1, 8, 0, 9);
  node.requested(0, 2, 8, 5, 9);
  node.requested(0, 3, 8, 10, 12);
  expect(said()).toEqual([['range', 0, 8, 0, 9], ['range', 1, 8, 10, 19]]);
  come(1);
  come(1, 1);
  expect(said()).toEqual([
    ['respond', 1, 10, 'miss', 0], ['respond', 2, 5, 'coalesced', 0], ['ended', 1], ['ended', 2],
    ['respond', 3, 3, 'miss', 1], ['ended', 3],
  ]);
});

test('C36 a slice that fails is a refusal before the answer has begun, and cuts it short after', () => {
  const { node, said, come } = sliced();
  node.requested(0, 1, 8, 0, 15);
  node.parentFailed(1, 0, 504);
  node.requested(2, 2, 8, 0, 15);
  come(3);
  node.parentFailed(4, 0, 504);
  expect(said()).toEqual([
    ['range', 0, 8, 0, 9], ['fail', 1, 504],
    ['range', 0, 8, 0, 9], ['respond', 2, 16, 'miss', -2], ['range', 0, 8, 10, 19], ['cut', 2],
  ]);
  node.requested(5, 3, 8, 0, 9); // what came before is kept
  expect(said()).toEqual([['respond', 3, 10, 'hit', -1]]);
});

test('C36 slices are dropped and expire each by itself; a purge drops all of them', () => {
  const { node, said, come } = sliced(20);
  node.requested(0, 1, 8, 0, 9);
  come(0, 0, 35, 10 * US_PER_S);
  node.requested(5 * US_PER_S, 2, 8, 10, 19);
  come(5 * US_PER_S, 0, 35, 10 * US_PER_S);
  expect([node.freshFor(6 * US_PER_S, 8), node.freshFor(6 * US_PER_S, 8, 10)])
    .toEqual([4 * US_PER_S, 9 * US_PER_S]);
  said();
  node.requested(6 * US_PER_S, 3, 8, 20, 29);
  come(6 * US_PER_S);
  expect(said()).toContainEqual(['evicted', 8]);
  expect([node.used, node.holds(8)]).toEqual([20, true]);
  node.purged(8);
  expect([node.used, node.holds(8)]).toEqual([0, false]);
});

test('C36 a prefetch fetches all slices, as soon as the first one says how many there are', () => {
  const { node, said, come } = sliced();
  node.prefetched(0, 8);
  expect(said()).toEqual([['range', 0, 8, 0, 9]]);
  come(1);
  expect(said()).toEqual([['range', 1, 8, 10, 19], ['range', 2, 8, 20, 29], ['range', 3, 8, 30, 39]]);
  for (const fetch of [1, 2, 3]) come(2, fetch);
  node.requested(3, 1, 8);
  expect(said()).toEqual([['respond', 1, 35, 'hit', -2], ['ended', 1]]);
});

test('C10 C36 saved between two slices and restored, it goes on the same', () => {
  const [first, second] = [sliced(), sliced()];
  first.node.requested(0, 1, 8, 5, 25);
  first.come(1);
  second.node.requested(0, 7, 3);
  second.node.restore(structuredClone(first.node.save()));
  first.said();
  second.said();
  for (const { come, node } of [first, second]) {
    come(2);
    come(3);
    node.requested(4, 2, 8);
  }
  expect(second.said()).toEqual(first.said());
  expect(second.node.save()).toEqual(first.node.save());
});

test('C36 slices and their size are parameters of a node', () => {
  expect(toBehaviour(behaviourParams.parse({ preset: 'nginx-slice', slice: '2 MiB' })))
    .toMatchObject({ range: 'slice', slice: 2 * 1024 * 1024, coalesce: 'none' });
  expect(toBehaviour(behaviourParams.parse({ range: 'slice' })).slice).toBe(1024 * 1024);
});

test('of an object in slices no answer is known ahead, even where all of it is held', () => {
  const { node, come } = sliced();
  node.requested(0, 1, 8);
  for (let slice = 0; slice < 4; slice++) come(slice + 1);
  expect([node.holds(8), node.used, node.sizeAhead(8, 9)]).toEqual([true, 35, -1]);
  expect(() => node.answeredAhead(35)).toThrow('no answer of slices is known ahead');
});
