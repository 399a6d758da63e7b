import type { Us } from '../models/core/units.ts';
import { CODES } from './codes.ts';
import { NO_EVENT } from './kernel/event-list.ts';
import type { EventLoop } from './kernel/event-loop.ts';
import { ROW, SLOT_PLACES, type SlotRows } from './slot-rows.ts';

const { step: STEP } = SLOT_PLACES;

/** The events at which players are followed further, at most one a slot. */
export class PlayerWakes {
  readonly #rows: SlotRows;
  readonly #loop: EventLoop;

  /** `follow`: told when a slot's time has come. */
  constructor(rows: SlotRows, loop: EventLoop, follow: (slot: number) => void) {
    this.#rows = rows;
    this.#loop = loop;
    loop.on(CODES.playerWake, (entity) => {
      const slot = entity | 0; // events carry doubles, and an index is best an integer
      rows.numbers[slot * ROW + STEP] = NO_EVENT;
      follow(slot);
    });
  }

  /** The slot is to be followed further at `at`, not before. */
  arm(slot: number, at: Us): void {
    const { numbers } = this.#rows;
    const i = slot * ROW;
    numbers[i + STEP] = this.#loop.rearm(numbers[i + STEP]!, at, CODES.playerWake, slot);
  }

  /** Another event goes on with the slot. */
  disarm(slot: number): void {
    const { numbers } = this.#rows;
    const i = slot * ROW;
    if (numbers[i + STEP] === NO_EVENT) return;
    this.#loop.cancel(numbers[i + STEP]!);
    numbers[i + STEP] = NO_EVENT;
  }
}
