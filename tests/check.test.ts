import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HOME } from '../cli/files.ts';
import type { CheckedScenario } from '../reports/check.ts';

const SCENARIO = `weir: 1
name: shop
title: A few viewers of a small catalogue
run: { duration: 8min, warmup: 1min, replications: 5 }
catalogue: { videos: 10 }
audience:
  arrivals: { law: poisson, peak: 6/min }
  networks: [{ name: line, traces: networks/fcc-sd }]
slos:
  - { name: start, sli: playback_start_seconds_p50, below: 5, margin: 0.01 }
  - { name: bitrate, sli: playback_bitrate, above: 1, margin: 1000 }
`;

const repository = mkdtempSync(join(tmpdir(), 'weir-check-test-'));
const file = join(repository, 'shop.yaml');
const git = (...words: readonly string[]) => execFileSync('git', words, { cwd: repository });

beforeAll(() => {
  writeFileSync(file, SCENARIO);
  git('init', '--quiet');
  git('add', '.');
  git('-c', 'user.name=x', '-c', 'user.email=x@example.com', 'commit', '--quiet', '-m', 'x');
});
afterAll(() => rmSync(repository, { recursive: true }));

describe('weir check against a revision', () => {
  test('passes at once what has the same history, and writes JUnit', () => {
    const junit = join(repository, 'junit.xml');
    const { status, stdout } = check('--baseline', 'HEAD', '--junit', junit);
    expect(stdout).toContain('no behavioural change');
    expect(status).toBe(0);
    expect(readFileSync(junit, 'utf8')).toContain('<testsuite name="shop" tests="2" failures="0" errors="0"');
    expect(
      execFileSync('git', ['worktree', 'list'], { cwd: repository }).toString().trim().split('\n'),
    ).toHaveLength(1);
  });

  test('fails what got worse by more than its margin, on the line of its objective', () => {
    const summary = join(repository, 'summary.md');
    writeFileSync(summary, 'before\n');
    const change = ['--set', 'cdn.edge.latency=60ms'];
    const { status, stdout } = check('--baseline', 'HEAD', '--summary', summary, '--budget', '10', ...change);
    expect(status).toBe(3);
    expect(stdout).toMatch(/✗ fail\s+start .*worse than the margin allows/);
    expect(stdout).toMatch(/^::error file=.*shop.yaml,line=10,title=weir check shop::start: worse/m);
    expect(readFileSync(summary, 'utf8')).toMatch(/^before\n## weir check[\s\S]*\| ✗ fail \| start \|/);
  });

  test('says so when the revision or the scenario is not there', () => {
    expect(check('--baseline', 'nowhere')).toMatchObject({ status: 2 });
    expect(check('--baseline', 'nowhere').stderr).toContain('expected a run or a git revision');
  });
});

test('without a baseline objectives are judged by themselves; an indicator without data is an error', () => {
  writeFileSync(
    join(repository, 'silent.yaml'),
    SCENARIO.replace(
      'sli: playback_bitrate, above: 1, margin: 1000',
      'sli: transcoding_within_sla, above: 0.99',
    ),
  );
  const { status, stdout } = check('--json', '--budget', '5', 'silent.yaml');
  const verdict = JSON.parse(stdout) as {
    readonly status: number;
    readonly scenarios: readonly {
      readonly results: readonly { readonly name: string; readonly verdict: string }[];
    }[];
  };
  expect(verdict.scenarios[0]!.results.map((one) => `${one.name} ${one.verdict}`)).toEqual([
    'start pass',
    'bitrate error',
  ]);
  expect([status, verdict.status]).toEqual([3, 3]);
});

test('imported objectives are paired too, and one whose metrics nothing counts is an error', () => {
  const objective = (name: string, metric: string) => `
apiVersion: openslo/v1
kind: SLO
metadata: { name: ${name} }
spec:
  service: cdn
  indicator:
    metadata: { name: ${name} }
    spec:
      ratioMetric:
        counter: true
        bad:
          metricSource: { type: Prometheus, spec: { query: 'sum(${metric}{result="error"}) or vector(0)' } }
        total:
          metricSource: { type: Prometheus, spec: { query: 'sum(${metric})' } }
  timeWindow: [{ duration: 28d, isRolling: true }]
  budgetingMethod: Occurrences
  objectives: [{ target: 0.9 }]
`;
  writeFileSync(join(repository, 'slo.yaml'), [objective('answers', 'cache_requests_total'),
    objective('nothing', 'no_such_metric_total')].join('---'));
  const monitoring = 'monitoring: { rules: [], openslo: [slo.yaml] }\n';
  writeFileSync(join(repository, 'imported.yaml'), SCENARIO.replace(/slos:[^]*/, monitoring));
  git('add', '.');
  git('-c', 'user.name=x', '-c', 'user.email=x@example.com', 'commit', '--quiet', '-m', 'x');
  const change = ['--baseline', 'HEAD', '--set', 'cdn.edge.latency=60ms', '--budget', '5'];
  const { status, stdout } = check('--json', ...change, 'imported.yaml');
  expect(status).toBe(3);
  const { scenarios } = JSON.parse(stdout) as { readonly scenarios: readonly CheckedScenario[] };
  expect(scenarios[0]!.results.map(({ name, verdict, deterioration }) =>
    [name, verdict, deterioration?.n])).toEqual([['answers', 'pass', 5], ['nothing', 'error', undefined]]);
});

function check(...args: readonly string[]) {
  const env = { ...process.env, NO_COLOR: '1', GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: '' };
  const named = args.some((arg) => arg.endsWith('.yaml') && !arg.startsWith('--'));
  const words = [join(HOME, 'cli', 'main.ts'), 'check', ...(named ? [] : ['shop.yaml']), ...args];
  return spawnSync(process.execPath, words, { cwd: repository, encoding: 'utf8', env });
}
