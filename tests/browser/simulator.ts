import { unpackPlan, type PackedPlan } from '../../scenarios/packed-plan.ts';
import { VideoRun } from '../../sim/video-run.ts';

/** What a page needs to simulate a replication; bundled by vite for the test of determinism. */
export function simulateInPage(
  packed: PackedPlan, replication: number,
): { readonly fingerprint: string; readonly slis: string } {
  const run = new VideoRun(unpackPlan(packed), replication);
  while (!run.advance(100_000));
  const { fingerprint, slis } = run.finish();
  return { fingerprint, slis: JSON.stringify(slis) };
}
