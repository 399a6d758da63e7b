import type { LimitProblem } from './limit-problem.ts';
import type { Scenario } from './schema.ts';

/** Somebody searches and opens home pages, and faults of search are about shards that there are. */
export function discoveryLimits(scenario: Scenario): LimitProblem[] {
  const { audience, search, faults } = scenario;
  const problems: LimitProblem[] = [];
  for (const part of ['search', 'recommendations'] as const) {
    const params = scenario[part];
    if (params === undefined || audience !== undefined || params.others.queries !== undefined) continue;
    const message = `expected "${part}.others.queries", or "audience" beside it: nobody asks anything`;
    problems.push({ path: [part], message });
  }
  faults.forEach((fault, i) => {
    if (fault.kind !== 'searchSlow' && fault.kind !== 'searchNodeLoss') return;
    if (search === undefined || fault.shard === undefined || fault.shard < search.shards) return;
    const message = `expected one of the ${search.shards} shards, from 0 (search.shards), got ${fault.shard}`;
    problems.push({ path: ['faults', i, 'shard'], message });
  });
  return problems;
}
