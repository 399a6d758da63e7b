import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NEVER } from '../core/units.ts';
import { Agenda } from './agenda.ts';

test('an agenda gives back what was added by time, then in the order of adding', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (times) => {
    const agenda = new Agenda<number>();
    times.forEach((at, i) => agenda.add(at, i));
    const other = new Agenda<number>();
    other.restore(structuredClone(agenda.save()));
    const expected = times.map((_at, i) => i).sort((a, b) => times[a]! - times[b]! || a - b);
    const taken = expected.map(() => [agenda.nextAt, agenda.take()]);
    expect(taken).toEqual(expected.map((i) => [times[i]!, i]));
    expect(expected.map(() => other.take())).toEqual(expected);
    expect(agenda.nextAt).toBe(NEVER);
  }));
});
