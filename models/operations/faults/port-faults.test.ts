import { expect, test } from 'vitest';
import { PortFaults, type PortFault } from './port-faults.ts';

const FAULT: PortFault = { from: 100, until: 200, ramp: 0, share: 1, status: 503, delay: 7 };

test('a fault is in force from its onset to its end', () => {
  const port = new PortFaults();
  port.add(FAULT);
  const statuses = [99, 100, 199, 200].map((now) => port.verdict(now, () => 0.5).status);
  expect(statuses).toEqual([0, 503, 503, 0]);
  expect([port.idle(99), port.idle(100), port.idle(200)]).toEqual([true, false, true]);
});

test('it grows over its ramp, in share and in delay', () => {
  const port = new PortFaults();
  port.add({ ...FAULT, ramp: 100, share: 0.8, delay: 1000 });
  const at = (now: number, u: number) => ({ ...port.verdict(now, () => u) });
  expect(at(150, 0.39)).toEqual({ status: 503, delay: 500 });
  expect(at(150, 0.41)).toEqual({ status: 0, delay: 500 });
  expect(at(100, 0)).toEqual({ status: 0, delay: 0 });
});

test('faults compose: delays add, the first that fails gives the status, each draws its own number', () => {
  const port = new PortFaults();
  port.add({ ...FAULT, share: 0.5 });
  port.add({ ...FAULT, share: 0.5, status: 500, delay: 3 });
  const draws = [0.9, 0.1, 0.1, 0.1];
  let drawn = 0;
  const draw = () => draws[drawn++]!;
  expect({ ...port.verdict(150, draw) }).toEqual({ status: 500, delay: 10 });
  expect({ ...port.verdict(150, draw) }).toEqual({ status: 503, delay: 10 });
  expect(drawn).toBe(4);
});

test('cleared or restored, it does as told', () => {
  const port = new PortFaults();
  port.add(FAULT);
  const other = new PortFaults();
  other.restore(structuredClone(port.save()));
  port.clear();
  expect([port.verdict(150, () => 0).status, other.verdict(150, () => 0).status]).toEqual([0, 503]);
});
