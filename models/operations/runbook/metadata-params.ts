import { z } from 'zod';
import { quantity } from '../../core/quantity.ts';
import { action } from './action.ts';

/** What can be done about failures of the metadata database. */
export const metadataActions = [
  z.strictObject({
    action: action('failoverToReplica', 'A replica takes the place of the primary database.'),
    takes: quantity('duration', {
      doc: 'Time in which the new primary serves nothing yet.', source: 'assumed: promotion of a replica',
      min: '0s',
    }).prefault('30s'),
  }),
  z.strictObject({
    action: action('addCache', 'A cache is put before the metadata database, empty at first.'),
    hits: quantity('ratio', {
      doc: 'Share of reads that it answers once it is warm.', source: 'assumed', min: '0', max: '1',
    }).prefault('80%'),
    warm: quantity('duration', {
      doc: 'Time constant with which it fills.', source: 'assumed', min: '0s',
    }).prefault('5min'),
  }),
] as const;

/** Something done about the metadata database, parsed. */
export type MetadataAction = z.output<(typeof metadataActions)[number]>;

const NAMES: ReadonlySet<string> = new Set(metadataActions.map(({ shape }) => shape.action.value));

/** Whether an action is one about the metadata database. */
export function isMetadataAction(params: { readonly action: string }): params is MetadataAction {
  return NAMES.has(params.action);
}
