import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { FileTooLargeError, UnreadableFileError, type FileSource } from '../scenarios/files.ts';

/** Folder of Weir itself. */
export const HOME = join(import.meta.dirname, '..');

/** The disk as the scenario loader sees it. */
export const diskFiles: FileSource = {
  library: join(HOME, 'scenarios'),
  readText(path, limit) {
    const stat = readable(() => statSync(path, { throwIfNoEntry: false }));
    if (stat === undefined || stat.isDirectory()) return undefined;
    if (!stat.isFile()) throw new UnreadableFileError('expected an ordinary file');
    if (stat.size > limit) throw new FileTooLargeError(path, stat.size, limit);
    return textOf(readable(() => readFileSync(path)), limit);
  },
  list(path) {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat?.isDirectory() === true ? readable(() => readdirSync(path).sort()) : undefined;
  },
  exists: existsSync,
  resolve(fromFile, path) {
    return isAbsolute(path) ? path : join(dirname(fromFile), path);
  },
  sha256(text) {
    return createHash('sha256').update(text).digest('hex');
  },
};

/** The text of a file, unpacked when it begins as gzip files do. */
function textOf(bytes: Buffer, limit: number): string {
  if (bytes.length < 2 || bytes.readUInt16BE(0) !== GZIP) return bytes.toString('utf8');
  try {
    return gunzipSync(bytes, { maxOutputLength: limit }).toString('utf8');
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    if (error.code === 'ERR_BUFFER_TOO_LARGE') {
      throw new UnreadableFileError(`expected at most ${limit / 1e6} MB once unpacked, got more`);
    }
    throw new UnreadableFileError(`damaged gzip data: ${error.message}`);
  }
}

const GZIP = 0x1f8b; // RFC 1952

/** What the system refuses is a problem of the file, not of Weir. */
function readable<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error)) throw error;
    throw new UnreadableFileError(error.message);
  }
}

/** Names of the scenarios Weir ships. */
export function libraryScenarios(): string[] {
  return shipped('library');
}

/** Names of the files of faults Weir ships. */
export function shippedFaults(): string[] {
  return shipped('faults');
}

/** The file a user means: a path, or the name of a scenario Weir ships; undefined when it is neither. */
export function findScenario(name: string): string | undefined {
  return find('library', name);
}

/** The file of faults a user means, as `findScenario`. */
export function findFaults(name: string): string | undefined {
  return find('faults', name);
}

function shipped(folder: string): string[] {
  return readdirSync(join(HOME, 'scenarios', folder))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length))
    .sort();
}

function find(folder: string, name: string): string | undefined {
  if (/[./\\]/.test(name)) return existsSync(name) ? name : undefined;
  const file = join(HOME, 'scenarios', folder, `${name}.yaml`);
  if (existsSync(file)) return file;
  return existsSync(name) ? name : undefined;
}
