import { describe, expect, test } from 'vitest';
import {
  formatChange, formatClock, formatCount, formatDifference, formatDuration, formatFigure, formatFigureValue,
  formatInterval, formatRange, formatScale, formatValue, humanise, scaleFor, shortDigest, significant,
} from './format.ts';

describe('values carry the unit that reads best', () => {
  test.each([
    [1.2134, 's', '1.21 s'], [0.0213, 's', '21.3 ms'], [0.0000213, 's', '21.3 µs'], [0, 's', '0 s'],
    [119, 's', '119 s'], [125, 's', '2 min 5 s'], [30_000_000, 'us', '30 s'], [5400, 's', '1 h 30 min'],
    [5_230_000, 'bits/s', '5.23 Mbps'], [999, 'bits/s', '999 bps'], [999_700, 'bits/s', '1.00 Mbps'],
    [1.5e18, 'bytes', '1.50 EB'], [532, 'bytes', '532 B'], [1.2e9, 'bytes/s', '1.20 GB/s'],
    [0.9731, 'ratio', '97.3 %'], [0.9999, 'ratio', '99.990 %'], [0.00084, 'ratio', '0.084 %'],
    [1, 'ratio', '100 %'],
    [12_345, 'sessions', '12,345 sessions'], [1_234_567, 'requests', '1.23 M requests'], [2.5, '', '2.50'],
    [0.6, '1/s', '0.600/s'], [31.1, '1/h', '31.1/h'],
    [1_234_000, '$/month', '$1.23M/month'], [-4.2, '$', '-$4.20'],
  ])('%s %s is %s', (value, unit, text) => {
    expect(formatValue(value, unit)).toBe(text);
  });

  test('nothing observed is a dash, and infinities have a sign', () => {
    expect(formatValue(null, 's')).toBe('–');
    expect(formatValue(NaN, 's')).toBe('–');
    expect(formatValue(-Infinity, 's')).toBe('-∞');
  });
});

describe('figures show as many digits as their interval is sure of', () => {
  test('value and interval share a scale and their decimals', () => {
    const figure = { value: 1.2134, low: 1.1021, high: 1.3247, unit: 's' };
    expect(formatFigureValue(figure)).toBe('1.21 s');
    expect(formatInterval(figure)).toBe('1.10–1.32');
    const rate = { value: 0.9731, low: 0.97301, high: 0.97319, unit: 'ratio' };
    expect(formatFigure(rate)).toBe('97.310 % (97.301–97.319)');
  });

  test('a range that begins below zero has no dash beside its minus sign', () => {
    expect(formatInterval({ value: -0.23, low: -0.53, high: 0.07, unit: '' })).toBe('-0.53 to 0.07');
  });

  test('a wide interval drops digits rather than pretending to them', () => {
    expect(formatFigure({ value: 5.2e6, low: 1e6, high: 3e7, unit: 'bits/s' })).toBe('5 Mbps (1–30)');
  });

  test('a single run says so, and nothing observed has no interval', () => {
    expect(formatFigure({ value: 2, low: null, high: null, unit: 's' })).toBe('2 s (single run)');
    expect(formatFigure({ value: null, low: null, high: null, unit: 's' })).toBe('–');
  });

  test('replications that agree exactly have an interval of one value', () => {
    expect(formatFigure({ value: 0.5, low: 0.5, high: 0.5, unit: 'ratio' })).toBe('50.0 % (50.0–50.0)');
  });
});

test('durations show their two largest units', () => {
  expect(formatDuration(0.45)).toBe('450 ms');
  expect(formatDuration(7200)).toBe('2 h');
  expect(formatDuration(100_000)).toBe('1 d 3 h');
  expect(formatDuration(-125)).toBe('-2 min 5 s');
  expect(formatDuration(3599.7)).toBe('1 h');
});

test('a range tells a shared unit once', () => {
  expect(formatRange(1.1e6, 4.4e6, 'bits/s')).toBe('1.10 to 4.40 Mbps');
  expect(formatRange(3e5, 4.4e6, 'bits/s')).toBe('300 kbps to 4.40 Mbps');
  expect(formatRange(172, 944, 'viewers')).toBe('172 to 944 viewers');
  expect(formatRange(0.884, 0.9932, 'ratio')).toBe('88.4 to 99.32 %');
  expect(formatRange(125, 3605, 's')).toBe('2 min 5 s to 1 h');
});

test('clock faces', () => {
  expect([5, 65, 3661, -65].map(formatClock)).toEqual(['0:05', '1:05', '1:01:01', '-1:05']);
});

test('changes and differences carry their sign; ratios differ by percentage points', () => {
  expect(formatChange(0.123)).toBe('+12.3 %');
  expect(formatChange(-0.00001)).toBe('0 %');
  expect(formatChange(null)).toBe('–');
  expect(formatDifference(-0.0123, 'ratio')).toBe('-1.2 pp');
  expect(formatDifference(0.004, 's')).toBe('+4 ms');
  expect(formatDifference(0, 's')).toBe('0');
});

test('counts, scales, digests and names', () => {
  expect(formatCount(1_234_567.4)).toBe('1,234,567');
  expect([formatScale(1), formatScale(0.001)]).toEqual(['full', '1/1000']);
  expect(shortDigest('sha256:5e884898da28047151d0e56f')).toBe('sha256:5e884898da28');
  expect(shortDigest('short')).toBe('short');
  expect(['cache_hit_rate', 'cdn-availability', 'playback_start_seconds_p99'].map(humanise))
    .toEqual(['Cache hit rate', 'CDN availability', 'Playback start p99']);
  expect(significant(0.000123456, 3)).toBe('0.000123');
});

test('one scale serves a whole axis', () => {
  expect(scaleFor('bits/s', 8e6)).toMatchObject({ divisor: 1e6, suffix: 'Mbps' });
  expect(scaleFor('s', 0.02)).toMatchObject({ divisor: 1e-3, suffix: 'ms' });
  expect(scaleFor('us', 4e6)).toMatchObject({ divisor: 1e6, suffix: 's' });
});
