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
  ffmpeg: z.string().min(1).meta({ description: 'What encoded.', unit: 'text' }),
  encoders: z.partialRecord(z.enum(CPU_ENCODERS), fitSchema),
  sharing: z.array(z.strictObject({
    jobs: z.number().int().min(1).meta({ description: 'Encodes side by side.', unit: 'encodes' }),
    speedup: z.number().positive().meta({ description: 'Output of all against one alone.', unit: '1' }),
  })).prefault([]),
});

/** A calibration of encoders, read. */
export interface EncoderCalibration {
  readonly date: string;
  /** Speeds of all software encoders: measured ones where there are, cited ones else. */
  readonly speeds: Readonly<Record<CpuEncoder, CpuSpeed>>;
  /** Encoders that were measured. */
  readonly measured: readonly CpuEncoder[];
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
  const { encoders, date } = parsed.data;
  const measured = CPU_ENCODERS.filter((name) => encoders[name] !== undefined);
  const speeds = { ...CPU_SPEEDS };
  for (const name of measured) {
    const { msPerMpix, fixedSeconds, waitSeconds } = encoders[name]!;
    const source = `calibrated: ${file}, ${date}`;
    speeds[name] = { ...CPU_SPEEDS[name], msPerMpix, fixedSeconds, waitSeconds, source };
  }
  return { date, speeds, measured };
}
