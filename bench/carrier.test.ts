import { expect, test } from 'vitest';
import { requiredProgram } from '../tests/requirements.ts';
import { benchCarrier } from './carrier.ts';

test('jobs that do nothing come back from BullMQ as they do in this process', async (ctx) => {
  requiredProgram(ctx, 'redis');
  const rows = await benchCarrier({ quick: true, seed: 1 });
  expect(rows.map(({ note }) => note)).toEqual(Array(3).fill('same outcomes; wall time'));
  expect(rows.every(({ value, ratio }) => value > 0 && ratio! < 1)).toBe(true);
}, 30_000);
