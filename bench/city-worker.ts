import { diskFiles, findScenario } from '../cli/files.ts';
import { qualityLevel } from '../models/player/metrics.ts';
import { buildPlan } from '../scenarios/build.ts';
import { loadScenario } from '../scenarios/load.ts';
import { VideoRun } from '../sim/video-run.ts';
import type { CityRun } from './players.ts';

/**
 * Runs city-100k with so many viewers: `node --expose-gc city-worker.ts <viewers> <measured seconds> <seed>`.
 * Everybody presses play within the first two minutes; what is measured begins a minute later, with full
 * buffers.
 */
function main([viewers, seconds, seed]: readonly string[]): void {
  const settings = [
    `run.seed=${seed!}`, `run.duration=${180 + Number(seconds)}s`, 'run.warmup=0s', 'run.sampleEvery=30s',
    `audience.arrivals.peak=${Number(viewers) / 120}/s`, 'run.replications=1',
  ];
  const plan = buildPlan(loadScenario(findScenario('city-100k')!, diskFiles, settings), diskFiles);
  const before = memory();
  const run = new VideoRun(plan, 0);
  const slice = Math.max(20, Number(viewers) / 50);
  let peakBytes = 0;
  while (run.progress * (180 + Number(seconds)) < 180) {
    run.advance(slice);
    peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
  }
  const from = segmentsOf(run);
  const start = process.cpuUsage();
  while (!run.advance(100_000)) peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
  const { user, system } = process.cpuUsage(start);
  const held = memory() - before;
  const result: CityRun = {
    viewers: Number(viewers), segments: segmentsOf(run) - from, cpuSeconds: (user + system) / 1e6,
    simulatedSeconds: Number(seconds), bytesAViewer: held / Number(viewers), peakBytes,
    fingerprint: run.fingerprint,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

/** Segments that came so far: the media they hold, at 4 s a segment. */
function segmentsOf(run: VideoRun): number {
  return Math.round(run.total(qualityLevel) / 4);
}

/** What is held, not what waits to be collected: the scenario's own text is more than a small city. */
function memory(): number {
  globalThis.gc!();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

main(process.argv.slice(2));
