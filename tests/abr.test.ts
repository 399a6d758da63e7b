import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const HOME = join(import.meta.dirname, '..');
const TRACE = join(HOME, 'scenarios', 'networks', 'norway-3g', 'report.2010-09-13_1003CEST.csv');

interface Output {
  readonly schema: string;
  readonly rebufferRatioDenominator: string;
  readonly rules: readonly (Record<string, number> & {
    readonly rule: string;
    readonly sessions: readonly {
      readonly trace: string;
      readonly log?: readonly { readonly reason: string }[];
    }[];
  })[];
}

test('weir abr --profile sabre prints what Sabre prints', () => {
  const { rules } = json(TRACE, 'bbb', '--rule', 'bola,bolae', '--profile', 'sabre');
  expect(rules.map(({ rule }) => rule)).toEqual(['bola', 'bolae']);
  // Sabre: total played bitrate 270866 and 271551 over 199 segments, total play time 597.789774.
  expect(rules.map((rule) => rule['averageBitrateKbps']! * 199)).toEqual([270_866, 271_551]);
  expect(rules.map((rule) => rule['playSeconds']!.toFixed(6))).toEqual(['597.789774', '597.789774']);
});

test('weir abr plays a folder of traces and gives means, sessions and the denominator', () => {
  const output = json('ghent-4g', 'bbb4k', '--rule', 'hybrid,throughput', '--buffer', '20s', '--no-abandon');
  expect(output.schema).toBe('weir.abr/1');
  expect(output.rebufferRatioDenominator).toContain('playSeconds');
  for (const rule of output.rules) {
    expect(rule.sessions).toHaveLength(20);
    expect(rule['abandonedTransfers']).toBe(0);
    // All stalls over all play time, and not a mean of ratios: what is printed divides by what is printed.
    expect(rule['rebufferRatio']).toBeCloseTo(rule['rebufferSeconds']! / rule['playSeconds']!, 12);
    expect(rule['rebufferSeconds']).toBeGreaterThan(0);
  }
});

test('weir abr --log lists every transfer with its reason', () => {
  const { rules: [rule] } = json(TRACE, 'bbb', '--rule', 'bolae', '--log');
  const log = rule!.sessions[0]!.log!;
  expect(log.length).toBeGreaterThanOrEqual(199);
  expect(log[0]!.reason).toBe('rendition 0: nothing is measured yet');
  expect(log.every(({ reason }) => reason.startsWith('rendition '))).toBe(true);
  const { stdout } = weir(TRACE, 'bbb', '--rule', 'bolae', '--log');
  expect(stdout).toMatch(/rendition \d scores best at a level of \d+\.\d s/);
  expect(stdout).toMatch(/^rule +averageBitrateKbps +rebufferSeconds +rebufferRatio +rebufferEvents/m);
});

test.each([
  [[TRACE, 'bbb', '--rule', 'nix'], /unknown "nix"; the rules are hybrid, .*bolae/],
  [[TRACE, 'bbb', '--rule', 'hybrid', '--profile', 'sabre'], /of the profile sabre are throughput, bola, /],
  [[TRACE, 'bbb', '--profile', 'other'], /--profile: expected weir or sabre, got "other"/],
  [['ghent-4g', 'bbb', '--rule', 'hybrid', '--svg', 'x.svg'], /--svg: expected one rule and one trace/],
  [[TRACE, 'bbb', '--buffer', '3s'], /--buffer: expected more than a segment of 3 s, got 3s/],
  [[TRACE, 'bbb', '--latency', '-1ms'], /--latency: expected 0s to 1h, got -1ms/],
  [[TRACE, 'bbb', '--buffer', 'long'], /--buffer: expected a duration/],
  [[TRACE, 'bbb', '--rule', 'bolla,dash.js'],
    /unknown "bolla" \(did you mean "bola"\?\), "dash.js" \(.*"dashjs"/],
  [['nowhere.csv', 'bbb'], /there is no nowhere.csv/],
  [['norway-4g', 'bbb'], /there is no norway-4g, .* did you mean "norway-3g"\?/],
  [[TRACE, 'nothing'], /there is no nothing, .* known: bbb, bbb4k, envivio, /],
  [[TRACE, 'bbb#other'], /no #other in bbb: it is one video/],
  [[TRACE, 'youtube#2dOwaP14PDX'], /no "2dOwaP14PDX" there: did you mean "2dOwaP14PDk"\?/],
  [[TRACE, 'bbb', '--rule', 'bola', '--svg', 'no/such/x.svg'], /--svg: there is no folder no\/such/],
  [[TRACE, 'bbb', '--rule', 'bola', '--p1203', 'no/such/x.json'], /--p1203: there is no folder no\/such/],
  [[TRACE, join(HOME, 'scenarios', 'videos', 'youtube.csv')], /expected one video of .*#name; it has /],
])('a wrong command line %j exits with 2 and says what is wrong', (args, message) => {
  const { status, stdout, stderr } = weir(...args);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(message);
});

test('what is wrong in a folder of traces is listed with file and line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-abr-'));
  writeFileSync(join(folder, 'a.csv'), 'duration_ms,kbps\n1000,-5\n');
  writeFileSync(join(folder, 'b.csv'), 'seconds,mbit\n0,5\n');
  const { status, stderr } = weir(folder, 'bbb');
  expect(status).toBe(2);
  expect(stderr).toMatch(/a\.csv:2:.*expected a number >= 0/);
  expect(stderr).toMatch(/b\.csv:1:.*unknown column "mbit"/);
});

test('traces that state no latency have the one that is named', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-abr-'));
  const file = join(folder, 'cooked');
  writeFileSync(file, '0 1.5\n4 1.5\n');
  const startup = (...options: readonly string[]): number =>
    json(file, 'bbb', '--rule', 'bola', ...options).rules[0]!['startupSeconds']!;
  expect(startup('--latency', '80ms') - startup()).toBeCloseTo(0.08, 6);
});

test('a folder may hold traces of any form, packed or not, with other files and folders beside them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-abr-'));
  const steps = 'duration_ms,kbps\n4000,1500\n';
  writeFileSync(join(folder, 'a.csv'), steps);
  writeFileSync(join(folder, 'b.csv.gz'), gzipSync(steps));
  writeFileSync(join(folder, 'cooked'), '0 1.5\n4 1.5\n'); // as Pensieve names its traces
  writeFileSync(join(folder, 'README'), 'about them');
  mkdirSync(join(folder, 'more'));
  const { rules: [rule] } = json(folder, 'bbb', '--rule', 'bola');
  const figures = rule!.sessions.map(({ trace, ...rest }) => ({ trace, rest }));
  expect(figures.map(({ trace }) => trace)).toEqual(['a', 'b', 'cooked']);
  expect(figures[1]!.rest).toEqual(figures[0]!.rest);
  writeFileSync(join(folder, 'b.csv.gz'), gzipSync(steps).subarray(0, 25));
  const { status, stderr } = weir(folder, 'bbb');
  expect([status, stderr]).toEqual([2, expect.stringMatching(/b\.csv\.gz: damaged gzip data/)]);
});

function json(...args: readonly string[]): Output {
  const { status, stdout, stderr } = weir(...args, '--json');
  expect([status, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as Output;
}

function weir(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [join(HOME, 'cli', 'main.ts'), 'abr', ...args], { encoding: 'utf8' });
}

test('a buffer longer than the video is warned of on standard error, and one as long is not', () => {
  const abr = (buffer: string) =>
    spawnSync(process.execPath, [join(HOME, 'cli', 'main.ts'), 'abr', TRACE, 'bbb', '--rule', 'bolae',
      '--buffer', buffer], { encoding: 'utf8' });
  expect(abr('598s').stderr).toMatch(/--buffer 598s is longer than the video \(597 s\) and never fills/);
  expect(abr('597s').stderr).toBe('');
});

test('weir abr draws a session, writes it for P.1203, and knows a bound that no rule beats', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-abr-'));
  const [svg, p1203] = [join(folder, 's.svg'), join(folder, 'p.json')];
  const { rules: [oracle] } = json(TRACE, 'bbb', '--rule', 'oracle', '--svg', svg, '--p1203', p1203);
  const { rules } = json(TRACE, 'bbb', '--rule', 'bolae,mpc,hlsjs,shaka,lolp');
  for (const rule of rules) expect(rule['qoeLin']).toBeLessThanOrEqual(oracle!['qoeLin']!);
  expect(readFileSync(svg, 'utf8').match(/the best plan for all that will come/g)).toHaveLength(199);
  const input = JSON.parse(readFileSync(p1203, 'utf8')) as { I13: { segments: { bitrate: number }[] } };
  const bitrates = input.I13.segments.map(({ bitrate }) => bitrate);
  const mean = bitrates.reduce((sum, kbps) => sum + kbps, 0) / bitrates.length;
  expect(mean).toBeCloseTo(oracle!['averageBitrateKbps']!, 6);
  expect(oracle!.sessions[0]).not.toHaveProperty('log');
});
