import type { AlertWindows } from '../models/operations/budget/burn-rate-rules.ts';
import { burnRateRules, rateOver } from '../models/operations/budget/burn-rate-rules.ts';
import type { RuleFile } from '../models/operations/alerts/rule-file.ts';
import type { SloDefinition } from '../models/operations/slo.ts';

type Counted = SloDefinition & Required<Pick<SloDefinition, 'events' | 'budget'>>;

/** Objectives that count events: the others have no budget to be exported. */
export function countedSlos(slos: readonly SloDefinition[]): Counted[] {
  return slos.filter((slo): slo is Counted => slo.events !== undefined && slo.budget !== undefined);
}

/** Objectives as Sloth specifications (`prometheus/v1`), one a service. */
export function slothSpecs(slos: readonly Counted[]): unknown[] {
  return services(slos).map(([service, own]) => ({
    version: 'prometheus/v1',
    service,
    slos: own.map(({ name, events, budget }) => ({
      name,
      objective: percent(budget.target),
      description: describe(events),
      sli: {
        events: {
          error_query: rateOver(events.bad, '{{.window}}'),
          total_query: rateOver(events.total, '{{.window}}'),
        },
      },
      alerting: {
        name: `${name}-burn`,
        page_alert: { labels: { severity: 'page' } },
        ticket_alert: { labels: { severity: 'ticket' } },
      },
    })),
  }));
}

/** Objectives as OpenSLO v1 documents. */
export function openSloDocuments(slos: readonly Counted[]): unknown[] {
  return slos.map(({ name, service = 'platform', events, budget }) => {
    const source = (query: string) => ({ metricSource: { type: 'Prometheus', spec: { query } } });
    const isSliced = budget.method !== 'occurrences';
    return {
      apiVersion: 'openslo/v1',
      kind: 'SLO',
      metadata: { name },
      spec: {
        service,
        indicator: {
          metadata: { name: `${name}-events` },
          spec: { ratioMetric: { counter: true, bad: source(events.bad), total: source(events.total) } },
        },
        timeWindow: [{ duration: days(budget.windowSeconds), isRolling: true }],
        budgetingMethod: METHODS[budget.method],
        objectives: [{
          target: budget.target,
          ...(isSliced ? {
            timeSliceTarget: budget.sliceTarget, timeSliceWindow: `${Math.round(budget.sliceSeconds / 60)}m`,
          } : {}),
        }],
      },
    };
  });
}

/** A Prometheus rule file: the rules given, and burn-rate rules of the objectives. */
export function prometheusRules(
  files: readonly RuleFile[], slos: readonly Counted[], windows: AlertWindows | undefined,
): unknown {
  const burning = windows === undefined ? [] : slos.flatMap(({ name, service = 'platform', events }) =>
    burnRateRules({ service, name, events }, windows));
  return {
    groups: [...files.flatMap((file) => file.groups), ...burning].map(
      ({ name, interval, rules, labels }) => ({
        name,
        ...(interval === undefined ? {} : { interval: milliseconds(interval) }),
        ...(labels === undefined ? {} : { labels }),
        rules: rules.map(({ for: holds, keep_firing_for: keeps, ...rule }) => ({
          ...rule,
          ...(holds === undefined ? {} : { for: milliseconds(holds) }),
          ...(keeps === undefined ? {} : { keep_firing_for: milliseconds(keeps) }),
        })),
      }),
    ),
  };
}

const METHODS = {
  occurrences: 'Occurrences', timeslices: 'Timeslices', ratioTimeslices: 'RatioTimeslices',
} as const;

function services(slos: readonly Counted[]): [string, Counted[]][] {
  const found = new Map<string, Counted[]>();
  for (const slo of slos) {
    const service = slo.service ?? 'platform';
    found.set(service, [...(found.get(service) ?? []), slo]);
  }
  return [...found];
}

function describe({ bad, total }: Counted['events']): string {
  return `bad: ${bad}; of: ${total}`;
}

function percent(share: number): number {
  return Number((share * 100).toPrecision(10));
}

function days(seconds: number): string {
  const hours = Math.round(seconds / 3600);
  return hours % 24 === 0 ? `${hours / 24}d` : `${hours}h`;
}

function milliseconds(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}
