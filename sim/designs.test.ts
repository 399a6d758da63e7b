import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Provenance, RunRecord } from '../models/core/run-record.ts';
import { simulateDesigns, type DesignsOptions } from './designs.ts';
import { simulateInParallel } from './parallel.ts';
import { BY_HAND, planOf } from './plan.fixture.ts';

const SETTINGS = ['run.replications=3', 'run.duration=20min', 'run.sampleEvery=5min', 'catalogue.videos=5',
  'audience.arrivals={law: poisson, peak: 12/min}', 'cdn.edge.capacity=2MB'];
const PLANS = [SETTINGS, [...SETTINGS, 'cdn.edge.capacity=5MB'], [...SETTINGS, 'cdn.edge.policy=fifo']]
  .map((settings) => planOf(BY_HAND, settings));

const folder = mkdtempSync(join(tmpdir(), 'weir-designs-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('designs on common random numbers', () => {
  test('give the records that each gives alone, whatever the number of workers', async () => {
    const alone = await Promise.all(PLANS.map((plan) =>
      simulateInParallel(plan, { provenance: PROVENANCE, workers: 1 })));
    for (const workers of [1, 3]) {
      const together = await run({ workers });
      expect(together.map(timeless)).toEqual(alone.map(timeless));
    }
    const hits = alone.map(({ document }) => document.slis['edge_hit_rate']!.value!);
    expect(hits[1]).toBeGreaterThan(hits[0]!);
  });

  test('that are stopped report the replications that all of them have finished', async () => {
    const controller = new AbortController();
    const records = await run({
      workers: 1, signal: controller.signal,
      onProgress: ({ finished }) => {
        if (finished >= 4) controller.abort();
      },
    }, 400);
    const done = records.map(({ document }) => document.replications);
    expect(new Set(done).size).toBe(1);
    expect(done[0]).toBeGreaterThanOrEqual(1);
    expect(done[0]).toBeLessThan(400);
    for (const { document } of records) {
      expect(document.complete).toBe(false);
      expect(document.warnings[0]).toContain(`${done[0]} of 400 replications were finished`);
      expect(document.slis['edge_hit_rate']!.values).toHaveLength(done[0]!);
    }
  });

  test('go on from a checkpoint of which the end is missing', async () => {
    const checkpoint = join(folder, 'checkpoint');
    const whole = await run({ workers: 2, checkpoint });
    expect(existsSync(checkpoint)).toBe(true);
    const text = readFileSync(checkpoint, 'utf8');
    expect(text.trimEnd().split('\n')).toHaveLength(1 + 9);
    writeFileSync(checkpoint, text.slice(0, text.length * 0.6));
    expect((await run({ workers: 2, checkpoint })).map(timeless)).toEqual(whole.map(timeless));
    expect(readFileSync(checkpoint, 'utf8').trimEnd().split('\n')).toHaveLength(1 + 9);
  });
});

function run(options: DesignsOptions, replications = 3): Promise<RunRecord[]> {
  const designs = PLANS.map((plan) => {
    const { scenario } = plan;
    const changed = { ...plan, scenario: { ...scenario, run: { ...scenario.run, replications } } };
    return { plan: changed, provenance: PROVENANCE };
  });
  return simulateDesigns(designs, options);
}

function timeless(record: RunRecord): RunRecord {
  return { ...record, document: { ...record.document, wallSeconds: 0 } };
}

const PROVENANCE: Provenance = {
  scenarioFile: 'x.yaml', version: '0', gitRevision: '', node: '', scenarioDigest: '', streamDerivation: 1,
  inputs: [], parameters: [], unvalidated: [],
};
