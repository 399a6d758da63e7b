import { assert } from '../models/core/assert.ts';
import type { CpuEncoder } from '../models/transcode/encoder-speeds.ts';

/** An encode as it was measured: what went in, and the core time it took. */
export interface EncodeSample extends DecodeSample {
  readonly encoder: CpuEncoder;
  readonly wallSeconds: number;
  readonly beside: number;
}

/** What an encoder takes, as fitted. */
export interface EncoderFit {
  readonly encoder: CpuEncoder;
  /** Core time a million pixels, the geometric mean over kinds of picture. [ms] */
  readonly msPerMpix: number;
  readonly fixedSeconds: number;
  /** Time by the clock beyond core time, median: starting, looking at the output, waiting for the disk. */
  readonly waitSeconds: number;
  /** Deviation of the logarithm of the time a pixel between kinds of picture. */
  readonly contentSigma: number;
  /** Coefficient of variation of equal encodes about their fit. */
  readonly variation: number;
  readonly samples: number;
}

/** Encodes side by side: what all together put out, and the core time of each, relative to one alone. */
export interface SharingFit {
  readonly jobs: number;
  readonly speedup: number;
  readonly coreTime: number;
}

/** A piece of a source that was decoded and scaled down, without an encode. */
export interface DecodeSample {
  readonly source: string;
  /** Whether it is of a clip rather than of a test picture. */
  readonly isClip: boolean;
  readonly height: number;
  readonly seconds: number;
  readonly framesPerS: number;
  readonly cpuSeconds: number;
}

/**
 * Fits core time = fixed + pixels x rate(encoder, picture) for each encoder by least squares, weighted by the
 * inverse of what was measured, since errors are relative. The fixed part is one for all pictures of an
 * encoder.
 */
export function fitEncoders(samples: readonly EncodeSample[]): EncoderFit[] {
  const alone = samples.filter(({ beside, isClip }) => beside === 1 && !isClip);
  return [...new Set(alone.map((sample) => sample.encoder))].map((encoder) =>
    fitOne(encoder, alone.filter((sample) => sample.encoder === encoder)));
}

/** Core time a million pixels of decoding and scaling, the geometric mean over kinds of picture. [ms] */
export function fitDecode(samples: readonly DecodeSample[]): number {
  const { rates } = fitLines(samples);
  return 1000 * Math.exp(mean(rates.map((rate) => Math.log(Math.max(1e-9, rate)))));
}

/**
 * How long encodes of a clip took relative to test pictures of as many pixels, by encoder: the geometric mean
 * over its pieces and sizes.
 */
export function fitContent(
  samples: readonly EncodeSample[], fits: readonly EncoderFit[],
): Partial<Record<CpuEncoder, number>> {
  const factors: Partial<Record<CpuEncoder, number>> = {};
  for (const { encoder, fixedSeconds, msPerMpix } of fits) {
    const own = samples.filter((one) => one.isClip && one.encoder === encoder);
    const logs = own.map((one) => {
      const perPixel = Math.max(1e-9, one.cpuSeconds - fixedSeconds) / megapixels(one);
      return Math.log((1000 * perPixel) / msPerMpix);
    });
    if (logs.length > 0) factors[encoder] = Math.exp(mean(logs));
  }
  return factors;
}

/** How much more encodes side by side put out than one alone, and how much core time each takes. */
export function fitSharing(samples: readonly EncodeSample[]): SharingFit[] {
  const groups = new Map<number, EncodeSample[]>();
  const repeatsOf = (sample: EncodeSample) => sample.beside;
  for (const sample of samples) {
    if (sample.beside > 1) groups.set(repeatsOf(sample), [...(groups.get(sample.beside) ?? []), sample]);
  }
  return [...groups].sort(([a], [b]) => a - b).map(([jobs, group]) => {
    const like = group[0]!;
    const single = samples.filter((one) => one.beside === 1 && one.encoder === like.encoder
      && one.source === like.source && one.height === like.height && one.seconds === like.seconds);
    assert(single.length > 0, 'what runs side by side has also run alone', { encoder: like.encoder });
    const aloneSeconds = median(single.map((one) => one.wallSeconds));
    const coreTime = median(group.map((one) => one.cpuSeconds)) / median(single.map((one) => one.cpuSeconds));
    return { jobs, speedup: (jobs * aloneSeconds) / median(group.map((one) => one.wallSeconds)), coreTime };
  });
}

function fitOne(encoder: CpuEncoder, samples: readonly EncodeSample[]): EncoderFit {
  const { fixed, rates, variation } = fitLines(samples);
  const logs = rates.map((rate) => Math.log(Math.max(1e-9, rate)));
  const middle = mean(logs);
  const spread = logs.length < 2 ? 0
    : logs.reduce((sum, log) => sum + (log - middle) ** 2, 0) / (logs.length - 1);
  return {
    encoder, msPerMpix: 1000 * Math.exp(middle), fixedSeconds: Math.max(0, fixed),
    waitSeconds: waitOf(samples), contentSigma: Math.sqrt(spread), variation, samples: samples.length,
  };
}

/** Core time as a fixed part and a rate for each kind of picture, and the relative error about that. */
function fitLines(samples: readonly DecodeSample[]) {
  const sources = [...new Set(samples.map((sample) => sample.source))];
  const size = sources.length + 1;
  const left = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  const right = new Array<number>(size).fill(0);
  const rowOf = (sample: DecodeSample) => {
    const row = new Array<number>(size).fill(0);
    row[0] = 1;
    row[1 + sources.indexOf(sample.source)] = megapixels(sample);
    return row;
  };
  for (const sample of samples) {
    const row = rowOf(sample);
    const weight = 1 / Math.max(1e-3, sample.cpuSeconds) ** 2;
    for (let i = 0; i < size; i++) {
      right[i]! += weight * row[i]! * sample.cpuSeconds;
      for (let j = 0; j < size; j++) left[i]![j]! += weight * row[i]! * row[j]!;
    }
  }
  const [fixed = 0, ...rates] = solve(left, right);
  const residuals = samples.map((sample) => {
    const predicted = rowOf(sample).reduce((sum, x, i) => sum + x * [fixed, ...rates][i]!, 0);
    return sample.cpuSeconds / predicted - 1;
  });
  const freedom = Math.max(1, samples.length - size);
  const variation = Math.sqrt(residuals.reduce((sum, one) => sum + one ** 2, 0) / freedom);
  return { fixed, rates, variation };
}

/**
 * Time of a try without a core: what time by the clock beyond core time is for an encode of no length.
 * Others on the machine stretch core time, so that the rest grows with it, and is not waiting.
 */
function waitOf(samples: readonly EncodeSample[]): number {
  const rest = samples.map((one) => one.wallSeconds - one.cpuSeconds);
  const [core, beyond] = [mean(samples.map((one) => one.cpuSeconds)), mean(rest)];
  let [xy, xx] = [0, 0];
  samples.forEach(({ cpuSeconds }, i) => {
    xy += (cpuSeconds - core) * (rest[i]! - beyond);
    xx += (cpuSeconds - core) ** 2;
  });
  const slope = xx === 0 ? 0 : Math.max(0, xy / xx);
  return Math.max(0, Math.min(beyond - slope * core, median(rest)));
}

/** Solves a small symmetric system by Gauss with pivots. */
function solve(left: readonly number[][], right: readonly number[]): number[] {
  const rows = left.map((row, i) => [...row, right[i]!]);
  const size = rows.length;
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column + 1; row < size; row++) {
      if (Math.abs(rows[row]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = row;
    }
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    assert(Math.abs(rows[column]![column]!) > 1e-12, 'the measurements tell the unknowns apart');
    for (let row = 0; row < size; row++) {
      if (row === column) continue;
      const factor = rows[row]![column]! / rows[column]![column]!;
      for (let i = column; i <= size; i++) rows[row]![i]! -= factor * rows[column]![i]!;
    }
  }
  return rows.map((row, i) => row[size]! / row[i]!);
}

function megapixels({ height, seconds, framesPerS }: DecodeSample): number {
  return (2 * Math.round((height * 16) / 18) * height * seconds * framesPerS) / 1e6;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
