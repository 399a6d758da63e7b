import { describe, expect, test } from 'vitest';
import { playRow, PROXY_MATRIX, timesOf, type ProxyName } from './proxies.fixture.ts';

const PROXIES: readonly ProxyName[] = ['nginx', 'nginx-lock', 'nginx-swr', 'nginx-slice', 'varnish', 'ats'];

// tests/proxies.test.ts asks the real nginx, Varnish and Traffic Server the same.
describe.each(PROXIES)('C33 the matrix of real proxies: %s', (proxy) => {
  test.each(PROXY_MATRIX.filter((row) => proxy in row.expected))('$name: $title', (row) => {
    const seen = playRow(row, proxy);
    const { origin, conditional = 0, medianMs, longestMs, ranges } = row.expected[proxy]!;
    expect({ origin: seen.origin, conditional: seen.conditional, ...timesOf(seen) })
      .toEqual({ origin, conditional, medianMs, longestMs });
    if (ranges !== undefined) expect(seen.ranges).toEqual(ranges);
  });
});

test('C33 Varnish lets a herd go in waves of nine times as many', () => {
  const row = PROXY_MATRIX.find(({ name }) => name === 'F')!;
  const { firstByteMs } = playRow({ ...row, clients: { kind: 'herd', count: 100 } }, 'varnish');
  const waves = [200, 400, 600, 800].map((ms) => firstByteMs.filter((one) => one === ms).length);
  expect(waves).toEqual([1, 9, 81, 9]); // as measured with Varnish 7.1.1
});
