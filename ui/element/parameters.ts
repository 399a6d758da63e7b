import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import type { ParameterProvenance } from '../../models/core/run-record.ts';
import { formatCount } from '../../reports/format.ts';
import { shared } from './styles.ts';

type SourceKind = 'assumed' | 'cited' | 'calibrated';

/** Every parameter with its value and where the value comes from, searchable. */
export class WeirParameters extends LitElement {
  static override properties = { parameters: { attribute: false } };

  declare parameters: readonly ParameterProvenance[];

  #words: string[] = [];
  #kind: SourceKind | 'all' = 'all';
  #origin: ParameterProvenance['origin'] | 'all' = 'all';

  protected override render(): TemplateResult {
    const shown = this.parameters.filter((parameter) => this.#matches(parameter));
    return html`
      <p class="small soft note">${this.#counts()}</p>
      <div class="filters screen">
        <input type="search" placeholder="Search parameters" aria-label="Search parameters"
          @input=${this.#search}>
        ${this.#choice('Source', ['all', 'assumed', 'cited', 'calibrated'], this.#chooseKind)}
        ${this.#choice('Set by', ['all', 'default', 'scenario', 'set'], this.#chooseOrigin)}
        <span class="small soft" role="status">${formatCount(shown.length)} of
          ${formatCount(this.parameters.length)}</span>
      </div>
      <div class="scroll" role="region" aria-label="Parameters" tabindex="0">
        <table>
          <thead><tr><th scope="col">Parameter</th><th scope="col">Value</th><th scope="col">Set by</th>
            <th scope="col">Source</th></tr></thead>
          <tbody>${shown.map((parameter) => this.#row(parameter))}</tbody>
        </table>
        ${shown.length === 0 ? html`<p class="none soft">No parameter matches.</p>` : nothing}
      </div>
    `;
  }

  #row({ path, value, unit, origin, source }: ParameterProvenance): TemplateResult {
    const kind = kindOf(source);
    const rest = source.replace(/^(assumed|cited|calibrated):?\s*/, '');
    const bare = !['', 'name', 'ratio'].includes(unit) && /^-?[\d.]+(e[-+]?\d+)?$/i.test(value);
    return html`
      <tr>
        <th scope="row" class="mono">${path}</th>
        <td class="mono">${value}${bare ? ` ${unit}` : ''}</td>
        <td>${origin === 'set' ? html`<b>set by hand</b>` : origin}</td>
        <td><span class="badge ${kind}">${kind}</span> <span class="soft">${rest}</span></td>
      </tr>
    `;
  }

  #choice(label: string, options: readonly string[], choose: (event: Event) => void): TemplateResult {
    return html`<label class="small soft">${label} <select @change=${choose}>${options.map((option) => html`
      <option value=${option}>${option === 'set' ? 'set by hand' : option}</option>`)}</select></label>`;
  }

  #counts(): string {
    const kinds: readonly SourceKind[] = ['calibrated', 'cited', 'assumed'];
    const parts = kinds.map((kind) =>
      `${this.parameters.filter((parameter) => kindOf(parameter.source) === kind).length} ${kind}`);
    return `${formatCount(this.parameters.length)} parameters: ${parts.join(', ')}.`;
  }

  #matches(parameter: ParameterProvenance): boolean {
    if (this.#kind !== 'all' && kindOf(parameter.source) !== this.#kind) return false;
    if (this.#origin !== 'all' && parameter.origin !== this.#origin) return false;
    const text = `${parameter.path} ${parameter.value} ${parameter.unit} ${parameter.source}`.toLowerCase();
    return this.#words.every((word) => text.includes(word));
  }

  readonly #search = (event: Event): void => {
    this.#words = (event.currentTarget as HTMLInputElement).value.toLowerCase().split(/\s+/);
    this.requestUpdate();
  };

  readonly #chooseKind = (event: Event): void => {
    this.#kind = (event.currentTarget as HTMLSelectElement).value as SourceKind | 'all';
    this.requestUpdate();
  };

  readonly #chooseOrigin = (event: Event): void => {
    this.#origin = (event.currentTarget as HTMLSelectElement).value as ParameterProvenance['origin'] | 'all';
    this.requestUpdate();
  };

  static override styles = [shared, css`
    .note {
      margin-bottom: 0.5rem;
    }

    .filters {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 0.5rem 0.9rem;
      margin-bottom: 0.6rem;
    }

    input {
      flex: 1 1 12rem;
      min-height: 32px;
    }

    .scroll {
      background: var(--surface);
      max-height: 32rem;
    }

    th.mono,
    td.mono {
      min-width: 11rem;
    }

    .badge {
      display: inline-block;
      padding: 0 0.5rem;
      border: 1px solid var(--line);
      border-radius: 4px;
      font-size: 0.75rem;
      font-weight: 500;
    }

    .badge.assumed {
      border-style: dashed;
      color: var(--bad);
    }

    .badge.calibrated {
      color: var(--good);
      background: var(--good-wash);
    }

    .none {
      padding: 0.8rem;
    }
  `];
}

function kindOf(source: string): SourceKind {
  if (source.startsWith('cited')) return 'cited';
  return source.startsWith('calibrated') ? 'calibrated' : 'assumed';
}

customElements.define('weir-parameters', WeirParameters);
