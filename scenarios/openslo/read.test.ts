import { describe, expect, test } from 'vitest';
import { parseOpenSlo } from './read.ts';

const AVAILABILITY = `
apiVersion: openslo/v1
kind: SLO
metadata: { name: availability, displayName: CDN availability }
spec:
  service: cdn
  indicator:
    metadata: { name: errors }
    spec:
      ratioMetric:
        counter: true
        bad:
          metricSource:
            type: Prometheus
            spec: { query: 'sum(cache_requests_total{tier="edge",result="error"})' }
        total:
          metricSource:
            type: Prometheus
            spec: { query: 'sum(cache_requests_total{tier="edge"})' }
  timeWindow: [{ duration: 28d, isRolling: true }]
  budgetingMethod: Timeslices
  objectives:
    - { target: 0.999, timeSliceTarget: 0.95, timeSliceWindow: 1m }
`;

const START = `
apiVersion: openslo/v1
kind: SLI
metadata: { name: start }
spec:
  thresholdMetric:
    metricSource: { type: Weir, spec: { sli: playback_start_seconds_p99 } }
---
apiVersion: openslo/v1
kind: SLO
metadata: { name: quick-start }
spec:
  service: playback
  indicatorRef: start
  budgetingMethod: Occurrences
  objectives:
    - { op: lt, value: 2, targetPercent: 99 }
    - { op: lt, value: 5, targetPercent: 99.9 }
`;

describe('an OpenSLO file', () => {
  test('a ratio of counters with good and bad minutes', () => {
    expect(parseOpenSlo(AVAILABILITY, 'slo.yaml')).toEqual([{
      name: 'availability', sli: 'slo:availability', direction: 'above', bound: 0.999, unit: 'ratio',
      service: 'cdn',
      events: {
        bad: 'sum(cache_requests_total{tier="edge",result="error"})',
        total: 'sum(cache_requests_total{tier="edge"})', target: 0.999,
      },
      budget: {
        method: 'timeslices', target: 0.999, windowSeconds: 28 * 86_400, sliceSeconds: 60, sliceTarget: 0.95,
      },
    }]);
  });

  test('an indicator by reference, two objectives for it', () => {
    const slos = parseOpenSlo(START, 'slo.yaml');
    expect(slos.map(({ name, bound, events }) => [name, bound, events!.bad])).toEqual([
      ['quick-start-1', 0.99, 'sum(startup_seconds_count) - sum(startup_seconds_bucket{le="2"})'],
      ['quick-start-2', 0.999, 'sum(startup_seconds_count) - sum(startup_seconds_bucket{le="5"})'],
    ]);
  });

  test.each([
    [
      'v2alpha',
      AVAILABILITY.replace('openslo/v1', 'openslo.com/v2alpha'),
      'slo.yaml:2:1: apiVersion: expected "openslo/v1", got "openslo.com/v2alpha", which is a living draft',
    ],
    [
      'an unknown key',
      AVAILABILITY.replace('budgetingMethod', 'budgetMethod'),
      'spec.budgetMethod: unknown key "budgetMethod": did you mean "budgetingMethod"?',
    ],
    [
      'a query that is none',
      AVAILABILITY.replace(`tier="edge"})'`, `tier="edge")'`),
      'expected PromQL, at character',
    ],
    [
      'an unknown indicator',
      START.replace('seconds_p99', 'seconds_p9'),
      'expected "sli", the name of an indicator, got "playback_start_seconds_p9": did you mean',
    ],
    [
      'the wrong side',
      START.replace('op: lt, value: 2', 'op: gt, value: 2'),
      'spec.objectives[0].op: playback_start_seconds_p99 is good when it is lower',
    ],
    [
      'a reference to nothing',
      START.replace('indicatorRef: start', 'indicatorRef: stat'),
      'spec.indicatorRef: unknown SLI "stat": did you mean "start"?',
    ],
    [
      'two windows',
      AVAILABILITY.replace('[{ duration', '[{ duration: 7d }, { duration'),
      'slo.yaml:20:3: spec.timeWindow: expected',
    ],
    ['an unknown kind', AVAILABILITY.replace('kind: SLO', 'kind: SLA'), 'kind: expected "SLO" or "SLI" or'],
  ])('%s is refused at its place', (_name, text, message) => {
    expect(() => parseOpenSlo(text, 'slo.yaml')).toThrow(message);
  });
});
