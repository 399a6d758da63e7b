import { expect, test } from 'vitest';
import { exampleRecord } from '../tests/fixtures/example-record.ts';
import { renderRun } from './terminal.ts';
import { visibleLength } from './text-table.ts';

const { document } = exampleRecord({ replications: 3, sessions: 300 });
const plain = renderRun(document, { colour: false, width: 100 });

test('every objective stands with its verdict, target and interval', () => {
  expect(plain).toMatch(/✗ missed +playback-start +< 2 s +[\d.]+ s +[\d.]+–[\d.]+/);
  expect(plain).toMatch(/✓ met +cache-hit-rate +> 90 % +[\d.]+ %/);
  expect(plain).toMatch(/\? inconclusive +buffering +< 0.1 %/);
  expect(plain).toMatch(/∅ no data for upload-success: this part of the platform is not simulated/);
});

test('indicators, tiers and warnings are there, and the run can be made again', () => {
  expect(plain).toMatch(/playback_bitrate +[\d.]+ Mbps.* over media played, at rates delivered$/m);
  expect(plain).toMatch(/rebuffer_rate_percent .* over watched time: start-up, play, stalls$/m);
  expect(plain).toMatch(/edge +[\d,]+ +[\d.]+ %/);
  expect(plain).toContain('! The catalogue is sampled at 1/1000');
  expect(plain).toContain('seed 42 · scenario sha256:5e884898da28 · weir 0.1.0 (c20954c0f)');
  expect(plain).toContain('fingerprint b3f1c09d4e5a');
  expect(plain).toContain('weir run evening-peak --seed 42 --replications 3 --set players.abr.safety=0.7');
});

test('without colour there is no escape, with colour only escapes are added', () => {
  const coloured = renderRun(document, { colour: true, width: 100 });
  expect(plain).not.toContain('\u001b');
  expect(coloured).toContain('\u001b[');
  expect(visibleLength(coloured)).toBe([...plain].length);
});

test('an interrupted single run without CDN says what it is and leaves the tiers out', () => {
  const bare = renderRun(
    { ...document, complete: false, replications: 1, metrics: [], slos: [], warnings: [] },
    { colour: false, width: 80 },
  );
  expect(bare).toContain('Interrupted');
  expect(bare).toContain('single run');
  expect(bare).not.toContain('Cache tiers');
  expect(bare).not.toContain('Objectives');
});

test('prose keeps to the width of the terminal', () => {
  const narrow = renderRun(document, { colour: false, width: 60 });
  const warning = narrow.slice(narrow.indexOf('  !'), narrow.indexOf('seed 42')).split('\n');
  expect(warning.length).toBeGreaterThan(3);
  expect(Math.max(...warning.map((line) => line.length))).toBeLessThanOrEqual(60);
});
