/**
 * Finds the period of a trace that a value lies in: the bounds are ascending, and the range between the first
 * and the last is cut into as many equal cells as there are periods. A cell knows the first period that can
 * hold one of its values, so a look-up costs O(1) where periods are about equally long, O(log periods) at
 * worst.
 */
export class BoundsIndex {
  readonly #bounds: Float64Array;
  readonly #last: number;
  readonly #cellsPerUnit: number;
  /** Period that holds the lower end of a cell; one cell more, so that the last has an upper end, too. */
  readonly #cells: Int32Array;

  /** `bounds`: ascending from 0, one more than there are periods; not all of them 0. */
  constructor(bounds: Float64Array) {
    this.#bounds = bounds;
    this.#last = bounds.length - 2;
    const cells = bounds.length - 1;
    this.#cellsPerUnit = cells / bounds[bounds.length - 1]!;
    this.#cells = new Int32Array(cells + 2).fill(this.#last);
    let period = 0;
    for (let cell = 0; cell <= cells; cell++) {
      while (period < this.#last && this.#cellOf(bounds[period + 1]!) < cell) period++;
      this.#cells[cell] = period;
    }
  }

  /** Where to begin: no period before this one holds the value. */
  lowest(value: number): number {
    return this.#cells[this.#cellOf(value)]!;
  }

  /** Index of the last of the bounds that is <= value, the final bound left out. */
  lastNotAbove(value: number): number {
    const bounds = this.#bounds;
    const cell = this.#cellOf(value);
    let low = this.#cells[cell]!;
    let high = this.#last;
    // A few steps find it nearly always; where many short periods share a cell, halving does.
    for (let steps = 0; steps < SCAN; steps++) {
      if (low === high || bounds[low + 1]! > value) return low;
      low++;
    }
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (bounds[middle]! <= value) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Index of the last of the bounds that is < value, the final bound left out; 0 when none is. */
  lastBelow(value: number): number {
    const bounds = this.#bounds;
    const cell = this.#cellOf(value);
    let low = this.#cells[cell]!;
    let high = this.#last;
    for (let steps = 0; steps < SCAN; steps++) {
      if (low === high || bounds[low + 1]! >= value) return low;
      low++;
    }
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (bounds[middle]! < value) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Never decreases with the value: no value's cell lies before that of a bound below it. */
  #cellOf(value: number): number {
    return Math.floor(value * this.#cellsPerUnit);
  }
}

const SCAN = 6;
