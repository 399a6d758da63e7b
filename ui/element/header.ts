import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import type { RunDocument } from '../../models/core/run-record.ts';
import { formatCount, formatDuration, formatScale, formatValue, shortDigest } from '../../reports/format.ts';
import { shared } from './styles.ts';

/** What was run, how, and by which it can be known again. */
export class WeirHeader extends LitElement {
  static override properties = { document: { attribute: false } };

  declare document: RunDocument;

  protected override render(): TemplateResult {
    const { title, scenario, world, seed, replications, fidelity, scale, complete } = this.document;
    const runs = replications === 1 ? 'single run' : `${replications} replications`;
    const chips = [
      world === 'sim' ? 'simulated' : 'real', `seed ${seed}`, runs, `${fidelity} fidelity`,
      `scale ${formatScale(scale)}`,
    ];
    return html`
      <p class="scenario soft mono">${scenario}</p>
      <h1>${title}</h1>
      <ul class="chips" aria-label="Kind of run">
        ${chips.map((chip, i) => html`<li class=${i === 0 ? 'world' : ''}>${chip}</li>`)}
      </ul>
      ${complete ? nothing : html`
        <p class="interrupted"><b>Interrupted.</b> The figures cover what was done until then.</p>`}
      <dl>${this.#facts().map(([name, text, whole]) => html`
        <div><dt>${name}</dt><dd class="mono" title=${whole}>${text}</dd></div>`)}</dl>
    `;
  }

  #facts(): Array<readonly [name: string, text: string, whole: string]> {
    const { simulatedSeconds, warmupSeconds, wallSeconds, events, fingerprint, provenance } = this.document;
    const { version, gitRevision, scenarioDigest, node } = provenance;
    const warmup = warmupSeconds > 0 ? `, ${formatDuration(warmupSeconds)} warm-up` : '';
    const speed = wallSeconds > 0 ? formatValue(events / wallSeconds, '1/s') : '';
    const revision = gitRevision === '' ? '' : ` (${gitRevision.slice(0, 9)})`;
    return [
      ['Time covered', formatDuration(simulatedSeconds) + warmup, ''],
      ['Events', `${formatCount(events)} in ${formatDuration(wallSeconds)}`, speed],
      ['Fingerprint', shortDigest(fingerprint), fingerprint],
      ['Scenario digest', shortDigest(scenarioDigest), scenarioDigest],
      ['Weir', `${version}${revision}`, gitRevision],
      ['Node', node, ''],
    ];
  }

  static override styles = [shared, css`
    .scenario {
      font-size: 0.85rem;
    }

    h1 {
      font-size: clamp(1.4rem, 1rem + 1.9vw, 2rem);
      font-weight: 650;
      line-height: 1.2;
      letter-spacing: -0.015em;
      margin: 0.1rem 0 0.75rem;
      text-wrap: balance;
    }

    .chips {
      display: flex;
      flex-wrap: wrap;
      gap: 0.4rem;
      list-style: none;
      font-size: 0.82rem;
    }

    .chips li {
      padding: 0.1rem 0.65rem;
      border: 1px solid var(--line);
      border-radius: 99px;
      background: var(--surface);
      white-space: nowrap;
    }

    .chips .world {
      background: var(--text);
      border-color: var(--text);
      color: var(--surface);
    }

    .interrupted {
      margin-top: 0.9rem;
      padding: 0.55rem 0.8rem;
      border-left: 4px solid var(--bad);
      border-radius: 4px;
      background: var(--bad-wash);
    }

    dl {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(min(100%, 10.5rem), 1fr));
      gap: 0.6rem 1.2rem;
      margin-top: 1.1rem;
      font-size: 0.85rem;
    }

    dt {
      color: var(--soft);
      font-size: 0.75rem;
    }
  `];
}

customElements.define('weir-header', WeirHeader);
