import { z } from 'zod';
import { quantity } from '../../core/quantity.ts';
import { US_PER_S, type BitsPerS, type Bytes, type Us } from '../../core/units.ts';
import { NumberColumns } from './core/columns.ts';
import { UNDECIDED } from './core/words.ts';
import { RateEstimate } from './estimates.ts';
import type { AbrContext, AbrRule, AbrRuleState } from './rule.ts';

const DASH = 'cited: dash.js 5.1.1 (src/streaming/rules/abr/L2ARule.js)';

/** Parameters of L2A-LL. */
export const l2aParams = z.strictObject({
  rule: z.literal('l2a').meta({
    description: 'L2A-LL: learns a mixture of renditions by online gradient descent, for low latency.',
    source: 'cited: Karagkioules et al., MMSys 2020; dash.js L2ARule',
  }),
  horizon: z.number().min(1).max(100)
    .meta({ description: 'Steps over which it learns; sets caution and step size.', unit: 'segments',
      source: `${DASH} (horizon 4)` })
    .prefault(4),
  bufferTarget: quantity('duration', {
    doc: 'Buffer from which it learns; below, throughput decides.', min: '0s',
    source: `${DASH} (B_target 1.5)`,
  }).prefault('1.5s'),
  react: z.number().min(1).max(100)
    .meta({ description: 'How much a rendition above the throughput raises caution.', unit: 'factor',
      source: `${DASH} (react 2)` })
    .prefault(2),
});

/** Parameters of L2A-LL, parsed. */
export type L2aParams = z.output<typeof l2aParams>;

/**
 * L2A-LL: weights of the renditions are moved along the gradient of how the buffer would drift, projected
 * back onto the simplex, and the rendition nearest to their mean rate is taken, one step up at a time.
 * dash.js 5 compares bits/s with a throughput in kbit/s where it holds climbs to one step and where it sets
 * caution, so that it climbs by leaps and is all caution; here both have one unit, as in the paper.
 */
export class L2aRule implements AbrRule {
  readonly name = 'l2a';
  readonly #params: L2aParams;
  readonly #vl: number;
  readonly #alpha: number;
  readonly #rate: RateEstimate;
  readonly #columns: NumberColumns<Column>;
  readonly #c: Readonly<Record<Column, Float64Array>>;
  /** Weights of the renditions, MOST_RUNGS a slot. */
  readonly #weights: Float64Array;
  readonly #next = new Float64Array(MOST_RUNGS);
  readonly #sorted = new Float64Array(MOST_RUNGS);

  constructor(params: L2aParams, slots: number) {
    this.#params = params;
    this.#vl = params.horizon ** 0.99;
    this.#alpha = Math.max(params.horizon, this.#vl * Math.sqrt(params.horizon));
    this.#rate = new RateEstimate(slots, {
      halfLivesS: [3, 8], weightPerS: 1.5, withFirstByte: false, // as dash.js estimates
    });
    this.#columns = new NumberColumns<Column>(slots, INITIAL);
    const of = (name: Column): Float64Array => this.#columns.of(name);
    this.#c = {
      steady: of('steady'), caution: of('caution'), last: of('last'), chosen: of('chosen'), mean: of('mean'),
      used: of('used'), why: of('why'),
    };
    this.#weights = new Float64Array(slots * MOST_RUNGS);
  }

  reset(slot: number): void {
    this.#columns.reset(slot);
    this.#rate.reset(slot);
    this.#weights.fill(0, slot * MOST_RUNGS, (slot + 1) * MOST_RUNGS);
  }

  observe(slot: number, bytes: Bytes, firstByteUs: Us, transferUs: Us): void {
    this.#rate.observe(slot, bytes, firstByteUs, transferUs);
    if (bytes > 0) this.#c.last[slot] = (bytes * 8 * US_PER_S) / Math.max(1, transferUs);
  }

  choose(context: AbrContext): number {
    const { slot } = context;
    const c = this.#c;
    if (!this.#rate.known(slot)) return this.#note(slot, 0, WHY_NOTHING);
    if (c.steady[slot] === 1) return this.#note(slot, this.#learn(context), WHY_LEARNT);
    const usable = SAFETY * this.#rate.rate(slot);
    let chosen = context.bitrates.length - 1;
    while (chosen > 0 && context.bitrates[chosen]! > usable) chosen--;
    c.used[slot] = usable;
    if (context.bufferUs >= this.#params.bufferTarget) this.#settle(slot, chosen);
    return this.#note(slot, chosen, WHY_START);
  }

  explain(slot: number): string {
    const c = this.#c;
    const chosen = c.chosen[slot]!;
    switch (c.why[slot]!) {
      case WHY_NOTHING:
        return `rendition ${chosen}: nothing is measured yet`;
      case WHY_START:
        return `rendition ${chosen} is the highest within ${inMbps(c.used[slot]!)} at the start`;
      case WHY_LEARNT:
        return `rendition ${chosen} is nearest to the learnt mean of ${inMbps(c.mean[slot]!)}, `
          + `the last segment came at ${inMbps(c.used[slot]!)}`;
      default:
        return UNDECIDED;
    }
  }

  estimate(slot: number): BitsPerS {
    return this.#rate.known(slot) ? this.#rate.rate(slot) : 0;
  }

  save(): AbrRuleState {
    return { ...this.#columns.save(''), ...this.#rate.save('rate'), weights: this.#weights.slice() };
  }

  restore(state: AbrRuleState): void {
    this.#columns.restore('', state);
    this.#rate.restore('rate', state);
    this.#weights.set(state['weights']!);
  }

  #settle(slot: number, chosen: number): void {
    this.#c.steady[slot] = 1;
    this.#c.caution[slot] = this.#vl;
    this.#weights.fill(0, slot * MOST_RUNGS, (slot + 1) * MOST_RUNGS);
    this.#weights[slot * MOST_RUNGS + chosen] = 1;
  }

  #learn({ slot, bitrates, segmentUs, lastRendition, rate }: AbrContext): number {
    const c = this.#c;
    const rungs = Math.min(bitrates.length, MOST_RUNGS);
    const from = slot * MOST_RUNGS;
    const throughput = Math.max(1000, c.last[slot]!); // dash.js: at least 1 kbit/s
    const seconds = segmentUs / US_PER_S;
    const [weights, next] = [this.#weights, this.#next];
    const gain = (seconds / (2 * this.#alpha)) * (c.caution[slot]! + this.#vl);
    let sign = 1;
    for (let i = 0; i < rungs; i++) {
      const drift = (rate * bitrates[i]!) / throughput;
      // From the first rendition that the throughput does not bear on, weights go down.
      if (drift > 1) sign = -1;
      next[i] = weights[from + i]! + sign * gain * drift;
    }
    this.#project(rungs);
    let mean = 0;
    let step = 0;
    for (let i = 0; i < rungs; i++) {
      step += (next[i]! - weights[from + i]!) * bitrates[i]!;
      weights[from + i] = next[i]!;
      mean += next[i]! * bitrates[i]!;
    }
    const drift = (seconds * rate * (mean + step)) / throughput;
    c.caution[slot] = Math.max(0, c.caution[slot]! - seconds + drift);
    let chosen = 0;
    for (let i = 1; i < rungs; i++) {
      if (Math.abs(bitrates[i]! - mean) < Math.abs(bitrates[chosen]! - mean)) chosen = i;
    }
    const last = Math.max(0, lastRendition);
    if (chosen > last && bitrates[last + 1]! <= throughput) chosen = last + 1;
    if (bitrates[chosen]! >= throughput) {
      c.caution[slot] = this.#params.react * Math.max(this.#vl, c.caution[slot]!);
    }
    c.mean[slot] = mean;
    c.used[slot] = throughput;
    return chosen;
  }

  /** Euclidean projection of `#next` onto the simplex (Chen and Ye 2011, arXiv:1101.6081). */
  #project(rungs: number): void {
    const sorted = this.#sorted.subarray(0, rungs);
    sorted.set(this.#next.subarray(0, rungs));
    sorted.sort(); // ascending
    let sum = 0;
    let threshold = 0;
    for (let i = 0; i < rungs; i++) {
      sum += sorted[rungs - 1 - i]!;
      threshold = (sum - 1) / (i + 1);
      if (i + 1 < rungs && threshold >= sorted[rungs - 2 - i]!) break;
    }
    for (let i = 0; i < rungs; i++) this.#next[i] = Math.max(this.#next[i]! - threshold, 0);
  }

  #note(slot: number, rendition: number, why: number): number {
    this.#c.chosen[slot] = rendition;
    this.#c.why[slot] = why;
    return rendition;
  }
}

function inMbps(rate: BitsPerS): string {
  return `${(rate / 1e6).toFixed(2)} Mbps`;
}

type Column = 'steady' | 'caution' | 'last' | 'chosen' | 'mean' | 'used' | 'why';

const INITIAL = { steady: 0, caution: 0, last: 0, chosen: -1, mean: 0, used: 0, why: 0 };

const MOST_RUNGS = 32; // as many as a rule of scenarios can name
const SAFETY = 0.9; // dash.js bandwidthSafetyFactor

const WHY_NOTHING = 1;
const WHY_START = 2;
const WHY_LEARNT = 3;
