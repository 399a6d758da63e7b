import { expect, test } from 'vitest';
import { benchGate } from './gate.ts';

test('in a few trials the gate fires on nothing unchanged and on all with services 1 % longer', async () => {
  const rows = await benchGate({ quick: true, seed: 1 });
  const fired = Object.fromEntries(rows.map(({ name, value }) => [name, value]));
  expect(fired).toMatchObject({
    'gate/unchanged/same': 0, 'gate/unchanged/other-history': 0, 'gate/unchanged/other-draws': 0,
    'gate/unchanged/other-seeds': 0, 'gate/service-plus-1%': 3,
  });
  const note = (name: string) => rows.find((row) => row.name === name)!.note;
  expect(note('gate/unchanged/same')).toContain('met 3, regression 0, inconclusive 0; identical histories 3');
  expect(note('gate/unchanged/other-history')).toMatch(/^met 3, .*; identical histories 0/);
});
