import { z } from 'zod';
import { durationLaw } from '../../core/distribution.ts';
import { quantity } from '../../core/quantity.ts';
import { balance, item, others, perSession, threads } from '../common-params.ts';

/** Recommendations: features of a viewer, candidates for them, and a model that ranks those, in a budget. */
export const recommendationsParams = z.strictObject({
  instances: z.number().int().min(1).max(100_000)
    .meta({ description: 'Instances that serve the model.', unit: 'nodes',
      source: 'cited: platform design document, section 4.2: TensorFlow Serving, 500 instances' })
    .prefault(500),
  threads,
  features: z.strictObject({
    hits: quantity('ratio', {
      doc: 'Share of viewers whose features a cache has once it is full.', source: 'assumed', min: '0',
      max: '1',
    }).prefault('90%'),
    warm: quantity('duration', {
      doc: 'Time constant with which it fills when it is empty.', source: 'assumed', min: '0s',
    }).prefault('10min'),
    latency: quantity('duration', {
      doc: 'Time of an answer from it.', source: 'assumed: Redis in the same data centre', min: '0s',
    }).prefault('1ms'),
    store: durationLaw.prefault({ law: 'lognormal', mean: '8ms', median: '5ms' }),
  }).prefault({}),
  candidates: durationLaw.prefault({ law: 'lognormal', mean: '12ms', median: '10ms' }),
  ranking: durationLaw.prefault({ law: 'lognormal', mean: '20ms', median: '18ms' }),
  overhead: quantity('duration', {
    doc: 'Time of a request beside these: the way to the service and back.', source: 'assumed', min: '0s',
  }).prefault('3ms'),
  balance,
  budget: quantity('duration', {
    doc: 'Time after which nobody waits for the ranking: popular videos are shown.',
    source: 'assumed: below the 100 ms of section 3.1', positive: true,
  }).prefault('80ms'),
  fallback: quantity('duration', {
    doc: 'Time that the list of popular videos takes.', source: 'assumed: Redis in the same data centre',
    min: '0s',
  }).prefault('2ms'),
  perSession: perSession('Home pages of a viewer before they press play.', 1, 'assumed'),
  others: others('Home pages of who is not simulated.'),
  item,
});

/** Parameters of recommendations. */
export type RecommendationsParams = z.output<typeof recommendationsParams>;
