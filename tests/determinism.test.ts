import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, expect, test } from 'vitest';
import { diskFiles, findScenario } from '../cli/files.ts';
import { buildPlan } from '../scenarios/build.ts';
import { loadScenario } from '../scenarios/load.ts';
import { packPlan } from '../scenarios/packed-plan.ts';
import type { ScenarioPlan } from '../scenarios/plan.ts';
import { describeDifference, firstDifference, verifyReplication } from '../sim/determinism.ts';
import type { Provenance } from '../models/core/run-record.ts';
import { simulate } from '../sim/experiment.ts';
import { simulateInParallel } from '../sim/parallel.ts';
import { VideoRun } from '../sim/video-run.ts';
import { PageOpener } from './browser/pages.ts';
import { simulateInPage } from './browser/simulator.ts';

const NOWHERE: Provenance = {
  scenarioFile: 'x',
  version: '0', gitRevision: '', node: '', scenarioDigest: '', streamDerivation: 1, inputs: [],
  parameters: [], unvalidated: [],
};
interface PageSimulator {
  readonly simulateInPage: typeof simulateInPage;
}

const pages = new PageOpener();
afterAll(() => pages.end());

test('the record does not depend on threads, nor on their number', async () => {
  const plan = planOf('run.replications=3');
  const [inline, one, two] = [
    await simulate(plan, { provenance: NOWHERE }),
    await simulateInParallel(plan, { provenance: NOWHERE, workers: 1 }),
    await simulateInParallel(plan, { provenance: NOWHERE, workers: 2 }),
  ].map(({ document, ...bulk }) => ({ ...bulk, document: { ...document, wallSeconds: 0 } }));
  expect(one).toEqual(inline);
  expect(two).toEqual(inline);
});

test('a browser gets the same history and the same figures as Node', async (ctx) => {
  const packed = packPlan(planOf());
  const code = await bundle();
  const page = await pages.open(ctx, '<!doctype html><title>Weir</title>');
  await page.addScriptTag({ content: code });
  const there = await page.evaluate(
    (data) => (globalThis as unknown as { readonly WeirSimulator: PageSimulator }).WeirSimulator
      .simulateInPage(data, 0),
    packed,
  );
  expect(await pages.close()).toEqual([]);
  expect(there).toEqual(simulateInPage(packed, 0));
});

test('a replication run twice has one history', () => {
  expect(verifyReplication(planOf(), 1)).toBeUndefined();
});

test('of two histories the first event that differs is found and named', () => {
  // The slower origin is felt when the first answer that came from it reaches the edge.
  const a = new VideoRun(planOf(), 0);
  const b = new VideoRun(planOf('cdn.origin.latency=151ms'), 0);
  const difference = firstDifference(a, b)!;
  expect(describeDifference(difference)).toMatch(
    /^event \d+ differs: \w+ of \d+ at [\d.]+ s against \w+ of \d+ at /
  );
  const events = (plan: ScenarioPlan, count: number) => {
    const run = new VideoRun(plan, 0);
    run.advance(count);
    return run.fingerprint;
  };
  const slower = planOf('cdn.origin.latency=151ms');
  expect(events(planOf(), difference.index)).toBe(events(slower, difference.index));
  expect(events(planOf(), difference.index + 1)).not.toBe(events(slower, difference.index + 1));
});

function planOf(...settings: readonly string[]): ScenarioPlan {
  const short = ['run.duration=12min', 'run.warmup=2min', 'run.replications=1'];
  const file = findScenario('evening-peak')!;
  return buildPlan(loadScenario(file, diskFiles, [...short, ...settings]), diskFiles);
}

/** The simulator as one script for a page. */
async function bundle(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      write: false,
      target: 'es2022',
      lib: {
        entry: join(import.meta.dirname, 'browser', 'simulator.ts'), formats: ['iife'], name: 'WeirSimulator',
      },
    },
  });
  const [chunk] = [built].flat().flatMap((one) => ('output' in one ? one.output : []));
  if (chunk?.type !== 'chunk') throw new Error('expected one script');
  return chunk.code;
}
