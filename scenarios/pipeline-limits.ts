import type { FaultParams } from '../models/operations/faults/params.ts';
import type { ActionParams } from '../models/operations/runbook/params.ts';
import { suggest } from './errors.ts';
import type { LimitProblem } from './limit-problem.ts';
import type { Scenario } from './schema.ts';

type Path = ReadonlyArray<string | number>;

/** Pools and tiers that faults and runbooks of the pipeline name, and a farm that can do what they ask. */
export function pipelineNames(scenario: Scenario): LimitProblem[] {
  return [
    ...scenario.faults.flatMap((fault, i) => faultProblems(scenario, fault, ['faults', i])),
    ...scenario.runbooks.flatMap(({ steps }, i) => steps.flatMap((step, j) =>
      actionProblems(scenario, step.do, ['runbooks', i, 'steps', j, 'do']))),
  ];
}

function faultProblems(scenario: Scenario, fault: FaultParams, path: Path): LimitProblem[] {
  const { kind } = fault;
  if (kind !== 'gpuFailures' && kind !== 'spotStorm' && kind !== 'workerCrashes') return [];
  const farm = scenario.transcode?.farm;
  if (farm === undefined) return [];
  if (kind !== 'workerCrashes' && farm.kind === 'pool') {
    const message = `expected transcode.farm of kind fleet for ${kind}: workers of a pool have no machines`;
    return [{ path: [...path, 'kind'], message }];
  }
  if (kind === 'spotStorm') {
    const hasSpot = farm.kind === 'fleet' && farm.pools.some(({ market }) => market === 'spot');
    const message = 'expected a pool of the spot market to take back';
    return hasSpot ? [] : [{ path: [...path, 'kind'], message }];
  }
  return poolProblems(scenario, fault.pool, [...path, 'pool']);
}

function actionProblems(scenario: Scenario, action: ActionParams, path: Path): LimitProblem[] {
  if (scenario.transcode === undefined) return [];
  if (action.action === 'scaleWorkers' || action.action === 'spotBurst') {
    return poolProblems(scenario, action.pool, [...path, 'pool']);
  }
  if (action.action !== 'prioritise' || action.tier === undefined) return [];
  const tiers = scenario.upload?.creators.tiers.map(({ name }) => name) ?? [];
  return unknownName(action.tier, tiers, 'a tier of upload.creators', [...path, 'tier']);
}

function poolProblems({ transcode }: Scenario, name: string | undefined, path: Path): LimitProblem[] {
  const farm = transcode?.farm;
  if (name === undefined || farm === undefined) return [];
  const pools = farm.kind === 'fleet' ? farm.pools.map((pool) => pool.name) : [];
  return unknownName(name, pools, 'a pool of transcode.farm', path);
}

function unknownName(name: string, known: readonly string[], what: string, path: Path): LimitProblem[] {
  if (known.includes(name)) return [];
  return [{ path, message: `expected ${what}, got "${name}": ${suggest(name, known)}` }];
}
