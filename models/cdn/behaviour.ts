import { US_PER_MS, US_PER_S, type Bytes, type Us } from '../core/units.ts';

/**
 * What those who ask for an object that is on its way do: each fetches it for itself (`none`); they wait
 * until it is here whole (`wait`); they wait for the parent's head and are then answered as the bytes come
 * (`stream`).
 */
export type Coalescing = 'none' | 'wait' | 'stream';

/** Kinds of statuses that lifetimes are given for: below 400; 404, 410 and 414; other 4xx; 5xx. */
export interface ByStatus<Value> {
  readonly found: Value;
  readonly missing: Value;
  readonly refused: Value;
  readonly broken: Value;
}

/** How a node behaves besides what it evicts: what real proxies differ in. Durations in us. */
export interface NodeBehaviour {
  readonly coalesce: Coalescing;
  /** The one whose request fetches is answered as the bytes come (`stream`), or when all have come. */
  readonly deliver: 'stream' | 'whole';
  /** Whether those who ask for an expired object wait for the one who asks the parent about it. */
  readonly coalesceRevalidation: boolean;
  /** Who waits looks again in steps of this; 0: is woken at once. */
  readonly waitPoll: Us;
  /** Who has waited for so long asks the parent alone, and the answer is not kept. */
  readonly waitTimeout: Us;
  /** A fetch that has taken so long no longer holds the others back: one more becomes the one to wait for. */
  readonly lockAge: Us;
  /** Those who waited are answered with what may not be kept or is an error, too; else each tries again. */
  readonly shareUncacheable: boolean;
  /**
   * Of those who waited for what may not be kept, so many are let go when it comes, and as many more when
   * each of their answers does.
   */
  readonly rush: number;
  /**
   * How long it is remembered that an object may not be kept, so that nobody waits for another's
   * (hit-for-miss).
   */
  readonly uncacheableMemory: Us;
  /** Whether a stated lifetime counts for these statuses. */
  readonly honoursTtl: ByStatus<boolean>;
  /** Lifetime of an answer that states none; 0: not kept. */
  readonly unstatedTtl: ByStatus<Us>;
  /** How long after its end an answer may still be given while a new one is fetched, where none is stated. */
  readonly grace: Us;
  /** Whether a stated stale-while-revalidate replaces `grace`. */
  readonly honoursStale: boolean;
  /** A stale object is fetched anew without anybody waiting for it; else the first who asks waits. */
  readonly backgroundUpdate: boolean;
  /** How long after its end an object may be given when the parent fails. */
  readonly staleIfError: Us;
  /**
   * Expired objects are asked about by conditional requests, for this long after their grace has ended; -1:
   * never by conditional ones.
   */
  readonly revalidate: Us;
  /** A child is told how much of the lifetime is left (Age); else each tier counts it from its own answer. */
  readonly sendsAge: boolean;
  /**
   * A range of an object that is not here: the object is fetched in full, or the range is passed and not
   * kept, or the slices that it touches are fetched and kept, each by itself.
   */
  readonly range: 'full' | 'pass' | 'slice';
  /** Size of slices. */
  readonly slice: Bytes;
}

const ALL: ByStatus<boolean> = { found: true, missing: true, refused: true, broken: true };
const NOTHING: ByStatus<Us> = { found: 0, missing: 0, refused: 0, broken: 0 };
const TWO_MINUTES: Us = 120 * US_PER_S;

/** nginx with a proxy_cache and nothing else (nginx.org documentation and ngx_http_file_cache.c, 1.22). */
const NGINX: NodeBehaviour = {
  coalesce: 'none',
  deliver: 'stream',
  coalesceRevalidation: false,
  waitPoll: 0,
  waitTimeout: Infinity,
  lockAge: Infinity,
  shareUncacheable: false,
  rush: Infinity,
  uncacheableMemory: 0,
  honoursTtl: ALL,
  unstatedTtl: NOTHING, // without proxy_cache_valid
  grace: 0,
  honoursStale: true, // since 1.11.10
  backgroundUpdate: false,
  staleIfError: 0,
  revalidate: -1,
  sendsAge: false,
  range: 'full',
  slice: 1024 * 1024, // of nginx's example, and the default of Traffic Server's slice plugin
};

/**
 * `proxy_cache_lock on`: waiters look again every 500 ms; timeout and age are 5 s. It leaves expiry alone.
 */
const NGINX_LOCK: NodeBehaviour = {
  ...NGINX, coalesce: 'wait', waitPoll: 500 * US_PER_MS, waitTimeout: 5 * US_PER_S, lockAge: 5 * US_PER_S,
};

/** Varnish 7.1 as it comes: default_ttl 2 min, default_grace 10 s, default_keep 0, uncacheable_ttl 2 min. */
const VARNISH: NodeBehaviour = {
  ...NGINX,
  coalesce: 'stream',
  coalesceRevalidation: true,
  rush: 9, // measured: of a herd go 1, 9, 81, ...; rush_exponent is 3, and each answer rushes three times
  uncacheableMemory: TWO_MINUTES,
  honoursTtl: { found: true, missing: true, refused: false, broken: false },
  unstatedTtl: { found: TWO_MINUTES, missing: TWO_MINUTES, refused: 0, broken: 0 },
  grace: 10 * US_PER_S,
  backgroundUpdate: true,
  revalidate: 0, // default_keep
  sendsAge: true,
};

/**
 * Behaviours by name. `nginx`, `nginx-lock`, `nginx-swr`, `nginx-slice`, `varnish` and `ats` are real
 * proxies, measured beside each other; `ideal` has everything that helps; `store-and-forward` answers nobody
 * before an object is here whole.
 */
export const BEHAVIOURS = {
  nginx: NGINX,
  'nginx-lock': NGINX_LOCK,
  /**
   * With `proxy_cache_use_stale updating`, `proxy_cache_background_update on`, `proxy_cache_revalidate on`.
   */
  'nginx-swr': {
    ...NGINX_LOCK, grace: Infinity, honoursStale: false, backgroundUpdate: true, revalidate: Infinity,
  },
  /** With `slice 1m`. */
  'nginx-slice': { ...NGINX, range: 'slice' },
  varnish: VARNISH,
  /**
   * Apache Traffic Server 9.2 as it comes: read-while-writer, some ten retries in about a second, then
   * alone.
   */
  ats: {
    ...NGINX,
    coalesce: 'stream',
    coalesceRevalidation: true,
    waitPoll: 50 * US_PER_MS,
    waitTimeout: US_PER_S,
    // Once the one who wrote has given up, the others cannot lock the object and go to the origin as well.
    uncacheableMemory: 100 * US_PER_MS,
    honoursStale: false,
    staleIfError: 1800 * US_PER_S, // negative_revalidating_lifetime
    revalidate: Infinity,
    sendsAge: true,
    range: 'pass',
  },
  ideal: {
    ...VARNISH,
    shareUncacheable: true,
    uncacheableMemory: 0,
    unstatedTtl: { ...VARNISH.unstatedTtl, refused: 10 * US_PER_S, broken: US_PER_S },
    honoursTtl: ALL,
    staleIfError: Infinity,
    revalidate: Infinity,
  },
  'store-and-forward': {
    ...VARNISH, coalesce: 'wait', deliver: 'whole', shareUncacheable: true, uncacheableMemory: 0,
  },
} as const satisfies Readonly<Record<string, NodeBehaviour>>;

/** Name of a behaviour. */
export type BehaviourName = keyof typeof BEHAVIOURS;
