import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  baseUnit, parseQuantity, quantity, QuantityError, showValue, type QuantityKind,
} from './quantity.ts';

describe('reads', () => {
  test.each([
    ['duration', '4s', 4e6], ['duration', '250ms', 250e3], ['duration', '7us', 7],
    ['duration', '1h30min', 5.4e9],
    ['duration', '1h 30min 5 s', 5.405e9], ['duration', '2d', 1.728e11], ['duration', '1w', 6.048e11],
    ['duration', '0.5us', 1], ['duration', '1.5s', 1.5e6], ['duration', '-3s', -3e6],
    ['duration', '1e3 ms', 1e6],
    ['size', '512 MB', 512e6], ['size', '2 GiB', 2 ** 31], ['size', '10 EB', 1e19], ['size', '3 kB', 3000],
    ['size', '3 KB', 3000], ['size', '1EiB', 2 ** 60], ['size', '1_000 B', 1000],
    ['rate', '800 kbps', 8e5], ['rate', '4.1 Mbps', 4_100_000], ['rate', '1e-3 Gbps', 1e6],
    ['rate', '+2bps', 2],
    ['frequency', '0.5/s', 0.5], ['frequency', '30/min', 0.5], ['frequency', '7/min', 7 / 60],
    ['frequency', '200 /h', 200 / 3600], ['frequency', '1/d', 1 / 86_400],
    ['ratio', '99.9%', 0.999], ['ratio', '57%', 0.57], ['ratio', '0.7 %', 0.007], ['ratio', '0.25', 0.25],
  ] as const)('%s %j', (kind, text, expected) => {
    expect(parseQuantity(kind, text)).toBe(expected);
    expect(parseQuantity(kind, `  ${text} `)).toBe(expected);
  });

  test.each([
    ['duration', 'us'], ['size', 'bytes'], ['rate', 'bits/s'], ['frequency', '1/s'], ['ratio', 'ratio'],
  ] as const)('%s in %s', (kind, unit) => {
    expect(baseUnit(kind)).toBe(unit);
  });

  const UNITS: Readonly<Record<QuantityKind, ReadonlyArray<readonly [string, number]>>> = {
    duration: [['us', 1], ['ms', 1e3], ['s', 1e6], ['min', 6e7], ['h', 3.6e9], ['d', 8.64e10]],
    size: [['B', 1], ['kB', 1e3], ['MB', 1e6], ['GiB', 2 ** 30], ['TB', 1e12]],
    rate: [['bps', 1], ['kbps', 1e3], ['Mbps', 1e6], ['Gbps', 1e9]],
    frequency: [['/s', 1]],
    ratio: [['', 1]],
  };

  test('exactly: a decimal with a unit is the nearest double to what it stands for', () => {
    const kinds = fc.constantFrom<QuantityKind>('duration', 'size', 'rate', 'frequency', 'ratio');
    fc.assert(fc.property(kinds, fc.nat(99_999), fc.nat(3), fc.nat(5), (kind, digits, decimals, pick) => {
      const [unit, factor] = UNITS[kind][pick % UNITS[kind].length]!;
      const exact = (digits * factor) / 10 ** decimals;
      const whole = kind === 'duration' || kind === 'size';
      expect(parseQuantity(kind, `${(digits / 10 ** decimals).toFixed(decimals)}${unit}`))
        .toBe(whole ? Math.round(exact) : exact);
    }), { seed: 1, numRuns: 1000 });
  });

  test('the same however it is written: spaces, underscores, chained units', () => {
    fc.assert(fc.property(fc.nat(99), fc.nat(59), fc.nat(59), (h, min, s) => {
      const us = ((h * 60 + min) * 60 + s) * 1e6;
      for (const text of [`${h}h${min}min${s}s`, `${h} h ${min} min ${s} s`, `${us}us`, `${us / 1e6}s`]) {
        expect(parseQuantity('duration', text)).toBe(us);
      }
    }), { seed: 2 });
  });
});

describe('refuses', () => {
  test.each([
    ['duration', '4', 'expected a duration such as 4s, 250ms or 1h30min, but "4" has no unit '
      + '(known: us, ms, s, min, h, d, w)'],
    ['duration', '4 parsecs', 'expected a duration such as 4s, 250ms or 1h30min, but "4 parsecs" has the '
      + 'unit "parsecs" (known: us, ms, s, min, h, d, w)'],
    ['duration', '', 'expected a duration such as 4s, 250ms or 1h30min, got ""'],
    ['duration', 'soon', 'expected a duration such as 4s, 250ms or 1h30min, got "soon"'],
    ['duration', '-1h30min', 'expected a duration such as 4s, 250ms or 1h30min, got "-1h30min"'],
    ['duration', '1h-30min', 'expected a duration such as 4s, 250ms or 1h30min, got "1h-30min"'],
    ['size', '5 Mbps', 'expected a size such as 512 MB, 40 GB or 2 GiB, but "5 Mbps" has the unit "Mbps" '
      + '(known: B, kB, KB, MB, GB, TB, PB, EB, KiB, MiB, GiB, TiB, PiB, EiB)'],
    ['size', '1GB 2MB', 'expected a size such as 512 MB, 40 GB or 2 GiB, got "1GB 2MB"'],
    ['rate', '5 mbps', 'expected a data rate such as 800 kbps, 5 Mbps or 10 Gbps, but "5 mbps" has the unit '
      + '"mbps" (known: bps, kbps, Kbps, Mbps, Gbps, Tbps, Pbps)'],
    ['frequency', '5', 'expected a frequency such as 0.5/s, 30/min or 200/h, but "5" has no unit '
      + '(known: /s, /min, /h, /d)'],
    ['ratio', '5 percent', 'expected a ratio such as 99.9% or 0.999, but "5 percent" has the unit "percent" '
      + '(known: %)'],
    ['ratio', 'NaN', 'expected a ratio such as 99.9% or 0.999, got "NaN"'],
    ['rate', '1.2.3 Mbps', 'expected a data rate such as 800 kbps, 5 Mbps or 10 Gbps, got "1.2.3 Mbps"'],
    ['rate', '.5 Mbps', 'expected a data rate such as 800 kbps, 5 Mbps or 10 Gbps, got ".5 Mbps"'],
  ] as const)('%s %j', (kind, text, message) => {
    expect(() => parseQuantity(kind, text)).toThrow(new QuantityError(message));
  });

  test.each(['constructor', 'toString', '__proto__', 'valueOf'])('5 %s, which every object has', (unit) => {
    expect(() => parseQuantity('duration', `5 ${unit}`)).toThrow(QuantityError);
  });

  test('any text that is no quantity with a QuantityError, and never makes a NaN', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...'0123456789.-+eE_ smhMGBbps%/') }), (text) => {
      let value = 0;
      try {
        value = parseQuantity('duration', text);
      } catch (error) {
        if (!(error instanceof QuantityError)) throw error;
      }
      expect(value).not.toBeNaN();
    }), { seed: 4, numRuns: 2000 });
  });
});

describe('a parameter', () => {
  const buffer = quantity('duration', { doc: 'A buffer.', source: 'assumed', min: '1s', max: '1min' });
  const share = quantity('ratio', { doc: 'A share.', source: 'assumed', positive: true });

  test('is parsed to its base unit and keeps what it is', () => {
    expect(buffer.parse('4s')).toBe(4e6);
    expect([share.parse(0.5), share.parse('50%')]).toEqual([0.5, 0.5]);
    expect(buffer.meta()).toMatchObject({ description: 'A buffer.', unit: 'us', source: 'assumed' });
  });

  test.each([
    [buffer, '500ms', 'expected at least 1s, got 500ms'], [buffer, '61s', 'expected at most 1min, got 61s'],
    [buffer, 4, 'expected a duration with its unit, such as 4s, 250ms or 1h30min, got 4'],
    [buffer, null, 'expected a duration with its unit, such as 4s, 250ms or 1h30min, got null'],
    [buffer, { a: 1 }, 'expected a duration with its unit, such as 4s, 250ms or 1h30min, got {"a":1}'],
    [buffer, undefined, 'expected a duration with its unit, such as 4s, 250ms or 1h30min, got nothing'],
    [share, 0, 'expected > 0, got 0'], [share, '-1%', 'expected > 0, got -1%'],
  ] as const)('is refused outside its bounds or without its unit', (type, input, message) => {
    const issues = type.safeParse(input).error?.issues ?? [];
    expect(issues.map((issue) => issue.message)).toEqual([message]);
  });

  test('a long value is cut in the message', () => {
    expect(showValue('x'.repeat(100))).toBe(`"${'x'.repeat(56)}...`);
  });
});
