import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { HOME } from '../cli/files.ts';
import { testRehearsals, type Expectation } from './rehearsal.fixture.ts';

const EXPECTED: readonly Expectation[] = [
  {
    scenario: 'upload-bad-deploy', sli: 'upload_success_rate', cost: 0.05,
    alert: 'UploadErrorRateHigh', within: 180, steps: ['rollback'],
  },
  {
    scenario: 'upload-store-outage', sli: 'upload_success_rate', cost: 0.2,
    alert: 'UploadErrorRateHigh', within: 180, steps: ['queueUploads', 'queueUploads off'],
  },
  {
    scenario: 'metadata-slow', sli: 'metadata_success_rate', cost: 0.1,
    alert: 'MetadataLatencyHigh', within: 180, steps: ['failoverToReplica'],
  },
  {
    scenario: 'replica-loss', sli: 'metadata_success_rate', cost: 0.03,
    alert: 'MetadataLatencyHigh', within: 180, steps: ['addCache'],
  },
];

testRehearsals(EXPECTED);

test('a drill shows indicators of uploads, takes their actions, and is talked about by them', () => {
  const drill = ['--drill', '--script', join(HOME, 'docs', 'drills', 'upload-store-outage.txt')];
  const command = [join(HOME, 'cli', 'main.ts'), 'rehearse', 'upload-store-outage', ...drill];
  const run = (...more: string[]) =>
    execFileSync(process.execPath, [...command, ...more], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  expect(run()).toMatch(/upload_success_rate\s+[\d.]+ %/);
  const { counterfactuals, journal } = JSON.parse(run('--json')) as {
    readonly counterfactuals: readonly (Record<'drill' | 'nothing' | 'noFault', number> & { sli: string })[];
    readonly journal: readonly { readonly what: string }[];
  };
  expect(journal.map(({ what }) => what).join('\n')).toMatch(/queueUploads/);
  const row = counterfactuals.find(({ sli }) => sli === 'upload_success_rate')!;
  expect(row.drill).toBeGreaterThan(row.nothing + 0.1);
  expect(row.noFault).toBeGreaterThan(row.drill);
});
