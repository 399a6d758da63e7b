/** A copy of the flows on a link: parallel columns in heap order. */
export interface FlowHeapState {
  readonly flows: readonly number[];
  readonly finishBits: readonly number[];
  readonly order: readonly number[];
}

/**
 * The flows on one link, the next to finish first: a binary heap over (finish on the link's virtual
 * clock [bits], order of start). Most links have few flows: the columns are plain arrays, empty at first.
 */
export class FlowHeap {
  #flows: number[] = [];
  #finishBits: number[] = [];
  #order: number[] = [];
  /** Place of each flow; kept only once a link is crowded: to scan a few numbers is quicker than a map. */
  #places: Map<number, number> | undefined;

  get size(): number {
    return this.#flows.length;
  }

  /** Finish of the flow that is next [bits on the virtual clock]; undefined on an empty heap. */
  get firstFinishBits(): number {
    return this.#finishBits[0]!;
  }

  /** The flow that is next; undefined on an empty heap. */
  get first(): number {
    return this.#flows[0]!;
  }

  /** Place of a flow in the heap, -1 when it is not there. */
  find(flow: number): number {
    return this.#places === undefined ? this.#flows.indexOf(flow) : (this.#places.get(flow) ?? -1);
  }

  /** Finish of the flow at a place [bits on the virtual clock]. */
  finishBitsAt(place: number): number {
    return this.#finishBits[place]!;
  }

  insert(flow: number, finishBits: number, order: number): void {
    const place = this.#flows.length;
    this.#flows.push(flow);
    this.#finishBits.push(finishBits);
    this.#order.push(order);
    if (this.#places === undefined && place >= CROWDED) {
      this.#places = placesOf(this.#flows);
    }
    this.#siftUp(place, flow, finishBits, order);
  }

  /** Takes the flow that is next off the heap and returns it. */
  removeFirst(): number {
    const flow = this.#flows[0]!;
    this.removeAt(0);
    return flow;
  }

  removeAt(place: number): void {
    this.#places?.delete(this.#flows[place]!);
    const flow = this.#flows.pop()!;
    const finishBits = this.#finishBits.pop()!;
    const order = this.#order.pop()!;
    const size = this.#flows.length;
    if (size === 0) this.#places = undefined;
    if (place === size) return;
    const parent = (place - 1) >> 1;
    if (place > 0 && this.#isBefore(finishBits, order, parent)) this.#siftUp(place, flow, finishBits, order);
    else this.#siftDown(place, flow, finishBits, order);
  }

  save(): FlowHeapState {
    return { flows: [...this.#flows], finishBits: [...this.#finishBits], order: [...this.#order] };
  }

  restore(state: FlowHeapState): void {
    this.#flows = [...state.flows];
    this.#finishBits = [...state.finishBits];
    this.#order = [...state.order];
    this.#places = state.flows.length > CROWDED ? placesOf(state.flows) : undefined;
  }

  // Both sifts move the hole and put the flow down once, at the end.
  #siftUp(from: number, flow: number, finishBits: number, order: number): void {
    let hole = from;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (!this.#isBefore(finishBits, order, parent)) break;
      this.#put(hole, this.#flows[parent]!, this.#finishBits[parent]!, this.#order[parent]!);
      hole = parent;
    }
    this.#put(hole, flow, finishBits, order);
  }

  #siftDown(from: number, flow: number, finishBits: number, order: number): void {
    const size = this.#flows.length;
    let hole = from;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= size) break;
      const right = child + 1;
      if (right < size && this.#isBefore(this.#finishBits[right]!, this.#order[right]!, child)) child = right;
      if (this.#isBefore(finishBits, order, child)) break;
      this.#put(hole, this.#flows[child]!, this.#finishBits[child]!, this.#order[child]!);
      hole = child;
    }
    this.#put(hole, flow, finishBits, order);
  }

  #isBefore(finishBits: number, order: number, place: number): boolean {
    const other = this.#finishBits[place]!;
    return finishBits < other || (finishBits === other && order < this.#order[place]!);
  }

  #put(place: number, flow: number, finishBits: number, order: number): void {
    this.#flows[place] = flow;
    this.#finishBits[place] = finishBits;
    this.#order[place] = order;
    this.#places?.set(flow, place);
  }
}

function placesOf(flows: readonly number[]): Map<number, number> {
  return new Map(flows.map((flow, place) => [flow, place]));
}

/** Flows on a link above which their places are kept in a map. */
const CROWDED = 8;
