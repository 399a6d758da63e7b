import { z } from 'zod';
import { US_PER_S, type BitsPerS, type Bytes, type Us } from '../../core/units.ts';
import { SampleWindow } from '../estimator/window.ts';
import { NumberColumns } from './core/columns.ts';
import { UNDECIDED } from './core/words.ts';
import type { AbrContext, AbrRule, AbrRuleState, SegmentSizes } from './rule.ts';

const planParams = {
  horizon: z.number().int().min(1).max(6)
    .meta({ description: 'Segments planned ahead.', unit: 'segments', source: 'cited: Yin et al. 2015' })
    .prefault(5),
  stallWeight: z.number().min(0).max(100)
    .meta({
      description: 'What a second of stall costs, in seconds of the highest rendition.', unit: 's/s',
      source: 'cited: Pensieve, QoE_lin (4.3 at 4.3 Mbps)',
    })
    .prefault(1),
  switchWeight: z.number().min(0).max(100)
    .meta({
      description: 'What a change of rate costs, over its size.', unit: 'ratio',
      source: 'cited: Pensieve, QoE_lin',
    })
    .prefault(1),
};

/** Parameters of MPC. */
export const mpcParams = z.strictObject({
  rule: z.literal('mpc').meta({
    description: 'MPC: the best plan for the next segments at the harmonic mean of the last throughputs.',
    source: 'cited: Yin et al. 2015',
  }),
  ...planParams,
});

/** Parameters of MPC, parsed. */
export type MpcParams = z.output<typeof mpcParams>;

/** Parameters of RobustMPC. */
export const robustMpcParams = z.strictObject({
  rule: z.literal('robust-mpc').meta({
    description: 'RobustMPC: the best plan for the next segments at a throughput that errs on the safe side.',
    source: 'cited: Yin et al. 2015; Pensieve test/mpc.py',
  }),
  ...planParams,
});

/** Parameters of RobustMPC, parsed. */
export type RobustMpcParams = z.output<typeof robustMpcParams>;

/**
 * MPC: harmonic mean of five throughputs, in RobustMPC lowered by the greatest error of the last five
 * predictions; of all plans over the horizon the one with the greatest rate less stalls and switches,
 * exactly, by branch and bound, over the sizes of the segments where they are known.
 */
export class MpcRule implements AbrRule {
  readonly name: string;
  readonly #params: MpcParams | RobustMpcParams;
  readonly #robust: boolean;
  readonly #samples: SampleWindow;
  readonly #errors: SampleWindow;
  readonly #columns: NumberColumns<Column>;
  /** Harmonic mean at the last decision, held against what came; 0 before. [bits/s] */
  readonly #predicted: Float64Array;
  readonly #safe: Float64Array;
  readonly #chosen: Float64Array;
  readonly #planned: Float64Array;
  #bitrates: readonly BitsPerS[] = [];
  #rate: BitsPerS = 0;
  #segmentUs: Us = 0;
  #bufferMaxUs: Us = 0;
  #segment = 0;
  #depth = 0;
  #sizes: SegmentSizes | undefined;
  #best = -Infinity;
  #bestFirst = 0;

  constructor(params: MpcParams | RobustMpcParams, slots: number) {
    this.name = params.rule;
    this.#robust = params.rule === 'robust-mpc';
    this.#params = params;
    this.#samples = new SampleWindow(slots, WINDOW);
    this.#errors = new SampleWindow(slots, WINDOW);
    this.#columns = new NumberColumns<Column>(slots, {
      predicted: 0, safe: 0, chosen: -1, planned: 0,
    });
    this.#predicted = this.#columns.of('predicted');
    this.#safe = this.#columns.of('safe');
    this.#chosen = this.#columns.of('chosen');
    this.#planned = this.#columns.of('planned');
  }

  reset(slot: number): void {
    this.#columns.reset(slot);
    this.#samples.reset(slot);
    this.#errors.reset(slot);
  }

  observe(slot: number, bytes: Bytes, firstByteUs: Us, transferUs: Us): void {
    const sample = (bytes * 8 * US_PER_S) / Math.max(1, firstByteUs + transferUs);
    if (!(sample > 0)) return;
    const predicted = this.#predicted[slot]!;
    if (predicted > 0) this.#errors.observe(slot, Math.abs(predicted - sample) / sample);
    this.#samples.observe(slot, sample);
  }

  choose(context: AbrContext): number {
    const { slot, bufferUs, bufferMaxUs, segmentUs, bitrates, lastRendition } = context;
    if (this.#samples.count(slot) === 0) return (this.#chosen[slot] = 0);
    this.#predicted[slot] = this.#samples.harmonicMean(slot);
    this.#safe[slot] = this.estimate(slot);
    this.#bitrates = bitrates;
    this.#rate = this.#safe[slot]!;
    this.#segmentUs = segmentUs;
    this.#bufferMaxUs = bufferMaxUs;
    this.#best = -Infinity;
    this.#bestFirst = 0;
    this.#segment = context.segment;
    this.#sizes = context.sizes;
    this.#depth = Math.min(this.#params.horizon, context.segmentsLeft);
    this.#planned[slot] = this.#depth;
    this.#plan(this.#depth, bufferUs, lastRendition, 0, -1);
    this.#chosen[slot] = this.#bestFirst;
    return this.#bestFirst;
  }

  explain(slot: number): string {
    const chosen = this.#chosen[slot]!;
    if (chosen < 0) return UNDECIDED;
    if (this.#safe[slot] === 0) return 'rendition 0: nothing is measured yet';
    const [safe, mean] = [this.#safe[slot]! / 1e6, this.#predicted[slot]! / 1e6];
    const plan = `opens the best plan for ${this.#planned[slot]!} segments`;
    return `rendition ${chosen} ${plan} at ${safe.toFixed(2)} Mbps, of ${mean.toFixed(2)} Mbps expected`;
  }

  estimate(slot: number): BitsPerS {
    if (this.#samples.count(slot) === 0) return 0;
    const mean = this.#samples.harmonicMean(slot);
    return this.#robust ? mean / (1 + Math.max(0, this.#errors.most(slot))) : mean;
  }

  save(): AbrRuleState {
    return { ...this.#columns.save(''), ...this.#samples.save('sample'), ...this.#errors.save('error') };
  }

  restore(state: AbrRuleState): void {
    this.#columns.restore('', state);
    this.#samples.restore('sample', state);
    this.#errors.restore('error', state);
  }

  /** Extends a plan by each rendition, the highest first, as long as it may still beat the best one. */
  #plan(left: number, bufferUs: Us, last: number, value: number, first: number): void {
    if (left === 0) {
      if (value <= this.#best) return;
      this.#best = value;
      this.#bestFirst = first;
      return;
    }
    const bitrates = this.#bitrates;
    const highest = bitrates[bitrates.length - 1]!;
    const { stallWeight, switchWeight } = this.#params;
    for (let rendition = bitrates.length - 1; rendition >= 0; rendition--) {
      const rate = bitrates[rendition]!;
      const transferUs = (this.#bitsOf(this.#depth - left, rendition) / this.#rate) * US_PER_S;
      const stallUs = Math.max(0, transferUs - bufferUs);
      const change = last < 0 ? 0 : Math.abs(rate - bitrates[last]!);
      const gain = rate - stallWeight * highest * (stallUs / US_PER_S) - switchWeight * change;
      if (value + gain + (left - 1) * highest <= this.#best) continue;
      const nextUs = Math.min(this.#bufferMaxUs, Math.max(0, bufferUs - transferUs) + this.#segmentUs);
      this.#plan(left - 1, nextUs, rendition, value + gain, first < 0 ? rendition : first);
    }
  }

  #bitsOf(ahead: number, rendition: number): number {
    const known = this.#sizes?.bytes(this.#segment + ahead, rendition);
    return known === undefined ? (this.#bitrates[rendition]! * this.#segmentUs) / US_PER_S : known * 8;
  }
}

type Column = 'predicted' | 'safe' | 'chosen' | 'planned';

const WINDOW = 5; // Pensieve test/mpc.py: harmonic mean and errors of the last five
