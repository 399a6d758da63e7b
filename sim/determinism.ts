import type { ScenarioPlan } from '../scenarios/plan.ts';
import { CODES } from './codes.ts';
import type { DeliveredEvent } from './kernel/event-loop.ts';
import { VideoRun } from './video-run.ts';

/** Where two histories part: the first event they do not share, or undefined on the side that has ended. */
export interface HistoryDifference {
  /** Number of the event, from 0. */
  readonly index: number;
  readonly a: DeliveredEvent | undefined;
  readonly b: DeliveredEvent | undefined;
}

/** Events compared by fingerprint before they are looked at one by one. */
const STRIDE = 8192;

/**
 * Runs two runs side by side and finds the first event that differs; undefined when they are the same.
 * Whole strides are compared by fingerprint; the stride in which they part is run again from saved states,
 * event by event.
 */
export function firstDifference(a: VideoRun, b: VideoRun): HistoryDifference | undefined {
  for (;;) {
    const before = { a: a.save(), b: b.save() };
    const start = a.events;
    const done = { a: a.advance(STRIDE), b: b.advance(STRIDE) };
    if (a.fingerprint === b.fingerprint && done.a === done.b) {
      if (done.a) return undefined;
      continue;
    }
    a.restore(before.a);
    b.restore(before.b);
    for (let index = start; ; index++) {
      const events = { a: step(a), b: step(b) };
      if (!same(events.a, events.b)) return { index, ...events };
    }
  }
}

/** Runs a replication twice and compares the histories. */
export function verifyReplication(plan: ScenarioPlan, replication: number): HistoryDifference | undefined {
  return firstDifference(new VideoRun(plan, replication), new VideoRun(plan, replication));
}

/** A difference in words, with the names of the events. */
export function describeDifference({ index, a, b }: HistoryDifference): string {
  const names = new Map<number, string>(Object.entries(CODES).map(([name, code]) => [code, name]));
  const describe = (event: DeliveredEvent | undefined) => event === undefined
    ? 'the end of the run'
    : `${names.get(event.code) ?? event.code} of ${event.entity} at ${(event.time / 1e6).toFixed(6)} s`;
  return `event ${index} differs: ${describe(a)} against ${describe(b)}`;
}

function step(run: VideoRun): DeliveredEvent | undefined {
  const before = run.events;
  run.advance(1);
  return run.events > before ? run.lastEvent : undefined;
}

function same(a: DeliveredEvent | undefined, b: DeliveredEvent | undefined): boolean {
  return a?.time === b?.time && a?.code === b?.code && a?.entity === b?.entity;
}
