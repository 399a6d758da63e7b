import { ANY, RATIO, ratio, type SliDefinition } from '../core/sli.ts';
import { energy, engineBusySeconds, engineSeconds, machineCost } from './fleet-metrics.ts';
import * as metrics from './metrics.ts';

/** What becomes of uploads, in the order of reports. */
export const TRANSCODE_SLIS: readonly SliDefinition[] = [
  {
    name: 'transcoding_within_sla', unit: 'ratio', better: 'higher', range: RATIO,
    help: 'Videos ready within one hour of their upload, or within their own length where that is longer '
      + '(transcode.sla), of those that became ready or were due; incomplete ones count as late.',
    compute: (view) => ratio(view.total(metrics.videosDue, { met: 'yes' }), view.total(metrics.videosDue)),
  },
  {
    name: 'transcoding_first_playable_seconds_p50', unit: 's', better: 'lower', range: ANY,
    help: 'From the end of the upload until the first rendition can be watched, median.',
    compute: (view) => view.quantile(metrics.playableSeconds, 0.5),
  },
  {
    name: 'transcoding_first_playable_seconds_p95', unit: 's', better: 'lower', range: ANY,
    help: 'From the end of the upload until the first rendition can be watched, 95th percentile.',
    compute: (view) => view.quantile(metrics.playableSeconds, 0.95),
  },
  {
    name: 'transcoding_ready_seconds_p50', unit: 's', better: 'lower', range: ANY,
    help: 'From the end of the upload until every rendition of the first codec can be watched, median.',
    compute: (view) => view.quantile(metrics.readySeconds, 0.5),
  },
  {
    name: 'transcoding_ready_seconds_p99', unit: 's', better: 'lower', range: ANY,
    help: 'From the end of the upload until every rendition of the first codec can be watched, '
      + '99th percentile.',
    compute: (view) => view.quantile(metrics.readySeconds, 0.99),
  },
  {
    name: 'transcoding_jobs_queued', unit: 'jobs', better: 'lower', range: ANY,
    help: 'Jobs (a video in one codec and rung) that wait for workers, average over time.',
    compute: (view) => view.timeAverage(metrics.jobsQueued),
  },
  {
    name: 'transcoding_jobs_queued_peak', unit: 'jobs', better: 'lower', range: ANY,
    help: 'Jobs that wait for workers, the most there were.',
    compute: (view) => view.peak(metrics.jobsQueued),
  },
  {
    name: 'transcoding_jobs_completed', unit: 'jobs', better: 'higher', range: ANY,
    help: 'Jobs completed.',
    compute: (view) => (view.timeAverage(metrics.jobsQueued) === undefined ? undefined
      : view.total(metrics.jobsCompleted)),
  },
  {
    name: 'transcoding_failure_rate', unit: 'ratio', better: 'lower', range: RATIO,
    help: 'Jobs that miss chunks for good, of those that ended.',
    compute: (view) => ratio(view.total(metrics.jobsIncomplete),
      view.total(metrics.jobsIncomplete) + view.total(metrics.jobsCompleted)),
  },
  {
    name: 'transcoding_worker_utilisation', unit: 'ratio', better: 'higher', range: RATIO,
    help: 'Workers that encode, of those there are, averages over time.',
    compute: (view) =>
      ratio(view.timeAverage(metrics.chunksRunning) ?? 0, view.timeAverage(metrics.workers) ?? 0),
  },
  {
    name: 'transcoding_stage_utilisation', unit: 'ratio', better: 'higher', range: RATIO,
    help: 'Workers for stages beside encoding that are at one, of those there are '
      + '(transcode.stages.workers).',
    compute: (view) => ratio(view.timeAverage(metrics.stageWorkersBusy) ?? 0,
      view.timeAverage(metrics.stageWorkers) ?? 0),
  },
  {
    name: 'transcoding_try_seconds_p50', unit: 's', better: 'lower', range: ANY,
    help: 'From the moment a worker got a piece of a job until it ended, median.',
    compute: (view) => view.quantile(metrics.trySeconds, 0.5),
  },
  {
    name: 'transcoding_try_seconds_p95', unit: 's', better: 'lower', range: ANY,
    help: 'From the moment a worker got a piece of a job until it ended, 95th percentile.',
    compute: (view) => view.quantile(metrics.trySeconds, 0.95),
  },
  {
    name: 'transcoding_engine_utilisation', unit: 'ratio', better: 'higher', range: RATIO,
    help: 'Time in which engines (NVENC, cores) encoded, of the time of engines that took work.',
    compute: (view) => ratio(view.total(engineBusySeconds), view.total(engineSeconds)),
  },
  {
    name: 'transcoding_engine_seconds_per_output_minute', unit: 's', better: 'lower', range: ANY,
    help: 'Engine time (core time on machines without a GPU) for a minute of media put out; every rung and '
      + 'codec counts for itself.',
    compute: (view) => {
      const seconds = view.total(engineBusySeconds);
      return seconds > 0 ? ratio(60 * seconds, view.total(metrics.outputMedia)) : undefined;
    },
  },
  {
    name: 'transcoding_cost_per_output_minute', unit: '$/min', better: 'lower', range: ANY,
    help: 'Cost of machines for a minute of media put out; every rung and codec counts for itself.',
    compute: (view) => {
      const dollars = view.total(machineCost);
      return dollars > 0 ? ratio(60 * dollars, view.total(metrics.outputMedia)) : undefined;
    },
  },
  {
    name: 'transcoding_energy_per_output_hour', unit: 'kWh', better: 'lower', range: ANY,
    help: 'Energy of machines for an hour of media put out, where the scenario gives their power.',
    compute: (view) => {
      const joules = view.total(energy);
      const hours = view.total(metrics.outputMedia) / 3600;
      return joules > 0 ? ratio(joules / JOULES_PER_KWH, hours) : undefined;
    },
  },
];

const JOULES_PER_KWH = 3.6e6;
