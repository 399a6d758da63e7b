import { expect, test } from 'vitest';
import type { RunDocument, SliResult, SloResult } from '../../core/run-record.ts';
import { decideGate } from './decide.ts';

const SUBJECT = {
  ownSlos: true,
  slos: [{ name: 'start', sli: 'x', direction: 'below', bound: 20, unit: 's', margin: 0.5 }] as const,
};

test('identical histories decide at the first look', async () => {
  const decision = await decide((n) => sideOf(n, 'same', () => 10), (n) => sideOf(n, 'same', () => 10));
  expect(decision).toMatchObject({ replications: 5, looks: 1, unchanged: true });
  expect(decision!.results[0]).toMatchObject({ verdict: 'pass' });
});

test('nothing observed is an error, even when the histories are identical', async () => {
  const decision = await decide((n) => sideOf(n, 'same', undefined), (n) => sideOf(n, 'same', undefined));
  expect(decision!.results[0]).toMatchObject({ verdict: 'error', reason: 'nothing was observed' });
});

test('one that a replication lacks is an error: the others would be paired wrongly', async () => {
  const gap = (i: number) => (i === 2 ? undefined : 10 + i);
  const decision = await decide((n) => sideOf(n, 'a', gap), (n) => sideOf(n, 'b', gap));
  expect(decision!.results[0]).toMatchObject({ verdict: 'error' });
});

test('more replications are bought while it cannot tell, up to the budget', async () => {
  const asked: number[] = [];
  // Differences of 2 and -2 in turn: none of these numbers of replications can tell.
  const decision = await decide((n) => {
    asked.push(n);
    return sideOf(n, 'b', (i) => 10 + (i % 2 === 0 ? 2 : -2));
  }, (n) => sideOf(n, 'a', () => 10));
  expect(asked).toEqual([5, 10, 20]);
  expect(decision).toMatchObject({ replications: 20, looks: 3 });
  expect(decision!.results[0]).toMatchObject({ verdict: 'inconclusive' });
});

test('stopped before its first verdict it has none', async () => {
  const stop = new AbortController();
  stop.abort();
  expect(await decide((n) => sideOf(n, 'a', () => 1), undefined, stop.signal)).toBeUndefined();
});

function decide(
  head: (n: number) => RunDocument, baseline: ((n: number) => RunDocument) | undefined, signal?: AbortSignal,
) {
  const before = baseline === undefined ? undefined : (n: number) => Promise.resolve(baseline(n));
  return decideGate(SUBJECT, { head: (n) => Promise.resolve(head(n)), baseline: before },
    { first: 5, budget: 20, ...(signal === undefined ? {} : { signal }) });
}

/** The parts of a document that a gate reads. */
function sideOf(
  replications: number, fingerprint: string, valueOf: ((i: number) => number | undefined) | undefined,
): RunDocument {
  const values = Array.from({ length: replications }, (_, i) => valueOf?.(i))
    .filter((one) => one !== undefined);
  const value = values.length === 0 ? null : values.reduce((sum, one) => sum + one, 0) / values.length;
  const sli: SliResult = { value, low: value, high: value, unit: 's', n: values.length, values };
  const slo = {
    name: 'start', sli: 'x', target: '< 20 s', bound: 20, direction: 'below', unit: 's', value, low: value,
    high: value, verdict: value === null ? 'no-data' : 'met', note: '',
  } satisfies SloResult;
  return { replications, fingerprint, slis: { x: sli }, slos: [slo] } as unknown as RunDocument;
}
