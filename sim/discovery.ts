import type { RandomStream, RandomStreams } from '../models/core/rng.ts';
import { US_PER_S, type Us } from '../models/core/units.ts';
import { CODES } from './codes.ts';
import type { EventLoop } from './kernel/event-loop.ts';

/** A service that viewers ask before they press play. */
export interface AskedService {
  /** Its name in random streams. */
  readonly name: string;
  readonly perSession: number;
  readonly ask: (now: Us) => void;
}

/** What viewers ask before they press play: home pages and searches, the first of each as they come. */
export class Discovery {
  readonly #services: readonly AskedService[];
  readonly #counts: readonly RandomStream[];
  readonly #pauses: readonly RandomStream[];
  readonly #loop: EventLoop;

  constructor(services: readonly AskedService[], streams: RandomStreams, loop: EventLoop) {
    this.#services = services;
    this.#counts = services.map(({ name }) => streams.stream(`${name}/sessions`));
    this.#pauses = services.map(({ name }) => streams.stream(`${name}/pauses`));
    this.#loop = loop;
    loop.on(CODES.viewerAsks, (service) => services[service]!.ask(loop.now));
  }

  /** A viewer comes now. */
  came(): void {
    const { now } = this.#loop;
    this.#services.forEach(({ perSession, ask }, service) => {
      const whole = Math.floor(perSession);
      const count = whole + (this.#counts[service]!.uniform() < perSession - whole ? 1 : 0);
      if (count > 0) ask(now);
      let at = now;
      for (let i = 1; i < count; i++) {
        at += Math.round(this.#pauses[service]!.exponential(PAUSE_US));
        this.#loop.schedule(at, CODES.viewerAsks, service, 0);
      }
    });
  }
}

/** What viewers ask of the services that are simulated; undefined where none is. */
export function discoveryOf(
  services: ReadonlyArray<AskedService | undefined>, streams: RandomStreams, loop: EventLoop,
): Discovery | undefined {
  const asked = services.flatMap((service) => service ?? []);
  return asked.length === 0 ? undefined : new Discovery(asked, streams, loop);
}

/** Mean time between two searches of a viewer, or two home pages. */
const PAUSE_US = 30 * US_PER_S; // assumed
