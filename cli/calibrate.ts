import { existsSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { dirname } from 'node:path';
import { Command } from 'commander';
import { formatCalibration } from '../calibrate/calibration-file.ts';
import { fitEncoders, fitSharing, type EncoderFit, type SharingFit } from '../calibrate/encoders.ts';
import { CPU_ENCODERS, type CpuEncoder } from '../models/transcode/encoder-speeds.ts';
import { Supervisor } from '../real/children.ts';
import { measureEncoders } from '../real/measure-encoders.ts';
import { checkRequirements, requireProgram } from '../real/setup.ts';
import { formatValue } from '../reports/format.ts';
import { textTable } from '../reports/text-table.ts';
import { suggest } from '../scenarios/errors.ts';
import { EXIT, UsageError } from './exit.ts';
import { interruptible } from './interrupt.ts';
import { note, print } from './terminal.ts';

interface EncodersOptions {
  readonly quick?: boolean;
  readonly json?: boolean;
  readonly out?: string;
  readonly encoders?: string;
}

/** `weir calibrate`: measures this machine and writes what simulations can use. */
export function calibrateCommand(): Command {
  const command = new Command('calibrate')
    .description('measure this machine and fit the parameters of a simulation to it');
  command.addCommand(encodersCommand());
  return command;
}

function encodersCommand(): Command {
  return new Command('encoders')
    .description('encode test pictures of several sizes and lengths; fit core time = fixed + pixels x rate')
    .option('--quick', 'few short encodes: about a minute instead of ten')
    .option('--encoders <names>', 'such as x264-veryfast,svt-av1-p12 (default: all that work)')
    .option('--out <file>', 'write the calibration file')
    .option('--json', 'print the fits as JSON')
    .addHelpText('after', `
Needs ffmpeg. What is fitted is core time, which a busy machine blurs less than time by the clock.

Examples:
  weir calibrate encoders --quick --out mine.yaml
  weir run transcode-clip --set calibration=mine.yaml`)
    .action(async (options: EncodersOptions) => {
      process.exitCode = await calibrateEncoders(options);
    });
}

async function calibrateEncoders(options: EncodersOptions): Promise<number> {
  const encoders = namesOf(options.encoders);
  if (options.out !== undefined && !existsSync(dirname(options.out))) {
    throw new UsageError(`--out: there is no folder ${dirname(options.out)}`);
  }
  requireProgram('ffmpeg');
  const { signal, restore } = interruptible('Stopping: nothing is written');
  const supervisor = new Supervisor();
  try {
    const isQuick = options.quick === true;
    const samples = await measureEncoders(supervisor, { encoders, isQuick, signal, log: note });
    const [fits, sharing] = [fitEncoders(samples), fitSharing(samples)];
    const head = {
      date: new Date().toISOString().slice(0, 10),
      machine: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${availableParallelism()} cores`,
      ffmpeg: checkRequirements().find((one) => one.name === 'ffmpeg')!.version,
    };
    if (options.out !== undefined) {
      writeFileSync(options.out, formatCalibration(head, fits, sharing));
      note(`Wrote ${options.out}: use it with --set calibration=${options.out}`);
    }
    await print(options.json === true ? JSON.stringify({ ...head, encoders: fits, sharing }, null, 2)
      : table(fits, sharing));
    return EXIT.good;
  } finally {
    await supervisor.stop();
    restore();
  }
}

function namesOf(text: string | undefined): CpuEncoder[] {
  if (text === undefined) return [...CPU_ENCODERS];
  return text.split(',').map((name) => {
    const found = CPU_ENCODERS.find((known) => known === name.trim());
    if (found === undefined) {
      throw new UsageError(`--encoders: unknown encoder "${name}": ${suggest(name, CPU_ENCODERS)}`);
    }
    return found;
  });
}

function table(fits: readonly EncoderFit[], sharing: readonly SharingFit[]): string {
  const head = ['encoder', 'ms/Mpix', 'fixed', 'waiting', 'content sigma', 'variation', 'encodes'];
  const rows = fits.map((fit) => [
    fit.encoder, fit.msPerMpix.toPrecision(3), formatValue(fit.fixedSeconds, 's'),
    formatValue(fit.waitSeconds, 's'),
    fit.contentSigma.toFixed(2), formatValue(fit.variation, 'ratio'), String(fit.samples),
  ]);
  const beside = sharing.map(({ jobs, speedup }) => `${jobs} side by side: ${speedup.toFixed(2)} times one`);
  return [...textTable([head, ...rows], [1, 2, 3, 4, 5, 6]), ...beside].join('\n');
}
