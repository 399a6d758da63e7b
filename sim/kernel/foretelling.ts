import type { OnComing } from './event-list.ts';
import type { LadderBottom } from './ladder-bottom.ts';

/** Tells of events of one code that a refill has brought to the bottom of a ladder, all at once. */
export class Foretelling {
  readonly #code: number;
  readonly #onComing: OnComing;
  readonly #entities = new Float64Array(MOST);
  readonly #details = new Float64Array(MOST);

  constructor(code: number, onComing: OnComing) {
    this.#code = code;
    this.#onComing = onComing;
  }

  /** `columns`: what the list keeps of each event by its handle. */
  tell({ records, head, tail }: LadderBottom, columns: Float64Array): void {
    const code = this.#code;
    const entities = this.#entities;
    const details = this.#details;
    const end = Math.min(tail, head + MOST);
    let count = 0;
    for (let at = head; at < end; at++) {
      const event = 4 * (records[2 * at + 1]! & HANDLE_MASK);
      if (columns[event + CODE] !== code) continue;
      entities[count] = columns[event + ENTITY]!;
      details[count++] = columns[event + DETAIL]!;
    }
    if (count > 0) this.#onComing(entities, details, count);
  }
}

// As in LadderHandles.
const ENTITY = 0;
const DETAIL = 1;
const CODE = 2;
const HANDLE_MASK = 2 ** 25 - 1;
/** Events that are told of at once; more come together only at equal times. */
const MOST = 64;
