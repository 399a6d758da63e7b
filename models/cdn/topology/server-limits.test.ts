import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MEMORY } from '../ports.ts';
import { serverParams } from './params.ts';
import { ServerLimits } from './server-limits.ts';

const answers = fc.array(fc.record({ now: fc.nat(10_000), bytes: fc.nat(5_000_000) }), { maxLength: 50 });

test('servers without limits make nobody wait and work what is asked of them, in any order', () => {
  const params = serverParams.parse({ cpuPerRequest: '20us', cpuPerGB: '49ms' });
  fc.assert(fc.property(answers, (asked) => {
    const [inOrder, backwards] = [new ServerLimits(params, 1), new ServerLimits(params, 1)];
    expect([inOrder.limited, inOrder.unhindered]).toEqual([false, true]);
    for (const { now, bytes } of asked) expect(inOrder.answer(0, now, bytes, MEMORY)).toBe(0);
    for (const { now, bytes } of asked.toReversed()) backwards.answer(0, now, bytes, MEMORY);
    const worked = asked.reduce((sum, { bytes }) => sum + 20 + (bytes * 49_000) / 1e9, 0);
    expect(inOrder.cpuDone(0, 0)).toBeCloseTo(worked, 6);
    expect(backwards.cpuDone(0, 0)).toBeCloseTo(worked, 6);
  }));
});

test.each([{ nic: '1 Gbps' }, { disk: '1 Gbps' }, { appliance: 'oca-storage' }])(
  'a limit such as %o is one that answers wait for',
  (limit) => {
    expect(new ServerLimits(serverParams.parse(limit), 1).unhindered).toBe(false);
  },
);
