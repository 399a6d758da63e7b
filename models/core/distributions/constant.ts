import { assert } from '../assert.ts';
import type { Distribution } from './distribution.ts';

/** Always the same value; it draws nothing. */
export class Constant implements Distribution {
  readonly mean: number;
  readonly variance = 0;

  constructor({ value }: { readonly value: number }) {
    assert(Number.isFinite(value), 'a constant has a finite value', { value });
    this.mean = value;
  }

  sample(): number {
    return this.mean;
  }

  cdf(x: number): number {
    return x < this.mean ? 0 : 1;
  }

  quantile(_p: number): number {
    return this.mean;
  }
}
