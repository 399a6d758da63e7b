import { describe, expect, test } from 'vitest';
import { compileRules } from '../alerts/compile.ts';
import type { AlertChange } from '../alerts/ports.ts';
import { RuleEngine } from '../alerts/rule-engine.ts';
import { labelSet, NAME } from '../promql/labels.ts';
import { SeriesStore } from '../promql/series.ts';
import { eventsOf } from '../sli-events.ts';
import { burnRateRules, burnRateWindow, errorRatio, type AlertWindows } from './burn-rate-rules.ts';

const WINDOWS: AlertWindows = {
  apiVersion: 'sloth.slok.dev/v1', kind: 'AlertWindows',
  spec: {
    sloPeriod: '30d',
    page: {
      quick: { errorBudgetPercent: 2, shortWindow: '5m', longWindow: '1h' },
      slow: { errorBudgetPercent: 5, shortWindow: '30m', longWindow: '6h' },
    },
    ticket: {
      quick: { errorBudgetPercent: 10, shortWindow: '2h', longWindow: '1d' },
      slow: { errorBudgetPercent: 10, shortWindow: '6h', longWindow: '3d' },
    },
  },
};

describe('burn-rate rules', () => {
  test('the factors of the SRE Workbook follow from the shares of the budget', () => {
    const { page, ticket } = WINDOWS.spec;
    const factors = [page.quick, page.slow, ticket.quick, ticket.slow]
      .map((pair) => burnRateWindow(WINDOWS, pair).factor);
    expect(factors.map((factor) => Number(factor.toPrecision(12)))).toEqual([14.4, 6, 3, 1]);
  });

  test('a window of 28 days scales them', () => {
    const windows = { ...WINDOWS, spec: { ...WINDOWS.spec, sloPeriod: '28d' } };
    expect(burnRateWindow(windows, WINDOWS.spec.page.quick).factor).toBeCloseTo(13.44, 10);
  });

  test('each selector becomes a rate over the span', () => {
    const events = eventsOf('playback_start_seconds_p99', 2)!;
    expect(errorRatio(events, '5m')).toBe(
      '(sum(rate(startup_seconds_count[5m])) - sum(rate(startup_seconds_bucket{le="2"}[5m])))\n/\n'
      + '(sum(rate(startup_seconds_count[5m])))');
  });

  // 5 % of requests fail for 20 minutes, against 99.9 %: a burn rate of 50. The share of an hour
  // passes 14.4 times 0.1 % when 1.44 % / 5 % of it, 17.3 minutes, have failed; the alert ends when the five
  // minutes are clean. It begins after seven hours: a window of six that is not full yet burns sooner.
  test('an outage pages when both windows burn, and stops soon after its end', () => {
    const engine = engineOf(eventsOf('cdn_availability', 0.999)!);
    const from = 7 * 3600;
    for (let at = 0; at <= from + 3600; at += 15) engine.step(at, at > from && at <= from + 1200 ? 0.05 : 0);
    const pages = engine.changes.filter(
      ({ labels, to }) => labels['severity'] === 'page' && to !== 'pending',
    );
    expect(pages.map(({ to }) => to)).toEqual(['firing', 'inactive']);
    const [fired, ended] = pages.map(({ at }) => (at / 1e6 - from) / 60);
    expect(fired!).toBeGreaterThan(17.2);
    expect(fired!).toBeLessThan(19.5);
    expect(ended! - 20).toBeGreaterThan(3);
    expect(ended! - 20).toBeLessThanOrEqual(6);
  });
});

function engineOf(events: NonNullable<ReturnType<typeof eventsOf>>) {
  const store = new SeriesStore();
  const changes: AlertChange[] = [];
  const groups = compileRules({
    groups: burnRateRules({ service: 'cdn', name: 'availability', events }, WINDOWS),
  });
  const engine = new RuleEngine(groups, store, {
    alertChanged: (change) => changes.push(change),
    ruleFailed: (_at, rule, problem) => expect.fail(`${rule}: ${problem}`),
  });
  let [good, bad] = [0, 0];
  const series = (result: string) => labelSet({ [NAME]: 'cache_requests_total', tier: 'edge', result });
  return {
    changes,
    step: (seconds: number, share: number) => {
      good += 1000 * (1 - share);
      bad += 1000 * share;
      store.append(series('hit'), seconds * 1000, good);
      store.append(series('error'), seconds * 1000, bad);
      if (seconds % 60 === 0) engine.woken(seconds * 1e6);
    },
  };
}
