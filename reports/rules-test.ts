import { AFTERMATH_S } from '../models/operations/incident-summary.ts';
import type { FaultResult } from '../models/core/run-record.ts';
import { formatLabels, type Labels } from '../models/core/labels.ts';

/** The states of one alert at the moments of evaluation, `inactive` left out. */
export interface AlertObservation {
  readonly alert: string;
  readonly labels: Labels;
  readonly seconds: number;
  readonly state: 'pending' | 'firing';
}

/** A stretch of time in which an alert fired; open when it did so to the end. */
export interface Firing {
  readonly alert: string;
  readonly labels: Labels;
  readonly fromSeconds: number;
  /** null when it fired to the end. */
  readonly untilSeconds: number | null;
}

/** What became of the alerts during and after one fault. */
export interface FaultDetection {
  readonly fault: string;
  readonly fromSeconds: number;
  readonly untilSeconds: number;
  /** From the fault's onset to the first alert that fired; null when none did: the fault was missed. */
  readonly detectSeconds: number | null;
  /** From the fault's end until the last of its alerts was quiet; null when one was not, or none fired. */
  readonly clearSeconds: number | null;
  readonly alerts: readonly string[];
}

/** What a team's rules made of a run. */
export interface RulesVerdict {
  readonly firings: readonly Firing[];
  readonly faults: readonly FaultDetection[];
  /** Firings that began when there was no fault, nor one that had just ended. */
  readonly falsePages: readonly Firing[];
}

/** Turns observed states into firings, and sets them against the faults that were injected. */
export function judgeRules(
  observations: readonly AlertObservation[], faults: readonly FaultResult[], stepSeconds: number,
  endSeconds: number,
): RulesVerdict {
  const firings = firingsOf(observations, stepSeconds, endSeconds);
  const about = (fault: FaultResult) => firings.filter(({ fromSeconds }) =>
    fromSeconds >= fault.fromSeconds && fromSeconds <= fault.untilSeconds + AFTERMATH_S);
  const detections = faults.map((fault): FaultDetection => {
    const own = about(fault);
    const ends = own.map(({ untilSeconds }) => untilSeconds);
    const cleared = own.length === 0 || ends.includes(null) ? null : Math.max(...ends.map((end) => end!));
    return {
      fault: fault.name,
      fromSeconds: fault.fromSeconds,
      untilSeconds: fault.untilSeconds,
      detectSeconds:
        own.length === 0 ? null : Math.min(...own.map((one) => one.fromSeconds)) - fault.fromSeconds,
      clearSeconds: cleared === null ? null : Math.max(0, cleared - fault.untilSeconds),
      alerts: [...new Set(own.map(({ alert }) => alert))],
    };
  });
  const explained = new Set(faults.flatMap(about));
  return { firings, faults: detections, falsePages: firings.filter((one) => !explained.has(one)) };
}

function firingsOf(
  observations: readonly AlertObservation[], stepSeconds: number, endSeconds: number,
): Firing[] {
  const byAlert = new Map<string, AlertObservation[]>();
  for (const one of observations) {
    if (one.state !== 'firing') continue;
    const key = `${one.alert}{${formatLabels(one.labels)}}`;
    byAlert.set(key, [...(byAlert.get(key) ?? []), one]);
  }
  const firings: Firing[] = [];
  for (const seen of byAlert.values()) {
    const { alert, labels } = seen[0]!;
    let from = seen[0]!.seconds;
    seen.forEach(({ seconds }, i) => {
      const next = seen[i + 1]?.seconds;
      if (next !== undefined && next - seconds <= stepSeconds * 1.001) return;
      const until = seconds + stepSeconds > endSeconds ? null : seconds + stepSeconds;
      firings.push({ alert, labels, fromSeconds: from, untilSeconds: until });
      from = next ?? 0;
    });
  }
  return firings.sort((a, b) => a.fromSeconds - b.fromSeconds || (a.alert < b.alert ? -1 : 1));
}
