import { existsSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { basename, dirname } from 'node:path';
import { Command } from 'commander';
import { formatCalibration, type CalibrationFits } from '../calibrate/calibration-file.ts';
import { fitContent, fitDecode, fitEncoders, fitSharing } from '../calibrate/encoders.ts';
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
  readonly clip?: string;
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
    .option('--clip <file>', 'measure a clip against test pictures as well, for scenarios of that clip')
    .option('--out <file>', 'write the calibration file')
    .option('--json', 'print the fits as JSON')
    .addHelpText('after', `
Needs ffmpeg. What is fitted is core time, which a busy machine blurs less than time by the clock: a fixed
part and a rate a pixel for each encoder, how both vary, decoding, and how cores slow each other down.

Examples:
  weir calibrate encoders --quick --out mine.yaml
  weir calibrate encoders --quick --clip real/clips/sintel_trailer-720p.mp4 --out mine.yaml
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
  const { clip } = options;
  if (clip !== undefined && !existsSync(clip)) throw new UsageError(`--clip: there is no ${clip}`);
  requireProgram('ffmpeg');
  const { signal, restore } = interruptible('Stopping: nothing is written');
  const supervisor = new Supervisor();
  try {
    const isQuick = options.quick === true;
    const { encodes, decodes } =
      await measureEncoders(supervisor, { encoders, clip, isQuick, signal, log: note });
    const fitted = fitEncoders(encodes);
    const fits: CalibrationFits = {
      encoders: fitted, decodeMsPerMpix: fitDecode(decodes.filter(({ isClip }) => !isClip)),
      sharing: fitSharing(encodes),
      contents: clip === undefined ? [] : [{
        clip: basename(clip), factors: fitContent(encodes, fitted),
        decodeMsPerMpix: fitDecode(decodes.filter(({ isClip }) => isClip)),
      }],
    };
    const head = {
      date: new Date().toISOString().slice(0, 10),
      machine: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${availableParallelism()} cores`,
      cores: availableParallelism(),
      ffmpeg: checkRequirements().find((one) => one.name === 'ffmpeg')!.version,
    };
    if (options.out !== undefined) {
      writeFileSync(options.out, formatCalibration(head, fits));
      note(`Wrote ${options.out}: use it with --set calibration=${options.out}`);
    }
    await print(options.json === true ? JSON.stringify({ ...head, ...fits }, null, 2) : table(fits));
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

function table({ encoders, decodeMsPerMpix, sharing, contents }: CalibrationFits): string {
  const head = ['encoder', 'ms/Mpix', 'fixed', 'waiting', 'content sigma', 'variation', 'encodes'];
  const rows = encoders.map((fit) => [
    fit.encoder, fit.msPerMpix.toPrecision(3), formatValue(fit.fixedSeconds, 's'),
    formatValue(fit.waitSeconds, 's'),
    fit.contentSigma.toFixed(2), formatValue(fit.variation, 'ratio'), String(fit.samples),
  ]);
  return [
    ...textTable([head, ...rows], [1, 2, 3, 4, 5, 6]),
    `decoding and scaling: ${decodeMsPerMpix.toPrecision(3)} ms/Mpix`,
    ...sharing.map(({ jobs, speedup, coreTime }) => `${jobs} side by side: ${speedup.toFixed(2)} times the `
      + `output of one alone, each with ${coreTime.toFixed(2)} times its core time`),
    ...contents.flatMap(({ clip, factors, decodeMsPerMpix: decode }) => [
      ...Object.entries(factors).map(([encoder, factor]) =>
        `${clip}: ${factor.toFixed(2)} times the time of test pictures with ${encoder}`),
      `${clip}: decoding ${decode.toPrecision(3)} ms/Mpix`,
    ]),
  ].join('\n');
}
