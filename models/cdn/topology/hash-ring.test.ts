import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HashRing } from './hash-ring.ts';

/** None of the servers is out. */
const ALL = new Uint8Array(40);
const SERVERS = fc.integer({ min: 1, max: 40 });

describe('consistent hashing with bounded loads', () => {
  test('loads no server above (1 + epsilon) times the mean, rounded up, whatever the keys', () => {
    const keys = fc.array(fc.integer({ min: 0, max: 2 ** 31 - 1 }), { minLength: 1, maxLength: 400 });
    const epsilons = fc.constantFrom(0.05, 0.25, 1);
    fc.assert(fc.property(SERVERS, keys, epsilons, (servers, list, epsilon) => {
      const ring = new HashRing(servers, epsilon);
      const loads = place(ring, list);
      expect(Math.max(...loads)).toBeLessThanOrEqual(Math.ceil(((1 + epsilon) * list.length) / servers));
      expect(loads.reduce((sum, load) => sum + load, 0)).toBe(list.length);
    }), { seed: 1, numRuns: 200 });
  });

  test('one hot key is spread only as far as the bound makes it', () => {
    const ring = new HashRing(10, 0.25);
    const loads = place(ring, new Array<number>(1000).fill(7));
    expect(Math.max(...loads)).toBe(125);
    expect(loads.filter((load) => load > 0)).toHaveLength(8);
  });

  test('without a bound a key has one server, and loads differ by tens of per cent', () => {
    const ring = new HashRing(10, Infinity);
    const loads = place(ring, Array.from({ length: 20_000 }, (_, key) => key));
    expect(Math.max(...loads) / 2000).toBeGreaterThan(1.05);
    expect(Math.max(...loads) / 2000).toBeLessThan(1.4);
  });

  test('a server that goes moves its own keys and no other, and they come back with it', () => {
    fc.assert(fc.property(fc.integer({ min: 2, max: 40 }), fc.nat(), (servers, pick) => {
      const ring = new HashRing(servers, Infinity);
      const none = new Float64Array(servers);
      const owners = (out: Uint8Array, alive: number) =>
        Array.from({ length: 500 }, (_, key) => ring.serverOf(key, none, 0, 0, out, alive));
      const before = owners(new Uint8Array(servers), servers);
      const gone = pick % servers;
      const out = new Uint8Array(servers);
      out[gone] = 1;
      owners(out, servers - 1).forEach((owner, key) => {
        if (before[key] !== gone) expect(owner).toBe(before[key]);
        else expect(owner).not.toBe(gone);
      });
      out[gone] = 0;
      expect(owners(out, servers)).toEqual(before);
    }), { seed: 2, numRuns: 40 });
  });

  test('one server more takes about its share of the keys from the others, which keep the rest', () => {
    const none = new Float64Array(21);
    const [few, many] = [new HashRing(20, Infinity), new HashRing(21, Infinity)];
    let moved = 0;
    for (let key = 0; key < 20_000; key++) {
      const [a, b] = [few, many].map((ring) => ring.serverOf(key, none, 0, 0, ALL, ring.servers));
      if (a === b) continue;
      expect(b).toBe(20);
      moved++;
    }
    expect(Math.abs(moved / 20_000 - 1 / 21)).toBeLessThan(0.015);
  });

  test('with the bound, few keys move when a server goes: O(1 / epsilon^2) of its share', () => {
    const ring = new HashRing(20, 0.5);
    const placed = (out: Uint8Array, alive: number) => {
      const loads = new Float64Array(20);
      return Array.from({ length: 4000 }, (_, key) => {
        const server = ring.serverOf(key, loads, 0, key, out, alive);
        loads[server]!++;
        return server;
      });
    };
    const [before, after] = [placed(ALL, 20), placed(Uint8Array.from(ALL, (_, i) => Number(i === 3)), 19)];
    const moved = before.filter((server, key) => server !== after[key]).length;
    const own = before.filter((server) => server === 3).length;
    expect(moved).toBeGreaterThanOrEqual(own);
    expect(moved).toBeLessThan(3 * own);
  });

  test('nobody is left: there is no server', () => {
    const out = Uint8Array.of(1, 1);
    expect(new HashRing(2, 0.25).serverOf(1, new Float64Array(2), 0, 0, out, 0)).toBe(-1);
  });
});

function place(ring: HashRing, keys: readonly number[]): number[] {
  const loads = new Float64Array(ring.servers);
  keys.forEach((key, placed) => loads[ring.serverOf(key, loads, 0, placed, ALL, ring.servers)]!++);
  return [...loads];
}
