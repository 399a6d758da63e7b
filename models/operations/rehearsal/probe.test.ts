import { expect, test } from 'vitest';
import { hypothesisParams, probeParams } from './params.ts';
import { lookAtAll, type ProbeWorld } from './probe.ts';

const HYPOTHESIS = hypothesisParams.parse({
  title: 'All is well',
  probes: [
    { name: 'answers', sli: 'cdn_availability', above: 0.99, over: '2min' },
    { name: 'quiet', promql: 'sum(rate(x[5m])) < 1' },
  ],
});

test('a hypothesis holds when every probe does', () => {
  const asked: unknown[] = [];
  const world: ProbeWorld = {
    sli: (name, overUs) => {
      asked.push(name, overUs);
      return 0.995;
    },
    holds: () => true,
  };
  expect(lookAtAll(HYPOTHESIS.probes, world, 60)).toEqual({
    seconds: 60, met: true, probes: [
      { name: 'answers', output: 0.995, tolerance: 'cdn_availability > 0.99 over 120 s', met: true },
      { name: 'quiet', output: true, tolerance: 'sum(rate(x[5m])) < 1', met: true },
    ],
  });
  expect(asked).toEqual(['cdn_availability', 120e6]);
});

test('a probe that sees nothing does not hold, nor does one beyond its bound', () => {
  const seen = (sli: number | undefined) =>
    lookAtAll(HYPOTHESIS.probes, { sli: () => sli, holds: () => true }, 0).probes[0];
  expect(seen(undefined)).toMatchObject({ output: null, met: false });
  expect(seen(0.99)).toMatchObject({ output: 0.99, met: false });
});

test('a probe is an indicator with one bound, or PromQL alone', () => {
  const valid = (probe: object) => probeParams.safeParse({ name: 'x', ...probe }).success;
  expect([
    valid({ sli: 'cdn_availability', above: 1 }), valid({ promql: 'up' }), valid({}),
    valid({ sli: 'cdn_availability' }), valid({ sli: 'cdn_availability', above: 1, below: 2 }),
    valid({ promql: 'up', above: 1 }), valid({ sli: 'nonsense', above: 1 }),
  ]).toEqual([true, true, false, false, false, false, false]);
});
