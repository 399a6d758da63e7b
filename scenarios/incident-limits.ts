import { parsePromql } from '../models/operations/promql/parse.ts';
import { PromqlError } from '../models/operations/promql/syntax.ts';
import { isDeliveryFault } from '../models/operations/faults/delivery-params.ts';
import { isRecommendationsFault, isSearchFault } from '../models/operations/faults/discovery-params.ts';
import { isMetadataFault } from '../models/operations/faults/metadata-params.ts';
import type { FaultParams } from '../models/operations/faults/params.ts';
import { isPipelineFault } from '../models/operations/faults/pipeline-params.ts';
import type { LevelParams } from '../models/operations/degraded/params.ts';
import { isAlertName } from '../models/operations/runbook/condition.ts';
import type { LimitProblem } from './limit-problem.ts';
import type { Scenario } from './schema.ts';

type Path = ReadonlyArray<string | number>;

/**
 * Faults break a part that is simulated; runbooks and degraded levels go by what monitoring sees, and their
 * probes are PromQL.
 */
export function incidentLimits(scenario: Scenario): LimitProblem[] {
  const { faults, monitoring, runbooks, degraded } = scenario;
  const problems: LimitProblem[] = [];
  faults.forEach((fault, i) => {
    if (fault.kind === 'serverDown' && fault.server >= scenario.cdn[fault.tier].servers) {
      const { servers } = scenario.cdn[fault.tier];
      const message = `expected one of the ${servers} servers of a place, from 0 (cdn.${fault.tier}.servers)`;
      problems.push({ path: ['faults', i, 'server'], message: `${message}, got ${fault.server}` });
    }
    const part = partOf(fault);
    if (part === undefined || scenario[part] !== undefined) return;
    const message = `expected "${part}" beside it: without one there is nothing that ${fault.kind} breaks`;
    problems.push({ path: ['faults', i, 'kind'], message });
  });
  const followed = { runbooks: runbooks.length > 0, degraded: degraded.length > 0 };
  for (const key of ['runbooks', 'degraded'] as const) {
    if (!followed[key] || monitoring !== undefined) continue;
    const message = 'expected "monitoring" beside it: without it no alert fires and no probe sees anything';
    problems.push({ path: [key], message });
  }
  const probes = [...(scenario.hypothesis?.probes ?? []), ...scenario.abort];
  if (monitoring === undefined && probes.some(({ promql }) => promql !== undefined)) {
    const path = scenario.hypothesis === undefined ? ['abort'] : ['hypothesis'];
    problems.push({ path, message: 'expected "monitoring" beside it: without it PromQL finds nothing' });
  }
  return [...problems, ...probeProblems(scenario)];
}

/** The part of a scenario that a fault breaks. */
function partOf(
  fault: FaultParams,
): 'audience' | 'transcode' | 'metadata' | 'search' | 'recommendations' | undefined {
  if (isDeliveryFault(fault)) return 'audience';
  if (isPipelineFault(fault)) return 'transcode';
  if (isMetadataFault(fault)) return 'metadata';
  if (isSearchFault(fault)) return 'search';
  return isRecommendationsFault(fault) ? 'recommendations' : undefined;
}

/** Texts of runbooks and levels that are neither an alert's name nor PromQL. */
function probeProblems({ runbooks, degraded, hypothesis, abort }: Scenario): LimitProblem[] {
  const steady = hypothesis?.probes ?? [];
  return [
    ...steady.flatMap(({ promql }, i) => textProblems(promql, ['hypothesis', 'probes', i, 'promql'])),
    ...abort.flatMap(({ promql }, i) => textProblems(promql, ['abort', i, 'promql'])),
    ...runbooks.flatMap(({ steps }, i) => stepProblems(steps, ['runbooks', i, 'steps'])),
    ...degraded.flatMap(({ levels }, i) => levelProblems(levels, ['degraded', i, 'levels'])),
  ];
}

/** The same of the steps of one runbook, at a path. */
export function stepProblems(
  steps: Scenario['runbooks'][number]['steps'], path: Path,
): LimitProblem[] {
  return steps.flatMap((step, i) => (['when', 'if', 'expect'] as const).flatMap((key) =>
    textProblems(step[key], [...path, i, key])));
}

/** The same of degraded levels, at a path. */
export function levelProblems(levels: readonly LevelParams[], path: Path): LimitProblem[] {
  return levels.flatMap((level, i) => (['when', 'until'] as const).flatMap((key) =>
    textProblems(level[key], [...path, i, key])));
}

function textProblems(text: string | undefined, path: Path): LimitProblem[] {
  if (text === undefined || isAlertName(text)) return [];
  try {
    parsePromql(text);
    return [];
  } catch (error) {
    if (!(error instanceof PromqlError)) throw error;
    return [{ path, message: error.message }];
  }
}
