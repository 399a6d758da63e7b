/** A recorded sequence of requests; objects are interned from 0 in the order of their first requests. */
export interface CacheTrace {
  readonly objects: Int32Array;
  /** Bytes of each request. */
  readonly sizes: Float64Array;
  /** Time of each request in seconds, on the trace's own clock. */
  readonly times: Float64Array;
  /** Records left out, by reason: requests without bytes, and those a cache would not answer. */
  readonly skipped: Readonly<Record<string, number>>;
}

/** A trace file that cannot be used: every problem found, each with its record. */
export class CacheTraceError extends Error {
  constructor(file: string, problems: readonly string[], unlisted: number) {
    const more = unlisted === 0 ? [] : [`and ${unlisted} more ${unlisted === 1 ? 'problem' : 'problems'}`];
    super([...problems, ...more].map((problem) => `${file}: ${problem}`).join('\n'));
    this.name = 'CacheTraceError';
  }
}

/** Problems listed of one file; the rest is counted. */
const MOST_PROBLEMS = 10;
/** Entries a Map can hold in V8, with room to spare. */
const MAP_LIMIT = 2 ** 24 - 16;

/** Collects the records of a trace as a parser finds them, with what is wrong with them. */
export class TraceBuilder {
  readonly #ids = new Interner();
  #objects = new Int32Array(4096);
  #sizes = new Float64Array(4096);
  #times = new Float64Array(4096);
  #length = 0;
  readonly #skipped: Record<string, number> = {};
  readonly #problems: string[] = [];
  #unlisted = 0;

  /** Requests taken so far. */
  get length(): number {
    return this.#length;
  }

  /** Adds a request; one without bytes is left out, as libCacheSim's readers do. */
  add(seconds: number, id: string | number | bigint, bytes: number): void {
    if (bytes === 0) {
      this.skip('without bytes');
      return;
    }
    if (this.#length === this.#objects.length) this.#grow();
    this.#objects[this.#length] = this.#ids.number(id);
    this.#sizes[this.#length] = bytes;
    this.#times[this.#length] = seconds;
    this.#length++;
  }

  /** Leaves a record out. */
  skip(reason: string): void {
    this.#skipped[reason] = (this.#skipped[reason] ?? 0) + 1;
  }

  /** Notes what is wrong with a record, counted from 1; 0 is the file as a whole. */
  problem(record: number, message: string): void {
    if (this.#problems.length === MOST_PROBLEMS) this.#unlisted++;
    else this.#problems.push(record === 0 ? message : `record ${record}: ${message}`);
  }

  /** The trace; throws CacheTraceError with all problems when there are any, or when it has no request. */
  finish(file: string): CacheTrace {
    if (this.#length === 0 && this.#problems.length === 0) {
      this.problem(0, `expected requests, got none${this.#skippedNote()}`);
    }
    if (this.#problems.length > 0) throw new CacheTraceError(file, this.#problems, this.#unlisted);
    return {
      objects: this.#objects.slice(0, this.#length),
      sizes: this.#sizes.slice(0, this.#length),
      times: this.#times.slice(0, this.#length),
      skipped: this.#skipped,
    };
  }

  #skippedNote(): string {
    const reasons = Object.entries(this.#skipped).map(([reason, count]) => `${count} ${reason}`);
    return reasons.length === 0 ? '' : ` (left out: ${reasons.join(', ')})`;
  }

  #grow(): void {
    const length = this.#length * 2;
    const [objects, sizes, times] = [this.#objects, this.#sizes, this.#times];
    this.#objects = new Int32Array(length);
    this.#sizes = new Float64Array(length);
    this.#times = new Float64Array(length);
    this.#objects.set(objects);
    this.#sizes.set(sizes);
    this.#times.set(times);
  }
}

/** Numbers names in the order they are first seen. */
class Interner {
  readonly #maps = [new Map<string | number | bigint, number>()];
  #count = 0;

  number(id: string | number | bigint): number {
    for (const map of this.#maps) {
      const known = map.get(id);
      if (known !== undefined) return known;
    }
    // Large traces have more objects than one Map can hold.
    if (this.#maps.at(-1)!.size >= MAP_LIMIT) this.#maps.push(new Map());
    this.#maps.at(-1)!.set(id, this.#count);
    return this.#count++;
  }
}

/** Reads a trace piece by piece, so that a file need not fit into one string. */
export interface TraceParser {
  push(bytes: Uint8Array): void;
  /** No more bytes: what is left over is a problem of the last record. */
  end(): void;
}
