import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { ComparisonPage } from '../../reports/comparison-page.ts';

/** A comparison of designs as a page: the ranking first, then differences, then series over each other. */
export class WeirComparison extends LitElement {
  static override properties = { page: { attribute: false } };

  declare page: ComparisonPage;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override shouldUpdate(): boolean {
    return this.page !== undefined;
  }

  protected override render(): TemplateResult {
    const { document, panels, undrawn, warmupSeconds } = this.page;
    const { baseline, variants, criterion, complete, rehearsal } = document;
    const claimed = [baseline, ...variants].flatMap(({ name, run: { claims } }) =>
      (claims === undefined ? [] : [{ name, claims }]));
    const left = undrawn.length === 0 ? nothing : html`
      <p class="soft small">Not drawn, as more lines could not be told apart: ${undrawn.join(', ')}.</p>`;
    return html`
      <nav aria-label="Sections"><div class="links">
        <a href="#ranking">Ranking</a>
        ${rehearsal === undefined ? nothing : html`<a href="#outcomes">Outcomes</a>`}
        <a href="#differences">Differences</a><a href="#over-time">Over time</a>
        <a href="#designs">Designs</a>
      </div></nav>
      <main>
        <weir-header .document=${baseline.run}></weir-header>
        ${complete ? nothing : html`<p class="warned">Interrupted: only replications that every design has
          finished count.</p>`}
        ${criterion === null ? nothing : section('ranking', 'Ranking',
          html`<weir-ranking .document=${document}></weir-ranking>`)}
        ${rehearsal === undefined ? nothing : section('outcomes', 'Outcomes over seeds',
          html`<weir-outcomes .rehearsal=${rehearsal}></weir-outcomes>`)}
        ${section('differences', `Differences to ${baseline.name}`,
          html`<weir-differences .document=${document}></weir-differences>`)}
        ${claimed.length === 0 ? nothing : section('claims', 'Claimed hit rates',
          html`<weir-claims .runs=${claimed}></weir-claims>`)}
        ${panels.length === 0 ? nothing : section('over-time', 'Over time', html`${left}
          <weir-over-time .panels=${panels} .replications=${document.replications}
            .warmupSeconds=${warmupSeconds} .bands=${false}></weir-over-time>`)}
        ${section('designs', 'Designs', html`<ul>${[baseline, ...variants].map(({ name, title, set }) => html`
          <li><a href="./${name}/report.html">${name}</a>: ${title}
            ${Object.entries(set).map(([path, value]) => html`<br><code>${path}: ${
              typeof value === 'string' ? value : JSON.stringify(value)}</code>`)}</li>`)}</ul>`)}
        <footer>Made by Weir ${baseline.run.provenance.version}. This page needs no network.</footer>
      </main>
    `;
  }
}

function section(id: string, title: string, body: TemplateResult): TemplateResult {
  return html`
    <section id=${id} aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${body}</section>`;
}

customElements.define('weir-comparison', WeirComparison);
