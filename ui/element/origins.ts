import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import type { RunDocument } from '../../models/core/run-record.ts';
import { shortDigest } from '../../reports/format.ts';
import { reproduceCommand } from '../../reports/reproduce.ts';
import { shared } from './styles.ts';

/** How to make the run again, what it read, and what no run has compared with the real world yet. */
export class WeirOrigins extends LitElement {
  static override properties = { document: { attribute: false } };

  declare document: RunDocument;

  #copied = false;

  protected override render(): TemplateResult {
    const { inputs, unvalidated } = this.document.provenance;
    return html`
      <div class="card">
        <h3>Make this run again</h3>
        <div class="command">
          <code class="mono">${reproduceCommand(this.document)}</code>
          <button class="screen" type="button" @click=${this.#copy}>
            ${this.#copied ? 'Copied' : 'Copy'}</button>
        </div>
        <p class="small soft">The same seed, scenario and version give the same fingerprint.</p>
        ${unvalidated.length === 0 ? nothing : html`
          <h3>Not yet compared with the real world</h3>
          <p class="small">${unvalidated.join(', ')}</p>`}
        ${inputs.length === 0 ? nothing : html`
          <h3>Files it read</h3>
          <ul>${inputs.map(({ path, sha256 }) => html`
            <li class="small"><span class="mono">${path}</span>
              <span class="soft mono" title=${sha256}>${shortDigest(sha256)}</span></li>`)}</ul>`}
      </div>
    `;
  }

  readonly #copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(reproduceCommand(this.document));
    this.#copied = true;
    this.requestUpdate();
  };

  static override styles = [shared, css`
    h3:not(:first-child) {
      margin-top: 1rem;
    }

    .command {
      display: flex;
      align-items: center;
      gap: 0.75rem;
      margin: 0.5rem 0;
      padding: 0.5rem 0.75rem;
      background: var(--sunken);
      border-radius: 6px;
    }

    code {
      flex: 1;
    }

    ul {
      list-style: none;
    }
  `];
}

customElements.define('weir-origins', WeirOrigins);
