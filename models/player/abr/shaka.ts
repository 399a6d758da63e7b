import { z } from 'zod';
import { quantity } from '../../core/quantity.ts';
import { US_PER_S, type BitsPerS, type Bytes, type Us } from '../../core/units.ts';
import { NumberColumns } from './core/columns.ts';
import { UNDECIDED } from './core/words.ts';
import { RateEstimate } from './estimates.ts';
import type { AbrContext, AbrRule, AbrRuleState } from './rule.ts';

const SHAKA = 'cited: Shaka Player 5.2.7';

/** Parameters of Shaka's rule; the defaults are its own. */
export const shakaParams = z.strictObject({
  rule: z.literal('shaka').meta({
    description: 'Shaka 5.2: the variant in whose band the estimate lies; the buffer has no say.',
    source: `${SHAKA} (lib/abr/simple_abr_manager.js)`,
  }),
  fastHalfLife: quantity('duration', {
    doc: 'Half-life of the quick mean of throughput, in time of transfer, first byte included.',
    source: `${SHAKA} (advanced.fastHalfLife 2)`, min: '1ms',
  }).prefault('2s'),
  slowHalfLife: quantity('duration', {
    doc: 'Half-life of the slow mean of throughput.', min: '1ms',
    source: `${SHAKA} (advanced.slowHalfLife 5)`,
  }).prefault('5s'),
  defaultEstimate: quantity('rate', {
    doc: 'Estimate until enough bytes have come.',
    source: `${SHAKA} (defaultBandwidthEstimate 1e6)`, positive: true,
  }).prefault('1 Mbps'),
  downgradeTarget: quantity('ratio', {
    doc: 'Share of the estimate that a variant may take before it is left for a lower one.',
    source: `${SHAKA} (bandwidthDowngradeTarget 0.95)`, min: '0.05', max: '2',
  }).prefault('0.95'),
  upgradeTarget: quantity('ratio', {
    doc: 'Share of the estimate that the next variant must be within to be taken.',
    source: `${SHAKA} (bandwidthUpgradeTarget 0.85)`, min: '0.05', max: '2',
  }).prefault('0.85'),
  switchInterval: quantity('duration', {
    doc: 'Least time between two choices, after the first good estimate.',
    source: `${SHAKA} (switchInterval 8)`, min: '0s',
  }).prefault('8s'),
});

/** Parameters of Shaka's rule, parsed. */
export type ShakaParams = z.output<typeof shakaParams>;

/**
 * Shaka's SimpleAbrManager. It also aborts the request under way when it switches in the middle of one; here
 * it chooses between segments only, as it does itself where segments are short.
 */
export class ShakaRule implements AbrRule {
  readonly name = 'shaka';
  readonly #params: ShakaParams;
  readonly #rate: RateEstimate;
  readonly #columns: NumberColumns<Column>;
  readonly #c: Readonly<Record<Column, Float64Array>>;

  constructor(params: ShakaParams, slots: number) {
    this.#params = params;
    this.#rate = new RateEstimate(slots, {
      halfLivesS: [params.fastHalfLife / US_PER_S, params.slowHalfLife / US_PER_S], weightPerS: 1,
      withFirstByte: true,
    });
    this.#columns = new NumberColumns<Column>(slots, INITIAL);
    const of = (name: Column): Float64Array => this.#columns.of(name);
    this.#c = {
      bytes: of('bytes'), chosenAt: of('chosenAt'), chosen: of('chosen'), used: of('used'), why: of('why'),
    };
  }

  reset(slot: number): void {
    this.#columns.reset(slot);
    this.#rate.reset(slot);
  }

  observe(slot: number, bytes: Bytes, firstByteUs: Us, transferUs: Us): void {
    // Small answers tell of latency, quick ones of a cache.
    if (bytes < LEAST_BYTES || firstByteUs + transferUs < FROM_CACHE_US) return;
    this.#c.bytes[slot]! += bytes;
    this.#rate.observe(slot, bytes, firstByteUs, transferUs);
  }

  choose({ slot, now, bitrates, lastRendition, rate }: AbrContext): number {
    const c = this.#c;
    const estimate = this.estimate(slot);
    const started = c.why[slot]! >= WHY_BAND;
    const good = c.bytes[slot]! >= ENOUGH_BYTES;
    if (lastRendition >= 0 && !started && !good) return this.#keep(slot, lastRendition, WHY_WAIT);
    const soon = started && now - c.chosenAt[slot]! < this.#params.switchInterval;
    if (lastRendition >= 0 && soon) return this.#keep(slot, lastRendition, WHY_SOON);
    let chosen = 0;
    for (let i = 0; i < bitrates.length; i++) {
      // What is played faster needs as much more.
      const from = (rate * bitrates[i]!) / this.#params.downgradeTarget;
      const to = (rate * (bitrates[i + 1] ?? Infinity)) / this.#params.upgradeTarget;
      if (estimate >= from && estimate <= to) chosen = i;
    }
    c.chosenAt[slot] = now;
    c.used[slot] = estimate;
    c.chosen[slot] = chosen;
    c.why[slot] = lastRendition < 0 ? WHY_FIRST : WHY_BAND;
    return chosen;
  }

  explain(slot: number): string {
    const c = this.#c;
    const chosen = c.chosen[slot]!;
    const used = `${(c.used[slot]! / 1e6).toFixed(2)} Mbps`;
    switch (c.why[slot]!) {
      case WHY_FIRST:
        return `rendition ${chosen} at first: the estimate is ${used}`;
      case WHY_BAND:
        return `rendition ${chosen} is the highest in whose band ${used} lie`;
      case WHY_WAIT:
        return `rendition ${chosen}: too little has come to judge the link by`;
      case WHY_SOON:
        return `rendition ${chosen}: the last choice was too little ago for another`;
      default:
        return UNDECIDED;
    }
  }

  estimate(slot: number): BitsPerS {
    const good = this.#c.bytes[slot]! >= ENOUGH_BYTES;
    return good ? this.#rate.rate(slot) : this.#params.defaultEstimate;
  }

  save(): AbrRuleState {
    return { ...this.#columns.save(''), ...this.#rate.save('rate') };
  }

  restore(state: AbrRuleState): void {
    this.#columns.restore('', state);
    this.#rate.restore('rate', state);
  }

  #keep(slot: number, rendition: number, why: number): number {
    this.#c.why[slot] = why;
    this.#c.chosen[slot] = rendition;
    return rendition;
  }
}

type Column = 'bytes' | 'chosenAt' | 'chosen' | 'used' | 'why';

const INITIAL = { bytes: 0, chosenAt: 0, chosen: -1, used: 0, why: 0 };

const LEAST_BYTES = 16_000; // Shaka advanced.minBytes 16e3
const ENOUGH_BYTES = 128_000; // Shaka advanced.minTotalBytes 128e3
const FROM_CACHE_US = 5_000; // Shaka cacheLoadThreshold 5 ms

const WHY_FIRST = 1;
const WHY_WAIT = 2;
// From the first choice by a good estimate on.
const WHY_BAND = 3;
const WHY_SOON = 4;
