import { diskFiles } from '../cli/files.ts';
import { buildPlan } from '../scenarios/build.ts';
import { loadScenario } from '../scenarios/load.ts';
import { VideoRun } from '../sim/video-run.ts';
import { answerLines } from './worker-lines.ts';

/**
 * Simulates as many seconds of a day of the platform as each line asks for, from the start; the hash is the
 * fingerprint, `meanNumber` the jobs completed. Run as `node transcode-worker.ts <scenario> <setting>...`.
 */
async function main([scenario, ...settings]: readonly string[]): Promise<void> {
  await answerLines((amount) => {
    const all = [...settings, `run.duration=${amount}s`];
    const plan = buildPlan(loadScenario(scenario!, diskFiles, all), diskFiles);
    const run = new VideoRun(plan, 0);
    run.advance(Infinity);
    const { fingerprint, slis } = run.finish();
    return { hash: fingerprint, meanNumber: slis['transcoding_jobs_completed'] ?? 0 };
  });
}

await main(process.argv.slice(2));
