import { expect, test } from 'vitest';
import { judgeRules, type AlertObservation } from './rules-test.ts';

const FAULT = { name: 'edge-down', kind: 'edgeDown', scope: 'edge 1', fromSeconds: 600, untilSeconds: 1200 };

test('a fault is caught after the time to its first alert, and clear when its last alert is quiet', () => {
  const observed = [...firing('Page', 720, 1320), ...firing('Ticket', 900, 1500)];
  const { faults, falsePages } = judgeRules(observed, [FAULT], 30, 7200);
  expect(faults).toEqual([{
    fault: 'edge-down', fromSeconds: 600, untilSeconds: 1200, detectSeconds: 120, clearSeconds: 330,
    alerts: ['Page', 'Ticket'],
  }]);
  expect(falsePages).toEqual([]);
});

test('a fault without an alert is missed; an alert without a fault is a false page', () => {
  const { faults, falsePages, firings } = judgeRules(firing('Page', 60, 120), [FAULT], 30, 7200);
  expect(faults[0]).toMatchObject({ detectSeconds: null, clearSeconds: null, alerts: [] });
  expect(falsePages).toEqual(firings);
  expect(firings).toEqual([{ alert: 'Page', labels: {}, fromSeconds: 60, untilSeconds: 150 }]);
});

test('an alert that still fires at the end has no end, and two stretches are two firings', () => {
  const observed = [...firing('Page', 720, 780), ...firing('Page', 900, 960), ...firing('Late', 7140, 7200)];
  const { firings, faults } = judgeRules(observed, [FAULT], 30, 7200);
  expect(firings.map(({ fromSeconds, untilSeconds }) => [fromSeconds, untilSeconds]))
    .toEqual([[720, 810], [900, 990], [7140, null]]);
  expect(faults[0]!.alerts).toEqual(['Page']);
});

/** States of an alert that fires from one second to another, seen each half minute; pending before. */
function firing(alert: string, from: number, to: number): AlertObservation[] {
  const found: AlertObservation[] = [{ alert, labels: {}, seconds: from - 30, state: 'pending' }];
  for (let seconds = from; seconds <= to; seconds += 30)
    found.push({ alert, labels: {}, seconds, state: 'firing' });
  return found;
}
