import type { RunDocument } from '../../core/run-record.ts';
import { quantileOfSorted } from '../../core/statistics.ts';
import { defaultMargin } from '../gate/gate.ts';
import { findSli } from '../sli.ts';
import type { SloDefinition } from '../slo.ts';

/** A design of a rehearsal (nobody there, by the runbook, no fault), run with faults at one time. */
export interface RehearsedRun {
  readonly design: string;
  /** How much later than the scenario says its faults began; `as written` for not at all. */
  readonly timing: string;
  readonly document: RunDocument;
}

/** How one indicator came out, over seeds and timings. */
export interface OutcomeDistribution {
  readonly design: string;
  readonly indicator: string;
  readonly unit: string;
  readonly n: number;
  readonly mean: number;
  readonly least: number;
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
  readonly most: number;
  /** Counts in ten bins of equal width, on one scale for all designs of the indicator. */
  readonly histogram: { readonly from: number; readonly until: number; readonly counts: readonly number[] };
}

/** Times from a fault's onset, over seeds and timings. */
export interface DetectionDistribution {
  readonly design: string;
  readonly fault: string;
  readonly n: number;
  readonly detectedIn: number;
  /** Time to the first alert, where there was one; null where there was none at all. [s] */
  readonly p10: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
}

/** The replication that came out worst. */
export interface WorstOutcome {
  readonly design: string;
  readonly timing: string;
  readonly indicator: string;
  readonly unit: string;
  readonly value: number;
  /** From 0, with the seed. */
  readonly replication: number;
  readonly seed: number;
}

/** What a rehearsal over many seeds says beside the comparison of its designs. */
export interface RehearsalDocument {
  readonly schema: 'weir.rehearsal/1';
  /** How much later than written faults began. */
  readonly timings: readonly string[];
  readonly distributions: readonly OutcomeDistribution[];
  readonly detections: readonly DetectionDistribution[];
  readonly worst: WorstOutcome | null;
}

/** Distributions of the indicators that objectives are about, design by design. */
export function distributionsOf(runs: readonly RehearsedRun[]): OutcomeDistribution[] {
  const indicators = judgedIndicators(runs);
  const designs = [...new Set(runs.map(({ design }) => design))];
  return indicators.flatMap((indicator) => {
    const all = valuesOf(runs, indicator);
    const [from, until] = [Math.min(...all), Math.max(...all)];
    return designs.flatMap((design): OutcomeDistribution[] => {
      const values = valuesOf(runs.filter((run) => run.design === design), indicator).sort((a, b) => a - b);
      if (values.length === 0) return [];
      const at = (q: number) => quantileOfSorted(values, q);
      return [{
        design, indicator, unit: findSli(indicator)?.unit ?? '', n: values.length,
        mean: values.reduce((sum, value) => sum + value, 0) / values.length,
        least: values[0]!, p10: at(0.1), p50: at(0.5), p90: at(0.9), most: values.at(-1)!,
        histogram: { from, until, counts: counted(values, from, until) },
      }];
    });
  });
}

/** How soon alerts told of each fault, in the designs that have it. */
export function detectionsOf(runs: readonly RehearsedRun[]): DetectionDistribution[] {
  const found = new Map<string, { readonly design: string; readonly fault: string;
    readonly seconds: (number | null)[] }>();
  for (const { design, document } of runs) {
    for (const { fault, each } of document.incidents ?? []) {
      const key = `${design} ${fault}`;
      const own = found.get(key) ?? { design, fault, seconds: [] };
      own.seconds.push(...each.map(({ detectSeconds }) => detectSeconds));
      found.set(key, own);
    }
  }
  return [...found.values()].map(({ design, fault, seconds }) => {
    const detected = seconds.filter((one) => one !== null).sort((a, b) => a - b);
    const at = (q: number) => (detected.length === 0 ? null : quantileOfSorted(detected, q));
    return {
      design, fault, n: seconds.length, detectedIn: detected.length,
      p10: at(0.1), p50: at(0.5), p90: at(0.9),
    };
  });
}

/**
 * The worst replication of a design in an indicator: the one asked for, else that of the objective which the
 * faults hurt most, in units of its margin. undefined when there is nothing to compare.
 */
export function worstOf(
  runs: readonly RehearsedRun[], design: string, slos: readonly SloDefinition[], by?: string,
): WorstOutcome | undefined {
  const indicator = by ?? mostHurt(runs, design, slos);
  if (indicator === undefined) return undefined;
  const { better = 'lower', unit = '' } = findSli(indicator) ?? {};
  const sign = better === 'lower' ? 1 : -1;
  let worst: WorstOutcome | undefined;
  for (const { timing, document } of runs.filter((run) => run.design === design)) {
    const values = document.slis[indicator]?.values ?? [];
    if (values.length !== document.replications) continue;
    values.forEach((value, replication) => {
      if (worst !== undefined && sign * value <= sign * worst.value) return;
      worst = { design, timing, indicator, unit, value, replication, seed: document.seed };
    });
  }
  return worst;
}

function counted(values: readonly number[], from: number, until: number): number[] {
  const counts = new Array<number>(BINS).fill(0);
  for (const value of values) {
    const bin = until > from ? Math.floor(((value - from) / (until - from)) * BINS) : 0;
    counts[Math.min(BINS - 1, bin)]! += 1;
  }
  return counts;
}

function judgedIndicators(runs: readonly RehearsedRun[]): string[] {
  const judged = runs.flatMap(({ document }) => document.slos.filter(({ verdict }) => verdict !== 'no-data'));
  return [...new Set(judged.map(({ sli }) => sli))].filter((sli) => findSli(sli) !== undefined);
}

function valuesOf(runs: readonly RehearsedRun[], indicator: string): number[] {
  return runs.flatMap(({ document }) => document.slis[indicator]?.values ?? []);
}

function mostHurt(
  runs: readonly RehearsedRun[], design: string, slos: readonly SloDefinition[],
): string | undefined {
  const mean = (of: string, sli: string) => {
    const values = valuesOf(runs.filter((run) => run.design === of), sli);
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  const hurts = judgedIndicators(runs).flatMap((sli) => {
    const slo = slos.find((one) => one.sli === sli);
    if (slo === undefined) return [];
    const by = (slo.direction === 'below' ? 1 : -1) * (mean(design, sli) - mean(NO_FAULT, sli));
    return [{ sli, margins: by / (slo.margin ?? defaultMargin(slo)) }];
  });
  return hurts.filter(({ margins }) => !Number.isNaN(margins))
    .sort((a, b) => b.margins - a.margins)[0]?.sli;
}

/** The design without faults. */
export const NO_FAULT = 'no-fault';
const BINS = 10;
