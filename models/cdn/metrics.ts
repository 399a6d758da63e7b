import { counter, gauge, tally } from '../core/metrics.ts';

/** Requests a cache tier has answered, by result. */
export const cacheRequests = counter('cache_requests_total', {
  labels: ['tier', 'result'], unit: 'requests',
  help: 'Requests a cache tier answered: hit, stale, revalidated, coalesced, miss, pass, error.',
});
/** Results of answers that a tier gave from its own store, expired or confirmed by the parent as well. */
export const OWN_RESULTS = ['hit', 'stale', 'revalidated'] as const;
/** Requests a cache tier has sent to its parent, answered or not. */
export const cacheFetches = counter('cache_fetches_total', {
  labels: ['tier'], unit: 'requests', help: 'Requests a cache tier sent to its parent, answered or not.',
});
/** Bytes a cache tier has answered with, by result. */
export const cacheBytes = counter('cache_bytes_total', {
  labels: ['tier', 'result'], unit: 'bytes', help: 'Bytes a cache tier answered with, by result.',
});
/** Objects a cache tier has dropped to make room. */
export const cacheEvictions = counter('cache_evictions_total', {
  labels: ['tier'], unit: 'objects', help: 'Objects a cache tier dropped to make room.',
});
/** Answers that broke off because the parent's did. */
export const cacheCuts = counter('cache_cut_answers_total', {
  labels: ['tier'], unit: 'requests', help: 'Answers that broke off because the parent\'s did.',
});
/** Bytes a cache tier holds. */
export const cacheUsed = gauge('cache_used_bytes', {
  labels: ['tier'], unit: 'bytes', help: 'Bytes a cache tier holds, summed over its nodes.',
});
/** From a tier's request to its parent until the last byte of the answer. */
export const cacheFetchSeconds = tally('cache_fetch_seconds', {
  labels: ['tier'], unit: 's',
  help: 'From a request of a tier to its parent until the last byte of the answer.',
});
