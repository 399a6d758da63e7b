import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { RunRecord } from '../models/core/run-record.ts';
import { estimateMean } from '../models/core/statistics.ts';
import { detectionsOf, distributionsOf } from '../models/operations/rehearsal/outcomes.ts';
import { compareDesigns } from '../models/operations/design-comparison.ts';
import { comparisonPage } from '../reports/comparison-page.ts';
import { renderComparisonHtml, renderSweepHtml } from '../reports/html.ts';
import { sweepDocument } from '../reports/sweep-document.ts';
import { combine } from '../scenarios/factors.ts';
import { buildReportPage, PageOpener } from './browser/pages.ts';
import { contrast } from './browser/reading.ts';
import { exampleRecord } from './fixtures/example-record.ts';

const SHIFTS = { base: 0, faster: -0.4, alike: 0.001, slower: 0.4 };
const START = 'playback_start_seconds_p99';

/** Designs whose start latency is shifted by as much, but for a little noise. */
const records = Object.values(SHIFTS).map((shift, i): RunRecord => {
  const record = exampleRecord({ replications: 5, sessions: 100 });
  const { document } = record;
  const values = [3.9, 4.1, 4.0, 3.7, 4.2].map((value, r) => value + shift + 0.003 * Math.sin(7 * r + i));
  const slis = { ...document.slis, [START]: { ...estimateMean(values), unit: 's', values } };
  return { ...record, document: { ...document, slis } };
});
const designs = Object.keys(SHIFTS).map((name, i) =>
  ({ name, title: `The ${name} one`, set: { 'player.x': i }, run: records[i]!.document }));
const document = compareDesigns(designs[0]!, designs.slice(1),
  { by: START, beside: ['rebuffer_rate_percent'] });
const pages = new PageOpener();
let template = '';

beforeAll(async () => {
  template = await buildReportPage();
});
afterEach(async () => {
  expect(await pages.close()).toEqual([]);
});
afterAll(() => pages.end());

describe.each(['light', 'dark'] as const)('the page of a comparison in %s', (scheme) => {
  test('ranks the designs with their intervals drawn', async (ctx) => {
    const html = renderComparisonHtml(template, comparisonPage(document, records));
    const page = await pages.open(ctx, html, { scheme });
    const rows = page.locator('weir-ranking tbody tr');
    const texts = await rows.allInnerTexts();
    expect(texts.map((text) => text.split(/\s+/).slice(0, 2))).toEqual([
      ['1', 'faster'], ['2-3', 'alike'], ['2-3', 'base'], ['4', 'slower'],
    ]);
    expect(texts[0]).toMatch(/-(39|40)\d ms\s+-4\d\d ms to -3\d\d ms\s+\+ better/);
    expect(texts[1]).toMatch(/= no difference shown$/);
    expect(texts[2]).toMatch(/baseline$/);
    expect(texts[3]).toMatch(/- worse$/);
    expect((await page.locator('weir-ranking p').allInnerTexts()).join(' '))
      .toContain('Not separated, so not ranked among themselves: alike, base.');
    expect(await rows.first().locator('a').getAttribute('href')).toBe('./faster/report.html');
    expect(await contrast(rows.first().locator('.verdict'))).toBeGreaterThan(4.5);
    // Dots of one scale: the larger the value, the farther to the right; intervals hold their dots.
    const dots = await rows.locator('circle.value').evaluateAll((all) =>
      all.map((dot) => Number(dot.getAttribute('cx'))));
    expect([...dots].sort((a, b) => a - b)).toEqual(dots);
    const bars = await rows.locator('line.interval').evaluateAll((all) =>
      all.map((bar) => [Number(bar.getAttribute('x1')), Number(bar.getAttribute('x2'))]));
    bars.forEach(([from, to], i) => expect(dots[i]! > from! && dots[i]! < to!).toBe(true));
  });
});

test('its series lie over each other, and its designs say what they set', async (ctx) => {
  const page = await pages.open(ctx, renderComparisonHtml(template, comparisonPage(document, records)));
  const chart = page.locator('weir-chart', { hasText: 'Cache hit rate' }).first();
  expect(await chart.locator('path.median').count()).toBe(4);
  expect(await chart.locator('.readout .entry').allInnerTexts())
    .toEqual(['base', 'faster', 'alike', 'slower']);
  expect(await page.locator('weir-differences h3').allInnerTexts())
    .toEqual([`Playback start p99 ${START}`, 'Rebuffer rate rebuffer_rate_percent']);
  expect(await page.locator('weir-differences .card').nth(1).innerText()).toMatch(/faster\s+0\s+= identical/);
  expect(await page.locator('#designs li').nth(1).innerText()).toBe('faster: The faster one\nplayer.x: 1');
});

test('a rehearsal shows how each design came out over its seeds', async (ctx) => {
  const runs = designs.map(({ name, run }) => ({ design: name, timing: 'as written', document: run }));
  const rehearsal = {
    schema: 'weir.rehearsal/1', timings: ['as written'], distributions: distributionsOf(runs),
    detections: detectionsOf(runs), worst: null,
  } as const;
  const html = renderComparisonHtml(template, comparisonPage({ ...document, rehearsal }, records));
  const page = await pages.open(ctx, html);
  const rows = page.locator('weir-outcomes .card', { hasText: START }).locator('tbody tr');
  expect((await rows.allInnerTexts()).map((text) => text.split(/\s+/).slice(0, 1)))
    .toEqual([['base'], ['faster'], ['alike'], ['slower']]);
  expect(await rows.first().locator('rect.bin').count()).toBe(10);
  const medians = await rows.locator('line.median').evaluateAll((all) =>
    all.map((line) => Number(line.getAttribute('x1'))));
  expect(medians[1]! < medians[0]! && medians[0]! < medians[3]!).toBe(true);
});

test('the page of a sweep has a heatmap of two factors and every point', async (ctx) => {
  const factors = [{ path: 'a', values: ['1', '2'] }, { path: 'b', values: ['x', 'y'] }];
  const swept = sweepDocument({
    factors, points: combine(factors), runs: records.map((one) => one.document), by: START, selection: null,
    complete: true, replications: 20, known: 0,
  });
  const page = await pages.open(ctx, renderSweepHtml(template, swept));
  expect((await page.locator('weir-sweep .heat tbody tr').allInnerTexts()).map((text) => text.split(/\s+/)))
    .toEqual([['1', '3.98', 's', '✗', '3.58', 's', '✗'], ['2', '3.98', 's', '✗', '4.38', 's', '✗']]);
  const tints = await page.locator('weir-sweep .heat td[style]').evaluateAll((cells) =>
    cells.map((cell) => Number(/([\d.]+)%/.exec(cell.getAttribute('style')!)![1])));
  // The faster the stronger: 3.58 s has it all, 4.38 s nothing, the two alike about half.
  expect([tints[1], tints[3]]).toEqual([35, 0]);
  expect(Math.abs(tints[0]! - tints[2]!)).toBeLessThanOrEqual(1);
  expect(await page.locator('weir-sweep .scroll tbody tr').count()).toBe(4);
});
