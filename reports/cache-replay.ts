import type { CurvePoint } from '../models/cdn/analysis/curve.ts';
import type { TraceTotals } from '../models/cdn/analysis/trace.ts';
import type { Estimate } from '../models/core/statistics.ts';
import { formatCount, formatValue, significant } from './format.ts';
import type { TerminalOptions } from './terminal.ts';
import { painter, textTable } from './text-table.ts';

/** Version of the document that `weir cache --json` prints. */
export const CACHE_REPLAY_SCHEMA = 'weir.cache/1';

/** One policy at one size. */
export interface CacheReplayRow extends CurvePoint {
  readonly policy: string;
  /**
   * Requests and objects that missed, objects that were dropped; null when they were estimated from a
   * sample.
   */
  readonly misses: number | null;
  readonly missedBytes: number | null;
  readonly evictions: number | null;
  /** A replay at this size, replays of samples, or the distances of reuse, in one pass for all sizes. */
  readonly method: 'replay' | 'samples' | 'reuseDistances';
  /** Requests replayed a second of wall-clock time; null for a sample, or too short to time. */
  readonly requestsPerSecond: number | null;
}

/** A trace put through caches: what `weir cache` found. */
export interface CacheReplayDocument {
  readonly schema: typeof CACHE_REPLAY_SCHEMA;
  readonly trace: TraceTotals & {
    readonly file: string;
    readonly format: string;
    /** Records left out, by reason. */
    readonly skipped: Readonly<Record<string, number>>;
  };
  /** What capacities and sizes count. */
  readonly unit: 'bytes' | 'objects';
  readonly admission: string | null;
  /** Share of the objects that was replayed, and how often; null when everything was. */
  readonly sampling: { readonly rate: number; readonly samples: number } | null;
  /** False when the replay was interrupted: rows are missing. */
  readonly complete: boolean;
  readonly rows: readonly CacheReplayRow[];
}

/** The document for a terminal: totals, compulsory misses, a row for each policy and size. */
export function renderCacheReplay(document: CacheReplayDocument, options: TerminalOptions): string {
  const { trace } = document;
  const paint = painter(options.colour);
  const notes = notesOf(document);
  const [head, ...lines] = textTable([HEADER, ...bodyOf(document)], [1, 2, 3, 4, 5, 6]);
  return [
    `${paint.bold(trace.file)} ${paint.dim(`(${trace.format})`)}`,
    ...textTable(factsOf(document)).map((line) => `  ${line}`),
    '', `  ${paint.bold(head!)}`, ...lines.map((line) => `  ${line}`),
    ...(notes.length > 0 ? ['', ...notes.map((line) => `  ${line}`)] : []),
  ].join('\n');
}

/** The document as a page in one file: totals, the picture and the table. */
export function pageOfCacheReplay(document: CacheReplayDocument): string {
  const { trace } = document;
  const cells = (row: readonly string[], tag: string): string =>
    row.map((cell, i) => `<${tag}${i > 0 ? ' class="number"' : ''}>${escapeXml(cell)}</${tag}>`).join('');
  const facts = factsOf(document).map(([name, value]) => `<dt>${name}</dt><dd>${escapeXml(value!)}</dd>`);
  const rows = bodyOf(document).map((row) => `<tr>${cells(row, 'td')}</tr>`);
  const notes = notesOf(document).map((note) => `<p>${escapeXml(note)}</p>`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Cache replay of ${escapeXml(trace.file)} · Weir</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
  svg { width: 100%; height: auto; }
  dl { display: grid; grid-template-columns: max-content auto; gap: .2rem 1rem; }
  dd { margin: 0; }
  table { border-collapse: collapse; display: block; overflow-x: auto; }
  th, td { text-align: left; padding: .3rem 1rem .3rem 0; white-space: nowrap; }
  tr { border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
  .number { text-align: right; font-variant-numeric: tabular-nums; }
</style></head><body><main><h1>${escapeXml(trace.file)} <small>(${escapeXml(trace.format)})</small></h1>
<dl>${facts.join('')}</dl>
<figure style="margin: 1rem 0">${drawCacheReplay(document)}</figure>
<table><thead><tr>${cells(HEADER, 'th')}</tr></thead><tbody>
${rows.join('\n')}
</tbody></table>
${notes.join('\n')}
</main></body></html>
`;
}

const HEADER = [
  'policy', 'size', 'misses', 'miss ratio', 'byte miss ratio', 'beyond compulsory', 'M requests/s',
];

function factsOf({ trace, unit, admission }: CacheReplayDocument): string[][] {
  const skipped = Object.entries(trace.skipped).map(([reason, count]) => `${formatCount(count)} ${reason}`);
  const compulsory = `${percent(trace.objects / trace.requests)} of requests, `
    + `${percent(trace.objectBytes / trace.bytes)} of bytes`;
  return [
    ['requests', formatCount(trace.requests)],
    ['bytes', unit === 'bytes' ? formatValue(trace.bytes, 'bytes') : 'not counted'],
    ['objects', unit === 'bytes'
      ? `${formatCount(trace.objects)} of ${formatValue(trace.objectBytes, 'bytes')}`
      : formatCount(trace.objects)],
    ['compulsory misses', unit === 'bytes' ? compulsory : percent(trace.objects / trace.requests)],
    ...(skipped.length > 0 ? [['left out', skipped.join(', ')]] : []),
    ...(admission === null ? [] : [['admission', admission]]),
  ];
}

function bodyOf({ trace, unit, rows }: CacheReplayDocument): string[][] {
  return rows.map((row) => [
    row.policy,
    unit === 'bytes' ? formatValue(row.capacity, 'bytes') : formatCount(row.capacity),
    row.misses === null ? '-' : formatCount(row.misses),
    share(row.missRatio),
    unit === 'bytes' ? share(row.byteMissRatio) : '-',
    percent(Math.max(0, row.missRatio.value - trace.objects / trace.requests)),
    row.requestsPerSecond === null ? '-' : significant(row.requestsPerSecond / 1e6, 3),
  ]);
}

function notesOf({ sampling, rows, complete }: CacheReplayDocument): string[] {
  const notes: string[] = [];
  if (sampling !== null) {
    const { rate, samples } = sampling;
    notes.push(`95 % intervals over ${samples} samples of ${percent(rate)} of the objects, each replayed at `
      + 'every size.');
  }
  const passed = rows.filter(({ method }) => method === 'reuseDistances');
  if (passed.length > 0) {
    notes.push(`${passed[0]!.policy}: exact, from every request, in one pass for ${passed.length} sizes `
      + '(reuse distances).');
  }
  if (!complete) notes.push('Interrupted: what was replayed so far.');
  return notes;
}

/** Miss ratio over cache size as an SVG picture, sizes on a logarithmic axis, one line a policy. */
export function drawCacheReplay(document: CacheReplayDocument): string {
  const { rows, unit } = document;
  const sizes = rows.map((row) => row.capacity);
  const [smallest, largest] = [Math.min(...sizes), Math.max(...sizes)];
  const span = Math.log(largest / smallest) || 1;
  const x = (size: number): string => (LEFT + (WIDTH * Math.log(size / smallest)) / span).toFixed(1);
  const y = (ratio: number): string => (TOP + HEIGHT * (1 - Math.min(1, ratio))).toFixed(1);
  const policies = [...new Set(rows.map((row) => row.policy))];
  const lines = policies.flatMap((policy, i) => {
    const points = rows.filter((row) => row.policy === policy).toSorted((a, b) => a.capacity - b.capacity);
    const colour = COLOURS[i % COLOURS.length]!;
    const bars = points.flatMap(({ capacity, missRatio: { low, high } }) => (low === null || high === null
      ? []
      : [`<path d="M${x(capacity)} ${y(Math.max(0, low))}V${y(high)}" stroke="${colour}"/>`]));
    const path = points.map((row) => `${x(row.capacity)},${y(row.missRatio.value)}`).join(' ');
    const last = points.at(-1)!;
    const label = `<text x="${LEFT + WIDTH + 8}" y="${TOP + 14 + 18 * i}" fill="${colour}">${policy}</text>`;
    const dot = `<circle cx="${x(last.capacity)}" cy="${y(last.missRatio.value)}" r="3" fill="${colour}"/>`;
    const line = `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`;
    return [...bars, line, dot, label];
  });
  const grid = [0, 0.25, 0.5, 0.75, 1].flatMap((ratio) => [
    `<path d="M${LEFT} ${y(ratio)}H${LEFT + WIDTH}" stroke="#8888" stroke-width="0.5"/>`,
    `<text x="${LEFT - 8}" y="${y(ratio)}" text-anchor="end" dy="4">${ratio * 100} %</text>`,
  ]);
  const size = (value: number): string =>
    unit === 'bytes' ? formatValue(value, 'bytes') : `${formatCount(value)} objects`;
  const end = (value: number, anchor: string): string =>
    `<text x="${x(value)}" y="${TOP + HEIGHT + 18}" text-anchor="${anchor}">${size(value)}</text>`;
  const title = escapeXml(`Miss ratio by cache size: ${document.trace.file}`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${LEFT + WIDTH + 110} ${TOP + HEIGHT + 32}" `
      + 'font-family="sans-serif" font-size="12" fill="#777">',
    `<title>${title}</title>`, `<text x="${LEFT}" y="16" font-size="14">${title}</text>`,
    ...grid, end(smallest, 'start'), end(largest, 'end'), ...lines, '</svg>', '',
  ].join('\n');
}

const LEFT = 60;
const TOP = 32;
const WIDTH = 560;
const HEIGHT = 300;
/** Okabe and Ito's colours, which the colour-blind can tell apart. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#7f7f7f'];

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(2)} %`;
}

function share({ value, low, high }: Estimate): string {
  if (low === null || high === null) return percent(value);
  return `${percent(value)} (${(low * 100).toFixed(2)}–${(high * 100).toFixed(2)})`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
