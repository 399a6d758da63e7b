import { z } from 'zod';
import type { SliResult, SloResult, Verdict } from '../core/run-record.ts';
import { findSli, SLIS } from './sli.ts';

const sliNames = SLIS.map((sli) => sli.name) as [string, ...string[]];

/**
 * An objective as scenarios write it: an indicator and the bound it must stay below or above, in the
 * indicator's unit.
 */
export const sloParams = z.strictObject({
  name: z.string().min(1).meta({ description: 'Name of the objective.', unit: 'name', source: 'assumed' }),
  sli: z.enum(sliNames).meta({ description: 'Indicator it is about.', unit: 'name', source: 'assumed' }),
  below: z.number().optional()
    .meta({
      description: 'The indicator must be below this, in its own unit.', unit: 'the SLI\'s',
      source: 'assumed',
    }),
  above: z.number().optional()
    .meta({
      description: 'The indicator must be above this, in its own unit.', unit: 'the SLI\'s',
      source: 'assumed',
    }),
}).refine((slo) => (slo.below === undefined) !== (slo.above === undefined), {
  error: 'expected either "below" or "above"',
});

/** A service level objective. */
export interface SloDefinition {
  readonly name: string;
  /** An indicator of `SLIS`, or one that no part of Weir measures yet. */
  readonly sli: string;
  readonly direction: 'below' | 'above';
  /** In the indicator's unit. */
  readonly bound: number;
  readonly unit: string;
}

/** The platform's eight objectives (design document, section 3.1). */
export const DEFAULT_SLOS: readonly SloDefinition[] = [
  { name: 'playback-start', sli: 'playback_start_seconds_p99', direction: 'below', bound: 2, unit: 's' },
  { name: 'buffering', sli: 'rebuffer_rate_percent', direction: 'below', bound: 0.1, unit: '%' },
  { name: 'cdn-availability', sli: 'cdn_availability', direction: 'above', bound: 0.9999, unit: 'ratio' },
  { name: 'cache-hit-rate', sli: 'cache_hit_rate', direction: 'above', bound: 0.95, unit: 'ratio' },
  { name: 'upload-success', sli: 'upload_success_rate', direction: 'above', bound: 0.999, unit: 'ratio' },
  {
    name: 'transcoding-within-1h', sli: 'transcoding_within_sla', direction: 'above', bound: 0.99,
    unit: 'ratio',
  },
  { name: 'search-latency', sli: 'search_seconds_p99', direction: 'below', bound: 0.2, unit: 's' },
  {
    name: 'recommendation-latency', sli: 'recommendation_seconds_p99', direction: 'below', bound: 0.1,
    unit: 's',
  },
];

/** A scenario's objective as a definition. */
export function toSlo(params: z.output<typeof sloParams>): SloDefinition {
  const direction = params.below === undefined ? 'above' : 'below';
  const unit = findSli(params.sli)?.unit ?? '';
  return { name: params.name, sli: params.sli, direction, bound: (params.below ?? params.above)!, unit };
}

/**
 * Holds an objective against its indicator: met or missed when the whole interval lies on one side,
 * inconclusive when it straddles the bound, no-data when nothing was observed. A single run is judged by
 * its value and says so.
 */
export function judgeSlo(slo: SloDefinition, sli: SliResult | undefined): SloResult {
  const { name, direction, bound, unit } = slo;
  const target = `${direction === 'below' ? '<' : '>'} ${formatBound(bound, unit)}`;
  const head = { name, sli: slo.sli, target, bound, direction, unit };
  if (sli === undefined || sli.value === null) {
    const note = sli === undefined ? 'this part of the platform is not simulated' : 'nothing was observed';
    return { ...head, value: null, low: null, high: null, verdict: 'no-data', note };
  }
  const { value, low, high } = sli;
  const note = low === null ? 'single run: no interval' : '';
  return { ...head, value, low, high, verdict: verdictOf(slo, value, low ?? value, high ?? value), note };
}

function verdictOf(slo: SloDefinition, value: number, low: number, high: number): Verdict {
  const good = (x: number) => (slo.direction === 'below' ? x < slo.bound : x > slo.bound);
  if (good(low) && good(high) && good(value)) return 'met';
  return good(low) || good(high) || good(value) ? 'inconclusive' : 'missed';
}

function formatBound(bound: number, unit: string): string {
  return unit === 'ratio' ? `${Number((bound * 100).toPrecision(10))} %` : `${bound} ${unit}`;
}
