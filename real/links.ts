import type { BitsPerS, Us } from '../models/core/units.ts';
import type { Bandwidth } from '../models/network/bandwidth.ts';
import type { Clock } from './clock.ts';
import { LinkShaper } from './shaper.ts';

/** A link with a longer round trip: that of the link and of the server behind it together. */
export class AddedLatency implements Bandwidth {
  readonly #link: Bandwidth;
  readonly #addedUs: Us;

  constructor(link: Bandwidth, addedUs: Us) {
    this.#link = link;
    this.#addedUs = addedUs;
  }

  bitsUntil(at: Us): number {
    return this.#link.bitsUntil(at);
  }

  timeOfBits(bits: number): Us {
    return this.#link.timeOfBits(bits);
  }

  rateAt(at: Us): BitsPerS {
    return this.#link.rateAt(at);
  }

  latencyAt(at: Us): Us {
    return this.#link.latencyAt(at) + this.#addedUs;
  }
}

/** One shaped link before a server. */
export interface RealLink {
  /** Where its other end listens. */
  readonly port: number;
  /** New connections go to the server on another port from now on. */
  readonly retarget: (serverPort: number) => void;
  readonly close: () => Promise<void>;
}

/** The shaped links of a run: what is opened here is closed with it. */
export class RealLinks {
  readonly #clock: Clock;
  readonly #open = new Set<LinkShaper>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Puts a link before a server on the loopback; the port on which its other end listens. */
  async open(
    bandwidth: Bandwidth,
    serverPort: number,
  ): Promise<RealLink> {
    const target = { host: '127.0.0.1', port: serverPort };
    const shaper = new LinkShaper({ clock: this.#clock, bandwidth, target });
    this.#open.add(shaper);
    const port = await shaper.listen();
    const close = async () => {
      if (this.#open.delete(shaper)) await shaper.close();
    };
    return { port, close, retarget: (other) => shaper.retarget(other) };
  }

  /** Closes every link. */
  async close(): Promise<void> {
    const open = [...this.#open];
    this.#open.clear();
    await Promise.all(open.map((shaper) => shaper.close()));
  }
}
