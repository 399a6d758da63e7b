import { z } from 'zod';
import { quantity } from '../../core/quantity.ts';
import { US_PER_S, type BitsPerS, type Bytes, type Us } from '../../core/units.ts';
import type { AbrContext, AbrRule, AbrRuleState, RuleRoom } from './rule.ts';

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
  readonly #rows: Float64Array;
  readonly #stride: number;
  readonly #first: number;
  readonly #slots: number;

  /** `room`: HYBRID_NUMBERS a slot, in the rows of the fleet or, by default, its own. */
  constructor(params: HybridParams, slots: number, room = ownRoom(slots)) {
    this.#params = params;
    this.#rows = room.rows;
    this.#stride = room.stride;
    this.#first = room.first;
    this.#slots = slots;
    for (let slot = 0; slot < slots; slot++) this.reset(slot);
  }

  reset(slot: number): void {
    const i = slot * this.#stride + this.#first;
    this.#rows[i + ESTIMATE] = -1;
    this.#rows[i + CHOSEN] = NOTHING;
  }

  observe(slot: number, bytes: Bytes, firstByteUs: Us, transferUs: Us): void {
    // The seed measures a segment's whole download, first byte included (7.1: 2.5 MB in 2 s is 10 Mbps).
    const elapsedUs = Math.max(1, firstByteUs + transferUs);
    const sample = (bytes * 8 * US_PER_S) / elapsedUs;
    const i = slot * this.#stride + this.#first + ESTIMATE;
    const before = this.#rows[i]!;
    const weight = this.#params.ewmaWeight;
    this.#rows[i] = before < 0 ? sample : weight * sample + (1 - weight) * before;
  }

  choose(context: AbrContext): number {
    const { slot, bufferUs, bitrates, lastRendition } = context;
    const params = this.#params;
    const rows = this.#rows;
    const i = slot * this.#stride + this.#first;
    const used = this.estimate(slot);
    let budget = used * params.safety;
    if (bufferUs < params.lowBuffer) budget *= params.lowFactor;
    else if (bufferUs > params.highBuffer) budget *= params.highFactor;
    let fitting = bitrates.length - 1;
    while (fitting >= 0 && bitrates[fitting]! > budget) fitting--;
    const ceiling = lastRendition < 0 ? fitting : lastRendition + params.stepUp;
    const chosen = Math.max(0, Math.min(fitting, ceiling));
    rows[i + BUFFER] = bufferUs;
    rows[i + USED] = used;
    rows[i + BUDGET] = budget;
    rows[i + FITTING] = fitting;
    rows[i + CHOSEN] = chosen;
    return chosen;
  }

  explain(slot: number): string {
    const { lowBuffer, highBuffer, lowFactor, highFactor, safety } = this.#params;
    const row = this.#rows.subarray(slot * this.#stride + this.#first);
    const chosen = row[CHOSEN]!;
    if (chosen === NOTHING) return 'nothing is decided yet';
    const buffer = row[BUFFER]!;
    const factor = buffer < lowBuffer ? lowFactor : buffer > highBuffer ? highFactor : 1;
    const correction = factor === 1 ? '' : ` x ${factor} (buffer ${seconds(buffer)})`;
    const budget = `${mbps(row[BUDGET]!)} = ${mbps(row[USED]!)} x ${safety}${correction}`;
    const fitting = row[FITTING]!;
    if (fitting < 0) return `rendition 0 is the lowest; none is within ${budget}`;
    return chosen < fitting
      ? `rendition ${fitting} fits ${budget}, but it climbs ${this.#params.stepUp} at a time: ${chosen}`
      : `rendition ${chosen} is the highest within ${budget}`;
  }

  estimate(slot: number): BitsPerS {
    const estimate = this.#rows[slot * this.#stride + this.#first + ESTIMATE]!;
    return estimate < 0 ? this.#params.defaultEstimate : estimate;
  }

  save(): AbrRuleState {
    const saved = new Float64Array(this.#slots * HYBRID_NUMBERS);
    for (let slot = 0; slot < this.#slots; slot++) {
      const i = slot * this.#stride + this.#first;
      saved.set(this.#rows.subarray(i, i + HYBRID_NUMBERS), slot * HYBRID_NUMBERS);
    }
    return { rows: saved };
  }

  restore(state: AbrRuleState): void {
    const saved = state['rows']!;
    for (let slot = 0; slot * HYBRID_NUMBERS < saved.length; slot++) {
      const numbers = saved.subarray(slot * HYBRID_NUMBERS, (slot + 1) * HYBRID_NUMBERS);
      this.#rows.set(numbers, slot * this.#stride + this.#first);
    }
  }
}

/** Numbers that the rule keeps of a slot. */
export const HYBRID_NUMBERS = 6;

function ownRoom(slots: number): RuleRoom {
  return { rows: new Float64Array(slots * HYBRID_NUMBERS), stride: HYBRID_NUMBERS, first: 0 };
}

/** The estimate. [bits/s] */
const ESTIMATE = 0;
/** Of the last decision: the buffer [us] and the estimate it was made from, which has moved on since. */
const BUFFER = 1;
const USED = 2;
const BUDGET = 3;
const FITTING = 4;
const CHOSEN = 5;

/** Stands in place of a choice until a slot's first decision. */
const NOTHING = -1;

function seconds(us: Us): string {
  return `${(us / US_PER_S).toFixed(1)} s`;
}

function mbps(rate: BitsPerS): string {
  return `${(rate / 1e6).toFixed(2)} Mbps`;
}
