import type { OnComing } from './event-list.ts';
import type { LadderBottom } from './ladder-bottom.ts';

/** Operands of the events of one code that come soon, and who is told of them. */
interface Told {
  readonly onComing: OnComing;
  readonly entities: Float64Array;
  readonly details: Float64Array;
  count: number;
}

/** Tells of events of some codes that a ladder's refill has brought to its bottom, a code's all at once. */
export class Foretelling {
  readonly #byCode: (Told | undefined)[] = [];
  readonly #told: Told[] = [];

  /** Somebody wants to be told of the events of a code. */
  add(code: number, onComing: OnComing): void {
    const told = { onComing, entities: new Float64Array(MOST), details: new Float64Array(MOST), count: 0 };
    while (this.#byCode.length <= code) this.#byCode.push(undefined);
    this.#byCode[code] = told;
    this.#told.push(told);
  }

  /** `columns`: what the list keeps of each event by its handle. */
  tell({ records, head, tail }: LadderBottom, columns: Float64Array): void {
    const byCode = this.#byCode;
    const end = Math.min(tail, head + MOST);
    for (let at = head; at < end; at++) {
      const event = 4 * (records[2 * at + 1]! & HANDLE_MASK);
      const code = columns[event + CODE]! | 0;
      const told = code < byCode.length ? byCode[code] : undefined;
      if (told === undefined) continue;
      told.entities[told.count] = columns[event + ENTITY]!;
      told.details[told.count++] = columns[event + DETAIL]!;
    }
    for (const told of this.#told) {
      if (told.count > 0) told.onComing(told.entities, told.details, told.count);
      told.count = 0;
    }
  }
}

// As in LadderHandles.
const ENTITY = 0;
const DETAIL = 1;
const CODE = 2;
const HANDLE_MASK = 2 ** 25 - 1;
/** Events that are told of at once; more come together only at equal times. */
const MOST = 64;
