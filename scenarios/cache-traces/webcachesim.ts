import { cellNumber, shown } from '../data-file.ts';
import type { TraceBuilder, TraceParser } from './cache-trace.ts';
import { LineParser } from './lines.ts';

/** Parses webcachesim's text: `time id size` in a line; the id is any word, the size whole bytes. */
export function webcachesimParser(builder: TraceBuilder): TraceParser {
  return new LineParser((line, number) => {
    const fields = line.trim().split(/\s+/);
    const [time, id, size] = fields;
    if (id === undefined || size === undefined) {
      builder.problem(number, `expected "time id size", got ${fields.length} of three: ${shown(line)}`);
      return;
    }
    const problem = problemOf(time!, size);
    if (problem === undefined) builder.add(Number(time), id, Number(size));
    else builder.problem(number, problem);
  });
}

/** What is wrong with the text of a time in seconds and of a size in bytes. */
export function problemOf(time: string, size: string): string | undefined {
  if (Number.isNaN(cellNumber(time))) return `expected a time in seconds, got ${shown(time)}`;
  if (!/^\d+$/.test(size) || !Number.isSafeInteger(Number(size))) {
    return `expected a size in whole bytes, got ${shown(size)}`;
  }
  return undefined;
}
