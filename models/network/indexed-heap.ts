/** A copy of an indexed heap: parallel columns in heap order. */
export interface IndexedHeapState {
  readonly ids: readonly number[];
  readonly keys: readonly number[];
  readonly orders: readonly number[];
}

/** A binary heap of small integers by (key, order), the least first, from which any can be taken out. */
export class IndexedHeap {
  #ids: number[] = [];
  #keys: number[] = [];
  #orders: number[] = [];
  /** Place of each id; undefined or -1 when it is not here. */
  #places: number[] = [];

  get size(): number {
    return this.#ids.length;
  }

  /** The least; undefined on an empty heap, as its key. */
  get first(): number {
    return this.#ids[0]!;
  }

  get firstKey(): number {
    return this.#keys[0]!;
  }

  has(id: number): boolean {
    return (this.#places[id] ?? -1) >= 0;
  }

  keyOf(id: number): number {
    return this.#keys[this.#places[id]!]!;
  }

  /** Those in the heap, in no order. */
  ids(): readonly number[] {
    return this.#ids;
  }

  insert(id: number, key: number, order: number): void {
    this.#ids.push(id);
    this.#keys.push(key);
    this.#orders.push(order);
    this.#siftUp(this.#ids.length - 1, id, key, order);
  }

  remove(id: number): void {
    const place = this.#places[id]!;
    const last = this.#ids.pop()!;
    const key = this.#keys.pop()!;
    const order = this.#orders.pop()!;
    this.#places[id] = -1;
    if (place === this.#ids.length) return;
    const parent = (place - 1) >> 1;
    if (place > 0 && this.#isBefore(key, order, parent)) this.#siftUp(place, last, key, order);
    else this.#siftDown(place, last, key, order);
  }

  save(): IndexedHeapState {
    return { ids: [...this.#ids], keys: [...this.#keys], orders: [...this.#orders] };
  }

  restore(state: IndexedHeapState): void {
    this.#ids = [...state.ids];
    this.#keys = [...state.keys];
    this.#orders = [...state.orders];
    this.#places = [];
    this.#ids.forEach((id, place) => (this.#places[id] = place));
  }

  // Both sifts move the hole and put the entry down once, at the end.
  #siftUp(from: number, id: number, key: number, order: number): void {
    let hole = from;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (!this.#isBefore(key, order, parent)) break;
      this.#put(hole, this.#ids[parent]!, this.#keys[parent]!, this.#orders[parent]!);
      hole = parent;
    }
    this.#put(hole, id, key, order);
  }

  #siftDown(from: number, id: number, key: number, order: number): void {
    const size = this.#ids.length;
    let hole = from;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= size) break;
      const right = child + 1;
      if (right < size && this.#isBefore(this.#keys[right]!, this.#orders[right]!, child)) child = right;
      if (this.#isBefore(key, order, child)) break;
      this.#put(hole, this.#ids[child]!, this.#keys[child]!, this.#orders[child]!);
      hole = child;
    }
    this.#put(hole, id, key, order);
  }

  #isBefore(key: number, order: number, place: number): boolean {
    const other = this.#keys[place]!;
    return key < other || (key === other && order < this.#orders[place]!);
  }

  #put(place: number, id: number, key: number, order: number): void {
    this.#ids[place] = id;
    this.#keys[place] = key;
    this.#orders[place] = order;
    this.#places[id] = place;
  }
}
