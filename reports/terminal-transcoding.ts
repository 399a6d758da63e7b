import type { RunDocument, RunRecord } from '../models/core/run-record.ts';
import { formatClock, formatCount, formatDuration, formatValue, NOTHING } from './format.ts';
import { engineTypes } from './engines.ts';
import { textTable, type Painter } from './text-table.ts';
import { backlogSteps, stageRows } from './transcoding.ts';

/** The graph of stages as a table; nothing for a run that does not transcode. */
export function stagesBlock(document: RunDocument, paint: Painter): string[] {
  const rows = stageRows(document);
  if (rows.length === 0) return [];
  const head = ['  stage', 'waits for', 'done', 'mean time'].map(paint.dim);
  const cells = rows.map(({ stage, after, runs, meanSeconds }) => [
    `  ${stage}`, after.join(', ') || 'the upload', formatCount(Math.round(runs)),
    meanSeconds === null ? NOTHING : formatDuration(meanSeconds),
  ]);
  return [paint.bold('Stages'), ...textTable([head, ...cells], [2, 3])];
}

/** The backlog over time with a bar a row; nothing for a run that does not transcode, or has no series. */
export function backlogBlock(series: RunRecord['series'], paint: Painter): string[] {
  const steps = backlogSteps(series, STEPS);
  if (steps.length === 0) return [];
  const top = Math.max(1, ...steps.map(({ queued }) => queued));
  const head = ['  from', 'jobs queued', 'most', '', 'farm busy', 'in time'].map(paint.dim);
  const rows = steps.map(({ fromSeconds, queued, most, busy, inTime }) => [
    `  ${formatClock(fromSeconds)}`, formatCount(Math.round(queued)), formatCount(Math.round(most)),
    bar(queued / top), busy === null ? NOTHING : formatValue(busy, 'ratio'),
    inTime === null ? NOTHING : formatValue(inTime, 'ratio'),
  ]);
  return [paint.bold('Backlog'), ...textTable([head, ...rows], [1, 2, 4, 5])];
}

/** A bar of blocks, an eighth of a column fine. */
function bar(share: number): string {
  const eighths = Math.round(share * BAR * 8);
  const full = Math.floor(eighths / 8);
  return '█'.repeat(full) + (eighths % 8 > 0 ? PARTS[eighths % 8]! : '');
}

const STEPS = 26;
const BAR = 30;
const PARTS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** The engines of a fleet by type: how much of them there was and was used, and what came out of them. */
export function enginesBlock(document: RunDocument, paint: Painter): string[] {
  const found = engineTypes(document);
  if (found.length === 0) return [];
  const head = ['  engine', 'there', 'busy', 'output', 'lost'].map(paint.dim);
  const rows = found.map(({ engine, available, busy, output, lost }) => [
    `  ${engine}`,
    formatValue(available, 's'),
    formatValue(available > 0 ? busy / available : null, 'ratio'),
    formatValue(output, 's'),
    formatValue(busy > 0 ? lost / busy : null, 'ratio'),
  ]);
  return [paint.bold('Engines'), ...textTable([head, ...rows], [1, 2, 3, 4])];
}
