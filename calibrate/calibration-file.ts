import { stringify } from 'yaml';
import type { CpuEncoder } from '../models/transcode/encoder-speeds.ts';
import type { EncoderFit, SharingFit } from './encoders.ts';

/** What a calibration says of itself beside its fits. */
export interface CalibrationHead {
  /** Day of the measurements, ISO 8601. */
  readonly date: string;
  readonly machine: string;
  readonly cores: number;
  readonly ffmpeg: string;
}

/** What was fitted to the measurements. */
export interface CalibrationFits {
  readonly encoders: readonly EncoderFit[];
  /** Core time a million pixels of decoding and scaling. [ms] */
  readonly decodeMsPerMpix: number;
  readonly sharing: readonly SharingFit[];
  /** Clips by name: the time of their encodes relative to test pictures, and of decoding them. */
  readonly contents: ReadonlyArray<{
    readonly clip: string;
    readonly factors: Readonly<Partial<Record<CpuEncoder, number>>>;
    readonly decodeMsPerMpix: number;
  }>;
}

/** A calibration of encoders as the text of a file that scenarios read. */
export function formatCalibration(head: CalibrationHead, fits: CalibrationFits): string {
  const rounded = (value: number) => Number(value.toPrecision(4));
  const encoders = Object.fromEntries(fits.encoders.map(({ encoder, samples, ...fit }) => [encoder, {
    msPerMpix: rounded(fit.msPerMpix), fixedSeconds: rounded(fit.fixedSeconds),
    waitSeconds: rounded(fit.waitSeconds),
    contentSigma: rounded(fit.contentSigma), variation: rounded(fit.variation), samples,
  }]));
  return stringify({
    'weir-calibration': 1, kind: 'encoders', ...head, encoders,
    decode: { msPerMpix: rounded(fits.decodeMsPerMpix) },
    sharing: fits.sharing.map(({ jobs, speedup, coreTime }) =>
      ({ jobs, speedup: rounded(speedup), coreTime: rounded(coreTime) })),
    contents: fits.contents.map(({ clip, factors, decodeMsPerMpix }) => ({
      clip, decodeMsPerMpix: rounded(decodeMsPerMpix),
      factors: Object.fromEntries(Object.entries(factors).map(([name, factor]) => [name, rounded(factor)])),
    })),
  });
}
