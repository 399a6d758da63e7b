import { z } from 'zod';
import { quantity } from '../../core/quantity.ts';
import { US_PER_S, type BitsPerS, type Bytes, type Us } from '../../core/units.ts';
import type { AbrContext, AbrRule, AbrRuleState } from './rule.ts';

const SEED = 'cited: platform design document, section 7.2';

/** Parameters of the platform's own rule. */
export const hybridParams = z.strictObject({
  rule: z.literal('hybrid').meta({ description: 'Throughput with a buffer correction.', source: SEED }),
  ewmaWeight: quantity('ratio', {
    doc: 'Weight of the newest throughput sample in the moving average.', source: SEED, min: '0.01', max: '1',
  }).prefault('0.3'),
  safety: quantity('ratio', {
    doc: 'Share of the estimate that is used.', source: SEED, min: '0.05', max: '2',
  })
    .prefault('0.8'),
  lowBuffer: quantity('duration', { doc: 'Below this buffer the rule is careful.', source: SEED, min: '0s' })
    .prefault('5s'),
  lowFactor: quantity('ratio', { doc: 'Correction at a low buffer.', source: SEED, min: '0.01', max: '1' })
    .prefault('0.5'),
  highBuffer: quantity('duration', { doc: 'Above this buffer the rule is bold.', source: SEED, min: '0s' })
    .prefault('20s'),
  highFactor: quantity('ratio', { doc: 'Correction at a high buffer.', source: SEED, min: '1', max: '4' })
    .prefault('1.2'),
  defaultEstimate: quantity('rate', {
    doc: 'Estimate before the first sample.', source: SEED, positive: true,
  })
    .prefault('5 Mbps'),
  stepUp: z.number().int().min(1).max(32)
    .meta({
      description: 'Renditions it may climb in one decision.', unit: 'renditions',
      source: 'cited: platform design document, section 7.1',
    })
    .prefault(1),
});

export type HybridParams = z.output<typeof hybridParams>;

/**
 * The platform's hybrid rule: an exponentially weighted mean of segment throughputs, a safety factor, halved
 * below the low buffer and raised above the high one; the highest rendition that fits, climbing one at a
 * time.
 */
export class HybridRule implements AbrRule {
  readonly name = 'hybrid';
  readonly #params: HybridParams;
  readonly #estimate: Float64Array;
  readonly #buffer: Float64Array;
  /** Estimate the last decision was made from; segments that came since have moved `#estimate` on. */
  readonly #used: Float64Array;
  readonly #budget: Float64Array;
  readonly #fitting: Float64Array;
  readonly #chosen: Float64Array;

  constructor(params: HybridParams, slots: number) {
    this.#params = params;
    this.#estimate = new Float64Array(slots).fill(-1);
    this.#buffer = new Float64Array(slots);
    this.#used = new Float64Array(slots);
    this.#budget = new Float64Array(slots);
    this.#fitting = new Float64Array(slots);
    this.#chosen = new Float64Array(slots).fill(NOTHING);
  }

  reset(slot: number): void {
    this.#estimate[slot] = -1;
    this.#chosen[slot] = NOTHING;
  }

  observe(slot: number, bytes: Bytes, firstByteUs: Us, transferUs: Us): void {
    // The seed measures a segment's whole download, first byte included (7.1: 2.5 MB in 2 s is 10 Mbps).
    const elapsedUs = Math.max(1, firstByteUs + transferUs);
    const sample = (bytes * 8 * US_PER_S) / elapsedUs;
    const before = this.#estimate[slot]!;
    const weight = this.#params.ewmaWeight;
    this.#estimate[slot] = before < 0 ? sample : weight * sample + (1 - weight) * before;
  }

  choose(context: AbrContext): number {
    const { slot, bufferUs, bitrates, lastRendition } = context;
    const params = this.#params;
    const used = this.estimate(slot);
    let budget = used * params.safety;
    if (bufferUs < params.lowBuffer) budget *= params.lowFactor;
    else if (bufferUs > params.highBuffer) budget *= params.highFactor;
    let fitting = bitrates.length - 1;
    while (fitting >= 0 && bitrates[fitting]! > budget) fitting--;
    const ceiling = lastRendition < 0 ? fitting : lastRendition + params.stepUp;
    const chosen = Math.max(0, Math.min(fitting, ceiling));
    this.#buffer[slot] = bufferUs;
    this.#used[slot] = used;
    this.#budget[slot] = budget;
    this.#fitting[slot] = fitting;
    this.#chosen[slot] = chosen;
    return chosen;
  }

  explain(slot: number): string {
    const { lowBuffer, highBuffer, lowFactor, highFactor, safety } = this.#params;
    const chosen = this.#chosen[slot]!;
    if (chosen === NOTHING) return 'nothing is decided yet';
    const buffer = this.#buffer[slot]!;
    const factor = buffer < lowBuffer ? lowFactor : buffer > highBuffer ? highFactor : 1;
    const correction = factor === 1 ? '' : ` x ${factor} (buffer ${seconds(buffer)})`;
    const budget = `${mbps(this.#budget[slot]!)} = ${mbps(this.#used[slot]!)} x ${safety}${correction}`;
    const fitting = this.#fitting[slot]!;
    if (fitting < 0) return `rendition 0 is the lowest; none is within ${budget}`;
    return chosen < fitting
      ? `rendition ${fitting} fits ${budget}, but it climbs ${this.#params.stepUp} at a time: ${chosen}`
      : `rendition ${chosen} is the highest within ${budget}`;
  }

  estimate(slot: number): BitsPerS {
    const estimate = this.#estimate[slot]!;
    return estimate < 0 ? this.#params.defaultEstimate : estimate;
  }

  save(): AbrRuleState {
    return {
      estimate: this.#estimate.slice(), buffer: this.#buffer.slice(), used: this.#used.slice(),
      budget: this.#budget.slice(), fitting: this.#fitting.slice(), chosen: this.#chosen.slice(),
    };
  }

  restore(state: AbrRuleState): void {
    this.#estimate.set(state['estimate']!);
    this.#buffer.set(state['buffer']!);
    this.#used.set(state['used']!);
    this.#budget.set(state['budget']!);
    this.#fitting.set(state['fitting']!);
    this.#chosen.set(state['chosen']!);
  }
}

/** Stands in the column of choices until a slot's first decision. */
const NOTHING = -1;

function seconds(us: Us): string {
  return `${(us / US_PER_S).toFixed(1)} s`;
}

function mbps(rate: BitsPerS): string {
  return `${(rate / 1e6).toFixed(2)} Mbps`;
}
