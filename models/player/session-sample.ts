import type { SessionRow } from '../core/run-record.ts';

/** Rows that are kept of a run's sessions. */
const MOST_ROWS = 50_000;

/** Copied state of a sample. */
export interface SessionSampleState {
  readonly rows: readonly SessionRow[];
  readonly seen: number;
  readonly limit: number;
}

/**
 * The rows of a run's sessions, or of a sample of them where there are more than can be kept: those whose
 * numbers have the smallest hashes, so that it is the same sample whoever draws it and in whichever order.
 * Metrics and indicators count every session.
 */
export class SessionSample {
  readonly #most: number;
  #rows: SessionRow[] = [];
  /** Sessions seen, and the greatest hash that is still kept. */
  #seen = 0;
  #limit = Infinity;

  constructor(most = MOST_ROWS) {
    this.#most = most;
  }

  /** Sessions that ended or were under way at the end. */
  get seen(): number {
    return this.#seen;
  }

  /** True when a row would be kept: worth making. */
  wants(session: number): boolean {
    return hashOf(session) <= this.#limit;
  }

  /** Counts a session whose row is not wanted. */
  pass(): void {
    this.#seen++;
  }

  add(row: SessionRow): void {
    this.#seen++;
    this.#rows.push(row);
    if (this.#rows.length >= 2 * this.#most) this.#thin();
  }

  /** The rows kept, by session. */
  rows(): SessionRow[] {
    this.#thin();
    return [...this.#rows].sort((a, b) => a.session - b.session);
  }

  /** What a reader of the rows has to know. */
  warnings(): string[] {
    if (this.#seen <= this.#most) return [];
    const which = `a sample of ${this.#most} by the hash of their numbers`;
    return [`Rows of sessions are ${which}; figures count all.`];
  }

  save(): SessionSampleState {
    return { rows: [...this.#rows], seen: this.#seen, limit: this.#limit };
  }

  restore(state: SessionSampleState): void {
    this.#rows = [...state.rows];
    this.#seen = state.seen;
    this.#limit = state.limit;
  }

  #thin(): void {
    if (this.#rows.length <= this.#most) return;
    this.#rows.sort((a, b) => hashOf(a.session) - hashOf(b.session) || a.session - b.session);
    this.#rows.length = this.#most;
    this.#limit = hashOf(this.#rows.at(-1)!.session);
  }
}

/** MurmurHash3's finisher: neighbouring numbers get unrelated ones. */
function hashOf(session: number): number {
  let h = session | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
