import { randomExponential, randomLcg, randomNormal } from 'd3';
import { xorshift128plus } from 'pure-rand/generator/xorshift128plus';
import { RandomStream, deriveState } from '../models/core/rng.ts';
import { answerLines } from './worker-lines.ts';

type Draw = () => number;

/** Ways to draw, by name: ours, those of libraries, and the engine's own, which cannot be seeded. */
function drawFrom(kind: string, seed: number): Draw {
  const stream = new RandomStream(deriveState(seed, 0, 'bench'));
  switch (kind) {
    case 'uniform':
      return () => stream.uniform();
    case 'exponential':
      return () => stream.exponential(1);
    case 'normal':
      return () => stream.normal();
    case 'math-uniform':
      return Math.random;
    case 'd3-lcg-uniform':
      return randomLcg(seed / 1e9);
    case 'd3-exponential':
      return randomExponential.source(() => stream.uniform())(1);
    case 'd3-normal':
      return randomNormal.source(() => stream.uniform())(0, 1);
    case 'xorshift128plus': {
      const generator = xorshift128plus(seed);
      return () => ((generator.next() >>> 5) * 67_108_864 + (generator.next() >>> 6)) / 2 ** 53;
    }
    default:
      throw new Error(`unknown way to draw: ${kind}`);
  }
}

/** Draws as many numbers as each line asks for: `node random-worker.ts <kind> <seed>`. */
async function main([kind, seed]: readonly string[]): Promise<void> {
  const draw = drawFrom(kind!, Number(seed));
  await answerLines((amount) => {
    let sum = 0;
    for (let i = 0; i < amount; i++) sum += draw();
    return { hash: (sum / amount).toFixed(3) };
  });
}

await main(process.argv.slice(2));
