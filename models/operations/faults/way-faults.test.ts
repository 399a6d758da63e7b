import { expect, test } from 'vitest';
import { NEVER } from '../../core/units.ts';
import { WayFaults } from './way-faults.ts';

test('faults of a way compose: latencies add up, a packet gets through when none loses it', () => {
  const way = new WayFaults();
  way.add({ from: 100, until: 300, ramp: 0, latency: 10, loss: 0.5 });
  way.add({ from: 200, until: 400, ramp: 100, latency: 20, loss: 0.2 });
  expect({ ...way.at(99) }).toEqual({ latency: 0, loss: 0, until: NEVER });
  expect({ ...way.at(150) }).toEqual({ latency: 10, loss: 0.5, until: 300 });
  expect({ ...way.at(250) }).toEqual({ latency: 20, loss: 1 - 0.5 * (1 - 0.2 * 0.5), until: 300 });
  expect({ ...way.at(350) }).toMatchObject({ latency: 20, until: 400 });
  expect(way.at(400).latency).toBe(0);
  expect(way.save()).toHaveLength(2);
});
