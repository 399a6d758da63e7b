import type { FaultResult } from '../models/core/run-record.ts';
import type { HypothesisParams } from '../models/operations/rehearsal/params.ts';
import type { ProbeOutcome, SteadyState } from '../models/operations/rehearsal/probe.ts';

/** How a rehearsal ended, in the Chaos Toolkit's words; completed does not mean that all went well. */
export type RehearsalStatus = 'completed' | 'failed' | 'aborted' | 'interrupted';

/** What a rehearsal came to, told by whoever ran it. Times are since the run began. [s] */
export interface Rehearsed {
  readonly scenario: { readonly name: string; readonly title: string; readonly description: string;
    readonly hypothesis?: HypothesisParams | undefined };
  readonly status: RehearsalStatus;
  /** From the end of the warm-up to where it ended. */
  readonly fromSeconds: number;
  readonly untilSeconds: number;
  readonly before: SteadyState | undefined;
  readonly after: SteadyState | undefined;
  readonly abortedBy: { readonly seconds: number; readonly probe: ProbeOutcome } | undefined;
  readonly faults: readonly FaultResult[];
  /** What people or runbooks did. */
  readonly actions: ReadonlyArray<{ readonly seconds: number; readonly what: string }>;
  readonly version: string;
}

/** Moment that a run's beginning is taken to be, as `weir export` has it by default. */
const EPOCH_MS = Date.UTC(2026, 0, 1);

/**
 * The journal of a rehearsal in the form of the Chaos Toolkit's (`chaos run`, journal.json): an experiment,
 * its status, whether it deviated, the steady state before and after, and what was done. Faults are the
 * method, their ends the rollbacks; times are simulated.
 */
export function chaosJournal(rehearsed: Rehearsed): Readonly<Record<string, unknown>> {
  const { scenario, status, before, after, abortedBy, fromSeconds, untilSeconds } = rehearsed;
  const begun = rehearsed.faults.filter((fault) => status !== 'failed' && fault.fromSeconds < untilSeconds);
  const ended = begun.filter((fault) => fault.untilSeconds <= untilSeconds);
  const during = abortedBy === undefined ? []
    : [stateOf({ seconds: abortedBy.seconds, met: false, probes: [{ ...abortedBy.probe, met: false }] })];
  const run = [
    ...begun.map((fault) => entry(fault.fromSeconds, Math.min(untilSeconds, fault.untilSeconds),
      { type: 'action', name: fault.name, provider: providerOf(fault.kind, { scope: fault.scope }) })),
    ...rehearsed.actions.map(({ seconds, what }) => entry(seconds, seconds,
      { type: 'action', name: what, provider: providerOf('runbook', {}) })),
  ].sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  return {
    'weir-version': rehearsed.version,
    platform: 'weir, simulated',
    experiment: experimentOf(rehearsed),
    start: moment(fromSeconds), end: moment(untilSeconds), duration: untilSeconds - fromSeconds,
    status, deviated: isDeviated({ after, abortedBy }),
    steady_states: {
      before: before === undefined ? null : stateOf(before),
      after: after === undefined || status === 'failed' ? null : stateOf(after),
      during,
    },
    run,
    rollbacks: ended.map((fault) => entry(fault.untilSeconds, fault.untilSeconds, {
      type: 'action', name: `${fault.name} ends`, provider: providerOf(fault.kind, { scope: fault.scope }),
    })),
    ...(scenario.hypothesis === undefined ? { note: 'the scenario has no hypothesis' } : {}),
  };
}

/** Whether the steady state was left: not found again at the end, or a condition to abort held. */
export function isDeviated({ after, abortedBy }: Pick<Rehearsed, 'after' | 'abortedBy'>): boolean {
  return abortedBy !== undefined || after?.met === false;
}

function experimentOf({ scenario, faults }: Rehearsed) {
  const { hypothesis } = scenario;
  const method = faults.map(({ name, kind, scope }) =>
    ({ type: 'action', name, provider: providerOf(kind, { scope }) }));
  return {
    version: '1.0.0', title: scenario.title, description: scenario.description,
    ...(hypothesis === undefined ? {} : {
      'steady-state-hypothesis': {
        title: hypothesis.title,
        probes: hypothesis.probes.map(({ name, sli, promql, below, above, over }) => ({
          type: 'probe', name, tolerance: true,
          provider: providerOf(sli === undefined ? 'promql' : 'sli',
            sli === undefined ? { promql } : { sli, below, above, overSeconds: over / 1e6 }),
        })),
      },
    }),
    method,
    rollbacks: method.map((one) => ({ ...one, name: `${one.name} ends` })),
  };
}

function providerOf(func: string, args: Readonly<Record<string, unknown>>) {
  return { type: 'weir', func, arguments: args };
}

function stateOf({ seconds, met, probes }: SteadyState) {
  return {
    steady_state_met: met,
    probes: probes.map(({ name, output, tolerance, met: isMet }) => ({
      ...entry(seconds, seconds, { type: 'probe', name, tolerance }),
      output, status: output === null ? 'failed' : 'succeeded', tolerance_met: isMet,
    })),
  };
}

function entry(fromSeconds: number, untilSeconds: number, activity: Readonly<Record<string, unknown>>) {
  return {
    activity, output: null as unknown, status: 'succeeded', start: moment(fromSeconds),
    end: moment(untilSeconds), duration: untilSeconds - fromSeconds,
  };
}

function moment(seconds: number): string {
  return new Date(EPOCH_MS + seconds * 1000).toISOString();
}
