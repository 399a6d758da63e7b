import { z } from 'zod';
import { quantity } from './quantity.ts';
import type { RandomStream } from './rng.ts';
import type { Us } from './units.ts';

/** A distribution over durations, as scenarios write it; each is stated by numbers people know. */
export const durationLaw = z.discriminatedUnion('law', [
  z.strictObject({
    law: z.literal('constant'),
    value: quantity('duration', { doc: 'The one value.', source: 'assumed', min: '0s' }),
  }),
  z.strictObject({
    law: z.literal('uniform'),
    low: quantity('duration', { doc: 'Smallest value.', source: 'assumed', min: '0s' }),
    high: quantity('duration', { doc: 'Largest value.', source: 'assumed', positive: true }),
  }),
  z.strictObject({
    law: z.literal('exponential'),
    mean: quantity('duration', { doc: 'Mean.', source: 'assumed', positive: true }),
  }),
  z.strictObject({
    law: z.literal('lognormal'),
    mean: quantity('duration', { doc: 'Mean.', source: 'assumed', positive: true }),
    median: quantity('duration', { doc: 'Median; below the mean.', source: 'assumed', positive: true }),
  }).refine((law) => law.median < law.mean, {
    path: ['median'],
    error: 'expected a median below the mean (a lognormal is skewed to the right)',
  }),
]);

export type DurationLaw = z.output<typeof durationLaw>;

/** Draws one duration. [us] */
export function sampleDuration(law: DurationLaw, stream: RandomStream): Us {
  switch (law.law) {
    case 'constant':
      return law.value;
    case 'uniform':
      return Math.round(law.low + (law.high - law.low) * stream.uniform());
    case 'exponential':
      return Math.round(stream.exponential(law.mean));
    case 'lognormal': {
      // mean = exp(mu + sigma^2 / 2), median = exp(mu)
      const sigma = Math.sqrt(2 * Math.log(law.mean / law.median));
      return Math.round(law.median * Math.exp(sigma * stream.normal()));
    }
    default:
      law satisfies never;
      throw new Error('unreachable');
  }
}

/** Mean of a distribution over durations. [us] */
export function meanDuration(law: DurationLaw): number {
  switch (law.law) {
    case 'constant':
      return law.value;
    case 'uniform':
      return (law.low + law.high) / 2;
    case 'exponential':
    case 'lognormal':
      return law.mean;
    default:
      law satisfies never;
      throw new Error('unreachable');
  }
}
