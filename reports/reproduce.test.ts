import { expect, test } from 'vitest';
import { exampleRecord } from '../tests/fixtures/example-record.ts';
import { reproduceCommand } from './reproduce.ts';
import { cacheTiers, metricTotal } from './tiers.ts';

const { document } = exampleRecord({ replications: 1, sessions: 10 });

test('values set by hand are repeated with their unit, quoted where a shell needs it', () => {
  const set = (path: string, value: string, unit: string) =>
    ({ path, value, unit, origin: 'set', source: 'assumed' }) as const;
  const parameters = [
    set('a.rate', '5000000', 'bits/s'), set('a.size', '40 GB', 'bytes'), set('a.n', '3', ''),
  ];
  const command = reproduceCommand({ ...document, provenance: { ...document.provenance, parameters } });
  expect(command).toBe(
    'weir run evening-peak --seed 42 --replications 1 '
    + "--set a.rate=5000000bps --set 'a.size=40 GB' --set a.n=3");
});

test('a file of the user is named as they named it, and no option said twice', () => {
  const set = {
    path: 'run.replications', value: '1', unit: 'runs', origin: 'set', source: 'assumed',
  } as const;
  const provenance = { ...document.provenance, scenarioFile: './my file.yaml', parameters: [set] };
  expect(reproduceCommand({ ...document, provenance }))
    .toBe("weir run './my file.yaml' --seed 42 --replications 1");
});

test('a real run is made again by the real command', () => {
  const provenance = { ...document.provenance, parameters: [] };
  const command = reproduceCommand({ ...document, world: 'real', provenance });
  expect(command).toBe('weir real run evening-peak --seed 42');
});

test('tiers come from the viewer to the origin and their shares add up', () => {
  const tiers = cacheTiers(document);
  expect(tiers.map((tier) => tier.tier)).toEqual(['edge', 'regional']);
  for (const { requests } of tiers) {
    expect(requests.hit + requests.coalesced + requests.miss + requests.error).toBe(requests.total);
  }
  expect(tiers[1]!.requests.total).toBeCloseTo(tiers[0]!.requests.miss, 3);
  expect(metricTotal(document, 'unheard_of')).toBeNull();
});
