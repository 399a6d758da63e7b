import { z } from 'zod';
import { US_PER_S, type BitsPerS, type Bytes, type Us } from '../../core/units.ts';
import type { AbrContext, AbrRule, AbrRuleState } from './rule.ts';

/** Parameters of the rule that never adapts: the baseline every adaptive rule has to beat. */
export const fixedParams = z.strictObject({
  rule: z.literal('fixed').meta({ description: 'Always the same rendition.', source: 'assumed' }),
  rendition: z.number().int().min(0).max(31)
    .meta({
      description: 'Rendition, from 0 for the lowest; the highest there is if it is larger.',
      unit: 'rendition', source: 'assumed',
    })
    .prefault(0),
});

export type FixedParams = z.output<typeof fixedParams>;

/** Always the same rendition, whatever the network does. */
export class FixedRule implements AbrRule {
  readonly name = 'fixed';
  readonly #rendition: number;
  readonly #last: Float64Array;
  readonly #highest: Float64Array;

  constructor(params: FixedParams, slots: number) {
    this.#rendition = params.rendition;
    this.#last = new Float64Array(slots);
    this.#highest = new Float64Array(slots).fill(Infinity);
  }

  reset(slot: number): void {
    this.#last[slot] = 0;
    this.#highest[slot] = Infinity;
  }

  observe(slot: number, bytes: Bytes, firstByteUs: Us, transferUs: Us): void {
    this.#last[slot] = (bytes * 8 * US_PER_S) / Math.max(1, firstByteUs + transferUs);
  }

  choose(context: AbrContext): number {
    const highest = context.bitrates.length - 1;
    this.#highest[context.slot] = highest;
    return Math.min(this.#rendition, highest);
  }

  explain(slot: number): string {
    const highest = this.#highest[slot]!;
    return this.#rendition > highest
      ? `rendition ${this.#rendition} is fixed, but ${highest} is the highest there is`
      : `rendition ${this.#rendition} is fixed`;
  }

  estimate(slot: number): BitsPerS {
    return this.#last[slot]!;
  }

  save(): AbrRuleState {
    return { last: this.#last.slice(), highest: this.#highest.slice() };
  }

  restore(state: AbrRuleState): void {
    this.#last.set(state['last']!);
    this.#highest.set(state['highest']!);
  }
}
