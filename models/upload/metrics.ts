import { counter, level, tally } from '../core/metrics.ts';

/** Uploads that creators began. */
export const uploadsStarted = counter('uploads_started_total', {
  unit: 'uploads', help: 'Uploads that creators began.',
});
/** Uploads whose file is stored and whose completion was accepted. */
export const uploadsCompleted = counter('uploads_completed_total', {
  unit: 'uploads', help: 'Uploads whose file is stored and whose completion was accepted.',
});
/** Uploads that ended otherwise. */
export const uploadsFailed = counter('uploads_failed_total', {
  labels: ['reason'], unit: 'uploads',
  help: 'Uploads that ended without a video: api, refused too often, parts, expired, tooLarge, abandoned '
    + 'by the creator.',
});
/** Uploads under way. */
export const uploadsActive = level('uploads_active', { unit: 'uploads', help: 'Uploads under way.' });
/** Size of completed uploads. */
export const uploadSize = tally('upload_size_bytes', { unit: 'bytes', help: 'Size of completed uploads.' });
/** From the first call until the completion was accepted. */
export const uploadSeconds = tally('upload_duration_seconds', {
  unit: 's', help: 'From the first call of an upload until its completion was accepted.',
});
/** Calls of the upload API by their outcome. */
export const apiCalls = counter('upload_api_calls_total', {
  labels: ['result'], unit: 'calls', help: 'Calls of the upload API: ok, error, refused (503).',
});
/** Uploads accepted whose processing waits. */
export const uploadsDeferred = level('uploads_deferred', {
  unit: 'uploads', help: 'Uploads that were accepted and kept, and wait to be taken in.',
});
/** Uploads that were accepted to be taken in later. */
export const uploadsDeferredTotal = counter('uploads_deferred_total', {
  unit: 'uploads', help: 'Uploads that were accepted and kept, to be taken in later.',
});
/** Parts that the object store did not take. */
export const partsRefused = counter('upload_parts_refused_total', {
  unit: 'parts', help: 'Parts that the object store did not take: sent again, or kept beside it for later.',
});
/** Parts that had to be sent again. */
export const partRetries = counter('upload_part_retries_total', {
  unit: 'parts', help: 'Parts that failed on their way and were sent again, or given up.',
});
