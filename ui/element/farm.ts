import { css, html, LitElement, type TemplateResult } from 'lit';
import type { RunDocument } from '../../models/core/run-record.ts';
import { engineTypes } from '../../reports/engines.ts';
import { formatCount, formatValue } from '../../reports/format.ts';
import { failureRows, resolutionRows, type ResolutionRow } from '../../reports/transcoding.ts';
import { shared } from './styles.ts';

/** Jobs by resolution, failures by reason, and the engines of the farm by type. */
export class WeirFarm extends LitElement {
  static override properties = { document: { attribute: false } };

  declare document: RunDocument;

  protected override render(): TemplateResult {
    const failures = failureRows(this.document);
    const engines = engineTypes(this.document);
    return html`
      ${table('Jobs by resolution',
        ['Resolution', 'Jobs', 'Median', '95 %', 'Tries', 'Median', '95 %', 'Engine time'],
        resolutionRows(this.document).map(({ resolution, jobs, tries, engineSeconds }) =>
          [resolution, ...times(jobs), ...times(tries), formatValue(engineSeconds, 's')]))}
      ${failures.length === 0 ? html`<p>No try came to nothing.</p>`
        : table('Failures by reason', ['Reason', 'Tries of chunks'],
          failures.map(([reason, count]) => [reason, formatCount(Math.round(count))]))}
      ${engines.length === 0 ? '' : table('Engines by type', ['Engine', 'There', 'Busy', 'Output', 'Lost'],
        engines.map(({ engine, available, busy, output, lost }) => [
          engine, formatValue(available, 's'), formatValue(available > 0 ? busy / available : null, 'ratio'),
          formatValue(output, 's'), formatValue(busy > 0 ? lost / busy : null, 'ratio'),
        ]))}
    `;
  }

  static override styles = [shared, css`
    .scroll { overflow-x: auto; margin-bottom: 0.9rem; }
    caption { text-align: left; color: var(--soft); padding-bottom: 0.3rem; }
    .number { text-align: right; font-variant-numeric: tabular-nums; }
  `];
}

function table(
  caption: string, head: readonly string[], rows: ReadonlyArray<readonly string[]>,
): TemplateResult {
  const [first, ...others] = head;
  return html`
    <div class="scroll" role="region" aria-label=${caption} tabindex="0">
      <table>
        <caption>${caption}</caption>
        <thead><tr>
          <th scope="col">${first}</th>
          ${others.map((name) => html`<th scope="col" class="number">${name}</th>`)}
        </tr></thead>
        <tbody>${rows.map(([name, ...cells]) => html`<tr>
          <th scope="row">${name}</th>
          ${cells.map((cell) => html`<td class="number">${cell}</td>`)}</tr>`)}</tbody>
      </table>
    </div>
  `;
}

function times(figure: ResolutionRow['jobs']): string[] {
  return [
    formatCount(Math.round(figure?.count ?? 0)),
    ...(['p50', 'p95'] as const).map((at) => formatValue(figure?.quantiles?.[at] ?? null, 's')),
  ];
}

customElements.define('weir-farm', WeirFarm);
