import { z } from 'zod';
import { quantity } from '../core/quantity.ts';
import type { SliResult, SloResult, Verdict } from '../core/run-record.ts';
import { US_PER_S } from '../core/units.ts';
import type { BudgetDefinition } from './budget/error-budget.ts';
import { eventsOf, type SliEvents } from './sli-events.ts';
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
  margin: z.number().min(0).optional()
    .meta({
      description: 'Deterioration that `weir check` does not take for a regression, in the indicator\'s '
        + 'unit; without it a tenth of the budget of events, or a hundredth of the bound.',
      unit: 'the SLI\'s', source: 'assumed',
    }),
  window: quantity('duration', {
    doc: 'Window of the error budget.', source: 'cited: platform design document, section 3.1, a month',
    positive: true,
  }).prefault('30d'),
  method: z.enum(['occurrences', 'timeslices', 'ratioTimeslices'])
    .meta({
      description: 'How the budget counts: every event, good and bad slices of time, or the mean of slices.',
      unit: 'name', source: 'cited: OpenSLO v1, budgetingMethod',
    })
    .prefault('occurrences'),
  slice: quantity('duration', { doc: 'Length of a slice of time.', source: 'assumed', min: '1s' })
    .prefault('1min'),
  sliceTarget: quantity('ratio', {
    doc: 'Share of events that makes a slice a good one; the target without one.', source: 'assumed',
    min: '0', max: '1',
  }).optional(),
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
  /** Whose objective it is, in names of burn-rate rules. */
  readonly service?: string;
  /** What its error budget is counted in; absent for an indicator without events. */
  readonly events?: SliEvents;
  readonly budget?: BudgetDefinition;
  /** Deterioration that is no regression, in `unit`; absent: by rule. */
  readonly margin?: number;
}

/** Window of an error budget that names none. [s] */
const DEFAULT_WINDOW_S = 30 * 86_400; // design document, section 3.1: minutes a month

const SEED_SLOS: readonly SloDefinition[] = [
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

/** The platform's eight objectives (design document, section 3.1). */
export const DEFAULT_SLOS: readonly SloDefinition[] = SEED_SLOS.map(withBudget);

/** A scenario's objective as a definition, with its error budget when it counts events. */
export function toSlo(params: z.output<typeof sloParams>): SloDefinition {
  const direction = params.below === undefined ? 'above' : 'below';
  const unit = findSli(params.sli)?.unit ?? '';
  const { name, sli, window, method, slice, sliceTarget } = params;
  const slo: SloDefinition = {
    name, sli, direction, bound: (params.below ?? params.above)!, unit,
    ...(params.margin === undefined ? {} : { margin: params.margin }),
  };
  const budgeted = withBudget(slo);
  if (budgeted.budget === undefined) return slo;
  const { target } = budgeted.budget;
  return {
    ...budgeted,
    budget: {
      method, target, windowSeconds: window / US_PER_S, sliceSeconds: slice / US_PER_S,
      sliceTarget: sliceTarget ?? target,
    },
  };
}

/** The objective with a budget of 30 days in which every event counts, if its indicator counts events. */
export function withBudget(slo: SloDefinition): SloDefinition {
  const events = eventsOf(slo.sli, slo.bound);
  if (events === undefined) return slo;
  const { target } = events;
  const budget: BudgetDefinition = {
    method: 'occurrences', target, windowSeconds: DEFAULT_WINDOW_S, sliceSeconds: 60, sliceTarget: target,
  };
  return { ...slo, service: 'platform', events, budget };
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
