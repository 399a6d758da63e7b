import { assert } from '../../core/assert.ts';
import type { Bytes } from '../../core/units.ts';
import type { EvictionPolicy } from '../policy/policy.ts';
import { UnboundedPolicy } from '../policy/unbounded.ts';
import type { RequestStream } from './request-log.ts';

/** A tier whose hit rate somebody has claimed, or that stands between two such. */
export interface ClaimedTier {
  readonly tier: string;
  /** Share of the requests at the tier that it is to answer from its own store; undefined without a claim. */
  readonly claimed: number | undefined;
  /** What each of its servers holds, as stated. */
  readonly capacity: Bytes;
  readonly servers: number;
  /** A fresh cache of one server. */
  readonly create: (node: number, capacity: Bytes) => EvictionPolicy;
  /** The server of the next tier that one of this asks for an object; undefined where the origin is asked. */
  readonly parentOf: ((node: number, object: number) => number) | undefined;
}

/** What the size of a tier brings, and what size its claim takes; sizes are those of each server. */
export interface TierForecast {
  readonly tier: string;
  readonly claimed: number | null;
  readonly policy: string;
  readonly servers: number;
  readonly statedBytes: Bytes;
  /** Hit rate with the stated size, behind tiers of the stated sizes. */
  readonly replayed: number;
  /** Smallest size that brings the claim, behind tiers of the sizes that theirs take; null when none does. */
  readonly neededBytes: Bytes | null;
  /** Hit rate without any limit of size behind the same tiers: the rest are first requests. */
  readonly most: number;
  /** Bytes of all objects that a server of the tier was asked for, the mean over those that were asked. */
  readonly askedBytes: Bytes;
}

/** What a run's requests say of the claims about its caches. */
export interface ClaimsForecast {
  readonly tiers: readonly TierForecast[];
  /** Share of the objects whose requests were replayed. */
  readonly rate: number;
  /** Requests that counted, of that share. */
  readonly requests: number;
}

/** Requests that were kept of a run, with the share of objects that they are for. */
export interface KeptRequests {
  readonly stream: RequestStream;
  readonly rate: number;
  /** Requests that count, kept or not. */
  readonly seen: number;
}

/**
 * Replays the requests at the edges of a run through its tiers: with the stated sizes, for what hit rates
 * follow from them; without limits, for what any size could bring; and with the smallest sizes that bring
 * what is claimed, found by halving to within half a per cent. A miss takes the object in at once: who would
 * have waited for a fetch hits here. Nothing expires, and nothing is purged or fetched in advance. Of a
 * share of the objects, in caches shrunk by it, ratios at the edge are of the requests that share should
 * have.
 */
export function forecastClaims(
  kept: KeptRequests, tiers: readonly ClaimedTier[], sizeOf: (object: number) => Bytes,
): ClaimsForecast {
  const { rate, stream, seen } = kept;
  let stated = stream;
  let needed = stream;
  let asked = seen * rate;
  let askedNeeded = asked;
  const forecasts = tiers.map((tier): TierForecast => {
    const play = (at: RequestStream, bytes: Bytes) => replayTier(tier, at, bytes * rate, sizeOf);
    const follows = play(stated, tier.capacity);
    const open = play(needed, Infinity);
    const hits = (misses: number, of: number) => (of > 0 ? Math.max(0, 1 - misses / of) : 0);
    const most = hits(open.misses, askedNeeded);
    const wanted = (tier.claimed ?? Infinity) - ROUNDING;
    const found = most < wanted ? undefined : smallest(Math.max(...open.held) / rate,
      (bytes) => hits(play(needed, bytes).misses, askedNeeded) >= wanted);
    const forecast = {
      tier: tier.tier, claimed: tier.claimed ?? null, policy: tier.create(0, tier.capacity).name,
      servers: tier.servers, statedBytes: tier.capacity, replayed: hits(follows.misses, asked),
      neededBytes: found ?? null, most, askedBytes: meanOf(open.held) / rate,
    };
    if (tier.parentOf === undefined) return forecast;
    const behind = found !== undefined ? play(needed, found)
      : tier.claimed === undefined ? play(needed, tier.capacity) : open;
    stated = passedOn(stated, follows.missed, tier.parentOf);
    needed = passedOn(needed, behind.missed, tier.parentOf);
    [asked, askedNeeded] = [follows.misses, behind.misses];
    return forecast;
  });
  return { tiers: forecasts, rate, requests: stream.objects.length - stream.measuredFrom };
}

/** 1 - 4 / 5 is a little less than 0.2. */
const ROUNDING = 1e-12;

/** What a tier made of a stream. */
interface Played {
  /** Misses that count. */
  readonly misses: number;
  /** Which requests missed, those before the count among them. */
  readonly missed: Uint8Array;
  /** What each cache holds in the end; without limits, all that it was asked for. */
  readonly held: readonly Bytes[];
}

function replayTier(
  tier: ClaimedTier, { nodes, objects, measuredFrom }: RequestStream, capacity: Bytes,
  sizeOf: (object: number) => Bytes,
): Played {
  const caches = new Map<number, EvictionPolicy>();
  const missed = new Uint8Array(objects.length);
  let misses = 0;
  let node = -1;
  let cache: EvictionPolicy | undefined;
  const ignore = (): void => {};
  for (let i = 0; i < objects.length; i++) {
    if (nodes[i]! !== node) {
      node = nodes[i]!;
      cache = caches.get(node);
      if (cache === undefined) {
        cache = capacity === Infinity ? new UnboundedPolicy() : tier.create(node, Math.ceil(capacity));
        caches.set(node, cache);
      }
    }
    const object = objects[i]!;
    if (cache!.has(object)) cache!.touch(object, ignore);
    else {
      cache!.insert(object, sizeOf(object), ignore);
      missed[i] = 1;
      if (i >= measuredFrom) misses++;
    }
  }
  return { misses, missed, held: [...caches.values()].map(({ used }) => used) };
}

/** The requests that missed, as they reach the next tier. */
function passedOn(
  { nodes, objects, measuredFrom }: RequestStream, missed: Uint8Array,
  parentOf: (node: number, object: number) => number,
): RequestStream {
  const count = missed.reduce((sum, one) => sum + one, 0);
  const next = { nodes: new Int32Array(count), objects: new Int32Array(count), measuredFrom: 0 };
  let at = 0;
  for (let i = 0; i < missed.length; i++) {
    if (i === measuredFrom) next.measuredFrom = at;
    if (missed[i] === 0) continue;
    next.nodes[at] = parentOf(nodes[i]!, objects[i]!);
    next.objects[at++] = objects[i]!;
  }
  if (measuredFrom >= missed.length) next.measuredFrom = at;
  return next;
}

/** The smallest size up to `most` that is enough, to within half a per cent; `most` is enough. */
function smallest(most: Bytes, isEnough: (bytes: Bytes) => boolean): Bytes {
  assert(most > 0, 'a tier that can hit was asked for something', { most });
  let low = most / 2 ** 20;
  let high = most;
  while (high / low > 1.005) {
    const middle = Math.sqrt(low * high);
    if (isEnough(middle)) high = middle;
    else low = middle;
  }
  return Math.ceil(high);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
