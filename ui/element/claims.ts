import { css, html, LitElement, type TemplateResult } from 'lit';
import type { ClaimsResult } from '../../models/core/run-record.ts';
import { CLAIM_COLUMNS, claimRows, claimSentences } from '../../reports/claims.ts';
import { humanise } from '../../reports/format.ts';
import { shared } from './styles.ts';

/** What hit rates follow from the stated sizes of caches, and what sizes those claimed would take. */
export class WeirClaims extends LitElement {
  static override properties = { runs: { attribute: false } };

  /** A run, or the designs of a comparison by their names. */
  declare runs: ReadonlyArray<{ readonly name: string; readonly claims: ClaimsResult }>;

  protected override render(): TemplateResult {
    const several = this.runs.length > 1;
    const columns = [...(several ? ['design'] : []), ...CLAIM_COLUMNS];
    const rows = this.runs.flatMap(({ name, claims }) =>
      claimRows(claims).map((row, i) => (several ? [i === 0 ? name : '', ...row] : row)));
    const words = several ? 2 : 1;
    const kind = (i: number) => (i < words ? '' : 'figure');
    return html`
      <div class="scroll" role="region" aria-label="Claimed hit rates" tabindex="0">
        <table>
          <thead><tr>${columns.map((name, i) =>
            html`<th scope="col" class=${kind(i)}>${humanise(name)}</th>`)}</tr></thead>
          <tbody>${rows.map((row) => html`<tr>${row.map((cell, i) =>
            html`<td class=${kind(i)}>${cell}</td>`)}</tr>`)}</tbody>
        </table>
      </div>
      ${claimSentences(this.runs[0]!.claims).map((text) => html`<p class="small soft">${text}</p>`)}
    `;
  }

  static override styles = [shared, css`
    .scroll {
      background: var(--surface);
    }

    p {
      margin-top: 0.5rem;
      max-width: 60rem;
    }
  `];
}

customElements.define('weir-claims', WeirClaims);
