import { z } from 'zod';
import { quantity } from '../core/quantity.ts';

/** Queries that a node works on at a time. */
export const threads = z.number().int().min(1).max(10_000)
  .meta({ description: 'Queries that a node works on at a time; others wait in order of arrival.',
    unit: 'queries', source: 'assumed: the cores of a c5.4xlarge' })
  .prefault(16);

/** How a node is chosen. */
export const balance = z.enum(['random', 'bestOfTwo'])
  .meta({ description: 'Which node is asked: any, or of any two the one that is free first.', unit: 'name',
    source: 'assumed: Mitzenmacher 2001; adaptive replica selection comes near' })
  .prefault('bestOfTwo');

/** What a node is paid by. */
export const item = z.string().min(1)
  .meta({ description: 'Item of the price list that an hour of a node is paid by.', unit: 'name',
    source: 'assumed: the machine of the API servers, as section 15 of the design document has no row' })
  .prefault('ec2.c5.4xlarge');

/** How often each simulated viewer asks. */
export const perSession = (description: string, usual: number, source: string) =>
  z.number().min(0).max(100).meta({ description, unit: 'queries a session', source }).prefault(usual);

/** Who asks beside the viewers that are simulated. */
export const others = (doc: string) => z.strictObject({
  queries: quantity('frequency', { doc, source: 'assumed', positive: true }).optional(),
}).prefault({});
