import type { Us } from '../core/units.ts';
import { NEVER } from '../core/units.ts';

/** Something to be done at a time. */
interface Entry<Item> {
  readonly at: Us;
  readonly number: number;
  readonly item: Item;
}

/** Copied state of an agenda. */
export interface AgendaState<Item> {
  readonly entries: ReadonlyArray<Entry<Item>>;
  readonly added: number;
}

/** What a component still has to do, in order of time; what is due at the same time, in order of adding. */
export class Agenda<Item> {
  #heap: Entry<Item>[] = [];
  #added = 0;

  /** When the next is due; NEVER without one. */
  get nextAt(): Us {
    return this.#heap[0]?.at ?? NEVER;
  }

  add(at: Us, item: Item): void {
    const heap = this.#heap;
    const entry = { at, number: this.#added++, item };
    let hole = heap.length;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (isBefore(heap[parent]!, entry)) break;
      heap[hole] = heap[parent]!;
      hole = parent;
    }
    heap[hole] = entry;
  }

  /** Takes the next off; there has to be one. */
  take(): Item {
    const heap = this.#heap;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length > 0) this.#sink(last);
    return first.item;
  }

  save(): AgendaState<Item> {
    return { entries: [...this.#heap], added: this.#added };
  }

  restore({ entries, added }: AgendaState<Item>): void {
    this.#heap = [...entries];
    this.#added = added;
  }

  #sink(entry: Entry<Item>): void {
    const heap = this.#heap;
    let hole = 0;
    for (let child = 1; child < heap.length; child = 2 * hole + 1) {
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (isBefore(entry, heap[child]!)) break;
      heap[hole] = heap[child]!;
      hole = child;
    }
    heap[hole] = entry;
  }
}

function isBefore<Item>(a: Entry<Item>, b: Entry<Item>): boolean {
  return a.at < b.at || (a.at === b.at && a.number < b.number);
}
