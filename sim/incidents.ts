import type { FaultResult } from '../models/core/run-record.ts';
import { NEVER, US_PER_S, type Us } from '../models/core/units.ts';
import type { FaultParams } from '../models/operations/faults/params.ts';
import type { ActionParams } from '../models/operations/runbook/params.ts';
import type { PartOutcome } from '../models/operations/run-summary.ts';
import type { ScenarioPlan } from '../scenarios/plan.ts';
import { CODES } from './codes.ts';
import type { RunContext, RunPart } from './run-part.ts';

const BEGINS = 0;
const ENDS = 1;
const BEGIN_KNOWN = 2;
const END_KNOWN = 3;

/** What faults break and people mend in one part of the platform. */
export interface Levers {
  /** Time until its own monitoring finds out that a fault began or ended. [us] */
  readonly detection: Us;
  /** Whether a fault, or what is done about one, is of this part; only such are handed to it. */
  breaks(fault: FaultParams): boolean;
  mends(action: ActionParams): boolean;
  begin(fault: FaultParams, until: Us): void;
  end(fault: FaultParams): void;
  foundOut(fault: FaultParams, began: boolean): void;
  act(action: ActionParams): void;
  /** True when an action would change nothing, as it is so already. */
  isDone?(action: ActionParams): boolean;
}

/** The faults of a scenario, injected when they are due; each replication draws its own onsets. */
export class Incidents implements RunPart {
  readonly name = 'incidents';
  readonly #faults: readonly FaultParams[];
  readonly #results: readonly FaultResult[];

  constructor(plan: ScenarioPlan, parts: readonly Levers[], { loop, streams, expectLook }: RunContext) {
    const { faults, run } = plan.scenario;
    this.#faults = faults;
    const onsets = faults.map((fault, i) => {
      // One draw a fault, wanted or not, from a stream of its own: the others' onsets stay what they are.
      const u = streams.stream(`faults/onset/${i}`).uniform();
      return fault.at + Math.floor(u * fault.jitter);
    });
    const untilOf = (i: number) => onsets[i]! + durationOf(faults[i]!);
    const leversOf = faults.map((fault) => parts.find((part) => part.breaks(fault)));
    loop.on(CODES.incident, (what, i) => {
      const fault = faults[i]!;
      const levers = leversOf[i]!;
      if (what === BEGINS) levers.begin(fault, untilOf(i));
      else if (what === ENDS) levers.end(fault);
      else levers.foundOut(fault, what === BEGIN_KNOWN);
      expect();
    });
    // Nobody is followed past the moment at which something changes for them.
    const turns: Us[] = [];
    const expect = () => expectLook(this.name, turns.find((at) => at > loop.now) ?? NEVER);
    faults.forEach((_fault, i) => {
      if (leversOf[i] === undefined) return; // of a part that is not simulated
      const known = leversOf[i].detection;
      loop.schedule(onsets[i]!, CODES.incident, BEGINS, i);
      loop.schedule(onsets[i]! + known, CODES.incident, BEGIN_KNOWN, i);
      loop.schedule(untilOf(i), CODES.incident, ENDS, i);
      loop.schedule(untilOf(i) + known, CODES.incident, END_KNOWN, i);
      turns.push(onsets[i]!, onsets[i]! + known, untilOf(i), untilOf(i) + known);
    });
    turns.sort((a, b) => a - b);
    expect();
    this.#results = faults.map((fault, i) => ({
      name: fault.name ?? fault.kind, kind: fault.kind, scope: scopeOf(fault),
      fromSeconds: onsets[i]! / US_PER_S, untilSeconds: Math.min(untilOf(i), run.duration) / US_PER_S,
    }));
  }

  settle(_now: Us): void {
    // Nothing is counted here.
  }

  nextLook(_at: Us): void {
    // Nothing is worked out ahead.
  }

  closeBooks(_now: Us): void {
    // A fault that lasts to the end lasts.
  }

  outcome(): PartOutcome {
    return this.#faults.length === 0 ? {} : { faults: this.#results };
  }

  save(): null {
    return null; // onsets are drawn anew, the same, when a run is built; events are saved by the loop
  }

  restore(_state: unknown): void {
    // As above.
  }
}

function durationOf(fault: FaultParams): Us {
  return 'duration' in fault ? fault.duration : 0;
}

function scopeOf(fault: FaultParams): string {
  const parts = [
    'nodes' in fault ? fault.nodes : undefined,
    'shard' in fault && fault.shard !== undefined ? `shard ${fault.shard}` : undefined,
    'call' in fault ? fault.call : undefined,
    'tier' in fault ? fault.tier : undefined,
    'region' in fault ? fault.region : undefined,
    'city' in fault ? fault.city : undefined,
    'place' in fault && fault.place !== undefined ? `place ${fault.place}` : undefined,
    'server' in fault ? `server ${fault.server}` : undefined,
  ];
  return parts.filter((part) => part !== undefined).join(', ') || 'all';
}
