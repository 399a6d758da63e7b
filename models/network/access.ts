import { assert } from '../core/assert.ts';

/**
 * Which viewers share a link: a viewer joins the newest link of their class that has room, or opens
 * another. Links are numbered in the order of their opening.
 */
export class AccessLinks {
  readonly #viewersPerLink: readonly number[];
  readonly #open: number[];
  readonly #viewers: number[] = [];

  /** `viewersPerLink`: most viewers on one link at a time, by class. */
  constructor(viewersPerLink: readonly number[]) {
    this.#viewersPerLink = viewersPerLink;
    this.#open = viewersPerLink.map(() => -1);
  }

  /** Links opened so far. */
  get count(): number {
    return this.#viewers.length;
  }

  /** The link a viewer of the class gets; `opened` when it is a new one. */
  join(networkClass: number): { readonly link: number; readonly opened: boolean } {
    const candidate = this.#open[networkClass]!;
    if (candidate >= 0 && this.#viewers[candidate]! < this.#viewersPerLink[networkClass]!) {
      this.#viewers[candidate]!++;
      return { link: candidate, opened: false };
    }
    const link = this.#viewers.push(1) - 1;
    this.#open[networkClass] = link;
    return { link, opened: true };
  }

  /** A viewer leaves the link; the viewers that remain. A link left empty is not joined again. */
  leave(link: number): number {
    assert(this.#viewers[link]! > 0, 'only a viewer on a link leaves it', { link });
    this.#viewers[link]!--;
    if (this.#viewers[link] === 0) this.#close(link);
    return this.#viewers[link]!;
  }

  #close(link: number): void {
    const networkClass = this.#open.indexOf(link);
    if (networkClass >= 0) this.#open[networkClass] = -1;
  }
}
