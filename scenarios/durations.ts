import { US_PER_S } from '../models/core/units.ts';
import { cellNumber, Problems, readCsv, shown } from './data-file.ts';
import { ScenarioError } from './errors.ts';

/**
 * Durations in microseconds from a file of seconds: the first cell of each row, after a heading or without
 * one. Throws ScenarioError with every row that holds none.
 */
export function parseDurations(text: string, file: string): Float64Array<ArrayBuffer> {
  const problems = new Problems(file);
  const rows = readCsv(text.replace(/^\uFEFF/, ''));
  const durations: number[] = [];
  rows.forEach((row, i) => {
    const seconds = cellNumber(row.cells[0]!);
    if (seconds > 0) durations.push(Math.round(seconds * US_PER_S));
    else if (i > 0 || !Number.isNaN(seconds)) {
      problems.addInRow(row, 0, `expected a duration > 0 in seconds, got ${shown(row.cells[0])}`);
    }
  });
  if (durations.length === 0 && !problems.any) problems.add('expected durations in seconds, one a line');
  if (problems.any) throw new ScenarioError(problems.issues);
  return Float64Array.from(durations);
}
