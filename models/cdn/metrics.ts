import { counter, gauge, tally } from '../core/metrics.ts';

/** Requests a cache tier has answered, by result. */
export const cacheRequests = counter('cache_requests_total', {
  labels: ['tier', 'result'], unit: 'requests', help: 'Requests a cache tier answered: hit, coalesced, miss, error.',
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
/** Requests the object store has answered. */
export const originRequests = counter('origin_requests_total', {
  unit: 'requests', help: 'Requests the object store answered.',
});
/** Bytes the object store has sent. */
export const originBytes = counter('origin_bytes_total', { unit: 'bytes', help: 'Bytes the object store sent.' });
/** From a tier's request to the object store until the last byte was there. */
export const originFetchSeconds = tally('origin_fetch_seconds', {
  unit: 's', help: 'From a request to the object store until the last byte of its answer.',
});
/** Bytes sent to viewers. */
export const deliveredBytes = counter('delivered_bytes_total', {
  unit: 'bytes', help: 'Bytes that arrived at viewers.',
});
