import { expect, test } from 'vitest';
import { ScenarioError } from './errors.ts';
import { loadScenario } from './load.ts';
import { memoryFiles } from './memory-files.fixture.ts';

const BARE = 'weir: 1\nname: bare\ntitle: Bare\nrun: { duration: 1min }\n';
const SEARCHED = `${BARE}search: { shards: 4, others: { queries: 1/s } }\n`;

test('search and recommendations that nobody asks are told', () => {
  expect(problemsOf(`${BARE}search: {}\nrecommendations: {}\n`)).toEqual([
    'x.yaml:5:1: search: expected "search.others.queries", or "audience" beside it: nobody asks anything',
    'x.yaml:6:1: recommendations: expected "recommendations.others.queries", or "audience" beside it: '
      + 'nobody asks anything',
  ]);
  expect(problemsOf(SEARCHED)).toEqual([]);
});

test('faults are about shards that there are, and parts that are simulated', () => {
  const fault = (text: string) => `${SEARCHED}faults:\n  - { ${text}, at: 0s, duration: 1s }\n`;
  expect(problemsOf(fault('kind: searchNodeLoss, shard: 3'))).toEqual([]);
  expect(problemsOf(fault('kind: searchSlow, shard: 4'))).toEqual([
    'x.yaml:7:25: faults[0].shard: expected one of the 4 shards, from 0 (search.shards), got 4',
  ]);
  expect(problemsOf(fault('kind: rankingSlow'))).toEqual([
    'x.yaml:7:7: faults[0].kind: expected "recommendations" beside it: without one there is nothing that '
      + 'rankingSlow breaks',
  ]);
});

/** What is wrong with a scenario, as the user reads it. */
function problemsOf(text: string): string[] {
  try {
    loadScenario('x.yaml', memoryFiles({ 'x.yaml': text }), []);
    return [];
  } catch (error) {
    if (error instanceof ScenarioError) return error.message.split('\n');
    throw error;
  }
}
