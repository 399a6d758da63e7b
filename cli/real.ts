import { Command } from 'commander';
import { runReal } from '../real/run.ts';
import { runTranscode } from '../real/transcode-run.ts';
import { isTranscoding, isWatched } from '../scenarios/plan.ts';
import { checkRequirements, installMissing, type Requirement } from '../real/setup.ts';
import { EXIT } from './exit.ts';
import { interruptible } from './interrupt.ts';
import { provenanceOf } from './provenance.ts';
import { report, type ReportOptions } from './run.ts';
import { addScenarioOptions, readPlan, type ScenarioOptions } from './scenario-options.ts';
import { note, print } from './terminal.ts';

interface RealRunOptions extends ScenarioOptions, ReportOptions {
  readonly s3?: string;
  readonly clip?: string;
}

/** `weir real`: the real world: what it needs, and runs against it. */
export function realCommand(): Command {
  const command = new Command('real')
    .description('run the same components for real: MinIO, ffmpeg, HTTP caches, shaped connections');
  command.addCommand(setupCommand());
  command.addCommand(realRunCommand());
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
      await print(options.json === true ? JSON.stringify(requirements, null, 2) : describe(requirements));
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
    .option('--strict', 'exit with 3 when an objective is missed, 4 when one is inconclusive')
    .option('--s3 <url>', 'use this S3 endpoint instead of a MinIO of our own; '
      + 'credentials from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or in the URL')
    .option('--clip <file>', 'stream or transcode this video instead of the scenario\'s')
    .addHelpText('after', `
Everything listens on 127.0.0.1 and is stopped at the end, on Ctrl-C and on failure.

Examples:
  weir real run first-light --out runs/real
  weir real run transcode-clip --out runs/transcoded
  weir run first-light --out runs/simulated && weir compare runs/simulated runs/real`)
    .action(async (scenario: string, options: RealRunOptions) => {
      process.exitCode = await runForReal(scenario, options);
    });
  return addScenarioOptions(command);
}

async function runForReal(scenario: string, options: RealRunOptions): Promise<number> {
  const plan = readPlan(scenario, options);
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
    const record = isTranscoding(plan) && !isWatched(plan) ? await runTranscode(plan, run)
      : await runReal(plan, run);
    return await report(record, options, startedAt);
  } finally {
    restore();
  }
}

function describe(requirements: readonly Requirement[]): string {
  return requirements.map(({ name, found, version, remedy }) => found === undefined
    ? `✗ ${name}: missing. ${remedy}`
    : `✓ ${name}: ${found} (${version})`).join('\n');
}
