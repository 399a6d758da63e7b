import { expect, test } from 'vitest';
import { RandomStreams } from '../core/rng.ts';
import { US_PER_S } from '../core/units.ts';
import { BEHAVIOURS } from './behaviour.ts';
import { NodeRun } from './node.fixture.ts';

// Requests for one object by a Poisson process of rate l; a fetch takes L, and the answer lives for T from
// its end.
// From one miss to the next: L, T, and 1/l until somebody asks: 1 + l (L + T) requests, of which l L wait.
test.each([
  [1, 10, 0.5, 0.869565, 0.043478, 0.086957],
  [10, 6, 0.2, 0.952381, 0.031746, 0.158730],
  [100, 6, 0.2, 0.966184, 0.032206, 0.161031],
  [1000, 6, 0.2, 0.967586, 0.032253, 0.161264],
  [1000, 2, 0.1, 0.951928, 0.047596, 0.475964],
])('C35 renewal: %d/s, a lifetime of %d s, a fetch of %d s', (...row) => {
  const [rate, lifetime, fetch, hit, delayed, origin] = row;
  const run = new NodeRun({ ...BEHAVIOURS.ideal, grace: 0, honoursStale: false, revalidate: -1 });
  const stream = new RandomStreams(12, 0).stream(`renewal/${rate}/${lifetime}`);
  const cycles = rate <= 1 ? 100_000 : rate <= 10 ? 25_000 : 500;
  let now = 0;
  let next = stream.exponential(US_PER_S / rate);
  let fetched = Infinity;
  let fetches = 0;
  for (let id = 0; fetches < cycles;) {
    if (fetched <= next) {
      now = fetched;
      fetched = Infinity;
      run.fetched(now, 0, 10, lifetime * US_PER_S);
    } else {
      now = next;
      next += stream.exponential(US_PER_S / rate);
      run.node.requested(now, ++id, 1);
      if (fetched === Infinity && run.node.fetching === 1) {
        fetched = now + fetch * US_PER_S;
        fetches++;
      }
    }
    run.calls.length = 0;
  }
  const requests = run.count('cache_requests_total');
  const share = (result: string): number => run.count('cache_requests_total', { result }) / requests;
  expect(Math.abs(share('hit') / hit - 1)).toBeLessThan(0.01);
  expect(Math.abs(share('coalesced') / delayed - 1)).toBeLessThan(0.01);
  expect(Math.abs((fetches / (now / US_PER_S)) / origin - 1)).toBeLessThan(0.01);
});
