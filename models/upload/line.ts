import type { Bandwidth, SteppedBandwidth } from '../network/bandwidth.ts';
import { ConstantBandwidth, TraceBandwidth, type TraceTable } from '../network/trace.ts';
import { US_PER_S, type BitsPerS, type Bytes, type Us } from '../core/units.ts';

/** What an upload goes over: a rate, or a trace from some point on. Plain data. */
export interface LineOf {
  readonly rate: BitsPerS;
  /** Number of its trace, or -1: the rate holds for ever. */
  readonly trace: number;
  readonly startUs: Us;
}

/**
 * The lines of creators: at one rate each, or as measured. On a measured line so many parts go at a time that
 * share it, and the next ones follow when the answers to these are there: a round trip later.
 */
export class Lines {
  readonly #traces: readonly TraceTable[];
  readonly #direction: number;
  readonly #together: number;

  /** `direction`: rate upwards relative to the traces; `together`: parts that share a line at a time. */
  constructor(
    traces: readonly TraceTable[],
    { direction, together }: { readonly direction: number; readonly together: number } = ONE_BY_ONE,
  ) {
    this.#traces = traces;
    this.#direction = direction;
    this.#together = together;
  }

  /** Traces there are. */
  get traces(): readonly TraceTable[] {
    return this.#traces;
  }

  /** When equal parts that start now have all arrived. [us] */
  arrival(now: Us, line: LineOf, parts: number, bytes: Bytes): Us {
    if (line.trace < 0) return now + Math.ceil(((parts * bytes * 8) / line.rate) * US_PER_S);
    const link = new TraceBandwidth(this.#traces[line.trace]!, line.startUs);
    let at = now;
    for (let left = parts; left > 0; left -= this.#together) {
      const end = this.#carried(link, at, Math.min(left, this.#together) * bytes);
      at = end + link.latencyAt(end);
    }
    return at;
  }

  /** A line as a link that several uploads may share; waiting for answers is not part of it. */
  bandwidthOf(line: LineOf): SteppedBandwidth {
    return line.trace < 0 ? new ConstantBandwidth(line.rate, 0)
      : new TraceBandwidth(this.#traces[line.trace]!, line.startUs);
  }

  /** What bytes are to the link of a line: traces measured another way are larger than what goes up. */
  loadOf(line: LineOf, bytes: Bytes): Bytes {
    return line.trace < 0 ? bytes : bytes / this.#direction;
  }

  /** Bytes that a line has carried between two times for one upload alone, waits for answers left out. */
  carriedBytes(line: LineOf, from: Us, to: Us): Bytes {
    const link = this.bandwidthOf(line);
    return (link.bitsUntil(to) - link.bitsUntil(from)) / 8 / this.loadOf(line, 1);
  }

  /** Time for which an upload of so many parts waits for answers on a line at a time. [us] */
  answersUs(line: LineOf, at: Us, parts: number): Us {
    if (line.trace < 0) return 0;
    return Math.ceil(parts / this.#together) * this.bandwidthOf(line).latencyAt(at);
  }

  #carried(link: Bandwidth, from: Us, bytes: Bytes): Us {
    return link.timeOfBits(link.bitsUntil(from) + (bytes * 8) / this.#direction);
  }
}

const ONE_BY_ONE = { direction: 1, together: 1 } as const;
