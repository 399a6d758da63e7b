import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunDocument } from '../models/core/run-record.ts';
import type { ComparisonDocument } from '../models/operations/design-comparison.ts';
import { LAUNCHER, startWeir, type Ended } from './fixtures/weir-process.ts';

const STUDY = ['run', 'cache-size-study', '--set', 'run.duration=16min', '--set', 'run.warmup=4min',
  '--replications', '4'];

const work = mkdtempSync(join(tmpdir(), 'weir-variants-'));
beforeAll(async () => {
  expect((await startWeir(work, ['--version'], {}, LAUNCHER).ended).status).toBe(0);
});
afterAll(() => rmSync(work, { recursive: true }));

describe('a scenario with variants', () => {
  let document: ComparisonDocument;
  const folder = join(work, 'study');
  beforeAll(async () => {
    const { status, out, err } = await weir(...STUDY, '--json', '--out', folder);
    expect([status, err]).toEqual([0, expect.stringContaining('a folder for each of base, double, s3fifo')]);
    document = JSON.parse(out) as ComparisonDocument;
  });

  test('is one document: the baseline, the variants, what they change and how they differ', () => {
    expect(document).toMatchObject({
      schema: 'weir.comparison/1', scenario: 'cache-size-study', seed: 42, replications: 4, complete: true,
      criterion: { by: 'origin_bytes', better: 'lower', unit: 'bytes' },
      obtained: { families: { ranked: 4, beside: 16, ranks: 10 } },
      baseline: { name: 'base', set: {}, run: { schema: 'weir.run/1', replications: 4 } },
    });
    const [double] = document.variants;
    expect(double).toMatchObject({ name: 'double', set: { 'cdn.edge.capacity': '1600 MB' } });
    expect(double!.differences.map((one) => one.indicator)).toEqual(
      ['origin_bytes', 'edge_hit_rate', 'cache_hit_rate', 'playback_start_seconds_p99', 'playback_bitrate']);
    // Twice the space cannot miss more, and on common random numbers four replications show it.
    expect(double!.differences[1]).toMatchObject({ verdict: 'better', difference: { n: 4 } });
    expect(double!.differences[1]!.varianceRemoved).toBeGreaterThan(0.5);
    expect(document.ranking.map((one) => one.design).sort())
      .toEqual(['arc', 'base', 'double', 'one-edge', 's3fifo']);
  });

  test('writes a run of every design, which is the run of the variant alone', async () => {
    expect(JSON.parse(readFileSync(join(folder, 'comparison.json'), 'utf8'))).toEqual(document);
    expect(existsSync(join(folder, 's3fifo', 'report.html'))).toBe(true);
    const alone = await weir(...STUDY, '--json', '--workers', '1', '--variant', 's3fifo');
    const own = { ...JSON.parse(alone.out) as RunDocument, wallSeconds: 0 };
    const written = JSON.parse(readFileSync(join(folder, 's3fifo', 'summary.json'), 'utf8')) as RunDocument;
    expect(own).toEqual({ ...written, wallSeconds: 0 });
    expect(own.provenance.parameters.find(({ path }) => path === 'cdn.edge.policy'))
      .toMatchObject({ value: 's3fifo', origin: 'variant' });
  });

  test('prints the ranking with paired differences, whatever the number of workers', async () => {
    const [one, two] = await Promise.all(['1', '2'].map((count) => weir(...STUDY, '--workers', count)));
    expect(one!.status).toBe(0);
    expect(one!.out).toBe(two!.out);
    expect(one!.out).toMatch(/Ranking +by origin_bytes, lower is better\n/);
    expect(one!.out).toMatch(/rank +design +value +95 % +- base +adjusted interval/);
    expect(one!.out).toMatch(/ base +[\d.]+ GB +[\d.]+–[\d.]+ +baseline/);
    expect(one!.out).toMatch(/(arc|double|s3fifo) +[\d.]+ GB .* -[\d.]+ [GM]B +-.* to -.* \+ better/);
    // Four short replications cannot separate all of them: ranges of ranks, and what it would take.
    expect(one!.out).toMatch(/ \d-\d +[a-z3-]+ +[\d.]+ GB /);
    expect(one!.out).toMatch(/Not separated, so not ranked among themselves: \w/);
    expect(one!.out).toMatch(/edge_hit_rate +[\d.]+ % +\+[\d.]+ pp \*/);
    expect(one!.out).toContain('again: weir run cache-size-study --seed 42 --replications 4');
  });

  test('compares a part of the variants, and judges the baseline with --strict', async () => {
    const some = ['--variant', 'double', '--variant', 'arc'];
    const { status, out } = await weir(...STUDY, '--json', '--strict', ...some);
    const part = JSON.parse(out) as ComparisonDocument;
    expect(status).toBe(3);
    expect(part.variants.map(({ name }) => name)).toEqual(['double', 'arc']);
    expect(part.variants[0]!.run.slis).toEqual(document.variants[0]!.run.slis);
    expect(part.obtained.families.ranked).toBe(2);
  });

  test('interrupted says what it has, and ends with 130', async () => {
    const checkpoint = join(work, 'checkpoint');
    const { child, ended } = startWeir(work,
      [...STUDY, '--replications', '200', '--json', '--workers', '2', '--checkpoint', checkpoint]);
    while (!existsSync(checkpoint) || readFileSync(checkpoint, 'utf8').split('\n').length < 8) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    child.kill('SIGINT');
    const { status, out } = await ended;
    expect(status).toBe(130);
    const cut = JSON.parse(out) as ComparisonDocument;
    expect(cut.complete).toBe(false);
    expect(cut.replications).toBeLessThan(200);
    expect(new Set(cut.variants.map(({ run }) => run.replications)).size).toBe(1);
  });
});

function weir(...words: readonly string[]): Promise<Ended> {
  return startWeir(work, words).ended;
}
