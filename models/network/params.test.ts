import { expect, test } from 'vitest';
import { networkParams, profilePeriods } from './params.ts';

const STEPS = [
  { at: '0s', rate: '8 Mbps' }, { at: '10min', rate: '500 kbps', rtt: '80ms' },
  { at: '12min', rate: '8 Mbps' },
];

test('a profile is a trace by the clock of the run, whose last step holds to the end and beyond', () => {
  const { profile } = networkParams.parse({ name: 'a', profile: STEPS });
  expect(profilePeriods(profile!, 900e6)).toEqual([
    { durationUs: 600e6, rate: 8e6, latencyUs: 20_000 }, { durationUs: 120e6, rate: 5e5, latencyUs: 80_000 },
    { durationUs: 180e6 + 3600e6, rate: 8e6, latencyUs: 20_000 },
  ]);
});

test.each([
  [{}, 'expected one of traces'],
  [{ traces: 'x', viewersPerLink: 2, slowStart: {} }, 'expected viewersPerLink 1'],
  [{ traces: 'x', profile: STEPS }, 'expected one of traces'],
  [{ traces: 'x', viewerCaps: [{ share: '50%' }, {}] }, 'expected a rate in one of them'],
  [{ traces: 'x', viewerCaps: [{ rate: '0 Mbps' }] }, 'expected > 0'],
  [{ profile: STEPS, rtt: '30ms' }, 'expected traces beside it'],
  [{ profile: STEPS.slice(1) }, 'expected the first step at 0s'],
  [{ profile: [...STEPS, STEPS[1]] }, 'expected a time after'],
  [{ profile: [{ at: '0s', rate: '0 Mbps' }] }, 'carries no bit'],
  [{ profile: [...STEPS, { at: '20min', rate: '-1 Mbps' }] }, 'expected at least 0 kbps, got -1 Mbps'],
])('%j is refused', (given, message) => {
  const { error } = networkParams.safeParse({ name: 'a', ...given });
  expect(error!.issues.map((issue) => issue.message).join('; ')).toContain(message);
});
