import { US_PER_S, type Bytes, type Us } from '../models/core/units.ts';

/** Figures are of the last one to two of these. [us] */
const WINDOW_US = 120_000_000; // assumed: a dashboard's few minutes
/** Answers an edge must have given before anything is said of it. */
const LEAST = 20; // assumed
/** Share of failures from which on an edge is called failing rather than slow. */
const FAILING = 0.05; // assumed

/** Columns of one window, by edge. */
interface Window {
  readonly bytes: Float64Array;
  readonly busyUs: Float64Array;
  readonly answers: Float64Array;
  readonly failures: Float64Array;
}

/** Copied state. */
export interface EdgeWatchState {
  readonly windowAt: Us;
  readonly windows: readonly Window[];
}

/** What a dashboard of single edges tells: which one fails viewers, or is slowest to them. */
export class EdgeWatch {
  #windowAt: Us = 0;
  #windows: Window[];

  constructor(edges: number) {
    const window = (): Window => ({
      bytes: new Float64Array(edges), busyUs: new Float64Array(edges), answers: new Float64Array(edges),
      failures: new Float64Array(edges),
    });
    this.#windows = [window(), window()];
  }

  /** An edge's answer of so many bytes took so long from its request on. */
  answered(now: Us, edge: number, bytes: Bytes, tookUs: Us): void {
    this.#turn(now);
    const [window] = this.#windows;
    window!.bytes[edge]! += bytes;
    window!.busyUs[edge]! += tookUs;
    window!.answers[edge]!++;
  }

  /** A request to an edge failed; -1: there was none to ask. */
  failed(now: Us, edge: number): void {
    if (edge < 0) return; // there was none
    this.#turn(now);
    this.#windows[0]!.failures[edge]!++;
  }

  /** The edge that fails most of its requests, or else the slowest; undefined while too little is known. */
  worst(): number | undefined {
    const sum = (column: keyof Window, edge: number) =>
      this.#windows.reduce((total, window) => total + window[column][edge]!, 0);
    const known = [...this.#windows[0]!.bytes.keys()].flatMap((edge) => {
      const [answers, failures] = [sum('answers', edge), sum('failures', edge)];
      if (answers + failures < LEAST) return [];
      const rate = (8 * sum('bytes', edge) * US_PER_S) / Math.max(1, sum('busyUs', edge));
      return [{ edge, failing: failures / (answers + failures), rate }];
    });
    if (known.length < 2) return undefined;
    const failing = known.reduce((worst, one) => (one.failing > worst.failing ? one : worst));
    if (failing.failing >= FAILING) return failing.edge;
    return known.reduce((worst, one) => (one.rate < worst.rate ? one : worst)).edge;
  }

  save(): EdgeWatchState {
    return { windowAt: this.#windowAt, windows: structuredClone(this.#windows) };
  }

  restore(state: EdgeWatchState): void {
    this.#windowAt = state.windowAt;
    this.#windows = structuredClone([...state.windows]);
  }

  #turn(now: Us): void {
    if (now < this.#windowAt + WINDOW_US) return;
    this.#windows.reverse();
    const isNext = now < this.#windowAt + 2 * WINDOW_US;
    for (const window of isNext ? this.#windows.slice(0, 1) : this.#windows) {
      for (const column of Object.values(window) as Float64Array[]) column.fill(0);
    }
    this.#windowAt = Math.floor(now / WINDOW_US) * WINDOW_US;
  }
}
