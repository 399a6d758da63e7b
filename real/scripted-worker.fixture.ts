/** A worker process that does scripted jobs, for the conformance of carriers. */
import { serveJobs, type ServeOptions } from './bullmq.ts';
import { scriptedWork, type ScriptedJob } from './scripted-work.fixture.ts';

process.once('message', (told: Pick<ServeOptions<ScriptedJob>, 'url' | 'queue' | 'lease' | 'leaseCheck'>) => {
  const work = scriptedWork({
    die: () => {
      process.kill(process.pid, 'SIGKILL');
      return new Promise(() => {});
    },
    // A blocked event loop renews no lock.
    standStill: async (ms) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms),
  });
  void serveJobs(work, {
    ...told, atOnce: 1, parse: (data) => data as ScriptedJob,
    log: (line) => process.stderr.write(`${line}\n`),
  }).then(() => process.send!('ready'));
});
process.on('disconnect', () => process.exit(0));
