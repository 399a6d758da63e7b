import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { HOME } from '../cli/files.ts';
import { testRehearsals, type Expectation } from './rehearsal.fixture.ts';

const EXPECTED: readonly Expectation[] = [
  {
    scenario: 'search-slow-node', sli: 'search_success_rate', cost: 0.15,
    alert: 'SearchLatencyHigh', within: 120, steps: ['hedgeSearches'],
  },
  {
    scenario: 'search-zone-loss', sli: 'search_success_rate', cost: 0.4,
    alert: 'SearchLatencyHigh', within: 120, steps: ['shedSearches', 'scaleSearch'],
  },
  {
    scenario: 'ranking-deploy', sli: 'recommendation_ranked_rate', cost: 0.4,
    alert: 'RecommendationsLate', within: 120, steps: ['rollback'],
  },
];

testRehearsals(EXPECTED);

test('a drill shows indicators of search, and asking twice is worth what it was', () => {
  const script = join(HOME, 'docs', 'drills', 'search-slow-node.txt');
  const drill = ['search-slow-node', '--drill', '--script', script];
  const command = [join(HOME, 'cli', 'main.ts'), 'rehearse', ...drill];
  const run = (...more: string[]) =>
    execFileSync(process.execPath, [...command, ...more], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  expect(run()).toMatch(/search_success_rate\s+[\d.]+ %/);
  const { counterfactuals } = JSON.parse(run('--json')) as {
    readonly counterfactuals: readonly (Record<'drill' | 'nothing' | 'noFault', number> & { sli: string })[];
  };
  const row = counterfactuals.find(({ sli }) => sli === 'search_success_rate')!;
  expect(row.drill).toBeGreaterThan(row.nothing + 0.15);
  expect(row.noFault).toBeGreaterThan(row.drill);
});
