import { expect, test } from 'vitest';
import type { RunDocument, SliResult } from '../models/core/run-record.ts';
import { exampleRecord } from '../tests/fixtures/example-record.ts';
import { compareRuns, comparisonNotes, renderComparison } from './compare.ts';

const { document } = exampleRecord({ replications: 2, sessions: 100 });

test('differences are b minus a, relative to a, and intervals are held against each other', () => {
  const a = withSlis({ startup: sli(1, 0.9, 1.1), stalls: sli(0.02, 0.01, 0.03), rate: sli(4, null, null) });
  const b = withSlis({ startup: sli(1.5, 1.4, 1.6), stalls: sli(0.01, 0.005, 0.015), rate: sli(5, 4, 6) });
  const [startup, stalls, rate] = compareRuns(a, b);
  expect(startup).toMatchObject({ name: 'startup', difference: 0.5, relative: 0.5, overlap: false });
  expect(stalls).toMatchObject({ name: 'stalls', relative: -0.5, overlap: true });
  expect(rate).toMatchObject({ name: 'rate', difference: 1, overlap: null });
});

test('an indicator of one run only is listed without a difference', () => {
  const rows = compareRuns(withSlis({ startup: sli(1, 0.9, 1.1) }), withSlis({ hits: sli(0.9, 0.8, 1) }));
  expect(rows.map((row) => [row.name, row.a.value, row.b.value, row.difference])).toEqual([
    ['startup', 1, null, null], ['hits', null, 0.9, null],
    ['origin_bytes', expect.any(Number), expect.any(Number), 0],
  ]);
});

test('a zero in the first run gives a difference but no relative change', () => {
  const [row] = compareRuns(withSlis({ stalls: sli(0, 0, 0) }), withSlis({ stalls: sli(1, 1, 1) }));
  expect(row).toMatchObject({ difference: 1, relative: null });
});

test('what makes two runs incomparable is said', () => {
  const real: RunDocument = {
    ...document, world: 'real', fingerprint: 'other', simulatedSeconds: 60, scale: 1, complete: false,
    provenance: { ...document.provenance, scenarioDigest: 'other' },
  };
  expect(comparisonNotes(document, real)).toEqual([
    'The scenarios differ.', 'A is simulated, B is real.',
    'The spans differ (4 h and 60 s): totals are not comparable.',
    'The scales differ (1/1000 and full): totals are not comparable.', 'Run B was interrupted.',
  ]);
  expect(comparisonNotes(document, document)).toEqual(['Same fingerprint: the runs behaved identically.']);
});

test('runs of the same seed are compared replication by replication', () => {
  const base = [2, 3, 5, 4];
  const better = base.map((value) => value - 0.5);
  const run = (values: readonly number[], fingerprint: string, seed = 1): RunDocument => ({
    ...withSlis({ wait: { value: 3.5, low: 1, high: 6, unit: 's', n: 4, values } }),
    world: 'sim', replications: 4, seed, fingerprint,
  });
  const [row] = compareRuns(run(base, 'a'), run(better, 'b'));
  // The intervals overlap widely; the pairs differ by exactly a half.
  expect(row!.overlap).toBe(true);
  expect(row!.paired).toMatchObject({ verdict: 'lower', difference: { value: -0.5, low: -0.5, high: -0.5 } });
  expect(comparisonNotes(run(base, 'a'), run(better, 'b'))).toContain(
    'Same seed: differences are paired, replication by replication.');
  expect(compareRuns(run(base, 'a'), run(better, 'b', 2))[0]!.paired).toBeNull();
  // Each lacks a replication, and who knows which: as many values are no pairs.
  const some = (values: readonly number[]) => values.slice(1);
  expect(compareRuns(run(some(base), 'a'), run(some(better), 'b'))[0]!.paired).toBeNull();
});

test('the printed comparison holds every indicator of both', () => {
  const text = renderComparison(document, document, { colour: false, width: 100 });
  for (const name of [...Object.keys(document.slis), 'origin_bytes']) expect(text).toContain(name);
});

function withSlis(slis: Record<string, SliResult>): RunDocument {
  return { ...document, slis };
}

function sli(value: number, low: number | null, high: number | null): SliResult {
  return { value, low, high, unit: 's', n: low === null ? 1 : 5, values: [] };
}

test('faults and alerts stand side by side, when they were and how soon they were told', () => {
  const monitored = (detectSeconds: number, from: number): RunDocument => ({
    ...document,
    faults: [{ name: 'edge down', kind: 'placeDown', scope: 'edge', fromSeconds: from, untilSeconds: 14 }],
    incidents: [{
      fault: 'edge down', kind: 'placeDown', scope: 'edge', detectedIn: 1, clearSeconds: null, each: [],
      detectSeconds: { value: detectSeconds, low: null, high: null },
    }],
    alerts: [{
      name: 'EdgeErrors', severity: 'page', labels: {}, firedIn: 1, firingSeconds: 17,
      transitions: [{ replication: 0, seconds: from + detectSeconds, state: 'firing' }],
    }],
  });
  const lines = renderComparison(monitored(2, 4), { ...monitored(1.5, 4.1), alerts: [] }, {
    colour: false, width: 100,
  }).split('\n').slice(-5);
  expect(lines.map((line) => line.replace(/ {2,}/g, ' | '))).toEqual([
    'Faults and alerts | A | B', ' | edge down | 0:04 to 0:14 | 0:04 to 0:14',
    ' | detected after | 2 s (single run) | 1.50 s (single run)',
    ' | EdgeErrors | at 0:06, for 17 s | not fired', '',
  ]);
});
