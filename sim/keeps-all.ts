import type { Catalogue } from '../models/storage/catalogue.ts';
import type { WatchedPlan } from '../scenarios/plan.ts';

/**
 * Whether an edge, once it holds an object, answers everybody with it at once as long as it is fresh: it has
 * room for all there is, one server and no limits, nothing breaks or is published meanwhile, and nobody plans
 * to take anything away. Then whether a later request is a hit is known before its time, and its order among
 * others means nothing.
 */
export function keepsAll({ scenario }: WatchedPlan, catalogue: Catalogue): boolean {
  const { cdn, content, faults, catalogue: { live } } = scenario;
  const { edge, outages, claims } = cdn;
  const isPlain = edge.servers === 1 && edge.memory === undefined && edge.admission.rule === 'all'
    && edge.server.nic === undefined && edge.server.appliance === undefined && claims === undefined;
  const isCalm = live === undefined && faults.length === 0 && outages.length === 0
    && content.operations.every(({ what }) => what === 'upload' || what === 'prefetch' || what === 'shield');
  return isPlain && isCalm && edge.capacity >= catalogue.mostBytes();
}
