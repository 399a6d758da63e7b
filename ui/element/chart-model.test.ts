import { expect, test } from 'vitest';
import { cellText, columnHeading, tableCsv } from './chart-model.ts';

test('a table as CSV keeps numbers unrounded and quotes what would break a row', () => {
  const csv = tableCsv({
    columns: [
      { label: 'time', unit: 'clock' }, { label: 'value', unit: 'bits/s' }, { label: 'reason', unit: '' },
    ],
    rows: [[60, 1234567.891, 'buffer "low", step down'], [120, null, 'a\nb']],
  });
  expect(csv).toBe('time [s],value [bits/s],reason\r\n'
    + '60,1234567.891,"buffer ""low"", step down"\r\n120,,"a\nb"\r\n');
});

test('cells are read in the unit of their column', () => {
  expect(cellText(3660, 'clock')).toBe('1:01:00');
  expect(cellText(5e6, 'bits/s')).toBe('5 Mbps');
  expect(cellText(null, 's')).toBe('–');
  expect(cellText('left', '')).toBe('left');
  expect(cellText(95, 'viewers')).toBe('95');
  expect(columnHeading({ label: 'median', unit: 'viewers' })).toBe('median (viewers)');
  expect(['bits/s', 's', 'ratio', '%', 'clock', ''].map((unit) => columnHeading({ label: 'value', unit })))
    .toEqual(Array(6).fill('value'));
});
