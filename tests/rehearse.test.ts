import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { diskFiles, HOME } from '../cli/files.ts';
import type { ComparisonDocument } from '../models/operations/design-comparison.ts';
import { buildPlan } from '../scenarios/build.ts';
import { loadScenario } from '../scenarios/load.ts';
import { VideoRun } from '../sim/video-run.ts';

const MAIN = join(HOME, 'cli', 'main.ts');
const SHORT = [
  '--set',
  'run.duration=36min',
  '--set',
  'run.warmup=10min',
  '--set',
  'audience.arrivals.peak=10/min',
];
const EARLY = ['--set', 'faults=[{kind: badDeploy, at: 15min, jitter: 2min, duration: 15min, share: 30%}]'];

describe('a rehearsal', () => {
  test('says what the runbook is worth, beside nobody and beside no fault, on the same seeds', () => {
    const document = JSON.parse(
      weir('rehearse', 'bad-deploy', '--seeds', '3', '--json', ...SHORT, ...EARLY),
    ) as ComparisonDocument;
    const means = new Map([document.baseline, ...document.variants].map(({ name, run }) =>
      [name, run.slis['cdn_availability']!.values]));
    const [nobody, runbook, noFault] = ['nobody-there', 'runbook', 'no-fault'].map((name) =>
      means.get(name)!,
    );
    expect(noFault).toEqual([1, 1, 1]);
    runbook!.forEach((value, i) => {
      expect(value).toBeGreaterThan(nobody![i]!);
      expect(value).toBeLessThan(1);
    });
    const { steps, incidents } = document.variants.find(({ name }) => name === 'runbook')!.run;
    expect(steps).toMatchObject([{ runbook: 'bad-deploy', action: 'rollback', doneIn: 3, workedIn: 3 }]);
    expect(incidents).toMatchObject([{ kind: 'badDeploy', detectedIn: 3 }]);
    const verdict = document.variants[0]!.differences.find(
      ({ indicator }) => indicator === 'cdn_availability',
    );
    expect(verdict!.verdict).toBe('better');
  });

  test('a drill from a file of commands has a journal and a debrief with its counterfactuals', () => {
    const script = join(HOME, 'docs', 'drills', 'edge-down.txt');
    const debrief = JSON.parse(weir('rehearse', 'edge-down', '--drill', '--script', script, '--json')) as {
      readonly status: string;
      readonly deviated: boolean;
      readonly detectSeconds: number;
      readonly journal: readonly { readonly what: string }[];
      readonly counterfactuals: readonly {
        readonly sli: string;
        readonly drill: number;
        readonly noFault: number;
        readonly nothing: number;
      }[];
    };
    expect(debrief).toMatchObject({ status: 'completed', deviated: true });
    expect(debrief.detectSeconds).toBeLessThan(180);
    expect(debrief.journal.map(({ what }) => what)).toContain('does: {"action":"reroute"}');
    const availability = debrief.counterfactuals.find(({ sli }) => sli === 'cdn_availability')!;
    expect(availability.noFault).toBe(1);
    expect(availability.drill).toBeGreaterThan(availability.nothing);
    expect(availability.drill).toBeLessThan(1);
  });

  test('wrong commands are told with their line, and a scenario without faults is refused', () => {
    const refused = spawnSync(process.execPath, [MAIN, 'rehearse', 'household'], { encoding: 'utf8' });
    expect([refused.status, refused.stderr]).toEqual([2, 'weir: household has no faults to rehearse\n']);
  });
});

test('a run with faults and runbooks, saved half way and restored, ends byte for byte the same', () => {
  const plan = buildPlan(
    loadScenario(join(HOME, 'scenarios', 'library', 'edge-down.yaml'), diskFiles, [
      'run.duration=24min',
      'run.warmup=2min',
      'audience.arrivals.peak=8/min',
      'faults=[{kind: placeDown, at: 5min, duration: 9min, place: 0}, '
        + '{kind: originOutage, at: 8min, duration: 8min, share: 50%}]',
    ]),
    diskFiles,
  );
  const whole = new VideoRun(plan, 0);
  whole.advanceTo(24 * 60e6);
  const first = new VideoRun(plan, 0);
  first.advanceTo(11 * 60e6);
  const second = new VideoRun(plan, 0);
  second.restore(structuredClone(first.save()));
  second.advanceTo(24 * 60e6);
  expect(second.finish()).toEqual(whole.finish());
});

function weir(...args: readonly string[]): string {
  return execFileSync(process.execPath, [MAIN, ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
