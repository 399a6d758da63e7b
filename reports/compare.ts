import type { PairedComparison } from '../models/core/comparison.ts';
import type { RunDocument } from '../models/core/run-record.ts';
import { pairIndicator } from '../models/operations/pairing.ts';
import {
  formatChange, formatDifference, formatDuration, formatFigureValue, formatInterval, formatScale, type Figure,
} from './format.ts';
import type { TerminalOptions } from './terminal.ts';
import { comparedIncidents } from './compared-incidents.ts';
import { comparedJobs } from './terminal-transcoding.ts';
import { painter, textTable, wrapText, type Painter } from './text-table.ts';
import { originBytes } from './tiers.ts';

/** One figure of two runs side by side; a run that lacks it has null. */
export interface ComparisonRow {
  readonly name: string;
  readonly unit: string;
  readonly a: Figure;
  readonly b: Figure;
  /** b minus a. */
  readonly difference: number | null;
  /** Difference as a share of a; null when a is zero or absent. */
  readonly relative: number | null;
  /** Whether the two 95 % intervals share a value; null when either is a single run. */
  readonly overlap: boolean | null;
  /**
   * The difference with its 95 % interval, replication by replication on common random numbers; null unless
   * both are simulations with the same seed and as many replications, at least two.
   */
  readonly paired: PairedComparison | null;
}

/** Every indicator of either run, in the order of the first, and the bytes each fetched from its origin. */
export function compareRuns(a: RunDocument, b: RunDocument): ComparisonRow[] {
  const names = new Set([...Object.keys(a.slis), ...Object.keys(b.slis)]);
  const rows = [...names].map((name) => {
    const unit = a.slis[name]?.unit ?? b.slis[name]?.unit ?? '';
    const row = compareFigures(name, a.slis[name] ?? absent(unit), b.slis[name] ?? absent(unit));
    return { ...row, paired: pairedRuns(a, b) ? pairIndicator(a, b, name) ?? null : null };
  });
  const [fromA, fromB] = [originBytes(a), originBytes(b)];
  if ((fromA !== null || fromB !== null) && !names.has('origin_bytes')) {
    rows.push(compareFigures('origin_bytes', single(fromA, 'bytes'), single(fromB, 'bytes')));
  }
  return rows;
}

/** What a reader has to know before holding the two runs together: worlds, spans or scales that differ. */
export function comparisonNotes(a: RunDocument, b: RunDocument): string[] {
  const notes: string[] = [];
  if (a.fingerprint === b.fingerprint) notes.push('Same fingerprint: the runs behaved identically.');
  else if (pairedRuns(a, b)) notes.push('Same seed: differences are paired, replication by replication.');
  if (a.provenance.scenarioDigest !== b.provenance.scenarioDigest) notes.push('The scenarios differ.');
  if (a.world !== b.world) notes.push(`A is ${WORLDS[a.world]}, B is ${WORLDS[b.world]}.`);
  if (a.simulatedSeconds !== b.simulatedSeconds) {
    const [spanA, spanB] = [formatDuration(a.simulatedSeconds), formatDuration(b.simulatedSeconds)];
    notes.push(`The spans differ (${spanA} and ${spanB}): totals are not comparable.`);
  }
  if (a.scale !== b.scale) {
    const [scaleA, scaleB] = [formatScale(a.scale), formatScale(b.scale)];
    notes.push(`The scales differ (${scaleA} and ${scaleB}): totals are not comparable.`);
  }
  if (!a.complete || !b.complete) notes.push(`Run ${a.complete ? 'B' : 'A'} was interrupted.`);
  return notes;
}

/** What `weir compare` prints. */
export function renderComparison(a: RunDocument, b: RunDocument, options: TerminalOptions): string {
  const paint = painter(options.colour);
  const name = (document: RunDocument): string =>
    `${document.title} ${paint.dim(`(${WORLDS[document.world]}, seed ${document.seed})`)}`;
  const last = pairedRuns(a, b) ? 'paired 95 % interval' : 'intervals';
  const head = ['', 'A', 'B', 'B - A', 'change', last].map(paint.dim);
  const rows = compareRuns(a, b).map((row) => [
    `  ${row.name}`,
    side(row.a),
    side(row.b),
    formatDifference(row.difference, row.unit),
    formatChange(row.relative),
    intervalsText(row, paint),
  ]);
  const notes = comparisonNotes(a, b).flatMap((note) => wrapText(`! ${note}`, options.width));
  const blocks = [
    [`${paint.bold('A')}  ${name(a)}`, `${paint.bold('B')}  ${name(b)}`],
    notes,
    textTable([head, ...rows], [1, 2, 3, 4]),
    comparedJobs(a, b, paint),
    comparedIncidents(a, b, paint),
  ];
  return `${blocks.filter((lines) => lines.length > 0).map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function intervalsText(row: ComparisonRow, paint: Painter): string {
  if (row.difference === null) return '';
  if (row.paired !== null) {
    const { difference, verdict } = row.paired;
    if (verdict === 'identical') return paint.dim('identical');
    const bound = (value: number | null): string => formatDifference(value, row.unit);
    const word = verdict === 'inconclusive' ? paint.dim('cannot tell') : paint.bold(verdict);
    return `${bound(difference.low)} to ${bound(difference.high)}  ${word}`;
  }
  if (row.overlap === null) return paint.dim('single run');
  return row.overlap ? 'overlap' : paint.bold('apart');
}

function side(figure: Figure): string {
  const interval = formatInterval(figure);
  return interval === null ? formatFigureValue(figure) : `${formatFigureValue(figure)} (${interval})`;
}

/** Whether both runs saw the same random numbers, replication by replication. */
function pairedRuns(a: RunDocument, b: RunDocument): boolean {
  const simulated = a.world === 'sim' && b.world === 'sim';
  return simulated && a.seed === b.seed && a.replications === b.replications && a.replications > 1;
}

function compareFigures(name: string, a: Figure, b: Figure): ComparisonRow {
  const known = a.value !== null && b.value !== null && a.unit === b.unit;
  const difference = known ? differenceOf(a.value, b.value) : null;
  const relative = difference !== null && a.value !== 0 ? difference / Math.abs(a.value!) : null;
  const bounded = a.low !== null && a.high !== null && b.low !== null && b.high !== null;
  const overlap = known && bounded ? a.low <= b.high && b.low <= a.high : null;
  return { name, unit: a.unit, a, b, difference, relative, overlap, paired: null };
}

/** b - a, and 0 where they differ by no more than the rounding of sums of doubles. */
function differenceOf(a: number, b: number): number {
  return Math.abs(b - a) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b)) ? 0 : b - a;
}

function absent(unit: string): Figure {
  return single(null, unit);
}

function single(value: number | null, unit: string): Figure {
  return { value, low: null, high: null, unit };
}

const WORLDS = { sim: 'simulated', real: 'real' } as const;
