import type { RunRecord } from '../models/core/run-record.ts';
import type { ComparisonDocument } from '../models/operations/design-comparison.ts';
import { buildPanels, type Panel } from './panels.ts';

/** What the page of a comparison holds. */
export interface ComparisonPage {
  readonly kind: 'comparison';
  /** Without what a page does not show: metrics and provenance of the runs. */
  readonly document: ComparisonDocument;
  /** The main series of the designs over each other, the baseline first. */
  readonly panels: readonly Panel[];
  /** Designs that `panels` leave out: more lines than can be told apart. */
  readonly undrawn: readonly string[];
  readonly warmupSeconds: number;
}

/** Lines that a chart tells apart by colour and dash. */
const MOST_LINES = 6;

/** The page of a comparison from its document and the records of its designs, the baseline's first. */
export function comparisonPage(document: ComparisonDocument, records: readonly RunRecord[]): ComparisonPage {
  const names = [document.baseline, ...document.variants].map(({ name }) => name);
  const order = document.ranking.map((one) => one.design).filter((name) => name !== document.baseline.name);
  const ranked = [document.baseline.name, ...(order.length > 0 ? order : names.slice(1))];
  const drawn = ranked.slice(0, MOST_LINES);
  const panels = drawn.map((name) => buildPanels(records[names.indexOf(name)]!));
  const slim = <Design extends ComparisonDocument['baseline']>(design: Design): Design => {
    const { provenance } = design.run;
    const run = { ...design.run, metrics: [], provenance: { ...provenance, inputs: [], parameters: [] } };
    return { ...design, run };
  };
  return {
    kind: 'comparison',
    document: { ...document, baseline: slim(document.baseline), variants: document.variants.map(slim) },
    panels: panels[0]!.filter((panel) => panel.main).map((panel) => overlay(panel, drawn, panels)),
    undrawn: ranked.slice(MOST_LINES),
    warmupSeconds: document.baseline.run.warmupSeconds,
  };
}

/** The first line of a panel in every design: medians, as bands over each other tell nothing. */
function overlay(panel: Panel, names: readonly string[], panels: ReadonlyArray<readonly Panel[]>): Panel {
  const lines = names.flatMap((name, i) => {
    const [line] = panels[i]!.find((one) => one.id === panel.id)?.lines ?? [];
    if (line === undefined) return [];
    const points = line.points.map(({ seconds, median }) => ({ seconds, median, low: median, high: median }));
    return [{ name, points }];
  });
  const what = panel.lines.length > 1 ? ` (${panel.lines[0]!.name})` : '';
  return { ...panel, title: `${panel.title}${what}`, lines, summary: `Medians of ${names.join(', ')}.` };
}
