import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const HOME = join(import.meta.dirname, '..');
const OUT = mkdtempSync(join(tmpdir(), 'weir-networks-'));

test('weir networks fit writes a model that weir abr plays', () => {
  const model = join(OUT, 'steps.json');
  const fit = weir('networks', 'fit', 'twitch-steps', '--states', '8', '--out', model, '--json');
  expect(fit.status).toBe(0);
  const said = JSON.parse(fit.stdout) as { files: number; transitions: number; ofModel: { lag1: number } };
  expect(said).toMatchObject({ schema: 'weir.markov-fit/1', traces: 'twitch-steps', files: 10 });
  expect(said.ofModel.lag1).toBeGreaterThan(0.5);
  expect((JSON.parse(readFileSync(model, 'utf8')) as { source: unknown }).source)
    .toMatchObject({ traces: 'twitch-steps', files: 10, transitions: said.transitions });
  const played = weir('abr', model, 'bbb', '--rule', 'bola', '--json');
  expect(played.status).toBe(0);
  const { rules } = JSON.parse(played.stdout) as { rules: { sessions: { trace: string }[] }[] };
  expect(rules[0]!.sessions.map(({ trace }) => trace).slice(0, 2)).toEqual(['steps 1', 'steps 2']);
});

test.each([
  [['--states', '0'], '--states: expected a whole number from 1 to 199, got 0'],
  [['--step', '5'], '--step: expected a duration'],
  [['--step', '1h'], 'expected traces of two steps of 1h or more'],
])('weir networks fit with %j says what is wrong', (options, expected) => {
  const out = join(OUT, 'none.json');
  const { status, stderr } = weir('networks', 'fit', 'twitch-steps', '--out', out, ...options);
  expect(stderr).toContain(expected);
  expect(status).toBe(2);
});

function weir(...words: readonly string[]) {
  return spawnSync(join(HOME, 'weir'), words, { encoding: 'utf8' });
}
