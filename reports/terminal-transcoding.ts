import type { RunDocument, RunRecord } from '../models/core/run-record.ts';
import { formatChange, formatClock, formatCount, formatDuration, formatValue, NOTHING } from './format.ts';
import { engineTypes } from './engines.ts';
import { textTable, type Painter } from './text-table.ts';
import { backlogSteps, failureRows, resolutionRows, stageRows } from './transcoding.ts';

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

/** Times of jobs and of the tries of their chunks by resolution, and failures by reason. */
export function jobsBlock(document: RunDocument, paint: Painter): string[] {
  const found = resolutionRows(document);
  if (found.length === 0) return [];
  const head = ['  resolution', 'jobs', 'median', '95 %', 'tries', 'median', '95 %', 'engine time'];
  const times = (figure: (typeof found)[number]['jobs']) => [
    formatCount(Math.round(figure?.count ?? 0)),
    ...(['p50', 'p95'] as const).map((at) => formatValue(figure?.quantiles?.[at] ?? null, 's')),
  ];
  const rows = found.map(({ resolution, jobs, tries, engineSeconds }) =>
    [`  ${resolution}`, ...times(jobs), ...times(tries), formatValue(engineSeconds, 's')]);
  const failed = failureRows(document)
    .map(([reason, count]) => `${reason} ${formatCount(Math.round(count))}`);
  const said = failed.length === 0 ? 'none' : failed.join(', ');
  const what = paint.dim('transcoding_duration_seconds and transcoding_try_seconds by resolution');
  return [
    `${paint.bold('Jobs')}  ${what}`,
    ...textTable([head.map(paint.dim), ...rows], [1, 2, 3, 4, 5, 6, 7]),
    `  failures by reason: ${said}`,
  ];
}

/** Times of jobs and tries of two runs by resolution, where both transcode. */
export function comparedJobs(a: RunDocument, b: RunDocument, paint: Painter): string[] {
  const others = new Map(resolutionRows(b).map((row) => [row.resolution, row] as const));
  const rows = resolutionRows(a).flatMap(({ resolution, jobs, tries, engineSeconds }) => {
    const other = others.get(resolution);
    if (other === undefined) return [];
    const median = (figure: typeof jobs) => figure?.quantiles?.p50 ?? null;
    return ([
      ['job, median', median(jobs), median(other.jobs)],
      ['try of a chunk, median', median(tries), median(other.tries)],
      ['engine time of a try, mean', engineSeconds, other.engineSeconds],
    ] as const).filter(([, x, y]) => x !== null || y !== null).map(([what, x, y]) => {
      const change = x === null || y === null || x === 0 ? null : (y - x) / x;
      return [`  ${resolution}`, what, formatValue(x, 's'), formatValue(y, 's'), formatChange(change)];
    });
  });
  if (rows.length === 0) return [];
  const head = ['  resolution', 'time of a', 'A', 'B', 'change'].map(paint.dim);
  return [paint.bold('Jobs'), ...textTable([head, ...rows], [2, 3, 4])];
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
