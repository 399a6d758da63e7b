import { readFileSync } from 'node:fs';
import { replay } from '../models/cdn/analysis/replay.ts';
import type { RequestTrace } from '../models/cdn/analysis/trace.ts';
import { layoutFor } from '../models/cdn/policy/layout.ts';
import type { EvictionPolicy } from '../models/cdn/policy/policy.ts';
import { createPolicy, policyName } from '../models/cdn/policy/registry.ts';
import { MapLru } from './peers/map-lru.ts';
import { answerLines } from './worker-lines.ts';

/**
 * Replays as many requests as each line asks for, going round in the trace with the cache as it is left;
 * the hash is the number of misses of the lap. Run as `node cache-worker.ts <policy> <capacity> <file of
 * 32-bit object names>`.
 */
async function main([name, capacity, file]: readonly string[]): Promise<void> {
  const { buffer, byteOffset, length } = readFileSync(file!);
  const objects = new Int32Array(buffer.slice(byteOffset, byteOffset + length));
  const trace: RequestTrace = { objects, sizes: new Float64Array(objects.length).fill(1) };
  const policy: EvictionPolicy = name === 'map'
    ? new MapLru(Number(capacity))
    : createPolicy(policyName.parse(name), Number(capacity), {},
      layoutFor(Number(capacity), namesIn(objects)));
  let at = 0;
  await answerLines((amount) => {
    let misses = 0;
    for (let left = amount; left > 0;) {
      const to = Math.min(objects.length, at + left);
      misses += replay(policy, trace, at, to).misses;
      left -= to - at;
      at = to === objects.length ? 0 : to;
    }
    return { hash: misses.toString(16).padStart(8, '0') };
  });
}

function namesIn(objects: Int32Array): number {
  return objects.reduce((most, object) => Math.max(most, object + 1), 0);
}

await main(process.argv.slice(2));
