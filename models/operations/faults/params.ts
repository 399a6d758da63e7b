import { z } from 'zod';
import { deliveryFaults } from './delivery-params.ts';
import { discoveryFaults } from './discovery-params.ts';
import { metadataFaults } from './metadata-params.ts';
import { pipelineFaults } from './pipeline-params.ts';

/** Something that breaks, as data, a part of the platform a list; the components know nothing of it. */
export const faultParams = z.discriminatedUnion('kind', [
  ...deliveryFaults, ...pipelineFaults, ...metadataFaults, ...discoveryFaults,
]);

/** One fault, parsed. */
export type FaultParams = z.output<typeof faultParams>;
/** Kinds of faults. */
export type FaultKind = FaultParams['kind'];
