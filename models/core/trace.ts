import type { Us } from './units.ts';

/** What happened to one thing that is followed through a run: a span of time, a moment, or a level. */
export interface TraceEvent {
  /** What is followed: `job 12`, `session 7 (4g)`. */
  readonly subject: string;
  /** Where on it: `queue`, `encode 1080p`; a row of its own in a viewer. */
  readonly track: string;
  readonly name: string;
  readonly startUs: Us;
  /** End of a span, which is not before its start; absent for a moment and for a level. */
  readonly endUs?: Us;
  /** The level from `startUs` on; absent for the other two. */
  readonly value?: number;
  /** What a reader may want to know: numbers and names, such as the reason of a decision. */
  readonly args?: Readonly<Record<string, string | number>>;
  /** Spans of the same subject that a span waited for: a reader sees arrows. */
  readonly after?: ReadonlyArray<TraceEnd>;
}

/** A span that another one waited for: where, and when it ended. */
export interface TraceEnd {
  readonly track: string;
  readonly startUs: Us;
  readonly endUs: Us;
}

/** Copied state of a recorder. */
export interface TraceState {
  readonly events: readonly TraceEvent[];
  readonly left: number;
}

/**
 * Follows a few things through a run, for `weir run --trace`: any part of a run can keep one.
 *
 *     this.#trace = new TraceRecorder();                                  // once
 *     if (job < 20) this.#trace.span(`job ${job}`, 'queue', 'waits', queuedAt, now, { priority });
 *     if (job < 20) this.#trace.moment(`job ${job}`, 'queue', 'lease lost', now, { worker });
 *     outcome() { return { ..., trace: this.#trace.events }; }            // PartOutcome.trace
 *     save() { return { ..., trace: this.#trace.save() }; }               // and restore
 *
 * A span is told when it ends; one that has not ended at the end of the run is told by `closeBooks`. The text
 * of the calls is built only for what is followed, so guard them by the number of the job. After `most`
 * events it takes no more, and says how many it left out. It changes nothing of a run.
 */
export class TraceRecorder {
  readonly #most: number;
  #events: TraceEvent[] = [];
  #left = 0;

  constructor(most = 20_000) {
    this.#most = most;
  }

  /** Something lasted from `startUs` to `endUs`. */
  span(
    subject: string, track: string, name: string, startUs: Us, endUs: Us, args?: TraceEvent['args'],
    after: readonly TraceEnd[] = [],
  ): void {
    const more = { ...(args && { args }), ...(after.length > 0 && { after }) };
    this.#add({ subject, track, name, startUs, endUs, ...more });
  }

  /** Something happened at a moment. */
  moment(subject: string, track: string, name: string, startUs: Us, args?: TraceEvent['args']): void {
    this.#add({ subject, track, name, startUs, ...(args && { args }) });
  }

  /** A level stands at `value` from now on: a buffer, bytes sent. */
  level(subject: string, track: string, name: string, startUs: Us, value: number): void {
    this.#add({ subject, track, name, startUs, value });
  }

  /** What was recorded, in the order it was told, and how much was left out for want of room. */
  get events(): readonly TraceEvent[] {
    if (this.#left === 0) return this.#events;
    const { startUs, endUs = startUs } = this.#events.at(-1)!;
    const name = `${this.#left} more events left out`;
    return [...this.#events, { subject: 'trace', track: 'trace', name, startUs: endUs }];
  }

  save(): TraceState {
    return { events: [...this.#events], left: this.#left };
  }

  restore({ events, left }: TraceState): void {
    this.#events = [...events];
    this.#left = left;
  }

  #add(event: TraceEvent): void {
    if (this.#events.length < this.#most) this.#events.push(event);
    else this.#left++;
  }
}
