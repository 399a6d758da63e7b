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
