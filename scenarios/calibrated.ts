import type { ParameterProvenance } from '../models/core/run-record.ts';
import { CPU_SPEEDS } from '../models/transcode/encoder-speeds.ts';
import type { CpuSpeeds } from '../models/transcode/fleet-pools.ts';
import type { EncoderCalibration } from './calibrations.ts';
import type { LoadedScenario } from './reading.ts';

/** What a scenario runs with instead of the cited figures. */
export interface Calibrated {
  readonly cpuSpeeds: CpuSpeeds;
  readonly coreEfficiency: number;
  readonly contentSigma: number | undefined;
}

/**
 * What a calibration makes of a scenario: speeds for its clip, if that was measured; the spread over contents
 * is that of the first codec's encoder unless the scenario has one of its own.
 */
export function calibrated(
  { scenario, parameters }: LoadedScenario, calibration: EncoderCalibration | undefined,
): Calibrated {
  const { transcode, real } = scenario;
  if (calibration === undefined || transcode?.farm.kind !== 'fleet') {
    return { cpuSpeeds: CPU_SPEEDS, coreEfficiency: 1, contentSigma: undefined };
  }
  const clip = calibration.contents.get(real?.clip?.split('/').at(-1) ?? '');
  const { codec } = transcode.codecs[0]!;
  const encoder = codec === 'hevc' ? undefined : transcode.farm.encode[codec];
  const isDefault = parameters.find(({ path }) => path === 'upload.complexity')?.origin === 'default';
  const contentSigma = isDefault && encoder !== undefined ? calibration.sigmas.get(encoder) : undefined;
  const cpuSpeeds = { ...calibration.speeds };
  for (const name of calibration.measured) {
    const measured = cpuSpeeds[name];
    const { decodeMsPerMpix } = clip ?? measured;
    const msPerMpix = measured.msPerMpix * (clip?.factors[name] ?? 1);
    cpuSpeeds[name] = { ...measured, msPerMpix, decodeMsPerMpix };
  }
  return { cpuSpeeds, coreEfficiency: calibration.efficiency, contentSigma };
}

/** What a calibration says instead of the defaults, with its file and day. */
export function calibratedParameters(
  calibration: EncoderCalibration | undefined, { cpuSpeeds, coreEfficiency, contentSigma }: Calibrated,
): ParameterProvenance[] {
  if (calibration === undefined) return [];
  const { measured } = calibration;
  const row = (path: string, value: number, unit: string, source: string): ParameterProvenance =>
    ({ path: `calibration.${path}`, value: String(value), unit, origin: 'scenario', source });
  const rows = measured.flatMap((encoder) => {
    const { msPerMpix, decodeMsPerMpix, fixedSeconds, waitSeconds, variation, source } = cpuSpeeds[encoder];
    return [
      row(`${encoder}.msPerMpix`, msPerMpix, 'ms/Mpix', source),
      row(`${encoder}.decodeMsPerMpix`, decodeMsPerMpix, 'ms/Mpix', source),
      row(`${encoder}.fixedSeconds`, fixedSeconds, 's', source),
      row(`${encoder}.waitSeconds`, waitSeconds, 's', source),
      row(`${encoder}.variation`, variation ?? 0, '1', source),
    ];
  });
  const source = measured[0] === undefined ? 'assumed' : cpuSpeeds[measured[0]].source;
  if (contentSigma !== undefined) rows.push(row('contentSigma', contentSigma, '1', source));
  return [...rows, row('coreEfficiency', coreEfficiency, '1', source)];
}
