import { z } from 'zod';
import { quantity } from '../core/quantity.ts';
import type { Us } from '../core/units.ts';
import { BEHAVIOURS, type BehaviourName, type ByStatus, type NodeBehaviour } from './behaviour.ts';

const NAMES = Object.keys(BEHAVIOURS) as [BehaviourName, ...BehaviourName[]];
const OWN = 'assumed';

const choice = (doc: string, names: readonly [string, ...string[]]) =>
  z.enum(names).meta({ description: `${doc} Default: the preset's.`, unit: 'name', source: OWN });
const flag = (doc: string) =>
  z.boolean().meta({ description: `${doc} Default: the preset's.`, unit: 'flag', source: OWN });
const time = (doc: string) =>
  quantity('duration', { doc: `${doc} Default: the preset's.`, source: OWN, min: '0s' });

/** Parameters of how a node behaves: a preset, and what differs from it. */
export const behaviourParams = z.strictObject({
  preset: z.enum(NAMES).meta({
    description: 'Behaviour of a real proxy, or of an ideal one: coalescing, staleness, lifetimes, ranges.',
    unit: 'name',
    source: 'cited: Varnish 7.1 documentation and source; Fastly runs a Varnish, and CloudFront and Apache '
      + 'Traffic Server likewise let one fetch serve all who ask and pass bytes on as they come',
  }).prefault('varnish'),
  coalesce: choice('What those who ask for an object that is on its way do.', ['none', 'wait', 'stream'])
    .optional(),
  deliver: choice('Whether a miss is answered as its bytes come or when all have come.', ['stream', 'whole'])
    .optional(),
  coalesceRevalidation: flag('Whether those who ask for an expired object wait for one request about it.')
    .optional(),
  waitPoll: time('Steps in which who waits looks again; 0s: is woken at once.').optional(),
  waitTimeout: time('Who has waited so long asks the parent alone, and the answer is not kept.').optional(),
  lockAge: time('A fetch that takes so long no longer holds back the others.').optional(),
  shareUncacheable: flag('Whether who waited is answered with what may not be kept, too.').optional(),
  uncacheableMemory: time('How long it is remembered that an object may not be kept.').optional(),
  grace: time('How long an expired object may be given while a new one is fetched.').optional(),
  honoursStale: flag('Whether a stated stale-while-revalidate replaces grace.').optional(),
  backgroundUpdate: flag('Whether a stale object is fetched anew without anybody waiting for it.').optional(),
  staleIfError: time('How long an expired object may be given when the parent fails.').optional(),
  revalidate: time('How long expired objects are asked about by conditional requests.').optional(),
  negativeTtl: time('How long a refusal (404, 410, 5xx) that states no lifetime is kept.').optional(),
  sendsAge: flag('Whether a child is told what is left of a lifetime, rather than all of it.').optional(),
  range: choice('What is fetched for a range of an object that is not here: all of it, only the range (and '
    + 'not kept), or the slices it touches, each kept by itself.', ['full', 'pass', 'slice']).optional(),
  slice: quantity('size', {
    doc: "Size of slices, where they are kept. Default: the preset's, 1 MiB.", source: OWN, positive: true,
  }).optional(),
});

/** The behaviour that parameters describe. */
export function toBehaviour({ preset, negativeTtl, ...changes }: BehaviourParams): NodeBehaviour {
  const base: NodeBehaviour = BEHAVIOURS[preset];
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  const unstatedTtl: ByStatus<Us> = negativeTtl === undefined
    ? base.unstatedTtl
    : { ...base.unstatedTtl, missing: negativeTtl, broken: negativeTtl };
  return { ...base, ...(given as Partial<NodeBehaviour>), unstatedTtl };
}

/** Parsed parameters of a node's behaviour. */
export type BehaviourParams = z.output<typeof behaviourParams>;
