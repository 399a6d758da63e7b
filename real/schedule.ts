import { NEVER, US_PER_S, type Us } from '../models/core/units.ts';
import type { Clock } from './clock.ts';
import type { MarkKind } from './metric-tape.ts';
import { WakeTimer } from './timer.ts';

/** What a schedule has to know of a run. */
export interface ScheduledRun {
  readonly duration: Us;
  readonly warmup: Us;
  readonly sampleEvery: Us;
  /** Of the monitoring; undefined without one. */
  readonly scrapeEvery: Us | undefined;
}

/**
 * The moments of a run that come by the clock: samples of the time series, the end of the warm-up, a look at
 * the progress each second, and the end. `over` resolves when the scenario's duration has passed.
 */
export class Schedule {
  readonly over: Promise<void>;
  readonly #timers: WakeTimer[];

  constructor(
    clock: Clock,
    run: ScheduledRun,
    mark: (kind: MarkKind, atUs: Us) => void,
    progress: () => void,
  ) {
    let finish = () => {};
    this.over = new Promise((resolve) => (finish = resolve));
    const end = once(run.duration, finish);
    const measure = once(run.warmup > 0 ? run.warmup : NEVER, () => mark('measure', run.warmup));
    const sample = every(run.sampleEvery, (atUs) => mark('sample', atUs));
    const look = every(US_PER_S, progress);
    const { scrapeEvery } = run;
    const scrapes = scrapeEvery === undefined ? [] : [every(scrapeEvery, (atUs) => mark('scrape', atUs))];
    this.#timers = [measure, sample, ...scrapes, look, end].map(({ at, act }) => {
      return new WakeTimer(clock, at, act);
    });
    this.#timers.forEach((timer) => timer.rearm());
  }

  /** Nothing comes any more. */
  close(): void {
    this.#timers.forEach((timer) => timer.close());
  }
}

interface Moment {
  readonly at: () => Us;
  readonly act: () => void;
}

function once(atUs: Us, act: () => void): Moment {
  let next = atUs;
  return {
    at: () => next,
    act: () => {
      next = NEVER;
      act();
    },
  };
}

/** At 0 and at every multiple of the step; what is late keeps its nominal time. */
function every(stepUs: Us, act: (atUs: Us) => void): Moment {
  let next: Us = 0;
  return {
    at: () => next,
    act: () => {
      const due = next;
      next += stepUs;
      act(due);
    },
  };
}
