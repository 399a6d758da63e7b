import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunDocument } from '../models/core/run-record.ts';
import type { SweepDocument } from '../reports/sweep-document.ts';
import { LAUNCHER, startWeir, type Ended } from './fixtures/weir-process.ts';

const SHORT = ['cache-size-study', '--set', 'run.duration=10min', '--set', 'run.warmup=2min'];
const GRID = ['sweep', ...SHORT, '--replications', '3', '--set', 'cdn.edge.capacity=400MB,1600MB',
  '--set', 'cdn.edge.policy=lru,s3fifo', '--by', 'edge_hit_rate', '--cache', 'cache'];

const work = mkdtempSync(join(tmpdir(), 'weir-sweep-'));
beforeAll(async () => {
  expect((await startWeir(work, ['--version'], {}, LAUNCHER).ended).status).toBe(0);
});
afterAll(() => rmSync(work, { recursive: true }));

describe('a sweep', () => {
  let first: SweepDocument;
  beforeAll(async () => {
    const { status, out, err } = await weir(...GRID, '--json', '--workers', '1', '--out', 'out');
    expect([status, err]).toEqual([0, expect.stringContaining('sweep.html, sweep.json, sweep.csv')]);
    first = JSON.parse(out) as SweepDocument;
  });

  test('runs every combination, each as the ordinary run of its settings', async () => {
    expect(first).toMatchObject({
      schema: 'weir.sweep/1', scenario: 'cache-size-study', complete: true, replications: 12, known: 0,
      criterion: { by: 'edge_hit_rate', better: 'higher' },
    });
    expect(first.points.map(({ name }) => name)).toEqual([
      'capacity=400MB policy=lru', 'capacity=400MB policy=s3fifo', 'capacity=1600MB policy=lru',
      'capacity=1600MB policy=s3fifo',
    ]);
    const alone = await weir('run', ...SHORT, '--variant', 'base', '--replications', '3', '--json',
      '--set', 'cdn.edge.capacity=1600MB', '--set', 'cdn.edge.policy=s3fifo');
    const { slis, slos, costs, fingerprint } = JSON.parse(alone.out) as RunDocument;
    expect(first.points[3]).toMatchObject({ slis, slos, costs, fingerprint });
    // Four times the space hits more often under either policy.
    const [smallest, , large] = first.points.map(({ slis: own }) => own['edge_hit_rate']!.value!);
    expect(large).toBeGreaterThan(smallest!);
  });

  test('is read from what is known the second time, and computes what is not', async () => {
    const again = JSON.parse((await weir(...GRID, '--json')).out) as SweepDocument;
    expect(again).toEqual({ ...first, known: 12 });
    const more = JSON.parse((await weir(...GRID, '--json', '--replications', '4')).out) as SweepDocument;
    expect(more).toMatchObject({ replications: 16, known: 12 });
    expect(more.points[0]!.slis['edge_hit_rate']!.values.slice(0, 3))
      .toEqual(first.points[0]!.slis['edge_hit_rate']!.values);
    const seed = JSON.parse((await weir(...GRID, '--json', '--seed', '7')).out) as SweepDocument;
    expect(seed.known).toBe(0);
  });

  test('killed in the middle goes on with nothing lost and nothing counted twice', async () => {
    const words = [...GRID.slice(0, -1), 'killed', '--json', '--workers', '2', '--replications', '12'];
    const { child, ended } = startWeir(work, words);
    const lines = () => (existsSync(join(work, 'killed')) ? readdirSync(join(work, 'killed')) : [])
      .reduce((sum, name) =>
        sum + readFileSync(join(work, 'killed', name), 'utf8').split('\n').length - 2, 0);
    while (lines() < 6) await new Promise((resolve) => setTimeout(resolve, 10));
    child.kill('SIGKILL');
    await ended;
    const kept = lines();
    expect(kept).toBeLessThan(48);
    // A line that was being written when it died is dropped.
    const [torn] = readdirSync(join(work, 'killed'));
    const text = readFileSync(join(work, 'killed', torn!), 'utf8');
    writeFileSync(join(work, 'killed', torn!), `${text}{"replication":11,"outc`);
    const resumed = JSON.parse((await weir(...words)).out) as SweepDocument;
    const uncached = words.filter((word) => !['--cache', 'killed'].includes(word));
    const straight = JSON.parse((await weir(...uncached, '--no-cache')).out) as SweepDocument;
    expect(resumed.known).toBeGreaterThanOrEqual(kept);
    expect(resumed.known).toBeLessThan(48);
    expect({ ...resumed, known: 0 }).toEqual(straight);
    expect(lines()).toBe(48);
  });

  test('prints a grid, a line for every point, and CSV', async () => {
    const { out } = await weir(...GRID);
    expect(out).toMatch(/edge_hit_rate +cdn.edge.capacity down, cdn.edge.policy across\n +lru +s3fifo\n/);
    expect(out).toMatch(/ 400MB +lru +[\d.]+ % +[\d.–]+ +3 +✗ /);
    expect(out).toContain('12 of them known from before');
    const csv = (await weir(...GRID, '--csv')).out.trim().split('\n');
    expect(csv[0]).toMatch(/^cdn.edge.capacity,cdn.edge.policy,replications,.*,edge_hit_rate,edge_hit_rate_/);
    expect(csv).toHaveLength(5);
    expect(csv[4]).toMatch(/^1600MB,s3fifo,3,/);
    expect(readFileSync(join(work, 'out', 'sweep.csv'), 'utf8').trim().split('\n')).toEqual(csv);
  });

  test('selects the best point, with the guarantee in words, the same on any number of workers', async () => {
    const select = [...GRID, '--select', '--json'];
    const kn = await Promise.all(['1', '2'].map(async (count) =>
      JSON.parse((await weir(...select, '--indifference', '2%', '--replications', '30', '--workers', count,
        '--no-cache')).out) as SweepDocument));
    expect(kn[0]).toEqual(kn[1]);
    expect(kn[0]!.selection).toMatchObject({ method: 'KN', probability: 0.95, indifference: 0.02 });
    expect(kn[0]!.selection!.design).toMatch(/^capacity=1600MB/);
    expect(kn[0]!.selection!.guarantee)
      .toMatch(/probability 95 % at least if it is better than every other by 2.0 pp/);
    const ocba = JSON.parse((await weir(...select, '--budget', '30')).out) as SweepDocument;
    expect(ocba.points.reduce((sum, point) => sum + point.replications, 0)).toBe(30);
    expect(ocba.selection!.guarantee).toMatch(/OCBA spends a budget and promises nothing/);
  });
});

describe('a sweep that is asked for wrongly ends with 2:', () => {
  test.each([
    [[], /expected a parameter with several values/],
    [['--set', 'cdn.edge.capcity=1GB,2GB'], /capcity: unknown key "capcity": did you mean "capacity"\?/],
    [['--set', 'cdn.edge.nodes=1,1'], /--set: cdn.edge.nodes has the value 1 twice/],
    [['--set', 'cdn.edge.nodes=1,2', '--set', 'cdn.edge.nodes=3'], /--set: cdn.edge.nodes stands twice/],
    [['--set', 'cdn.edge.nodes=1,2', '--by', 'edge_hit'], /--by: unknown indicator "edge_hit": did you mean/],
    [['--set', 'cdn.edge.nodes=1,2', '--budget', '9'], /belong to --select/],
    [['--set', 'cdn.edge.nodes=1,2', '--select', '--by', 'edge_hit_rate'],
      /either --indifference .* or --budget/],
    [['--set', 'cdn.edge.nodes=1,2', '--select', '--by', 'origin_bytes', '--indifference', '1%'],
      /--indifference: expected a difference of origin_bytes, in bytes, got "1%"/],
    [['--set', 'cdn.edge.nodes=1,2', '--select', '--by', 'edge_hit_rate', '--budget', '9'],
      /--budget: expected at least 10 replications for 2 points, got "9"/],
  ])('%j', async (words, expected) => {
    const { status, err } = await weir('sweep', ...SHORT, ...words);
    expect(err).toMatch(expected);
    expect(status).toBe(2);
  });
});

function weir(...words: readonly string[]): Promise<Ended> {
  return startWeir(work, words).ended;
}
