import { Command, Option } from 'commander';
import { runReal } from '../real/run.ts';
import { runTranscode } from '../real/transcode-run.ts';
import { isTranscoding, isWatched } from '../scenarios/plan.ts';
import type { BullmqWish } from '../real/chunk-carriers.ts';
import { checkExtras, checkRequirements, installMissing, type Requirement } from '../real/setup.ts';
import { EXIT, UsageError } from './exit.ts';
import { interruptible } from './interrupt.ts';
import { provenanceOf } from './provenance.ts';
import { parseCount, workerCommand } from './real-worker.ts';
import { report, type ReportOptions } from './run.ts';
import { addScenarioOptions, readPlan, type ScenarioOptions } from './scenario-options.ts';
import { note, print } from './terminal.ts';

interface RealRunOptions extends ScenarioOptions, ReportOptions {
  readonly s3?: string;
  readonly clip?: string;
  readonly queue: 'in-process' | 'bullmq';
  readonly redis?: string;
  readonly workerProcesses?: string;
}

/** `weir real`: the real world: what it needs, and runs against it. */
export function realCommand(): Command {
  const command = new Command('real')
    .description('run the same components for real: MinIO, ffmpeg, HTTP caches, shaped connections');
  command.addCommand(setupCommand());
  command.addCommand(realRunCommand());
  command.addCommand(workerCommand());
  return command;
}

function setupCommand(): Command {
  return new Command('setup')
    .description('check what real runs need: MinIO, ffmpeg, ffprobe')
    .option('--install', 'install what is missing, saying every command that is run')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', `
MinIO is built with "go install" into Weir's own folder; ffmpeg comes from the system's package manager.
The exit status is 5 when something is missing.`)
    .action(async (options: { readonly install?: boolean; readonly json?: boolean }) => {
      if (options.install === true) await installMissing(note);
      const requirements = checkRequirements();
      const extras = checkExtras();
      await print(options.json === true ? JSON.stringify([...requirements, ...extras], null, 2)
        : `${describe(requirements)}\nonly for --queue bullmq:\n${describe(extras)}`);
      process.exitCode = requirements.every((one) => one.found !== undefined) ? EXIT.good : EXIT.missing;
    });
}

function realRunCommand(): Command {
  const command = new Command('run')
    .description('stream or transcode for real and hold it against its objectives')
    .argument('<scenario>', 'a scenario file, or the name of a shipped one, such as first-light')
    .option('--json', 'print the run document (schema weir.run/1) instead of tables')
    .option('--out <folder>', 'also write the record, the report, the recorded inputs and the measured sizes')
    .option('--trace <file>', 'write the logged sessions as a trace for ui.perfetto.dev')
    .option('--p1203 <folder>', 'write the sessions logged (run.logs) as input for ITU-T P.1203, mode 0')
    .option('--strict', 'exit with 3 when an objective is missed, 4 when one is inconclusive')
    .option('--s3 <url>', 'use this S3 endpoint instead of a MinIO of our own; '
      + 'credentials from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or in the URL')
    .option('--clip <file>', 'stream or transcode this video instead of the scenario\'s')
    .addOption(new Option('--queue <carrier>', 'how chunks come to encoders: in this process, or by BullMQ '
      + 'on Redis to worker processes').choices(['in-process', 'bullmq']).default('in-process'))
    .option('--redis <url>', 'with --queue bullmq: this Redis instead of a redis-server of our own')
    .option('--worker-processes <count>', 'with --queue bullmq: workers that this run starts '
      + '(default: as many as its farm and this machine hold; 0: only those of weir real worker)')
    .addHelpText('after', `
Everything listens on 127.0.0.1 and is stopped at the end, on Ctrl-C and on failure. Of faults it has
placeDown (the process of a cache is killed) and originOutage (MinIO is stopped); alerts and objectives are
those of the scenario.

Examples:
  weir real run first-light --out runs/real
  weir real run first-light --faults edge-down
  weir real run transcode-clip --out runs/transcoded
  weir real run transcode-clip --queue bullmq
  weir run first-light --out runs/simulated && weir compare runs/simulated runs/real`)
    .action(async (scenario: string, options: RealRunOptions) => {
      process.exitCode = await runForReal(scenario, options);
    });
  return addScenarioOptions(command);
}

async function runForReal(scenario: string, options: RealRunOptions): Promise<number> {
  const bullmq = bullmqOf(options);
  const plan = readPlan(scenario, options);
  const transcodes = isTranscoding(plan) && !isWatched(plan);
  if (bullmq !== undefined && !transcodes) {
    throw new UsageError('--queue bullmq: expected a scenario that transcodes and is not watched, '
      + 'such as transcode-clip');
  }
  const { signal, restore } = interruptible('Stopping: everything that was started is stopped first');
  const startedAt = new Date();
  try {
    const run = {
      provenance: provenanceOf(plan, scenario),
      signal,
      log: note,
      s3Url: options.s3,
      clip: options.clip,
      outDir: options.out,
    };
    const record = isTranscoding(plan) && transcodes ? await runTranscode(plan, { ...run, bullmq })
      : await runReal(plan, run);
    return await report(record, plan, options, startedAt);
  } finally {
    restore();
  }
}

/** What the options say of BullMQ; throws UsageError when they contradict each other. */
function bullmqOf({ queue, redis, s3, workerProcesses }: RealRunOptions): BullmqWish | undefined {
  if (queue !== 'bullmq') {
    if (redis === undefined && workerProcesses === undefined) return undefined;
    throw new UsageError('--redis and --worker-processes: expected --queue bullmq beside them');
  }
  const workers = workerProcesses === undefined ? undefined
    : parseCount('--worker-processes', workerProcesses, 0);
  if (workers === 0 && (redis === undefined || s3 === undefined)) {
    throw new UsageError('--worker-processes 0: expected --redis and --s3 beside it, which workers elsewhere '
      + 'reach too; without them nobody encodes');
  }
  return { redisUrl: redis, workers };
}

function describe(requirements: readonly Requirement[]): string {
  return requirements.map(({ name, found, version, remedy }) => found === undefined
    ? `✗ ${name}: missing. ${remedy}`
    : `✓ ${name}: ${found} (${version})`).join('\n');
}
