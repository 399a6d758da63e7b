import { describe, expect, test } from 'vitest';
import { Autoscaler, autoscaleParams, type PoolReading } from './autoscaler.ts';

const COLD_START_S = 240;

describe('on a step from 2 to 20 machines of work', () => {
  const policies = {
    queueDepth: { policy: 'queueDepth', perMachine: 10, most: 100 },
    lag: { policy: 'lag', drain: '10min', most: 100 },
    predictive: { policy: 'predictive', drain: '10min', most: 100 },
  };

  test.each(Object.entries(policies))('%s reaches what is needed and holds it', (_name, policy) => {
    const { machines, backlog } = step(policy, 4 * 3600);
    const late = machines.slice(3 * 3600);
    expect(Math.min(...late)).toBeGreaterThanOrEqual(20);
    expect(Math.max(...late)).toBeLessThanOrEqual(24);
    expect(Math.max(...late) - Math.min(...late)).toBeLessThanOrEqual(2);
    expect(backlog.at(-1)!).toBeLessThan(Math.max(...backlog) / 4);
  });

  test('one that does not count what is starting asks for it at every look', () => {
    const sane = step({ policy: 'lag', drain: '10min', most: 1000 }, 3600);
    const doubling = step({ policy: 'lag', drain: '10min', most: 1000, countsStarting: false }, 3600);
    // 240 s of cold start are eight looks.
    expect(doubling.most).toBeGreaterThan(3 * sane.most);
    expect(doubling.paid).toBeGreaterThan(1.2 * sane.paid);
  });

  test('nothing goes beyond the most, nor below the least', () => {
    const { machines } = step({ policy: 'lag', drain: '1min', least: 3, most: 12 }, 2 * 3600);
    expect(Math.max(...machines)).toBe(12);
    expect(Math.min(...machines.slice(600))).toBeGreaterThanOrEqual(3);
  });
});

test('work that grows steadily is met ahead of time by the predictive policy alone', () => {
  const ramp = (second: number) => 2 + second / 180;
  const lag = step({ policy: 'lag', drain: '15min', most: 500 }, 2 * 3600, ramp);
  const config = { policy: 'predictive', drain: '15min', headroom: '0%', most: 500 };
  const predictive = step(config, 2 * 3600, ramp);
  expect(predictive.backlog.at(-1)!).toBeLessThan(lag.backlog.at(-1)! / 2);
});

test('machines are given back no sooner than the cooldown allows', () => {
  const asked: number[] = [];
  const params = autoscaleParams.parse({ policy: 'queueDepth', perMachine: 1, most: 100, cooldown: '300s' });
  const scaler = new Autoscaler(params, { scaleTo: (n) => asked.push(n) });
  const reading = (queued: number): PoolReading =>
    ({ queued, running: 0, backlogUs: 0, arrivedUs: 0, ready: 50, starting: 0 });
  scaler.look(0, reading(50));
  for (let s = 30; s < 300; s += 30) scaler.look(s * 1e6, reading(5));
  expect(asked).toEqual([]);
  scaler.look(300e6, reading(5));
  expect(asked).toEqual([5]);
});

test('goes on after save and restore as if nothing had been', () => {
  const params = autoscaleParams.parse({ policy: 'predictive', most: 100 });
  const asked: number[] = [];
  const ports = { scaleTo: (n: number) => asked.push(n) };
  const reading = (i: number): PoolReading =>
    ({ queued: 0, running: 0, backlogUs: 3e9 * i, arrivedUs: 9e7 * i * i, ready: i, starting: 1 });
  const one = new Autoscaler(params, ports);
  for (let i = 1; i <= 10; i++) one.look(i * 30e6, reading(i));
  const saved = structuredClone(one.save());
  for (let i = 11; i <= 20; i++) one.look(i * 30e6, reading(i));
  const first = asked.splice(0);
  const other = new Autoscaler(params, ports);
  other.restore(saved);
  for (let i = 11; i <= 20; i++) other.look(i * 30e6, reading(i));
  expect(first.slice(-asked.length)).toEqual(asked);
  expect(asked.length).toBeGreaterThan(3);
});

type Load = (second: number) => number;

/** A pool as a fluid, second by second: machines after a cold start, work that waits and is done. */
function step(config: object, seconds: number, load: Load = (second) => (second < 600 ? 2 : 20)) {
  const params = autoscaleParams.parse(config);
  let ready = 2;
  let starting: number[] = [];
  let wanted = 2;
  const scaler = new Autoscaler(params, { scaleTo: (n) => (wanted = n) });
  const [machines, backlog]: [number[], number[]] = [[], []];
  let [waiting, arrived, paid, most] = [0, 0, 0, 0];
  for (let s = 0; s < seconds; s++) {
    ready += starting.filter((at) => at <= s).length;
    starting = starting.filter((at) => at > s);
    arrived += load(s);
    waiting = Math.max(0, waiting + load(s) - ready);
    const busy = Math.min(ready, waiting + load(s));
    if (scaler.wakeAt() <= s * 1e6) {
      // Ten chunks keep a machine busy.
      scaler.look(s * 1e6, {
        queued: waiting, running: 10 * busy, backlogUs: (waiting + busy) * 1e6, arrivedUs: arrived * 1e6,
        ready, starting: starting.length,
      });
      while (ready + starting.length < wanted) starting.push(s + COLD_START_S);
      starting.length = Math.max(0, Math.min(starting.length, wanted - ready));
      ready = Math.min(ready, wanted);
    }
    machines.push(ready);
    backlog.push(waiting);
    paid += ready + starting.length;
    most = Math.max(most, ready + starting.length);
  }
  return { machines, backlog, paid, most };
}
