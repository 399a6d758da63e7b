import type { RunDocument, Verdict } from '../models/core/run-record.ts';

/** A run in a list, with the address of its report. */
export interface ListedRun {
  readonly name: string;
  readonly href: string;
  readonly document: RunDocument;
}

/** A comparison in a list, with the address of its page. */
export interface ListedComparison {
  readonly name: string;
  readonly href: string;
}

/** A page that links to comparisons, and to runs with the verdicts of their objectives. */
export function renderRunList(
  folder: string, runs: readonly ListedRun[], comparisons: readonly ListedComparison[] = [],
): string {
  const rows = runs.map(({ name, href, document }) => `
    <tr>
      <td><a href="/${escape(href)}">${escape(name)}</a></td>
      <td>${escape(document.title)}</td>
      <td>${document.world === 'real' ? 'real' : 'simulated'}</td>
      <td class="number">${document.seed}</td>
      <td class="number">${document.replications}</td>
      <td>${verdicts(document)}${document.complete ? '' : ' (interrupted)'}</td>
      <td><code>${escape(document.fingerprint.slice(0, 12))}</code></td>
    </tr>`);
  const body = runs.length === 0
    ? '<p>No runs here yet. Write one with <code>weir run evening-peak --out FOLDER</code>.</p>'
    : `<table><thead><tr><th>run<th>scenario<th>world<th class="number">seed<th class="number">replications
      <th>objectives<th>fingerprint</tr></thead><tbody>${rows.join('')}</tbody></table>`;
  const compared = comparisons.map(({ name, href }) =>
    `<li><a href="/${escape(href)}">${escape(name)}</a></li>`);
  const above = compared.length === 0 ? '' : `<h2>Comparisons</h2><ul>${compared.join('')}</ul><h2>Runs</h2>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Runs in ${escape(folder)} · Weir</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
  table { border-collapse: collapse; width: 100%; display: block; overflow-x: auto; }
  th, td { text-align: left; padding: .4rem .8rem .4rem 0; }
  tr { border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
  .number { text-align: right; font-variant-numeric: tabular-nums; }
</style></head><body><main><h1>Runs in ${escape(folder)}</h1>${above}${body}</main></body></html>
`;
}

const WORDS: readonly (readonly [Verdict, string])[] = [
  ['missed', '✗'], ['inconclusive', '?'], ['met', '✓'], ['no-data', '∅'],
];

function verdicts(document: RunDocument): string {
  return WORDS.map(([verdict, mark]) => {
    const count = document.slos.filter((slo) => slo.verdict === verdict).length;
    return count === 0 ? '' : `${mark} ${count} ${verdict === 'no-data' ? 'no data' : verdict}`;
  }).filter((text) => text !== '').join(', ');
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
