import { z } from 'zod';
import { quantity } from '../../core/quantity.ts';
import { US_PER_S, type BitsPerS, type Bytes, type Us } from '../../core/units.ts';
import { NumberColumns } from './core/columns.ts';
import { UNDECIDED } from './core/words.ts';
import type { AbrContext, AbrRule, AbrRuleState } from './rule.ts';

const PAPER = 'cited: Huang et al. 2014';

/** Parameters of BBA-0. */
export const bba0Params = z.strictObject({
  rule: z.literal('bba0').meta({
    description: 'BBA-0: the rate is read off the buffer level.', source: PAPER,
  }),
  reservoir: quantity('ratio', {
    doc: 'Share of the buffer up to which the lowest rendition is taken.',
    source: `${PAPER}: 90 s of 240 s`, min: '0', max: '0.9',
  }).prefault('0.375'),
  cushionEnd: quantity('ratio', {
    doc: 'Share of the buffer from which the highest rendition is taken.',
    source: `${PAPER}: 216 s of 240 s`, min: '0.05', max: '1',
  }).prefault('0.9'),
}).refine(({ reservoir, cushionEnd }) => reservoir < cushionEnd, {
  path: ['reservoir'], message: 'expected less than cushionEnd',
});

/** Parameters of BBA-0, parsed. */
export type Bba0Params = z.output<typeof bba0Params>;

/** BBA-0: a line from the lowest rate to the highest over the buffer; it moves where it passes a rate. */
export class Bba0Rule implements AbrRule {
  readonly name = 'bba0';
  readonly #params: Bba0Params;
  readonly #columns: NumberColumns<Column>;
  readonly #c: Readonly<Record<Column, Float64Array>>;

  constructor(params: Bba0Params, slots: number) {
    this.#params = params;
    this.#columns = new NumberColumns<Column>(slots, { throughput: 0, chosen: -1, line: 0, bufferUs: 0 });
    const of = (name: Column): Float64Array => this.#columns.of(name);
    this.#c = {
      throughput: of('throughput'), chosen: of('chosen'), line: of('line'), bufferUs: of('bufferUs'),
    };
  }

  reset(slot: number): void {
    this.#columns.reset(slot);
  }

  observe(slot: number, bytes: Bytes, firstByteUs: Us, transferUs: Us): void {
    this.#c.throughput[slot] = (bytes * 8 * US_PER_S) / Math.max(1, firstByteUs + transferUs);
  }

  choose({ slot, bufferUs, bufferMaxUs, segmentUs, bitrates, lastRendition }: AbrContext): number {
    const line = this.#line(bufferUs, bufferMaxUs, segmentUs, bitrates);
    const highest = bitrates.length - 1;
    const last = Math.min(Math.max(0, lastRendition), highest);
    let chosen = last;
    if (line <= bitrates[0]!) chosen = 0;
    else if (line >= bitrates[highest]!) chosen = highest;
    else if (line >= bitrates[last + 1]!) {
      while (bitrates[chosen + 1]! < line) chosen++;
    } else if (last > 0 && line <= bitrates[last - 1]!) {
      while (chosen > 0 && bitrates[chosen - 1]! > line) chosen--;
    }
    this.#c.line[slot] = line;
    this.#c.bufferUs[slot] = bufferUs;
    this.#c.chosen[slot] = chosen;
    return chosen;
  }

  explain(slot: number): string {
    if (this.#c.chosen[slot]! < 0) return UNDECIDED;
    const [line, buffer] = [this.#c.line[slot]! / 1e6, this.#c.bufferUs[slot]! / US_PER_S];
    const chosen = this.#c.chosen[slot]!;
    return `rendition ${chosen}: ${buffer.toFixed(1)} s of buffer stand for ${line.toFixed(2)} Mbps`;
  }

  estimate(slot: number): BitsPerS {
    return this.#c.throughput[slot]!;
  }

  save(): AbrRuleState {
    return this.#columns.save('');
  }

  restore(state: AbrRuleState): void {
    this.#columns.restore('', state);
  }

  /** The rate a level stands for: a decision is made with room for a segment, so no level is above that. */
  #line(bufferUs: Us, bufferMaxUs: Us, segmentUs: Us, bitrates: readonly BitsPerS[]): BitsPerS {
    const { reservoir, cushionEnd } = this.#params;
    const [lowest, highest] = [bitrates[0]!, bitrates[bitrates.length - 1]!];
    const topUs = Math.min(cushionEnd * bufferMaxUs, bufferMaxUs - segmentUs);
    const bottomUs = Math.min(reservoir * bufferMaxUs, topUs);
    if (bufferUs >= topUs) return topUs > 0 ? highest : lowest;
    if (bufferUs <= bottomUs) return lowest;
    return lowest + ((bufferUs - bottomUs) / (topUs - bottomUs)) * (highest - lowest);
  }
}

type Column = 'throughput' | 'chosen' | 'line' | 'bufferUs';
