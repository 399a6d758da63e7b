import { cacheFetches, cacheRequests } from '../cdn/metrics.ts';
import { edgeLost } from '../cdn/topology/metrics.ts';
import { formatLabels, type Labels } from '../core/labels.ts';
import type { MetricDeclaration } from '../core/metrics.ts';
import * as player from '../player/metrics.ts';
import { queries, querySeconds } from '../services/metadata/metrics.ts';
import { recommendations, recommendationSeconds } from '../services/recommendations/metrics.ts';
import { searches, searchSeconds } from '../services/search/metrics.ts';
import { videosDue } from '../transcode/metrics.ts';
import { apiCalls, uploadsCompleted, uploadsFailed } from '../upload/metrics.ts';

/** An indicator as events, of which some are bad: what error budgets and burn rates are counted in. */
export interface SliEvents {
  /** Cumulative count of bad events, as a PromQL query. */
  readonly bad: string;
  /** Cumulative count of all events, as a PromQL query. */
  readonly total: string;
  /** Share of events that has to be good. */
  readonly target: number;
  /** The bucket of a histogram that the queries need. */
  readonly bucket?: { readonly metric: string; readonly bound: number };
}

/**
 * The events behind an indicator that has to stay on one side of a bound; undefined for one that has none,
 * such as a bitrate. A 99th percentile below a bound is 99 % of events below it.
 */
export function eventsOf(sli: string, bound: number): SliEvents | undefined {
  switch (sli) {
    case 'cdn_availability':
      return {
        bad: `${sum(cacheRequests, { tier: 'edge', result: 'error' })} + ${orZero(sum(edgeLost))}`,
        total: `${sum(cacheRequests, { tier: 'edge' })} + ${orZero(sum(edgeLost))}`,
        target: bound,
      };
    case 'cache_hit_rate':
      return { bad: atOrigin(), total: sum(cacheRequests, { tier: 'edge' }), target: bound };
    case 'rebuffer_rate_percent':
      return { bad: sum(player.stallSeconds), total: sum(player.watchSeconds), target: 1 - bound / 100 };
    case 'playback_start_seconds_p99':
      return slower(player.startupSeconds, bound, 0.99);
    case 'playback_start_seconds_p50':
      return slower(player.startupSeconds, bound, 0.5);
    case 'playback_failure_rate':
      return {
        bad: sum(player.sessionsEnded, { outcome: 'failed' }), total: sum(player.sessionsEnded),
        target: 1 - bound,
      };
    case 'exit_before_start_rate':
      return {
        bad: sum(player.sessionsEnded, { outcome: 'leftBeforeStart' }), total: sum(player.sessionsEnded),
        target: 1 - bound,
      };
    case 'upload_success_rate': {
      const failed = ['api', 'refused', 'parts', 'expired']
        .map((reason) => sum(uploadsFailed, { reason })).join(' + ');
      return { bad: failed, total: `${sum(uploadsCompleted)} + ${failed}`, target: bound };
    }
    case 'upload_api_success_rate':
      return {
        bad: `${sum(apiCalls, { result: 'error' })} + ${sum(apiCalls, { result: 'refused' })}`,
        total: sum(apiCalls), target: bound,
      };
    case 'transcoding_within_sla':
      return { bad: sum(videosDue, { met: 'no' }), total: sum(videosDue), target: bound };
    case 'metadata_query_ms_p99':
      return slower(querySeconds, bound / 1000, 0.99);
    case 'metadata_success_rate': {
      const failed = `${sum(queries, { result: 'timeout' })} + ${sum(queries, { result: 'unavailable' })}`;
      return { bad: failed, total: sum(queries), target: bound };
    }
    case 'search_seconds_p99':
      return slower(searchSeconds, bound, 0.99);
    case 'search_seconds_p50':
      return slower(searchSeconds, bound, 0.5);
    case 'search_success_rate': {
      const failed = ['timeout', 'shed', 'unavailable']
        .map((result) => sum(searches, { result })).join(' + ');
      return { bad: failed, total: sum(searches), target: bound };
    }
    case 'recommendation_seconds_p99':
      return slower(recommendationSeconds, bound, 0.99);
    case 'recommendation_seconds_p50':
      return slower(recommendationSeconds, bound, 0.5);
    case 'recommendation_ranked_rate': {
      const all = sum(recommendations);
      return { bad: `${all} - ${sum(recommendations, { result: 'ranked' })}`, total: all, target: bound };
    }
    default:
      return undefined;
  }
}

/** Requests at the origin: what regionals and shields fetched, less what they asked shields for. */
function atOrigin(): string {
  const shield = sum(cacheRequests, { tier: 'shield' });
  return `sum(${cacheFetches.name}{tier=~"regional|shield"}) - ${orZero(shield)}`;
}

/** A sum that is 0 where its metric is not there: a real edge that is down counts nothing itself. */
function orZero(query: string): string {
  return `(${query} or vector(0))`;
}

/** Events slower than a bound that is one of the histogram's. */
function slower(declaration: MetricDeclaration, bound: number, target: number): SliEvents {
  const { name } = declaration;
  const total = `sum(${name}_count)`;
  return {
    bad: `${total} - sum(${name}_bucket{le="${bound}"})`,
    total,
    target,
    bucket: { metric: name, bound },
  };
}

function sum({ name }: MetricDeclaration, labels: Labels = {}): string {
  const text = formatLabels(labels);
  return `sum(${name}${text === '' ? '' : `{${text}}`})`;
}
