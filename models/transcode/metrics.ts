import { counter, level, tally } from '../core/metrics.ts';

/**
 * Jobs that wait for a worker: a job is one video, one codec, one rung (or all, with one decode for them).
 */
export const jobsQueued = level('transcoding_jobs_queued', {
  unit: 'jobs', help: 'Jobs of which some chunk waits for a worker.',
});
/** Jobs handed to the queue. */
export const jobsSubmitted = counter('transcoding_jobs_submitted_total', {
  labels: ['codec'], unit: 'jobs', help: 'Jobs handed to the queue.',
});
/** Jobs whose chunks are all encoded. */
export const jobsCompleted = counter('transcoding_jobs_completed', {
  labels: ['codec'], unit: 'jobs', help: 'Jobs whose chunks are all encoded.',
});
/** From the start of a try until it ended, whether it gave a chunk or not. */
export const trySeconds = tally('transcoding_try_seconds', {
  labels: ['resolution'], unit: 's',
  help: 'From the moment a worker got a piece of a job until it ended, well or not.',
});
/** From the queue to the last chunk encoded. */
export const jobSeconds = tally('transcoding_duration_seconds', {
  labels: ['resolution'], unit: 's',
  help: 'From the moment a job was queued until its last chunk was encoded.',
});
/** Chunks that wait for a worker, over all jobs. */
export const chunksQueued = level('transcoding_chunks_queued', {
  unit: 'chunks', help: 'Chunks that wait for a worker.',
});
/** Chunks on workers. */
export const chunksRunning = level('transcoding_chunks_running', {
  labels: ['lane'], unit: 'chunks', help: 'Chunks on workers.',
});
/** Tries that did not give a chunk. */
export const failures = counter('transcoding_failures', {
  labels: ['reason'], unit: 'chunks',
  help: 'Tries of chunks that came to nothing: encoder, truncated, lost, reclaimed, hardware, memory; and '
    + 'uploads that no encoder can read: unreadable.',
});
/** Chunks that were given up. */
export const chunksSetAside = counter('transcoding_chunks_set_aside_total', {
  unit: 'chunks', help: 'Chunks that were given up after all their tries.',
});
/** Outputs that came from a worker whose lease had passed to another one. */
export const duplicates = counter('transcoding_duplicates_total', {
  unit: 'chunks', help: 'Chunks that arrived from a worker that no longer held their lease; not counted.',
});
/** Where the pixels of jobs are. */
export const pixels = counter('transcoding_pixels_total', {
  labels: ['state'], unit: 'pixels', help: 'Pixels to encode that were submitted, encoded, given up.',
});
/** Videos by what became of them. */
export const videos = counter('transcoding_videos_total', {
  labels: ['outcome'], unit: 'videos',
  help: 'Videos that were ready (all rungs of the first codec), incomplete, or unreadable.',
});
/** Ready videos by whether they were in time. */
export const videosDue = counter('transcoding_videos_due_total', {
  labels: ['met'], unit: 'videos',
  help: 'Videos that became ready, or were due and were not: within their time, or late.',
});
/** Videos that wait outside the queue. */
export const videosParked = level('transcoding_videos_parked', {
  unit: 'videos', help: 'Videos that wait until the queue has room for their jobs.',
});
/** From the end of the upload until the first rendition can be watched. */
export const playableSeconds = tally('transcoding_first_playable_seconds', {
  unit: 's', help: 'From the end of the upload until the first rendition can be watched.',
});
/** From the end of the upload until all rungs of the first codec can be watched. */
export const readySeconds = tally('transcoding_ready_seconds', {
  unit: 's', help: 'From the end of the upload until every rendition of the first codec can be watched.',
});
/** Media that became ready. */
export const readyMedia = counter('transcoding_ready_media_seconds_total', {
  unit: 's', help: 'Length of the videos that became ready.',
});
/** Media encoded, a second of each rung and codec for itself. */
export const outputMedia = counter('transcoding_output_seconds_total', {
  labels: ['codec'], unit: 's', help: 'Media encoded; every rung and codec counts for itself.',
});
/** Jobs that miss chunks for good. */
export const jobsIncomplete = counter('transcoding_jobs_incomplete_total', {
  unit: 'jobs', help: 'Jobs of which some chunk was set aside.',
});
/** Workers of the simplest farm. */
export const workers = level('transcoding_workers', { unit: 'workers', help: 'Workers there are.' });
/** Workers that fail what they are given. */
export const workersFailing = level('transcoding_workers_failing', {
  unit: 'workers', help: 'Workers that are broken, or crash again and again.',
});
/** Notices to creators that wait. */
export const noticesDeferred = level('transcoding_notices_deferred', {
  unit: 'notices', help: 'Notices to creators (webhooks) that are queued, and sent later.',
});
/** Pieces of jobs that wait for somebody's word. */
export const piecesHeld = level('transcoding_pieces_held', {
  unit: 'pieces', help: 'Pieces of jobs that failed, and are not tried again until somebody says so.',
});
/** Stages done, for a video or one of its renditions. */
export const stageRuns = counter('transcoding_stage_runs_total', {
  labels: ['stage'], unit: 'runs', help: 'Stages done beside encoding.',
});
/** Time that stages took. */
export const stageSeconds = counter('transcoding_stage_seconds_total', {
  labels: ['stage'], unit: 's', help: 'Time that stages took, beside encoding.',
});
/** Workers for stages, where the scenario gives a number. */
export const stageWorkers = level('transcoding_stage_workers', {
  unit: 'workers', help: 'Workers for stages beside encoding.',
});
/** Workers of stages that do something. */
export const stageWorkersBusy = level('transcoding_stage_workers_busy', {
  unit: 'workers', help: 'Workers for stages beside encoding that are at one.',
});
/** Chains of stages without a worker. */
export const stagesWaiting = level('transcoding_stages_waiting', {
  unit: 'chains', help: 'Chains of stages beside encoding that wait for a worker.',
});
/** How long chains of stages waited for a worker. */
export const stageWaitSeconds = tally('transcoding_stage_wait_seconds', {
  unit: 's', help: 'From the moment a chain of stages beside encoding could start until it had a worker.',
});
