import { z } from 'zod';
import { quantity } from '../../core/quantity.ts';
import { US_PER_S, type BitsPerS, type Bytes, type Us } from '../../core/units.ts';
import type { AbandoningRule, TransferUnderWay } from './abandoning.ts';
import { KEEP } from './abandoning.ts';
import { Ewma } from '../estimator/ewma.ts';
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
    doc: 'Estimate before the first sample; the rate of the lowest rendition, up to 5 Mbps, if that is more.',
    positive: true, source: `${HLS} (abrEwmaDefaultEstimate 500000, abrEwmaDefaultEstimateMax 5e6)`,
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
    doc: 'Stall accepted when no level loads in time, a segment at most; wait accepted at the start.',
    source: `${HLS} (maxStarvationDelay 4)`, min: '0s',
  }).prefault('4s'),
});

/** Parameters of hls.js's rule, parsed. */
export type HlsJsParams = z.output<typeof hlsJsParams>;

/**
 * hls.js's AbrController with startLevel left open, its default: the first segment by the default estimate;
 * then, from the top down, the first level whose rate is within the share of the estimate and that is loaded
 * before the buffer runs dry. The master playlist is taken to name the lowest level first, and the playlists
 * of levels to be there. Where it gives average and peak rates, hls.js takes the peak in a short buffer; here
 * both are the nominal rate.
 */
export class HlsJsRule implements AbandoningRule {
  readonly name = 'hlsjs';
  readonly looksByTimer = true; // hls.js onFragLoading: every 100 ms
  readonly #params: HlsJsParams;
  readonly #rate: RateEstimate;
  readonly #ttfb: Ewma;
  readonly #columns: NumberColumns<Column>;
  readonly #c: Readonly<Record<Column, Float64Array>>;

  constructor(params: HlsJsParams, slots: number) {
    this.#params = params;
    this.#rate = new RateEstimate(slots, {
      halfLivesS: [params.fastHalfLife / US_PER_S, params.slowHalfLife / US_PER_S], weightPerS: 1,
      withFirstByte: false,
    });
    this.#ttfb = new Ewma(slots, [params.slowHalfLife / US_PER_S]);
    this.#columns = new NumberColumns<Column>(slots, INITIAL);
    const of = (name: Column): Float64Array => this.#columns.of(name);
    this.#c = {
      chosen: of('chosen'), why: of('why'), used: of('used'), buffer: of('buffer'),
      anew: of('anew'), downTo: of('downTo'), lowest: of('lowest'),
    };
  }

  reset(slot: number): void {
    this.#columns.reset(slot);
    this.#rate.reset(slot);
    this.#ttfb.reset(slot);
  }

  observe(slot: number, bytes: Bytes, firstByteUs: Us, transferUs: Us): void {
    this.#waited(slot, firstByteUs);
    // Only as long a wait as is usual is left out: what it takes beyond is held against the link.
    const elapsedUs = firstByteUs + transferUs - Math.min(firstByteUs, this.#ttfbUs(slot));
    const leastUs = Math.min(LEAST_TRANSFER_US, bytes * LEAST_US_A_BYTE);
    this.#rate.observe(slot, bytes, 0, Math.max(elapsedUs, leastUs));
  }

  choose(context: AbrContext): number {
    const { slot, bufferUs, segmentUs, rate, bitrates } = context;
    const { maxStarvation, factor, upFactor, defaultEstimate } = this.#params;
    const c = this.#c;
    c.buffer[slot] = bufferUs;
    if (context.lastRendition < 0 && !this.#rate.known(slot)) {
      c.anew[slot] = Math.max(defaultEstimate, Math.min(bitrates[0]!, MOST_DEFAULT));
    }
    c.used[slot] = this.estimate(slot);
    if (context.lastRendition < 0) {
      const first = this.#best(context, 2 * this.#ttfbUs(slot), FIRST_SEGMENT_US, maxStarvation, 1, 1);
      return this.#note(slot, Math.max(0, first), WHY_FIRST);
    }
    const ttfbUs = this.#ttfbUs(slot);
    const starvationUs = bufferUs / rate;
    const fitting = this.#best(context, ttfbUs, segmentUs, starvationUs, factor, upFactor);
    if (fitting >= 0) return this.#note(slot, fitting, WHY_IN_TIME);
    const bearableUs = starvationUs + Math.min(segmentUs, maxStarvation);
    const late = this.#best(context, ttfbUs, segmentUs, bearableUs, factor, upFactor);
    return late >= 0 ? this.#note(slot, late, WHY_LATE) : this.#note(slot, 0, WHY_NONE);
  }

  abandon(context: AbrContext, transfer: TransferUnderWay): number {
    const { slot, rate, bufferUs, segmentUs, bitrates } = context;
    if (transfer.elapsedUs < this.#graceUs(context)) return KEEP;
    const loadRate = this.#loadRate(slot, transfer);
    const ttfbUs = this.#ttfbUs(slot);
    const restUs = ((transfer.size - transfer.received) * 8 * US_PER_S) / loadRate;
    const leftUs = transfer.received > 0 ? restUs : restUs + ttfbUs;
    const starvationUs = bufferUs / rate;
    if (leftUs <= starvationUs) return KEEP;
    let level = transfer.rendition - 1;
    const loadUs = (lower: number): Us => ttfbUs + (bitrates[lower]! * segmentUs) / loadRate;
    while (level > 0 && loadUs(level) >= Math.min(starvationUs, segmentUs + ttfbUs)) level--;
    if (level < 0) return KEEP;
    const otherUs = loadUs(level);
    if (otherUs >= leftUs || otherUs > TOO_LONG * segmentUs) return KEEP;
    this.#c.downTo[slot] = bitrates[level]!;
    // Of the levels up to it, the highest that its own rate loads in time.
    const fallback = level;
    const byItsRateUs = (lower: number): Us => ttfbUs + (bitrates[lower]! * segmentUs) / bitrates[fallback]!;
    while (level > 0 && byItsRateUs(level) >= starvationUs) level--;
    if (byItsRateUs(level) >= starvationUs) level = fallback;
    this.#c.lowest[slot] = level > 0 && leftUs > HOPELESS * otherUs ? 1 : 0;
    return this.#c.lowest[slot] === 1 ? 0 : level;
  }

  calmUs(context: AbrContext, transfer: TransferUnderWay): Us {
    const graceUs = this.#graceUs(context) - transfer.elapsedUs;
    const starvationUs = context.bufferUs / context.rate;
    const left = transfer.size - transfer.received;
    if (transfer.received === 0) return graceUs; // what comes first may be very little
    // If nothing more came, the rest would take longer than the buffer lasts from this time on.
    const streamedUs = transfer.elapsedUs - transfer.firstByteUs;
    const untilUs = (starvationUs * transfer.received - left * streamedUs) / transfer.size;
    return Math.max(graceUs, untilUs);
  }

  abandoned(context: AbrContext, transfer: TransferUnderWay, _rendition: number): void {
    const { slot, bitrates } = context;
    const { received, firstByteUs, elapsedUs } = transfer;
    if (received > 0) this.observe(slot, received, firstByteUs, elapsedUs - firstByteUs);
    else this.#waited(slot, elapsedUs);
    const c = this.#c;
    // The estimate starts anew from the level's own rate when it still believes in more.
    const believes = this.estimate(slot) * this.#params.upFactor > c.downTo[slot]!;
    if (!believes && c.lowest[slot] === 0) return;
    this.#rate.reset(slot);
    this.#ttfb.reset(slot);
    c.anew[slot] = c.lowest[slot] === 1 ? bitrates[0]! : c.downTo[slot]!;
  }

  explain(slot: number): string {
    const c = this.#c;
    const chosen = c.chosen[slot]!;
    const used = `${(c.used[slot]! / 1e6).toFixed(2)} Mbps`;
    const buffer = `${(c.buffer[slot]! / US_PER_S).toFixed(1)} s`;
    switch (c.why[slot]!) {
      case WHY_FIRST:
        return `rendition ${chosen} at first: the estimate is ${used}`;
      case WHY_IN_TIME:
        return `rendition ${chosen} is the highest that ${this.#params.factor} x ${used} load within the `
          + `${buffer} buffered (${this.#params.upFactor} x to climb)`;
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
    const anew = this.#c.anew[slot]!;
    return anew > 0 ? anew : this.#params.defaultEstimate;
  }

  save(): AbrRuleState {
    return { ...this.#columns.save(''), ...this.#rate.save('rate'), ...this.#ttfb.save('ttfb') };
  }

  restore(state: AbrRuleState): void {
    this.#columns.restore('', state);
    this.#rate.restore('rate', state);
    this.#ttfb.restore('ttfb', state);
  }

  /** The highest level within its share of the estimate that is fetched in time; -1 when none is. */
  #best(
    { slot, bitrates, lastRendition, latencyUs }: AbrContext, waitUs: Us, mediaUs: Us, withinUs: Us,
    factor: number, upFactor: number,
  ): number {
    const estimate = this.estimate(slot);
    const live = !Number.isNaN(latencyUs);
    for (let level = bitrates.length - 1; level >= 0; level--) {
      const usable = estimate * (level <= lastRendition ? factor : upFactor);
      if (usable < bitrates[level]!) continue;
      const fetchUs = waitUs + (bitrates[level]! * mediaUs) / usable;
      // At a live edge the buffer is always short: there the rate alone decides.
      if (live || fetchUs < withinUs) return level;
    }
    return -1;
  }

  #note(slot: number, rendition: number, why: number): number {
    this.#c.chosen[slot] = rendition;
    this.#c.why[slot] = why;
    return rendition;
  }

  /** Takes in a wait for the first byte: it weighs by a bell curve of itself, as long waits tell little. */
  #waited(slot: number, firstByteUs: Us): void {
    const weight = Math.SQRT2 * Math.exp(-((firstByteUs / US_PER_S) ** 2) / 2);
    if (weight > LEAST_WEIGHT) this.#ttfb.observe(slot, weight, Math.max(firstByteUs, LEAST_TTFB_US));
  }

  /** Time to the first byte believed in. */
  #ttfbUs(slot: number): Us {
    return this.#ttfb.known(slot) ? this.#ttfb.least(slot) : DEFAULT_TTFB_US;
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

type Column = 'chosen' | 'why' | 'used' | 'buffer' | 'anew' | 'downTo' | 'lowest';

const INITIAL = { chosen: -1, why: 0, used: 0, buffer: 0, anew: 0, downTo: 0, lowest: 0 };

// hls.js EwmaBandWidthEstimator: a transfer lasts 50 ms at least (minDelayMs_), of few bytes / 100000 ms.
const LEAST_TRANSFER_US = 50_000;
const LEAST_US_A_BYTE = 0.01;
const DEFAULT_TTFB_US = 100_000; // hls.js EwmaBandWidthEstimator defaultTTFB_ 100 ms
const LEAST_TTFB_US = 5_000; // hls.js sampleTTFB
const LEAST_WEIGHT = 0.001; // hls.js EwmaBandWidthEstimator minWeight_
const MOST_DEFAULT = 5e6; // hls.js abrEwmaDefaultEstimateMax
const FIRST_SEGMENT_US = 1_000_000; // hls.js findBestLevel: a second before the level's playlist is read
const TOO_LONG = 10; // hls.js _abandonRulesCheck: more than ten durations of the fragment are no help
const HOPELESS = 2; // hls.js _abandonRulesCheck: then the lowest level it is

const WHY_FIRST = 1;
const WHY_IN_TIME = 2;
const WHY_LATE = 3;
const WHY_NONE = 4;
