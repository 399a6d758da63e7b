import { counter, gauge, tally } from '../core/metrics.ts';

/** Requests a cache tier has answered, by result. */
export const cacheRequests = counter('cache_requests_total', {
  labels: ['tier', 'result'], unit: 'requests',
  help: 'Requests a cache tier answered: hit, coalesced, miss, error.',
});
/** Objects a cache tier has asked its parent for, answered or not. */
export const cacheFetches = counter('cache_fetches_total', {
  labels: ['tier'], unit: 'requests', help: 'Objects a cache tier asked its parent for, answered or not.',
});
/** Bytes a cache tier has answered with, by result. */
export const cacheBytes = counter('cache_bytes_total', {
  labels: ['tier', 'result'], unit: 'bytes', help: 'Bytes a cache tier answered with, by result.',
});
/** Objects a cache tier has dropped to make room. */
export const cacheEvictions = counter('cache_evictions_total', {
  labels: ['tier'], unit: 'objects', help: 'Objects a cache tier dropped to make room.',
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
