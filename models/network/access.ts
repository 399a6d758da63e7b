import { assert } from '../core/assert.ts';
import type { RandomStream } from '../core/rng.ts';
import type { Us } from '../core/units.ts';
import type { TraceTable } from './trace.ts';

/** The trace a link plays, by its place in the class's list, and where in it the link starts. */
export interface TraceChoice {
  readonly trace: number;
  readonly startUs: Us;
}

/**
 * Draws a trace for a viewer. Hosts draw for every viewer, also for one who joins a link that is open
 * already: so the viewers after them get the same traces whatever else has changed.
 */
export function drawTrace(stream: RandomStream, { traces, inStep }: Traces): TraceChoice {
  const trace = stream.integer(traces.length);
  const startUs = stream.integer(traces[trace]!.lengthUs);
  return { trace, startUs: inStep ? 0 : startUs };
}

/** The traces of a class of networks. */
interface Traces {
  readonly traces: readonly TraceTable[];
  /** True when links play them by the clock of the run, false when each begins at a point of its own. */
  readonly inStep: boolean;
}

/**
 * Which viewers share a link: a viewer joins the newest link of their class that has room, or opens
 * another. Links are numbered in the order of their opening.
 */
export class AccessLinks {
  readonly #viewersPerLink: readonly number[];
  #open: number[];
  #viewers: number[] = [];

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

  /** A copy of the state: viewers by link, and the link to be joined next by class. */
  save(): { readonly viewers: readonly number[]; readonly open: readonly number[] } {
    return { viewers: [...this.#viewers], open: [...this.#open] };
  }

  /** Puts a saved state back. */
  restore(state: { readonly viewers: readonly number[]; readonly open: readonly number[] }): void {
    this.#viewers = [...state.viewers];
    this.#open = [...state.open];
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
