import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { diskFiles, HOME } from '../cli/files.ts';
import type { RunDocument } from '../models/core/run-record.ts';
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

const work = mkdtempSync(join(tmpdir(), 'weir-rehearse-'));
afterAll(() => rmSync(work, { recursive: true }));

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

  test('its worst seed is kept as a scenario that a gate takes, and that fails without the runbook', () => {
    const file = join(work, 'worst.yaml');
    const document = JSON.parse(weir('rehearse', 'bad-deploy', '--seeds', '2', '--later', '0s,2min', '--json',
      '--keep-worst', file, ...SHORT, ...EARLY)) as ComparisonDocument;
    const { worst, distributions, timings } = document.rehearsal!;
    expect(timings).toEqual(['as written', '2min later']);
    const own = distributions.find(({ design, indicator }) =>
      design === 'runbook' && indicator === worst!.indicator)!;
    expect(own.n).toBe(4);
    expect([own.least, own.most]).toContain(worst!.value);
    const kept = JSON.parse(weir('run', file, '--json')) as RunDocument;
    expect(kept.slis[worst!.indicator]!.values).toEqual([worst!.value]);
    expect(spawnSync(process.execPath, [MAIN, 'check', file]).status).toBe(0);
    expect(spawnSync(process.execPath, [MAIN, 'check', file, '--set', 'runbooks=[]']).status).toBe(3);
  });

  test.for([
    ['failed', 'hypothesis={title: x, probes: [{name: more than all, sli: cdn_availability, above: 1}]}', 0],
    ['aborted', 'abort=[{name: one fails, sli: cdn_availability, below: 1, over: 1min}]', 1],
  ] as const)('%s: it stops, with exit status 3 and a journal', ([status, set, injected]) => {
    const file = join(work, `${status}.json`);
    const words = [MAIN, 'rehearse', 'bad-deploy', '--seeds', '2', '--journal', file, '--set', set];
    const { status: code, stderr } = spawnSync(process.execPath, [...words, ...SHORT, ...EARLY],
      { encoding: 'utf8' });
    expect([code, stderr]).toEqual([3, expect.stringContaining(`rehearsal ${status}`)]);
    const journal = JSON.parse(readFileSync(file, 'utf8')) as Journal;
    expect(journal).toMatchObject({ status, deviated: status === 'aborted' });
    expect(journal.run.filter(({ activity }) => activity.name === 'badDeploy')).toHaveLength(injected);
    expect(journal.steady_states.before).toMatchObject({ steady_state_met: status === 'aborted' });
    expect(journal.duration).toBeLessThan(20 * 60);
  });

  test('interrupted, a drill has its debrief and its journal', async () => {
    const [file, script] = [join(work, 'interrupted.json'), join(work, 'script.txt')];
    writeFileSync(script, 'wait 20min\nend\n');
    const child = spawn(process.execPath, [MAIN, 'rehearse', 'bad-deploy', '--drill', '--speed', '30',
      '--script', script, '--journal', file, ...SHORT, ...EARLY]);
    let said = '';
    child.stdout.on('data', (data: Buffer) => {
      said += data.toString();
      if (said.includes('> wait 20min')) setTimeout(() => child.kill('SIGINT'), 1500);
    });
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(130);
    expect(said).toContain('Debrief  interrupted');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ status: 'interrupted' });
  });

  test('the drill of origin-overload is shipped, with all that its debrief is to have', () => {
    const script = join(HOME, 'docs', 'drills', 'origin-overload.txt');
    const said = weir('rehearse', 'origin-overload', '--drill', '--script', script);
    for (const part of [/detected after .*, first action after .*, mitigated after .*, quiet after/,
      /blast radius: \d+ of \d+ sessions/, /of the error budget of cdn-availability spent/,
      /Score \d+ of 100/,
      /yours less/, /Timeline\n {2}\+/, /the hypothesis, before/]) expect(said).toMatch(part);
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
        readonly differences: { readonly noFault: number };
      }[];
    };
    expect(debrief).toMatchObject({
      status: 'completed', deviated: false, steady: { before: { met: true }, after: { met: true } },
    });
    expect(debrief.detectSeconds).toBeLessThan(180);
    expect(debrief.journal.map(({ what }) => what)).toContain('does: {"action":"reroute","on":true}');
    const availability = debrief.counterfactuals.find(({ sli }) => sli === 'cdn_availability')!;
    expect(availability.noFault).toBe(1);
    expect(availability.differences.noFault).toBe(availability.drill - 1);
    expect(availability.drill).toBeGreaterThan(availability.nothing);
    expect(availability.drill).toBeLessThan(1);
  });

  test('wrong commands are told with their line, and a scenario without faults is refused', () => {
    const refused = spawnSync(process.execPath, [MAIN, 'rehearse', 'household'], { encoding: 'utf8' });
    expect([refused.status, refused.stderr]).toEqual([2, 'weir: household has no faults to rehearse\n']);
    const script = join(work, 'wrong.txt');
    writeFileSync(script, 'look\ndo degrade level=2\n');
    const drill = spawnSync(process.execPath,
      [MAIN, 'rehearse', 'bad-deploy', '--drill', '--script', script, ...SHORT], { encoding: 'utf8' });
    expect([drill.status, drill.stderr]).toEqual(
      [2, `weir: ${script}:2: there is no degraded level 2: the scenario has none\n`]);
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

interface Journal {
  readonly duration: number;
  readonly run: ReadonlyArray<{ readonly activity: { readonly name: string } }>;
  readonly steady_states: { readonly before: unknown };
}

function weir(...args: readonly string[]): string {
  return execFileSync(process.execPath, [MAIN, ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
