/** How the loader reaches files: a host with a disk implements it, a browser hands in what it has fetched. */
export interface FileSource {
  /** Text of a file, undefined when there is none; throws UnreadableFileError, as beyond `limit` bytes. */
  readText(path: string, limit: number): string | undefined;
  /** Names in a folder, sorted, or undefined when it is no folder. */
  list(path: string): readonly string[] | undefined;
  /** True for a file or a folder. */
  exists(path: string): boolean;
  /** A path relative to the folder of another file; absolute paths stay. */
  resolve(fromFile: string, path: string): string;
  /** The folder Weir ships its scenarios, networks and videos in. */
  readonly library: string;
  /** SHA-256 of a text, in hexadecimal. */
  sha256(text: string): string;
}

/** A file is there but cannot be read; the message says why. */
export class UnreadableFileError extends Error {}

/** A file is larger than anything Weir reads as such a file. */
export class FileTooLargeError extends UnreadableFileError {
  constructor(path: string, bytes: number, limit: number) {
    const mb = (value: number) => `${(value / 1e6).toFixed(1)} MB`;
    super(`expected at most ${mb(limit)}, got ${mb(bytes)}`);
    this.name = 'FileTooLargeError';
    this.cause = path;
  }
}

/** Largest scenario file read: far above any written by hand, far below what stalls a parser. [bytes] */
export const SCENARIO_LIMIT = 2_000_000;
/** Largest trace or size table read. [bytes] */
export const DATA_LIMIT = 32_000_000;
