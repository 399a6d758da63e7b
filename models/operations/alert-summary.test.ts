import { expect, test } from 'vitest';
import { summariseAlerts, type AlertOutcome } from './alert-summary.ts';
import type { AlertChange } from './alerts/ports.ts';

const S = 1_000_000;
const rules = [{ alert: 'High', severity: 'page' }, { alert: 'Quiet', severity: '' }];

test('alerts of all replications, with how often and how long they fired', () => {
  const first = outcome([
    [30, 'pending'], [60, 'firing'], [90, 'inactive'], [120, 'pending'], [180, 'firing'],
  ]);
  const second = outcome([[30, 'pending'], [45, 'inactive']]);
  const [high, quiet] = summariseAlerts([first, second].map((alerts) => ({ alerts })));
  expect(high).toMatchObject({ name: 'High', severity: 'page', labels: { region: 'eu' }, firedIn: 1 });
  expect(high!.firingSeconds).toBe((30 + 120) / 2); // 60 to 90, and 180 to the end
  expect(high!.transitions.map(({ replication, seconds, state }) => `${replication}:${seconds}:${state}`))
    .toEqual(['0:30:pending', '0:60:firing', '0:90:inactive', '0:120:pending', '0:180:firing', '1:30:pending',
      '1:45:inactive']);
  expect(quiet).toEqual({
    name: 'Quiet', severity: '', labels: {}, firedIn: 0, firingSeconds: 0, transitions: [],
  });
});

test('what fires in the warm-up only does not count', () => {
  const early = outcome([[30, 'pending'], [60, 'firing'], [90, 'inactive']]);
  const across = outcome([[30, 'pending'], [60, 'firing'], [150, 'inactive']]);
  const firing = (alerts: AlertOutcome, fromSeconds: number) => {
    const { firedIn, firingSeconds } = summariseAlerts([{ alerts: { ...alerts, fromSeconds } }])[0]!;
    return [firedIn, firingSeconds];
  };
  expect(firing(early, 100)).toEqual([0, 0]);
  expect(firing(across, 100)).toEqual([1, 50]);
});

test('a run without monitoring has no alerts', () => {
  expect(summariseAlerts([{}, {}])).toEqual([]);
});

function outcome(steps: readonly (readonly [number, AlertChange['to']])[]): AlertOutcome {
  let from: AlertChange['from'] = 'inactive';
  const changes = steps.map(([seconds, to]): AlertChange => {
    const labels = { alertname: 'High', severity: 'page', region: 'eu' };
    const change = { at: seconds * S, alert: 'High', labels, annotations: {}, from, to, value: 1 };
    from = to;
    return change;
  });
  return { rules, changes, fromSeconds: 0, untilSeconds: 300 };
}
