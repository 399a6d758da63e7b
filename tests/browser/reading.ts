import type { Locator, Page } from 'playwright-core';
import type { Panel } from '../../reports/panels.ts';

/** Value to pixel along each axis of a chart. */
export interface Axes {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

/** Pixels of a panel's values, by what the labels of its axes say and where they stand. */
export async function axesOf(chart: Locator, panel: Panel): Promise<Axes> {
  const amounts = await labelsOf(chart, 'y');
  const times = await labelsOf(chart, 'x');
  // The last label of each axis is its unit.
  const suffix = amounts.pop()!.text;
  times.pop();
  const perUnit = { viewers: 1, '%': panel.unit === 'ratio' ? 0.01 : 1, 'MB/s': 1e6 }[suffix]!;
  const amountOf = (text: string): number => Number(text.replaceAll(',', '')) * perUnit;
  return {
    // The baseline of a label is four pixels below what it stands for.
    y: through(amounts.map(({ text, at }) => ({ value: amountOf(text), at: at - 4 }))),
    x: through(times.map(({ text, at }) => ({ value: secondsOf(text), at }))),
  };
}

/** Where the tick with this label stands. */
export async function tickPlace(chart: Locator, text: string, axis: 'x' | 'y'): Promise<number> {
  const tick = chart.locator(`.axis.${axis} text`, { hasText: new RegExp(`^${text}$`) });
  return Number(await tick.getAttribute(axis));
}

/** The points that a path of straight lines goes through. */
export function pathPoints(path: string | null): Array<readonly [number, number]> {
  const pairs = [...(path ?? '').matchAll(/(-?[\d.]+),(-?[\d.]+)/g)];
  return pairs.map((match) => [Number(match[1]), Number(match[2])] as const);
}

/** A file that a page has offered to save. */
export interface SavedFile {
  readonly name: string;
  readonly text: string;
}

/** Presses a button that saves a file, and reads the file. */
export async function saved(page: Page, button: string): Promise<SavedFile> {
  const [download] = await Promise.all([
    page.waitForEvent('download'), page.getByRole('button', { name: button }).click(),
  ]);
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
  return { name: download.suggestedFilename(), text: Buffer.concat(chunks).toString('utf8') };
}

/** Contrast of an element's text to the nearest background behind it. */
export async function contrast(element: Locator): Promise<number> {
  const [text, behind] = await element.evaluate((node) => {
    let at: Element | null = node;
    let background = 'rgba(0, 0, 0, 0)';
    while (at !== null && background === 'rgba(0, 0, 0, 0)') {
      background = getComputedStyle(at).backgroundColor;
      const parent: Node | null = at.assignedSlot ?? at.parentNode;
      at = parent instanceof ShadowRoot ? parent.host : parent instanceof Element ? parent : null;
    }
    return [getComputedStyle(node).color, background] as const;
  });
  return contrastOf(text, behind);
}

/** Contrast ratio of two opaque colours (WCAG 2.2, by relative luminance). */
export function contrastOf(a: string, b: string): number {
  const luminance = (colour: string): number => {
    const channels = [...colour.matchAll(/[\d.]+/g)].slice(0, 3).map((match) => Number(match[0]) / 255);
    const linear = channels.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * linear[0]! + 0.7152 * linear[1]! + 0.0722 * linear[2]!;
  };
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light! + 0.05) / (dark! + 0.05);
}

interface Label {
  readonly text: string;
  readonly at: number;
}

async function labelsOf(chart: Locator, axis: 'x' | 'y'): Promise<Label[]> {
  return chart.locator(`.axis.${axis} text`).evaluateAll((texts, name) => texts
    .map((text) => ({ text: text.textContent, at: Number(text.getAttribute(name)) })), axis);
}

function secondsOf(clock: string): number {
  return clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
}

function through(ticks: ReadonlyArray<{ readonly value: number; readonly at: number }>): Axes['x'] {
  const [first, last] = [ticks[0]!, ticks.at(-1)!];
  return (value) => first.at + ((last.at - first.at) * (value - first.value)) / (last.value - first.value);
}
