/** A Float64Array that grows by doubling; `array` may be longer than `length` and moves when it grows. */
export class GrowableFloat64 {
  array: Float64Array;
  length = 0;

  constructor(capacity: number) {
    this.array = new Float64Array(Math.max(1, capacity));
  }

  push(value: number): void {
    if (this.length === this.array.length) {
      const larger = new Float64Array(this.array.length * 2);
      larger.set(this.array);
      this.array = larger;
    }
    this.array[this.length++] = value;
  }

  /** Holds a copy of these values instead. */
  replace(values: Float64Array): void {
    this.array = new Float64Array(Math.max(1, values.length));
    this.array.set(values);
    this.length = values.length;
  }

  /** A copy of the values from index `from` to the end. */
  slice(from: number): Float64Array {
    return this.array.slice(from, this.length);
  }
}
