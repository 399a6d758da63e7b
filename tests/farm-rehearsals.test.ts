import { testRehearsals, type Expectation } from './rehearsal.fixture.ts';

/** As short as shows it; most of these have the same evening without their fault. */
const SHORT = ['run.duration=3h'];

const EXPECTED: readonly Expectation[] = [
  {
    scenario: 'backlog-runbook', settings: SHORT,
    sli: 'transcoding_within_sla', cost: 0.5,
    alert: 'TranscodingQueueDeep', within: 1500,
    steps: [
      'scaleWorkers', 'spotBurst', 'prioritise', 'deferWebhooks', 'announce team', 'deferWebhooks off',
    ],
  },
  {
    scenario: 'backlog-prioritise', settings: SHORT,
    sli: 'transcoding_within_sla', cost: 0.5,
    alert: 'TranscodingQueueDeep', within: 1500, steps: ['prioritise'],
  },
  {
    scenario: 'worker-crash-loop', settings: SHORT,
    sli: 'transcoding_within_sla', cost: 0.4,
    alert: 'TranscodingTriesFail', within: 600, steps: ['skipProblematic', 'rollback', 'requeueFailed'],
  },
  {
    scenario: 'gpu-failures', settings: SHORT,
    sli: 'transcoding_within_sla', cost: 0.2,
    alert: 'TranscodingWorkersFail', within: 300,
    steps: ['skipProblematic', 'rollback', 'replaceWorkers', 'requeueFailed'],
  },
  {
    scenario: 'spot-reclaim', sli: 'transcoding_within_sla', cost: 0.4,
    alert: 'TranscodingBehind', within: 1200, steps: ['scaleWorkers'],
  },
];

testRehearsals(EXPECTED);
