import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';

/** A checkpoint belongs to another experiment than the one that wants to go on from it. */
export class CheckpointMismatchError extends Error {
  constructor(file: string, expected: string, got: string) {
    super(`${file} holds another experiment: expected ${expected}, got ${got}; `
      + 'name another file, or delete this one');
    this.name = 'CheckpointMismatchError';
  }
}

/** Where finished replications are kept, by number. */
export interface OutcomeStore<Outcome> {
  readonly finished: ReadonlyMap<number, Outcome>;
  /** Keeps an outcome; returns once it is safe. */
  add(replication: number, outcome: Outcome): void;
  close(): void;
}

/**
 * Finished replications on disk, one line of JSON each after a line with the experiment's key. A line is on
 * the disk before its replication counts; a line cut short by a crash is dropped, so that nothing is lost
 * and nothing counted twice.
 */
export class Checkpoint<Outcome> implements OutcomeStore<Outcome> {
  readonly #descriptor: number;
  readonly #finished = new Map<number, Outcome>();
  /** Bytes of whole lines in the file. */
  #length: number;

  /** Opens or makes the file; throws CheckpointMismatchError when it was written under another key. */
  constructor(file: string, key: string) {
    const known = existsSync(file) ? readLines(readFileSync(file, 'utf8')) : { lines: [], bytes: 0 };
    const [head, ...lines] = known.lines;
    if (head !== undefined) {
      const got = (JSON.parse(head) as { readonly key?: string }).key ?? 'no key';
      if (got !== key) throw new CheckpointMismatchError(file, key, got);
    }
    for (const line of lines) {
      const entry = JSON.parse(line) as { readonly replication: number; readonly outcome: Outcome };
      this.#finished.set(entry.replication, entry.outcome);
    }
    this.#descriptor = openSync(file, existsSync(file) ? 'r+' : 'w+');
    ftruncateSync(this.#descriptor, known.bytes);
    this.#length = known.bytes;
    if (head === undefined) this.#append({ key });
  }

  /** Outcomes of replications finished earlier, by number. */
  get finished(): ReadonlyMap<number, Outcome> {
    return this.#finished;
  }

  /** Keeps an outcome; returns once it is on the disk. */
  add(replication: number, outcome: Outcome): void {
    if (this.#finished.has(replication)) return;
    this.#append({ replication, outcome });
    this.#finished.set(replication, outcome);
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #append(value: unknown): void {
    const bytes = Buffer.from(`${JSON.stringify(value)}\n`);
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(this.#descriptor, bytes, done, bytes.length - done, this.#length + done);
    }
    this.#length += bytes.length;
    fsyncSync(this.#descriptor);
  }
}

/** Whole lines of a file that may end in a piece of one, and the bytes they take. */
function readLines(text: string): { readonly lines: readonly string[]; readonly bytes: number } {
  const end = text.lastIndexOf('\n') + 1;
  const whole = text.slice(0, end);
  return { lines: whole.split('\n').slice(0, -1), bytes: Buffer.byteLength(whole) };
}
