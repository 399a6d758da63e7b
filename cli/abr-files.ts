import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { TracePeriod } from '../models/network/bandwidth.ts';
import { US_PER_MS, type Us } from '../models/core/units.ts';
import { Movie } from '../models/player/sabre/movie.ts';
import { ScenarioError, suggest, type ScenarioIssue } from '../scenarios/errors.ts';
import { DATA_LIMIT, FileTooLargeError, UnreadableFileError } from '../scenarios/files.ts';
import { isMarkov, markovLinks, parseMarkov } from '../scenarios/markov-files.ts';
import type { SizeTable } from '../scenarios/size-table.ts';
import { parseSizeTables } from '../scenarios/size-tables.ts';
import { parseTrace, TRACE_ENDINGS, traceNames, traceTitle } from '../scenarios/trace-files.ts';
import { UsageError } from './exit.ts';
import { diskFiles, HOME } from './files.ts';

/** A trace with the name of its file. */
export interface NamedTrace {
  readonly name: string;
  readonly periods: readonly TracePeriod[];
}

/**
 * The trace of a file, the links of a Markov model, or the traces of a folder or a shipped set; throws with
 * all problems of all files. `latencyUs`: round-trip time of traces that state none.
 */
export function readTraces(name: string, latencyUs: Us = 0): NamedTrace[] {
  const path = located(name, NETWORKS, 'a trace file or a folder of traces');
  const names = traceNames(diskFiles, path);
  if (names?.length === 0) {
    throw new UsageError(`expected trace files (${TRACE_ENDINGS}) in ${name}, got none`);
  }
  const issues: ScenarioIssue[] = [];
  const traces = (names ?? ['']).flatMap((file): NamedTrace[] => {
    const at = file === '' ? path : join(path, file);
    try {
      const text = readText(at);
      const stem = traceTitle(basename(at));
      if (!isMarkov(text)) return [{ name: stem, periods: parseTrace(text, at, latencyUs) }];
      return markovLinks(parseMarkov(text, at)).map((periods, i) => ({ name: `${stem} ${i + 1}`, periods }));
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      issues.push(...error.issues);
      return [];
    }
  });
  if (issues.length > 0) throw new ScenarioError(issues);
  return traces;
}

/** The video of a file of segment sizes, `file#video` where it holds several, or a shipped one by name. */
export function readMovie(name: string): Movie {
  const [file, video] = splitVideo(name);
  const path = located(file, VIDEOS, 'a file of segment sizes');
  const tables = parseSizeTables(readText(path), path);
  const only = video === '' && tables.length === 1 ? tables[0] : undefined;
  const found = only ?? tables.find((table) => table.name === video);
  if (found === undefined && tables.length === 1) {
    throw new UsageError(`there is no #${video} in ${file}: it is one video, so ${file} alone names it`);
  }
  if (found === undefined) {
    const names = tables.map((table) => table.name);
    const hint = video === ''
      ? `it has ${names.join(', ')}` : `no "${video}" there: ${suggest(video, names)}`;
    throw new UsageError(`expected one video of ${file}, as ${file}#name; ${hint}`);
  }
  return movieOf(found);
}

/** A video from its table of sizes. */
export function movieOf(table: SizeTable): Movie {
  const kbps = table.bitrates.map((rate) => rate / 1e3);
  return new Movie(table.segmentUs / US_PER_MS, kbps, table.segments, (i, rung) => table.sizeBits(i, rung));
}

function splitVideo(name: string): [file: string, video: string] {
  const hash = name.indexOf('#');
  return hash < 0 || existsSync(name) ? [name, ''] : [name.slice(0, hash), name.slice(hash + 1)];
}

/** Where Weir ships something, and under which names: those of folders, or of files without their ending. */
interface Shipped {
  readonly folder: string;
  readonly file: RegExp;
}

const NETWORKS: Shipped = { folder: join(HOME, 'scenarios', 'networks'), file: /^([^.]+)$/ };
const VIDEOS: Shipped = { folder: join(HOME, 'scenarios', 'videos'), file: /^(.+)\.(?:json|csv)$/ };

/** The path a user means: theirs, or the shipped one when a bare name has no file of its own. */
function located(name: string, { folder, file }: Shipped, noun: string): string {
  if (existsSync(name)) return name;
  const missing = `expected ${noun}, but there is no ${name}`;
  if (/[/\\]/.test(name)) throw new UsageError(missing);
  const shipped = new Map(readdirSync(folder).flatMap((entry): [string, string][] => {
    const known = file.exec(entry)?.[1];
    return known === undefined ? [] : [[known, join(folder, entry)]];
  }));
  const found = shipped.get(name);
  if (found !== undefined) return found;
  throw new UsageError(`${missing}, shipped or of yours; ${suggest(name, [...shipped.keys()])}`);
}

function readText(path: string): string {
  try {
    const text = diskFiles.readText(path, DATA_LIMIT);
    if (text !== undefined) return text;
  } catch (error) {
    if (!(error instanceof UnreadableFileError) && !(error instanceof FileTooLargeError)) throw error;
    throw new UsageError(`${path}: ${error.message}`);
  }
  throw new UsageError(`${path}: expected a file`);
}
