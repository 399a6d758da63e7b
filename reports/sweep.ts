import type { Verdict } from '../models/core/run-record.ts';
import { indicatorOf } from '../models/operations/indicator.ts';
import { rankText } from './design-comparison.ts';
import { formatFigureValue, formatInterval } from './format.ts';
import { joinBlocks, type TerminalOptions } from './terminal.ts';
import { painter, textTable, wrapText, type Painter } from './text-table.ts';
import type { SweepDocument, SweepPoint } from './sweep-document.ts';
import { VERDICTS } from './verdict.ts';

/** What `weir sweep` prints: a line for every point, a grid of two factors, what was selected. */
export function renderSweep(document: SweepDocument, options: TerminalOptions): string {
  const paint = painter(options.colour);
  return joinBlocks([
    heading(document, paint, options.width),
    grid(document, paint, options.width),
    table(document, paint),
    notes(document, paint, options.width),
  ]);
}

/** A sweep as comma-separated values: for every point factors, figures with intervals, verdicts. */
export function sweepCsv({ factors, points }: SweepDocument): string {
  const slis = Object.keys(points[0]?.slis ?? {});
  const slos = points[0]?.slos.map((slo) => slo.name) ?? [];
  const head = [
    ...factors.map((factor) => factor.path), 'replications',
    ...slis.flatMap((name) => [name, `${name}_low`, `${name}_high`]), 'total_cost',
    ...slos.map((name) => `slo_${name}`),
  ];
  const rows = points.map((point) => [
    ...factors.map((factor) => point.values[factor.path]!), point.replications,
    ...slis.flatMap((name) => {
      const { value, low, high } = point.slis[name]!;
      return [value, low, high];
    }),
    indicatorOf(point, 'total_cost').value,
    ...point.slos.map((slo) => slo.verdict),
  ]);
  return [head, ...rows].map((row) => row.map(cell).join(',')).join('\n') + '\n';
}

/** The worst verdict of a point's objectives: one missed is missed. */
export function pointVerdict(point: SweepPoint): Verdict {
  const verdicts = point.slos.map((slo) => slo.verdict);
  const order = ['missed', 'inconclusive', 'met'] as const;
  return order.find((verdict) => verdicts.includes(verdict)) ?? 'no-data';
}

function heading(document: SweepDocument, paint: Painter, width: number): string[] {
  const { points, replications, known, criterion } = document;
  const facts = [
    `${points.length} points`, `${replications} replications on common random numbers`,
    ...(known > 0 ? [`${known} of them known from before`] : []), `seed ${document.seed}`,
    ...(criterion === null ? [] : [`by ${criterion.by}, ${criterion.better} is better`]),
  ];
  const lines = [paint.bold(document.title), ...wrapText(facts.join(' · '), width).map(paint.dim)];
  if (!document.complete) {
    lines.push(paint.bad('Interrupted: the figures cover what every point has finished.'));
  }
  return lines;
}

/** Two factors as a grid, when it fits: rows of the first, columns of the second. */
function grid(document: SweepDocument, paint: Painter, width: number): string[] {
  const { criterion, points } = document;
  const [first, second, more] = document.factors.filter((factor) => factor.values.length > 1);
  if (criterion === null || first === undefined || second === undefined || more !== undefined) return [];
  const rows = first.values.map((value) => [
    `  ${value}`,
    ...second.values.map((other) => {
      const point = points.find(({ values }) =>
        values[first.path] === value && values[second.path] === other)!;
      return `${formatFigureValue(indicatorOf(point, criterion.by))} ${mark(point, paint)}`;
    }),
  ]);
  const right = second.values.map((_value, i) => i + 1);
  const lines = textTable([['', ...second.values.map(paint.dim)], ...rows], right);
  const title = `${paint.bold(criterion.by)}${paint.dim(`  ${first.path} down, ${second.path} across`)}`;
  return lines.some((line) => line.length > 2 * width) ? [] : [title, ...lines];
}

function table(document: SweepDocument, paint: Painter): string[] {
  const { criterion, points, factors, ranking, selection } = document;
  const varied = factors.filter((factor) => factor.values.length > 1);
  const rows = points.map((point) => {
    const ranked = ranking.find((one) => one.design === point.name);
    const figure = criterion === null ? undefined : indicatorOf(point, criterion.by);
    const chosen = selection?.design === point.name ? paint.good('selected') : '';
    return [
      `  ${ranked === undefined ? '' : rankText(ranked)}`,
      ...varied.map((factor) => point.values[factor.path]!),
      figure === undefined ? '' : formatFigureValue(figure),
      paint.dim(figure === undefined ? '' : formatInterval(figure) ?? 'single run'),
      String(point.replications),
      `${mark(point, paint)} ${objectives(point)}`,
      chosen,
    ];
  });
  const head = ['  rank', ...varied.map((factor) => factor.path), criterion?.by ?? '', '95 %', 'runs',
    'objectives', ''].map(paint.dim);
  return textTable([head, ...rows], [varied.length + 1, varied.length + 3]);
}

function notes({ ranking, selection }: SweepDocument, paint: Painter, width: number): string[] {
  const sentences: string[] = [];
  if (selection !== null) sentences.push(selection.guarantee);
  else if (ranking.some((one) => one.tied.length > 0)) {
    sentences.push('A range of ranks is a tie: these replications do not separate the point from others '
      + '(Holm over all pairs). --select runs as many as it takes to find the best.');
  }
  const lines = sentences.flatMap((text) => wrapText(text, width));
  return selection === null ? lines.map(paint.dim) : lines;
}

function mark(point: SweepPoint, paint: Painter): string {
  const verdict = pointVerdict(point);
  const colours = { met: paint.good, missed: paint.bad, inconclusive: paint.unsure, 'no-data': paint.dim };
  return colours[verdict](VERDICTS[verdict].sign);
}

/** `all 4 met`, or what was not. */
function objectives(point: SweepPoint): string {
  const judged = point.slos.filter((slo) => slo.verdict !== 'no-data');
  const bad = judged.filter((slo) => slo.verdict !== 'met');
  if (judged.length === 0) return 'no data';
  if (bad.length === 0) return `all ${judged.length} met`;
  return bad.map((slo) => (slo.verdict === 'missed' ? slo.name : `${slo.name}?`)).join(', ');
}

function cell(value: string | number | null): string {
  const text = value === null ? '' : String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
