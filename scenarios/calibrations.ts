import { z } from 'zod';
import {
  CPU_ENCODERS, CPU_SPEEDS, type CpuEncoder, type CpuSpeed,
} from '../models/transcode/encoder-speeds.ts';
import { describeProblems } from './describe.ts';
import { parseYamlFile } from './document.ts';
import { ScenarioError } from './errors.ts';

const fitSchema = z.strictObject({
  msPerMpix: z.number().positive().meta({ description: 'Core time a million pixels.', unit: 'ms' }),
  fixedSeconds: z.number().min(0).meta({ description: 'Core time of starting an encode.', unit: 's' }),
  waitSeconds: z.number().min(0)
    .meta({ description: 'Time of a try in which it needs no core.', unit: 's' }),
  contentSigma: z.number().min(0).max(5)
    .meta({ description: 'Deviation of the logarithm of time between pictures.', unit: '1' }),
  variation: z.number().min(0).max(5)
    .meta({ description: 'Coefficient of variation of equal encodes.', unit: '1' }),
  samples: z.number().int().min(1).meta({ description: 'Encodes behind the fit.', unit: 'encodes' }),
});

const calibrationSchema = z.strictObject({
  'weir-calibration': z.literal(1)
    .meta({ description: 'Version of the form of calibrations.', unit: 'version' }),
  kind: z.literal('encoders').meta({ description: 'What was measured.', unit: 'name' }),
  date: z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'expected a day such as 2026-11-25')
    .meta({ description: 'When it was measured.', unit: 'date' }),
  machine: z.string().min(1).meta({ description: 'Where it was measured.', unit: 'text' }),
  cores: z.number().int().min(1).meta({ description: 'Cores of the machine.', unit: 'cores' }),
  ffmpeg: z.string().min(1).meta({ description: 'What encoded.', unit: 'text' }),
  encoders: z.partialRecord(z.enum(CPU_ENCODERS), fitSchema),
  decode: z.strictObject({
    msPerMpix: z.number().positive()
      .meta({ description: 'Core time a million pixels decoded and scaled.', unit: 'ms' }),
  }).optional(),
  sharing: z.array(z.strictObject({
    jobs: z.number().int().min(1).meta({ description: 'Encodes side by side.', unit: 'encodes' }),
    speedup: z.number().positive().meta({ description: 'Output of all against one alone.', unit: '1' }),
    coreTime: z.number().positive()
      .meta({ description: 'Core time of an encode against one alone.', unit: '1' }),
  })).prefault([]),
  contents: z.array(z.strictObject({
    clip: z.string().min(1).meta({ description: 'Name of a clip\'s file.', unit: 'name' }),
    factors: z.partialRecord(z.enum(CPU_ENCODERS), z.number().positive()
      .meta({ description: 'Encoding time against test pictures.', unit: '1' })),
    decodeMsPerMpix: z.number().positive()
      .meta({ description: 'Core time a million of its pixels decoded.', unit: 'ms' }),
  })).prefault([]),
});

/** What a clip takes: its encodes relative to test pictures, by encoder, and its decoding. */
export interface ClipContent {
  readonly factors: Readonly<Partial<Record<CpuEncoder, number | undefined>>>;
  readonly decodeMsPerMpix: number;
}

/** A calibration of encoders, read. */
export interface EncoderCalibration {
  readonly date: string;
  /** Speeds of all software encoders: measured ones where there are, cited ones else. */
  readonly speeds: Readonly<Record<CpuEncoder, CpuSpeed>>;
  /** Encoders that were measured. */
  readonly measured: readonly CpuEncoder[];
  /** Deviation of the logarithm of time between pictures, by encoder. */
  readonly sigmas: ReadonlyMap<CpuEncoder, number>;
  /** Speed of a core while all of the machine are busy, relative to one that is busy alone. */
  readonly efficiency: number;
  /** Clips by the names of their files. */
  readonly contents: ReadonlyMap<string, ClipContent>;
}

/** Reads a calibration file; throws ScenarioError with every problem at its path and line. */
export function parseCalibration(text: string, file: string): EncoderCalibration {
  const document = parseYamlFile(text, file);
  const place = (path: ReadonlyArray<string | number>) =>
    document.place(path)?.place ?? { file, line: 1, column: 1 };
  const parsed = calibrationSchema.safeParse(document.value, { reportInput: true });
  if (!parsed.success) {
    throw new ScenarioError(describeProblems(parsed.error.issues, document.value, place, calibrationSchema));
  }
  const { encoders, date, decode, cores, sharing, contents } = parsed.data;
  const measured = CPU_ENCODERS.filter((name) => encoders[name] !== undefined);
  const speeds = { ...CPU_SPEEDS };
  for (const name of measured) {
    const { msPerMpix, fixedSeconds, waitSeconds, variation } = encoders[name]!;
    const source = `calibrated: ${file}, ${date}`;
    const decodeMsPerMpix = decode?.msPerMpix ?? CPU_SPEEDS[name].decodeMsPerMpix;
    speeds[name] = {
      ...CPU_SPEEDS[name], msPerMpix, decodeMsPerMpix, fixedSeconds, waitSeconds, variation, source,
    };
  }
  return {
    date, speeds, measured, sigmas: new Map(measured.map((name) => [name, encoders[name]!.contentSigma])),
    efficiency: 1 / coreTimeAt(cores, sharing),
    contents: new Map(contents.map(({ clip, ...what }) => [clip, what])),
  };
}

/** Core time of encodes with all cores busy: that of as many as cores, or of the nearest number measured. */
function coreTimeAt(
  cores: number, sharing: ReadonlyArray<{ readonly jobs: number; readonly coreTime: number }>,
): number {
  const near = [...sharing].sort((a, b) => Math.abs(a.jobs - cores) - Math.abs(b.jobs - cores))[0];
  return near === undefined || near.jobs < 2 ? 1 : Math.max(1, near.coreTime);
}
