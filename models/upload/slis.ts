import { ANY, observed, RATIO, ratio, type SliDefinition } from '../core/sli.ts';
import * as metrics from './metrics.ts';

/** What creators meet when they upload, in the order of reports. */
export const UPLOAD_SLIS: readonly SliDefinition[] = [
  {
    name: 'upload_success_rate', unit: 'ratio', better: 'higher', range: RATIO,
    help: 'Uploads completed, of those completed or failed for a reason of the platform (API, '
      + 'refusals, parts, expiry); what creators gave up, and files that are too large, do not count.',
    compute: (view) => {
      const done = view.total(metrics.uploadsCompleted);
      const failed = (reason: string) => view.total(metrics.uploadsFailed, { reason });
      return ratio(done, done + failed('api') + failed('refused') + failed('parts') + failed('expired'));
    },
  },
  {
    name: 'upload_api_success_rate', unit: 'ratio', better: 'higher', range: RATIO,
    help: 'Calls of the upload API that were answered without an error, first tries and further ones.',
    compute: (view) => ratio(view.total(metrics.apiCalls, { result: 'ok' }), view.total(metrics.apiCalls)),
  },
  {
    name: 'uploads_completed_total', unit: 'uploads', better: 'higher', range: ANY,
    help: 'Uploads completed.',
    compute: (view) => observed(view, metrics.uploadsStarted, view.total(metrics.uploadsCompleted)),
  },
  {
    name: 'upload_duration_seconds_p50', unit: 's', better: 'lower', range: ANY,
    help: 'From the first call of an upload until its completion was accepted, median.',
    compute: (view) => view.quantile(metrics.uploadSeconds, 0.5),
  },
  {
    name: 'upload_duration_seconds_p95', unit: 's', better: 'lower', range: ANY,
    help: 'From the first call of an upload until its completion was accepted, 95th percentile.',
    compute: (view) => view.quantile(metrics.uploadSeconds, 0.95),
  },
  {
    name: 'upload_size_bytes_mean', unit: 'bytes', better: 'lower', range: ANY,
    help: 'Mean size of completed uploads.',
    compute: (view) => view.mean(metrics.uploadSize),
  },
];
