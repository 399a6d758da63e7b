import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunRecord } from '../models/core/run-record.ts';
import { compareDesigns, type ComparisonDocument } from '../models/operations/design-comparison.ts';
import { comparisonPage } from '../reports/comparison-page.ts';
import { renderDesigns } from '../reports/design-comparison.ts';
import { renderComparisonHtml } from '../reports/html.ts';
import { reproduceCommand } from '../reports/reproduce.ts';
import { simulateDesigns, type DesignsOptions } from '../sim/designs.ts';
import { reportTemplate, writeRun } from './output.ts';
import { provenanceOf } from './provenance.ts';
import type { PlannedStudy } from './scenario-options.ts';
import { note, print, terminalOptions } from './terminal.ts';

/** A scenario with its variants, run and compared. */
export interface ComparedStudy {
  readonly document: ComparisonDocument;
  /** The baseline's record, then those of the variants. */
  readonly records: readonly RunRecord[];
}

/** Runs the designs of a study and compares them with the first. */
export async function runStudy(
  { designs, rank }: PlannedStudy, scenarioFile: string, options: DesignsOptions,
): Promise<ComparedStudy> {
  const records = await simulateDesigns(
    designs.map(({ plan }) => ({ plan, provenance: provenanceOf(plan, scenarioFile) })), options,
  );
  const [baseline, ...variants] = designs.map(({ name, title, set }, i) =>
    ({ name, title, set, run: records[i]!.document }));
  const document = compareDesigns(baseline!, variants, rank);
  return { document, records };
}

/** Prints and writes a compared study. */
export async function reportStudy(
  { document, records }: ComparedStudy,
  options: { readonly json?: boolean; readonly out?: string; readonly again?: string },
  startedAt: Date,
): Promise<void> {
  const { out } = options;
  if (out !== undefined) {
    const names = [document.baseline, ...document.variants].map(({ name }) => name);
    names.forEach((name, i) => writeRun(join(out, name), records[i]!, startedAt));
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, 'comparison.json'), `${JSON.stringify(document, null, 2)}\n`);
    const page = renderComparisonHtml(reportTemplate(), comparisonPage(document, records));
    writeFileSync(join(out, 'comparison.html'), page);
    note(`Wrote ${out}/: comparison.html, comparison.json, and a folder for each of ${names.join(', ')}`);
  }
  await print(options.json === true
    ? JSON.stringify(document, null, 2)
    : renderDesigns(document, options.again ?? againCommand(document), terminalOptions(process.stdout)));
}

/** The command that makes the comparison again. */
function againCommand({ baseline }: ComparisonDocument): string {
  const { variant: _all, ...provenance } = baseline.run.provenance;
  return reproduceCommand({ ...baseline.run, provenance });
}
