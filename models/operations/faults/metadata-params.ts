import { z } from 'zod';
import { kind, ramp, span } from './scope.ts';

/** Faults of the database of videos' metadata. */
export const metadataFaults = [
  z.strictObject({
    kind: kind('databaseSlow', 'Nodes of the metadata database take longer for each query.'),
    ...span,
    ramp,
    factor: z.number().min(1).max(100_000)
      .meta({ description: 'Times the usual that a query takes.', unit: '1', source: 'assumed' })
      .prefault(10),
    nodes: z.enum(['primary', 'replicas', 'all'])
      .meta({ description: 'Nodes it is about, by what they are when it begins.', unit: 'name',
        source: 'assumed' })
      .prefault('all'),
  }),
  z.strictObject({
    kind: kind('replicaLoss', 'Replicas of the metadata database are gone; the others get their queries.'),
    ...span,
    replicas: z.number().int().min(1).max(1000)
      .meta({ description: 'Replicas that are lost.', unit: 'nodes', source: 'assumed' })
      .prefault(1),
  }),
] as const;

/** A fault of the metadata database, parsed. */
export type MetadataFault = z.output<(typeof metadataFaults)[number]>;

const KINDS: ReadonlySet<string> = new Set(metadataFaults.map(({ shape }) => shape.kind.value));

/** Whether a fault is one of the metadata database. */
export function isMetadataFault(fault: { readonly kind: string }): fault is MetadataFault {
  return KINDS.has(fault.kind);
}
