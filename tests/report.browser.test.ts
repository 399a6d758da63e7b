import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test, type TestContext } from 'vitest';
import type { RunRecord } from '../models/core/run-record.ts';
import { formatValue } from '../reports/format.ts';
import { renderHtml } from '../reports/html.ts';
import { buildPanels, type Panel } from '../reports/panels.ts';
import { buildReportPage, PageOpener, type View } from './browser/pages.ts';
import { axesOf, contrast, contrastOf, pathPoints, saved, tickPlace } from './browser/reading.ts';
import { exampleRecord } from './fixtures/example-record.ts';

const record = exampleRecord();
const pages = new PageOpener();
let template = '';

beforeAll(async () => {
  template = await buildReportPage();
});

afterEach(async () => {
  expect(await pages.close()).toEqual([]);
});

afterAll(() => pages.end());

describe.each(['light', 'dark'] as const)('the report in %s', (scheme) => {
  test('tells every verdict in words, with its figure and target', async (ctx) => {
    const shown = await open(ctx, record, { scheme });
    const cards = shown.locator('weir-objectives article');
    expect(await cards.locator('.verdict').allInnerTexts()).toEqual(['missed', 'inconclusive', 'met']);
    expect(await cards.nth(0).innerText())
      .toMatch(/Playback start\s[^]*3\.89 s[^]*95 % interval 3\.71–4\.07[^]*< 2 s/);
    expect(await shown.locator('weir-objectives .silent li').innerText())
      .toMatch(/no data\s+Upload success\s+target > 99\.9 %; this part of the platform is not simulated/);
    expect(await shown.locator('weir-objectives .headline').innerText())
      .toBe('Of 4 objectives: 1 met, 1 missed, 1 inconclusive, 1 no data.');
  });

  test('can be read: text has a contrast of 4.5 and marks of 3 to what they stand on', async (ctx) => {
    const shown = await open(ctx, record, { scheme });
    for (const verdict of ['met', 'missed', 'inconclusive', 'no-data']) {
      const chip = shown.locator(`weir-objectives .verdict.${verdict}`).first();
      expect(await contrast(chip)).toBeGreaterThan(4.5);
    }
    expect(await contrast(shown.locator('weir-header dt').first())).toBeGreaterThan(4.5);
    expect(await contrast(shown.locator('weir-chart #summary').first())).toBeGreaterThan(4.5);
    const colours = await figure(shown, 'Cache hit rate').locator('path.median')
      .evaluateAll((paths) => paths.map((path) => getComputedStyle(path).stroke));
    const surface = await shown.locator('weir-over-time .card').first()
      .evaluate((card) => getComputedStyle(card).backgroundColor);
    expect(colours).toHaveLength(3);
    for (const colour of colours) expect(contrastOf(colour, surface)).toBeGreaterThan(3);
  });
});

describe('the map of places', () => {
  const at = (city: string, longitude: number, latitude: number, hits: number) => ({
    tier: 'edge', place: 0, city, country: 'WW', region: 'r', latitude, longitude, requests: 100, hits,
    errors: 1, bytes: 1e9, hitBytes: 5e8,
  });
  const places = [at('Lisbon', -9.1, 38.7, 20), at('Oslo', 10.8, 59.9, 90)];
  const cities = { latitude: [38.7, 59.9, 48.9], longitude: [-9.1, 10.8, 2.3] };

  test('has its places where they are, and its cursor tells them in words', async (ctx) => {
    const shown = await open(ctx, { ...record, places, cities });
    const chart = figure(shown, 'Where viewers were answered');
    const [lisbon, oslo] = await chart.locator('circle.place').evaluateAll((marks) =>
      marks.map((mark) => ({ x: Number(mark.getAttribute('cx')), y: Number(mark.getAttribute('cy')) })));
    expect(lisbon!.x).toBeLessThan(oslo!.x);
    expect(lisbon!.y).toBeGreaterThan(oslo!.y);
    await chart.locator('.stage').press('ArrowRight');
    expect(await chart.locator('.stage').getAttribute('aria-valuetext'))
      .toBe('Lisbon, WW (edge, r) 1 GB in 100 requests, 20.0 % hit, 1 failed');
    expect(await chart.locator('#summary').innerText()).toContain('between Lisbon 20.0 % and Oslo 90.0 %');
  });
});

describe('a chart over time', () => {
  test('has its points where its axes say', async (ctx) => {
    const shown = await open(ctx, record);
    for (const id of ['viewers', 'hit-rate', 'origin']) {
      const panel = panelOf(id);
      const chart = figure(shown, panel.title);
      const points = pathPoints(await chart.locator('path.median').first().getAttribute('d'));
      expect(points).toHaveLength(panel.lines[0]!.points.length);
      const { x, y } = await axesOf(chart, panel);
      for (const index of [10, 120, 200]) {
        const { seconds, median } = panel.lines[0]!.points[index]!;
        expect(points[index]![0]).toBeCloseTo(x(seconds), 0);
        expect(points[index]![1]).toBeCloseTo(y(median!), 0);
      }
    }
  });

  test('draws the objective at its value', async (ctx) => {
    const shown = await open(ctx, record);
    const panel = panelOf('stalled');
    const chart = figure(shown, panel.title);
    const { y } = await axesOf(chart, panel);
    expect(Number(await chart.locator('.bound line').getAttribute('y1'))).toBeCloseTo(y(0.1), 0);
    expect(await chart.locator('.bound text').textContent()).toBe('objective < 0.1 %');
  });

  test('shows its figures as a table and hides them again', async (ctx) => {
    const shown = await open(ctx, record);
    const panel = panelOf('viewers');
    const button = shown.getByRole('button', { name: 'Show as table: Concurrent viewers' });
    await button.click();
    const table = shown.getByRole('region', { name: 'Figures of Concurrent viewers' });
    expect(await table.getByRole('row').count()).toBe(1 + panel.lines[0]!.points.length);
    const cells = await table.getByRole('row').nth(61).getByRole('cell').allInnerTexts();
    const { median, low, high } = panel.lines[0]!.points[60]!;
    expect(cells).toEqual(['1:01:00', ...[median, low, high].map((value) => formatValue(value, ''))]);
    expect(await button.getAttribute('aria-expanded')).toBe('true');
    await button.click();
    expect(await table.count()).toBe(0);
  });

  test('has a cursor for the keyboard that all charts over time share', async (ctx) => {
    const shown = await open(ctx, record);
    const cursor = shown.getByRole('slider', { name: 'Cursor in Concurrent viewers' });
    await cursor.focus();
    await shown.keyboard.press('Home');
    await shown.keyboard.press('ArrowRight');
    const { median } = panelOf('viewers').lines[0]!.points[1]!;
    const told = formatValue(median, 'viewers');
    expect(await cursor.getAttribute('aria-valuetext')).toContain(`2:00: viewers ${told}`);
    const charts = shown.locator('weir-over-time .charts').first().locator('weir-chart');
    const places = await charts.locator('.cursor .rule')
      .evaluateAll((rules) => rules.map((rule) => rule.getAttribute('x1')));
    expect(places).toHaveLength(await charts.count());
    expect(new Set(places).size).toBe(1);
    await shown.keyboard.press('End');
    expect(await cursor.getAttribute('aria-valuetext')).toMatch(/^4:00:00:/);
    await shown.keyboard.press('Escape');
    expect(await shown.locator('.cursor').count()).toBe(0);
  });

  test('has a cursor for the pointer, and its readings stand in the legend', async (ctx) => {
    const shown = await open(ctx, record);
    const chart = figure(shown, 'Cache hit rate');
    await chart.locator('.stage').hover();
    const readout = await chart.locator('.readout').innerText();
    expect(readout).toMatch(/whole CDN\s+\d+\.\d+ %[^]*edge\s+\d+\.\d+ %[^]*regional\s+\d+\.\d+ %/);
    expect(await shown.locator('.cursor').count()).toBeGreaterThan(5);
    await shown.locator('h1').hover();
    expect(await shown.locator('.cursor').count()).toBe(0);
  });

  test('is saved as CSV with its numbers and as SVG with its colours', async (ctx) => {
    const shown = await open(ctx, record);
    const csv = await saved(shown, 'CSV of Concurrent viewers');
    const { seconds, median } = panelOf('viewers').lines[0]!.points[0]!;
    expect(csv.name).toBe('viewers.csv');
    expect(csv.text.split('\r\n')[0]).toBe('time [s],median [viewers],low [viewers],high [viewers]');
    expect(csv.text.split('\r\n')[1]).toMatch(new RegExp(`^${seconds},${median},`));
    const svg = await saved(shown, 'SVG of Concurrent viewers');
    expect(svg.name).toBe('viewers.svg');
    expect(svg.text).toMatch(/^<svg[^>]* xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(svg.text).toContain('<title>Concurrent viewers</title>');
    expect(svg.text).not.toContain('var(--');
  });
});

describe('the other charts', () => {
  test('the distribution of start-up marks the objective and the 99th percentile in order', async (ctx) => {
    const shown = await open(ctx, record);
    const chart = figure(shown, 'Startup time');
    expect(await chart.locator('.mark text').allTextContents()).toEqual(['p99 3.89 s', 'objective < 2 s']);
    const [p99, bound] = await chart.locator('.mark line').evaluateAll((lines) =>
      lines.map((line) => Number(line.getAttribute('x1'))));
    const one = await tickPlace(chart, '1 s', 'x');
    const two = await tickPlace(chart, '2 s', 'x');
    expect(bound).toBeCloseTo(two, 0);
    const decade = (two - one) / Math.log10(2);
    const value = record.document.slis['playback_start_seconds_p99']!.value!;
    expect(p99).toBeCloseTo(one + decade * Math.log10(value), 0);
    expect(await chart.locator('path.curve').count()).toBe(4);
  });

  test('the bars of the cache tiers are as long as their shares', async (ctx) => {
    const shown = await open(ctx, record);
    const chart = figure(shown, 'Cache tiers by requests');
    const bars = await chart.locator('rect.part')
      .evaluateAll((parts) => parts.map((part) => part.getBoundingClientRect().width));
    const stage = (await chart.locator('.stage').boundingBox())!.width;
    await shown.getByRole('slider', { name: 'Cursor in Cache tiers by requests' }).press('Home');
    const told = await chart.locator('.readout').innerText();
    const share = Number(/, ([\d.]+) %/.exec(told)?.[1]) / 100;
    expect(told).toContain('Edge tier');
    expect((bars[0]! + 1) / stage).toBeCloseTo(share, 2);
    expect((bars.reduce((sum, width) => sum + width + 1, 0)) / stage).toBeCloseTo(2, 2);
  });

  test('a session shows its stalls, and the cursor tells why the player chose', async (ctx) => {
    const shown = await open(ctx, record);
    const chart = figure(shown, 'Session 1017 on 4g');
    const stalls = record.logs[0]!.events.filter((event) => event.kind === 'stallStarted').length;
    expect(await chart.locator('.stall rect').count()).toBe(stalls);
    const cursor = shown.getByRole('slider', { name: 'Cursor in Session 1017 on 4g' });
    await cursor.press('Home');
    await cursor.press('ArrowRight');
    const decision = record.logs[0]!.events[1]!;
    expect(await cursor.getAttribute('aria-valuetext')).toContain(`because ${decision.reason}`);
    expect(await chart.locator('.readout').innerText()).toContain(decision.reason);
    await shown.getByRole('button', { name: 'Show as table: Session 1017 on 4g' }).click();
    expect(await shown.getByRole('region', { name: 'Figures of Session 1017 on 4g' }).innerText())
      .toContain(decision.reason);
  });

  test('each figure has a name and a sentence', async (ctx) => {
    const shown = await open(ctx, record);
    const charts = await shown.locator('weir-chart').count();
    const figures = shown.getByRole('figure');
    const shownFigures = await figures.count();
    expect(shownFigures).toBeGreaterThan(10);
    expect(charts).toBeGreaterThanOrEqual(shownFigures);
    for (const text of await shown.locator('weir-chart #summary').allTextContents()) {
      expect(text).toMatch(/^[A-Z0-9].*\.$/);
    }
  });
});

describe('the page', () => {
  test('changes its colours by the toggle', async (ctx) => {
    const shown = await open(ctx, record, { scheme: 'light' });
    const background = () => shown.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await background();
    await shown.getByRole('button', { name: /^Dark/ }).click();
    const dark = await background();
    expect(contrastOf(light, dark)).toBeGreaterThan(10);
    await shown.getByRole('button', { name: /^Light/ }).click();
    expect(await background()).toBe(light);
  });

  test.for([400, 768, 1600])('needs no sideways scrolling at %i pixels', async (width, ctx) => {
    const shown = await open(ctx, record, { width });
    expect(await shown.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    const wide = await shown.locator('weir-chart').evaluateAll((charts, most) => charts
      .flatMap((chart) => [...chart.shadowRoot!.querySelectorAll('svg text')])
      .map((text) => ({ text: text.textContent, box: text.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && (box.left < 0 || box.right > most))
      .map(({ text }) => text), width);
    expect(wide).toEqual([]);
  });

  test('leaves out the sections whose part was not simulated', async (ctx) => {
    const document = { ...record.document, slos: [], metrics: [], warnings: [] };
    const shown = await open(ctx, { document, series: [], sessions: [], logs: [] });
    expect(await shown.locator('section h2').allInnerTexts())
      .toEqual(['Indicators', 'Parameters', 'Where it comes from']);
    expect(await shown.locator('nav a').count()).toBe(3);
    expect(await shown.locator('weir-chart').count()).toBe(0);
  });

  test('says of a single run that it is one, and of an interrupted one where it stands', async (ctx) => {
    const single = exampleRecord({ replications: 1, sessions: 200 });
    const shown = await open(ctx, { ...single, document: { ...single.document, complete: false } });
    expect(await shown.locator('weir-header .chips').innerText()).toContain('single run');
    expect(await shown.locator('weir-header .interrupted').innerText()).toContain('Interrupted.');
    expect(await shown.locator('weir-objectives article').first().innerText()).toContain('single run');
    expect(await shown.locator('weir-over-time .note').innerText()).toContain('Lines: single run.');
  });

  test('finds parameters by what is typed, and filters them by their source', async (ctx) => {
    const shown = await open(ctx, record);
    const rows = shown.locator('weir-parameters tbody tr');
    expect(await rows.count()).toBe(record.document.provenance.parameters.length);
    await shown.getByRole('searchbox', { name: 'Search parameters' }).fill('abr 7.2');
    expect(await rows.count()).toBe(3);
    await shown.getByRole('searchbox', { name: 'Search parameters' }).fill('');
    await shown.getByLabel('Source').selectOption('calibrated');
    expect(await rows.allInnerTexts()).toEqual([expect.stringContaining('origin.latency')]);
  });

  test('shows a hostile title as text', async (ctx) => {
    const title = '</script><img src=x onerror=alert(1)>';
    const shown = await open(ctx, { ...record, document: { ...record.document, title } });
    expect(await shown.locator('h1').innerText()).toBe(title);
    expect(await shown.title()).toBe(`${title} · Weir`);
  });

  test('prints without its controls', async (ctx) => {
    const shown = await open(ctx, record, { scheme: 'dark' });
    await shown.emulateMedia({ media: 'print' });
    expect(await shown.locator('nav').isVisible()).toBe(false);
    expect(await shown.locator('weir-chart .tools').first().isVisible()).toBe(false);
    expect(await shown.evaluate(() => getComputedStyle(document.documentElement).backgroundColor))
      .toBe('rgb(255, 255, 255)');
  });

  test('an empty template says what it is', async (ctx) => {
    const shown = await pages.open(ctx, template);
    expect(await shown.locator('body').innerText()).toContain('empty template');
  });
});

/** Opens a report on a record and waits until every chart in sight is drawn. */
async function open(ctx: TestContext, shown: RunRecord, view: View = {}): Promise<Page> {
  const opened = await pages.open(ctx, renderHtml(template, shown), view);
  await opened.locator('weir-header h1').waitFor();
  await expect.poll(() => opened.locator('weir-chart:visible .stage:not(:has(svg))').count()).toBe(0);
  return opened;
}

function figure(shown: Page, title: string): Locator {
  return shown.getByRole('figure', { name: title, exact: true });
}

function panelOf(id: string): Panel {
  return buildPanels(record).find((panel) => panel.id === id)!;
}
