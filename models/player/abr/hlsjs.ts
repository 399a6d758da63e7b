import { z } from 'zod';
import { quantity } from '../../core/quantity.ts';
import { US_PER_S, type BitsPerS, type Bytes, type Us } from '../../core/units.ts';
import type { AbandoningRule, TransferUnderWay } from './abandoning.ts';
import { KEEP } from './abandoning.ts';
import { NumberColumns } from './core/columns.ts';
import { UNDECIDED } from './core/words.ts';
import { RateEstimate } from './estimates.ts';
import type { AbrContext, AbrRuleState } from './rule.ts';

const HLS = 'cited: hls.js 1.7.1';

/** Parameters of hls.js's rule; the defaults are its own. */
export const hlsJsParams = z.strictObject({
  rule: z.literal('hlsjs').meta({
    description: 'hls.js 1.7: the highest level that is loaded before the buffer runs out.',
    source: `${HLS} (src/controller/abr-controller.ts)`,
  }),
  fastHalfLife: quantity('duration', {
    doc: 'Half-life of the quick mean of throughput, in time of transfer.',
    source: `${HLS} (abrEwmaFastVoD 3)`, min: '1ms',
  }).prefault('3s'),
  slowHalfLife: quantity('duration', {
    doc: 'Half-life of the slow mean of throughput, in time of transfer.',
    source: `${HLS} (abrEwmaSlowVoD 9)`, min: '1ms',
  }).prefault('9s'),
  defaultEstimate: quantity('rate', {
    doc: 'Estimate before the first sample.', positive: true,
    source: `${HLS} (abrEwmaDefaultEstimate 500000)`,
  }).prefault('500 kbps'),
  factor: quantity('ratio', {
    doc: 'Share of the estimate that is used to stay or to go down.',
    source: `${HLS} (abrBandWidthFactor 0.95)`, min: '0.05', max: '2',
  }).prefault('0.95'),
  upFactor: quantity('ratio', {
    doc: 'Share of the estimate that is used to go up.', source: `${HLS} (abrBandWidthUpFactor 0.7)`,
    min: '0.05', max: '2',
  }).prefault('0.7'),
  maxStarvation: quantity('duration', {
    doc: 'Stall that is accepted when no level loads in time; a segment at most.',
    source: `${HLS} (maxStarvationDelay 4)`, min: '0s',
  }).prefault('4s'),
  maxLoading: quantity('duration', {
    doc: 'Wait for the first segment after the test of the link that is accepted; a segment at most.',
    source: `${HLS} (maxLoadingDelay 4)`, min: '0s',
  }).prefault('4s'),
});

/** Parameters of hls.js's rule, parsed. */
export type HlsJsParams = z.output<typeof hlsJsParams>;

/**
 * hls.js's AbrController: the first segment tests the link at the lowest level; then, from the top down, the
 * first level whose rate is within the share of the estimate and that is loaded before the buffer runs dry.
 * Where the file of levels gives average and peak rates, hls.js takes the peak in a short buffer; here both
 * are the nominal rate.
 */
export class HlsJsRule implements AbandoningRule {
  readonly name = 'hlsjs';
  readonly #params: HlsJsParams;
  readonly #rate: RateEstimate;
  readonly #columns: NumberColumns<Column>;
  readonly #c: Readonly<Record<Column, Float64Array>>;

  constructor(params: HlsJsParams, slots: number) {
    this.#params = params;
    this.#rate = new RateEstimate(slots, {
      halfLivesS: [params.fastHalfLife / US_PER_S, params.slowHalfLife / US_PER_S], weightPerS: 1,
      withFirstByte: false, leastUs: LEAST_TRANSFER_US,
    });
    this.#columns = new NumberColumns<Column>(slots, INITIAL);
    const of = (name: Column): Float64Array => this.#columns.of(name);
    this.#c = {
      chosen: of('chosen'), why: of('why'), used: of('used'), buffer: of('buffer'),
      ttfbSum: of('ttfbSum'), ttfbWeight: of('ttfbWeight'), testUs: of('testUs'), reset: of('reset'),
      abandonAt: of('abandonAt'),
    };
  }

  reset(slot: number): void {
    this.#columns.reset(slot);
    this.#rate.reset(slot);
  }

  observe(slot: number, bytes: Bytes, firstByteUs: Us, transferUs: Us): void {
    const c = this.#c;
    // Time to the first byte weighs by a bell curve of the time itself: long waits tell little.
    const seconds = firstByteUs / US_PER_S;
    const weight = Math.SQRT2 * Math.exp(-(seconds ** 2) / 2);
    c.ttfbSum[slot]! += weight * firstByteUs;
    c.ttfbWeight[slot]! += weight;
    this.#rate.observe(slot, bytes, firstByteUs, transferUs);
    c.testUs[slot] = c.why[slot] === WHY_TEST ? firstByteUs + transferUs : 0;
    c.abandonAt[slot] = 0;
  }

  choose(context: AbrContext): number {
    const { slot, bufferUs, segmentUs, rate } = context;
    const { maxStarvation, maxLoading, factor, upFactor } = this.#params;
    const c = this.#c;
    c.used[slot] = this.estimate(slot);
    c.buffer[slot] = bufferUs;
    if (context.lastRendition < 0) return this.#note(slot, 0, WHY_TEST);
    const starvationUs = bufferUs / rate;
    const fitting = this.#best(context, starvationUs, factor, upFactor);
    if (fitting >= 0) return this.#note(slot, fitting, WHY_IN_TIME);
    const tested = bufferUs === 0 && c.testUs[slot]! > 0;
    const bearableUs = tested
      ? Math.min(segmentUs, maxLoading) - c.testUs[slot]!
      : Math.min(segmentUs, maxStarvation);
    const factors = tested ? [1, 1] as const : [factor, upFactor] as const;
    const late = this.#best(context, starvationUs + bearableUs, ...factors);
    return late >= 0 ? this.#note(slot, late, WHY_LATE) : this.#note(slot, 0, WHY_NONE);
  }

  abandon(context: AbrContext, transfer: TransferUnderWay): number {
    const { slot, now, rate, bufferUs, segmentUs, bitrates } = context;
    if (transfer.elapsedUs < this.#graceUs(context)) return KEEP;
    const loadRate = this.#loadRate(slot, transfer);
    const leftUs = ((transfer.size - transfer.received) * 8 * US_PER_S) / loadRate;
    const starvationUs = bufferUs / rate;
    const abandonAt = this.#c.abandonAt[slot]!;
    if (abandonAt === 0 && leftUs <= starvationUs) return KEEP;
    let level = transfer.rendition - 1;
    const loadUs = (lower: number): Us =>
      this.#ttfbUs(slot) + (bitrates[lower]! * segmentUs) / loadRate;
    while (level > 0 && loadUs(level) >= Math.min(starvationUs, segmentUs + this.#ttfbUs(slot))) level--;
    if (level < 0) return KEEP;
    if (abandonAt > 0) return now >= abandonAt ? level : KEEP;
    const otherUs = loadUs(level);
    if (otherUs >= leftUs || otherUs > TOO_LONG * segmentUs) return KEEP;
    if (leftUs > 2 * otherUs) return level;
    this.#c.abandonAt[slot] = now + Math.ceil(otherUs);
    return KEEP;
  }

  calmUs(context: AbrContext, transfer: TransferUnderWay): Us {
    const { slot, now, rate, bufferUs } = context;
    const abandonAt = this.#c.abandonAt[slot]!;
    if (abandonAt > 0) return abandonAt - now;
    const graceUs = this.#graceUs(context) - transfer.elapsedUs;
    const starvationUs = bufferUs / rate;
    const left = transfer.size - transfer.received;
    if (transfer.received === 0) return graceUs; // what comes first may be very little
    // If nothing more came, the rest would take longer than the buffer lasts from this time on.
    const streamedUs = transfer.elapsedUs - transfer.firstByteUs;
    const untilUs = (starvationUs * transfer.received - left * streamedUs) / transfer.size;
    return Math.max(graceUs, untilUs);
  }

  abandoned(context: AbrContext, transfer: TransferUnderWay, rendition: number): void {
    const { slot } = context;
    const { received, firstByteUs, elapsedUs } = transfer;
    this.observe(slot, received, firstByteUs, elapsedUs - firstByteUs);
    const rate = context.bitrates[rendition]!;
    // The estimate starts anew from the level's own rate when it still believes in more.
    if (this.estimate(slot) * this.#params.upFactor <= rate) return;
    this.#rate.reset(slot);
    this.#c.reset[slot] = rate;
  }

  explain(slot: number): string {
    const c = this.#c;
    const chosen = c.chosen[slot]!;
    const used = `${(c.used[slot]! / 1e6).toFixed(2)} Mbps`;
    const buffer = `${(c.buffer[slot]! / US_PER_S).toFixed(1)} s`;
    switch (c.why[slot]!) {
      case WHY_TEST:
        return `rendition ${chosen}: the first segment tests the link at the lowest`;
      case WHY_IN_TIME:
        return `rendition ${chosen} is the highest that ${used} load within the ${buffer} buffered`;
      case WHY_LATE:
        return `rendition ${chosen}: none loads within the ${buffer} buffered, it is late by little, `
          + `at ${used}`;
      case WHY_NONE:
        return `rendition ${chosen}: none is within ${used} and loads soon enough`;
      default:
        return UNDECIDED;
    }
  }

  estimate(slot: number): BitsPerS {
    if (this.#rate.known(slot)) return this.#rate.rate(slot);
    const reset = this.#c.reset[slot]!;
    return reset > 0 ? reset : this.#params.defaultEstimate;
  }

  save(): AbrRuleState {
    return { ...this.#columns.save(''), ...this.#rate.save('rate') };
  }

  restore(state: AbrRuleState): void {
    this.#columns.restore('', state);
    this.#rate.restore('rate', state);
  }

  /** The highest level within its share of the estimate that is fetched in time; -1 when none is. */
  #best(context: AbrContext, withinUs: Us, factor: number, upFactor: number): number {
    const { slot, bitrates, lastRendition, segmentUs, latencyUs } = context;
    const estimate = this.estimate(slot);
    const live = !Number.isNaN(latencyUs);
    for (let level = bitrates.length - 1; level >= 0; level--) {
      const usable = estimate * (level <= lastRendition ? factor : upFactor);
      if (usable < bitrates[level]!) continue;
      const fetchUs = this.#ttfbUs(slot) + (bitrates[level]! * segmentUs) / usable;
      // At a live edge the buffer is always short: there the rate alone decides.
      if (live || fetchUs < withinUs) return level;
    }
    return -1;
  }

  #note(slot: number, rendition: number, why: number): number {
    this.#c.chosen[slot] = rendition;
    this.#c.why[slot] = why;
    this.#c.abandonAt[slot] = 0;
    return rendition;
  }

  /** Time to the first byte believed in. */
  #ttfbUs(slot: number): Us {
    const weight = this.#c.ttfbWeight[slot]!;
    return weight > 0 ? this.#c.ttfbSum[slot]! / weight : DEFAULT_TTFB_US;
  }

  /** Nothing is given up before this time since the request. */
  #graceUs({ slot, segmentUs, rate }: AbrContext): Us {
    return Math.max(this.#ttfbUs(slot), segmentUs / 2 / rate);
  }

  /** What the transfer has come at since its first byte; the estimate before it. [bits/s] */
  #loadRate(slot: number, { received, elapsedUs, firstByteUs }: TransferUnderWay): BitsPerS {
    if (received === 0) return this.estimate(slot);
    return (received * 8 * US_PER_S) / Math.max(1, elapsedUs - firstByteUs);
  }
}

type Column =
  'chosen' | 'why' | 'used' | 'buffer' | 'ttfbSum' | 'ttfbWeight' | 'testUs' | 'reset' | 'abandonAt';

const INITIAL = {
  chosen: -1, why: 0, used: 0, buffer: 0, ttfbSum: 0, ttfbWeight: 0, testUs: 0, reset: 0,
  abandonAt: 0,
};

const LEAST_TRANSFER_US = 50_000; // hls.js EwmaBandWidthEstimator minDelayMs_ 50
const DEFAULT_TTFB_US = 100_000; // hls.js EwmaBandWidthEstimator defaultTTFB_ 100 ms
const TOO_LONG = 10; // hls.js _abandonRulesCheck: more than ten durations of the fragment are no help

const WHY_TEST = 1;
const WHY_IN_TIME = 2;
const WHY_LATE = 3;
const WHY_NONE = 4;
