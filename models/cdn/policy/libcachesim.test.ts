import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, type TestContext } from 'vitest';
import { replay } from '../analysis/replay.ts';
import { nextRequests, withoutSizes, type RequestTrace } from '../analysis/trace.ts';
import { BeladyPolicy } from './belady.ts';
import { LIBCACHESIM } from './libcachesim.fixture.ts';
import type { EvictionPolicy } from './policy.ts';
import { createPolicy, policyName } from './registry.ts';

// The trace is not ours to ship: it is read from where it lies beside the repository.
const REPOSITORY = join(import.meta.dirname, '..', '..', '..');
const DATA = process.env['WEIR_SHARED_DATA'] ?? join(REPOSITORY, '..', 'shared', 'data');
const FILE = join(DATA, 'libcachesim', 'cloudPhysicsIO.oracleGeneral.bin');

/** W-TinyLFU rests on a sketch with hashes of its own; all others are to be equal to the last miss. */
const TOLERANCE = 0.02;

describe('P6 counts what libCacheSim counts on cloudPhysicsIO:', () => {
  test.for(Object.entries(LIBCACHESIM))('%s', ([name, { units, bytes }], context) => {
    const trace = readTrace(context);
    const counts = (sizes: RequestTrace, capacity: number) => replay(create(name, capacity, sizes), sizes);
    for (const [capacity, misses] of units) {
      expectMisses(name, counts(withoutSizes(trace), capacity).misses, misses);
    }
    for (const [capacity, misses, missedBytes] of bytes) {
      const counted = counts(trace, capacity);
      expectMisses(name, counted.misses, misses);
      expectMisses(name, counted.missedBytes, missedBytes);
    }
  });
});

function expectMisses(name: string, counted: number, expected: number): void {
  if (name !== 'wtinylfu') expect(counted).toBe(expected);
  else expect(Math.abs(counted / expected - 1)).toBeLessThan(TOLERANCE);
}

function create(name: string, capacity: number, trace: RequestTrace): EvictionPolicy {
  if (name === 'belady') return new BeladyPolicy(capacity, nextRequests(trace));
  return createPolicy(policyName.parse(name), capacity);
}

/** Records of 24 bytes: u32 time, u64 object, u32 size, i64 next request; little endian. */
function readTrace(context: TestContext): RequestTrace {
  if (!existsSync(FILE)) context.skip('the trace may not be shipped: set WEIR_SHARED_DATA to its folder');
  const file = readFileSync(FILE);
  const names = new Map<bigint, number>();
  const objects = new Int32Array(file.length / 24);
  const sizes = new Float64Array(file.length / 24);
  for (let i = 0; i < objects.length; i++) {
    const name = file.readBigUInt64LE(24 * i + 4);
    if (!names.has(name)) names.set(name, names.size);
    objects[i] = names.get(name)!;
    sizes[i] = file.readUInt32LE(24 * i + 12);
  }
  return { objects, sizes };
}
