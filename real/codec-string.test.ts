import { expect, test } from 'vitest';
import { codecString } from './codec-string.ts';

test.each([
  // Profile 0, level 3.1, 8 bits, 4:2:0.
  ['vpcC', [1, 0, 0, 0, 0, 31, 0x82, 1, 1, 1], 'vp09.00.31.08'],
  // Marker and version; profile 0, level index 8 (4.0); main tier, 8 bits.
  ['av1C', [0x81, 0x08, 0x0c, 0], 'av01.0.08M.08'],
  ['av1C', [0x81, 0x2d, 0xcc, 0], 'av01.1.13H.10'],
  ['avcC', [1, 0x64, 0, 0x1f, 0xff], 'avc1.64001F'],
  // The example of ISO/IEC 14496-15, annex E: Main profile, compatible with Main and Main 10, L3.0.
  ['hvcC', [1, 1, 0x60, 0, 0, 0, 0xb0, 0, 0, 0, 0, 0, 93], 'hvc1.1.6.L93.B0'],
])('the box %s says %j: %s', (name, bytes, expected) => {
  const box = [...name].map((letter) => letter.charCodeAt(0));
  expect(codecString(new Uint8Array([9, 9, 0, 0, ...box, ...bytes, 7]))).toBe(expected);
});

test('a transport stream has the parameter set of H.264 behind a start code', () => {
  const stream = [0x47, 1, 0, 0, 0, 0, 1, 0x09, 0xf0, 0, 0, 0, 1, 0x67, 0x4d, 0x40, 0x1e, 9];
  expect(codecString(new Uint8Array(stream))).toBe('avc1.4D401E');
  expect(() => codecString(new Uint8Array([1, 2, 3]))).toThrow(/no codec configuration/);
});
