import { z } from 'zod';
import { parseDurationMs } from '../promql/parse.ts';
import type { RuleFile } from '../alerts/rule-file.ts';
import type { SliEvents } from '../sli-events.ts';

const duration = z.string().refine((text) => parseDurationMs(text) !== undefined, {
  error: 'expected a duration such as 5m, 1h or 30d',
});

const pair = z.strictObject({
  errorBudgetPercent: z.number().positive().max(100),
  shortWindow: duration,
  longWindow: duration,
});

/** Windows of multi-window, multi-burn-rate alerts, in the form of Sloth's AlertWindows. */
export const alertWindowsSchema = z.strictObject({
  apiVersion: z.literal('sloth.slok.dev/v1'),
  kind: z.literal('AlertWindows'),
  spec: z.strictObject({
    sloPeriod: duration,
    page: z.strictObject({ quick: pair, slow: pair }),
    ticket: z.strictObject({ quick: pair, slow: pair }),
  }),
});

/** Windows of burn-rate alerts as parsed. */
export type AlertWindows = z.output<typeof alertWindowsSchema>;

/** An objective as burn-rate rules need it. */
export interface BurnRateObjective {
  readonly service: string;
  readonly name: string;
  readonly events: SliEvents;
}

/** A pair of windows with the burn rate at which both must be for an alert. */
export interface BurnRateWindow {
  readonly short: string;
  readonly long: string;
  readonly factor: number;
}

/** Burn rate that spends a share of the budget within the long window: SRE Workbook, chapter 5. */
export function burnRateWindow(
  windows: AlertWindows,
  { errorBudgetPercent, ...of }: z.output<typeof pair>,
): BurnRateWindow {
  const factor = (errorBudgetPercent / 100) * (ms(windows.spec.sloPeriod) / ms(of.longWindow));
  return { short: of.shortWindow, long: of.longWindow, factor };
}

/**
 * Recording and alerting rules for an objective's burn rates: series and alert forms as Sloth's, so that
 * dashboards made for those work; the alerts are called `<name>-burn`.
 */
export function burnRateRules(objective: BurnRateObjective, windows: AlertWindows): RuleFile['groups'] {
  const { service, name, events } = objective;
  const id = { sloth_id: `${service}-${name}`, sloth_service: service, sloth_slo: name };
  const { page, ticket } = windows.spec;
  const all = [page.quick, page.slow, ticket.quick, ticket.slow];
  const spans = [...new Set(all.flatMap(({ shortWindow, longWindow }) => [shortWindow, longWindow]))];
  const days = ms(windows.spec.sloPeriod) / ms('1d');
  const record = (metric: string, expr: string, labels: Readonly<Record<string, string>> = id) =>
    ({ record: metric, expr, labels });
  const selector = `{${Object.entries(id).map(([label, value]) => `${label}="${value}"`).join(', ')}}`;
  const ratios = spans.map((span) => record(
    `slo:sli_error:ratio_rate${span}`, errorRatio(events, span), { ...id, sloth_window: span }));
  const burning = (pairs: readonly BurnRateWindow[]) => pairs.map(({ short, long, factor }) => {
    const over = (span: string) =>
      `max(slo:sli_error:ratio_rate${span}${selector} > (${factor} * ${budgetOf(events)})) `
      + 'without (sloth_window)';
    return `(\n  ${over(short)}\n  and\n  ${over(long)}\n)`;
  }).join('\nor\n');
  const alert = (severity: 'page' | 'ticket', pairs: readonly z.output<typeof pair>[]) => ({
    alert: `${name}-burn`, expr: burning(pairs.map((one) => burnRateWindow(windows, one))),
    labels: { severity, sloth_severity: severity },
    annotations: { summary: `${service} ${name}: the error budget burns too fast` },
  });
  return [
    { name: `sloth-slo-sli-recordings-${id.sloth_id}`, rules: ratios },
    {
      name: `sloth-slo-meta-recordings-${id.sloth_id}`,
      rules: [
        record('slo:objective:ratio', `vector(${events.target})`),
        record('slo:error_budget:ratio', `vector(${budgetOf(events)})`),
        record('slo:time_period:days', `vector(${days})`),
        record(
          'slo:current_burn_rate:ratio',
          `slo:sli_error:ratio_rate${page.quick.shortWindow}${selector}\n` +
            '/ on (sloth_id, sloth_slo, sloth_service) ' +
            `group_left\nslo:error_budget:ratio${selector}`,
        ),
        record('sloth_slo_info', 'vector(1)', { ...id, sloth_objective: String(events.target * 100) }),
      ],
    },
    {
      name: `sloth-slo-alerts-${id.sloth_id}`,
      rules: [alert('page', [page.quick, page.slow]), alert('ticket', [ticket.quick, ticket.slow])],
    },
  ];
}

/** Share of bad events over a span: increases of the cumulative counts. */
export function errorRatio({ bad, total }: SliEvents, span: string): string {
  return `${rateOver(bad, span)}\n/\n${rateOver(total, span)}`;
}

/** A cumulative count as a rate over a span: each selector summed in it becomes its rate. */
export function rateOver(query: string, span: string): string {
  const rated = query.replaceAll(
    /sum\(([^()]+)\)/g,
    (_, selector: string) => `sum(rate(${selector}[${span}]))`,
  );
  return rated === query ? `rate((${query})[${span}:])` : `(${rated})`;
}

function budgetOf({ target }: SliEvents): number {
  return Number((1 - target).toPrecision(12));
}

function ms(text: string): number {
  return parseDurationMs(text)!;
}
