import { stringify } from 'yaml';
import type { EncoderFit, SharingFit } from './encoders.ts';

/** What a calibration says of itself beside its fits. */
export interface CalibrationHead {
  /** Day of the measurements, ISO 8601. */
  readonly date: string;
  readonly machine: string;
  readonly ffmpeg: string;
}

/** A calibration of encoders as the text of a file that scenarios read. */
export function formatCalibration(
  head: CalibrationHead, fits: readonly EncoderFit[], sharing: readonly SharingFit[],
): string {
  const rounded = (value: number) => Number(value.toPrecision(4));
  const encoders = Object.fromEntries(fits.map(({ encoder, samples, ...fit }) => [encoder, {
    msPerMpix: rounded(fit.msPerMpix), fixedSeconds: rounded(fit.fixedSeconds),
    waitSeconds: rounded(fit.waitSeconds),
    contentSigma: rounded(fit.contentSigma), variation: rounded(fit.variation), samples,
  }]));
  return stringify({
    'weir-calibration': 1, kind: 'encoders', ...head, encoders,
    sharing: sharing.map(({ jobs, speedup }) => ({ jobs, speedup: rounded(speedup) })),
  });
}
