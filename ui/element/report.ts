import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { buildDistributions, firstByteDistribution } from '../../reports/distributions.ts';
import type { PageRecord } from '../../reports/page-record.ts';
import { buildPanels } from '../../reports/panels.ts';
import { regionRows } from '../../reports/regions.ts';
import { tellingLogs } from '../../reports/session-timeline.ts';
import { cacheTiers, tierEgress } from '../../reports/tiers.ts';
import { stageRows } from '../../reports/transcoding.ts';

interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: TemplateResult;
}

/**
 * A run as a page: the verdicts first, then the figures, then what lies behind them. It renders into the page
 * itself, so that links to its sections work; a part the scenario did not simulate has no section.
 */
export class WeirReport extends LitElement {
  static override properties = { record: { attribute: false } };

  declare record: PageRecord;

  #sections: Section[] = [];
  #theme: 'light' | 'dark' = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override shouldUpdate(): boolean {
    return this.record !== undefined;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('record')) this.#sections = sectionsOf(this.record);
  }

  protected override render(): TemplateResult {
    const { warnings, provenance } = this.record.document;
    const warned = warnings.length === 1 ? '1 warning' : `${warnings.length} warnings`;
    const other = this.#theme === 'dark' ? 'light' : 'dark';
    return html`
      <nav aria-label="Sections">
        <div class="links">${this.#sections.map(({ id, title }) => html`<a href="#${id}">${title}</a>`)}</div>
        <button type="button" class="theme" @click=${this.#toggleTheme}>${other === 'dark' ? 'Dark' : 'Light'}
          <span class="hidden">colours</span></button>
      </nav>
      <main>
        <weir-header .document=${this.record.document}></weir-header>
        ${warnings.length === 0 ? nothing : html`
          <p class="warned"><a href="#warnings">${warned}</a> to read before these figures are used.</p>`}
        ${this.#sections.map(({ id, title, body }) => html`
          <section id=${id} aria-labelledby="${id}-title">
            <h2 id="${id}-title">${title}</h2>${body}
          </section>`)}
        <footer>Made by Weir ${provenance.version}. This page needs no network.</footer>
      </main>
    `;
  }

  readonly #toggleTheme = (): void => {
    this.#theme = this.#theme === 'dark' ? 'light' : 'dark';
    document.documentElement.style.colorScheme = this.#theme;
    this.requestUpdate();
  };
}

function sectionsOf(record: PageRecord): Section[] {
  const { document, sessions, sessionsTotal, networks, logs } = record;
  const panels = buildPanels(record);
  const distributions = buildDistributions(document, sessions);
  const tiers = cacheTiers(document);
  const stages = stageRows(document);
  const regions = regionRows(document);
  const { places, cities } = record;
  const isAsked = places?.some(({ requests }) => requests > 0) === true;
  const map = isAsked && cities !== undefined ? { places, cities } : undefined;
  const shown = tellingLogs(logs);
  const section = (id: string, title: string, present: boolean, body: () => TemplateResult): Section[] =>
    (present ? [{ id, title, body: body() }] : []);
  return [
    section('objectives', 'Objectives', document.slos.length > 0,
      () => html`<weir-objectives .slos=${document.slos}></weir-objectives>`),
    section('indicators', 'Indicators', Object.keys(document.slis).length > 0,
      () => html`<weir-indicators .slis=${document.slis} .metrics=${document.metrics}></weir-indicators>`),
    section('over-time', 'Over time', panels.length > 0, () => html`
      <weir-over-time .panels=${panels} .replications=${document.replications}
        .warmupSeconds=${document.warmupSeconds}></weir-over-time>`),
    section('sessions', 'Over sessions', distributions.length > 0, () => html`
      <weir-distributions .distributions=${distributions} .networks=${networks}
        .sessionsDrawn=${sessions.length} .sessionsTotal=${sessionsTotal}></weir-distributions>`),
    section('tiers', 'Cache tiers', tiers.length > 0, () => html`
      <weir-tiers .tiers=${tiers} .firstByte=${firstByteDistribution(document)}
        .egress=${tierEgress(document)}></weir-tiers>`),
    section('places', 'Places and regions', regions.length > 0 || map !== undefined, () => html`
      <weir-places .map=${map} .regions=${regions}></weir-places>`),
    section('claims', 'Claimed hit rates', document.claims !== undefined, () => html`
      <weir-claims .runs=${[{ name: document.scenario, claims: document.claims! }]}></weir-claims>`),
    section('stages', 'Stages', stages.length > 0,
      () => html`<weir-stages .rows=${stages}></weir-stages>`),
    section('farm', 'Jobs and engines', stages.length > 0,
      () => html`<weir-farm .document=${document}></weir-farm>`),
    section('session', 'One session', shown.length > 0,
      () => html`<weir-session .logs=${shown}></weir-session>`),
    section('facts', 'Alerts and costs', document.alerts.length + document.costs.length > 0,
      () => html`<weir-facts .document=${document}></weir-facts>`),
    section('warnings', 'Warnings', document.warnings.length > 0, () => html`
      <ul class="warnings">${document.warnings.map((warning) => html`<li>${warning}</li>`)}</ul>`),
    section('parameters', 'Parameters', document.provenance.parameters.length > 0,
      () => html`<weir-parameters .parameters=${document.provenance.parameters}></weir-parameters>`),
    section('origins', 'Where it comes from', true,
      () => html`<weir-origins .document=${document}></weir-origins>`),
  ].flat();
}

customElements.define('weir-report', WeirReport);
