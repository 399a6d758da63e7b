import { z } from 'zod';

const whole = z.int().min(0);

/** The JSON form of a quantile sketch; buckets are [number, count] pairs, ascending, empty ones left out. */
export const sketchState = z.strictObject({
  kind: z.literal('quantile sketch'),
  version: z.literal(1),
  relativeError: z.number().min(1e-4).max(0.1),
  maxBuckets: z.int().min(16).max(1 << 20),
  count: whole,
  zeros: whole,
  collapsed: whole,
  /** Smallest and largest value, exactly; null when empty. */
  min: z.number().min(0).nullable(),
  max: z.number().min(0).nullable(),
  buckets: z.array(z.tuple([z.int(), z.int().min(1)])),
}).refine(addsUp, { error: 'expected the zeros and the buckets to add up to the count' })
  .refine(ascends, { error: 'expected ascending buckets within maxBuckets of the last' })
  .refine((state) => (state.count === 0) === (state.min === null || state.max === null), {
    error: 'expected a smallest and a largest value, unless nothing was counted',
  });

export type SketchState = z.output<typeof sketchState>;

interface Parts {
  readonly count: number;
  readonly zeros: number;
  readonly maxBuckets: number;
  readonly buckets: readonly (readonly [number, number])[];
}

function addsUp({ count, zeros, buckets }: Parts): boolean {
  return buckets.reduce((sum, [, times]) => sum + times, zeros) === count;
}

function ascends({ buckets, maxBuckets }: Parts): boolean {
  const first = buckets[0]?.[0] ?? 0;
  const last = buckets.at(-1)?.[0] ?? 0;
  return last - first < maxBuckets && buckets.every(([bucket], i) => i === 0 || bucket > buckets[i - 1]![0]);
}
