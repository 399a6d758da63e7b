import { z } from 'zod';
import { quantity } from '../../core/quantity.ts';
import { US_PER_S, type BitsPerS, type Bytes, type Us } from '../../core/units.ts';
import { NumberColumns } from './core/columns.ts';
import { UNDECIDED } from './core/words.ts';
import type { AbrContext, AbrRule, AbrRuleState } from './rule.ts';

const PAPER = 'cited: Huang et al. 2014';

/** Bounds of BBA-1's map from the buffer to sizes of segments. */
const mapParams = {
  leastReservoir: z.number().min(0).max(20)
    .meta({
      description: 'Least media kept in reserve at the lowest rendition.', unit: 'segments',
      source: `${PAPER}: 8 s, which are two of its segments; goDASH bba2.go`,
    })
    .prefault(2),
  mostReservoir: quantity('ratio', {
    doc: 'Greatest share of the buffer kept in reserve at the lowest rendition.',
    source: `${PAPER}: 140 s of 240 s`, min: '0', max: '0.9',
  }).prefault('0.583333'),
  cushionEnd: quantity('ratio', {
    doc: 'Share of the buffer from which the highest rendition is taken.',
    source: `${PAPER}: 216 s of 240 s`, min: '0.05', max: '1',
  }).prefault('0.9'),
};

/** Parameters of BBA-1. */
export const bba1Params = z.strictObject({
  rule: z.literal('bba1').meta({
    description: 'BBA-1: the size of the next segment is read off the buffer, above a reserve for its peaks.',
    source: PAPER,
  }),
  ...mapParams,
});

/** Parameters of BBA-1, parsed. */
export type Bba1Params = z.output<typeof bba1Params>;

/** Parameters of BBA-2. */
export const bba2Params = z.strictObject({
  rule: z.literal('bba2').meta({
    description: 'BBA-2: BBA-1, with a start that climbs while segments come much faster than they play.',
    source: PAPER,
  }),
  ...mapParams,
  startupEmpty: quantity('ratio', {
    doc: 'Gain of buffer, over a segment, that lets the start climb when the buffer is empty.',
    source: `${PAPER}: 0.875 V`, min: '0', max: '1',
  }).prefault('0.875'),
  startupFull: quantity('ratio', {
    doc: 'The same when the buffer has reached the end of the cushion.',
    source: `${PAPER}: 0.5 V`, min: '0', max: '1',
  }).prefault('0.5'),
});

/** Parameters of BBA-2, parsed. */
export type Bba2Params = z.output<typeof bba2Params>;

/**
 * BBA-1 and BBA-2: the buffer stands for a size, from the mean of the lowest rendition at the end of the
 * reserve to that of the highest at the end of the cushion. The rendition moves when the next segment of a
 * neighbour passes that size. The reserve is what the lowest rendition's segments of the next two buffers
 * are larger than their mean. Without known sizes all segments are nominal and the reserve is the least.
 */
export class ChunkMapRule implements AbrRule {
  readonly name: string;
  readonly #params: Bba1Params | Bba2Params;
  readonly #columns: NumberColumns<Column>;
  readonly #c: Readonly<Record<Column, Float64Array>>;

  constructor(params: Bba1Params | Bba2Params, slots: number) {
    this.name = params.rule;
    this.#params = params;
    this.#columns = new NumberColumns<Column>(slots, INITIAL);
    const of = (name: Column): Float64Array => this.#columns.of(name);
    this.#c = {
      throughput: of('throughput'), chosen: of('chosen'), allowed: of('allowed'), buffer: of('buffer'),
      elapsed: of('elapsed'), starting: of('starting'), why: of('why'), reserve: of('reserve'),
    };
  }

  reset(slot: number): void {
    this.#columns.reset(slot);
  }

  observe(slot: number, bytes: Bytes, firstByteUs: Us, transferUs: Us): void {
    const elapsedUs = Math.max(1, firstByteUs + transferUs);
    this.#c.throughput[slot] = (bytes * 8 * US_PER_S) / elapsedUs;
    this.#c.elapsed[slot] = elapsedUs;
  }

  choose(context: AbrContext): number {
    const { slot, bufferUs, lastRendition, bitrates } = context;
    const c = this.#c;
    const last = Math.min(Math.max(0, lastRendition), bitrates.length - 1);
    const mapped = this.#byMap(context, last);
    let chosen = mapped;
    if (this.#params.rule === 'bba2' && c.starting[slot] === 1) {
      chosen = this.#start(context, last, mapped);
    }
    c.buffer[slot] = bufferUs;
    c.chosen[slot] = chosen;
    return chosen;
  }

  explain(slot: number): string {
    const c = this.#c;
    const chosen = c.chosen[slot]!;
    if (chosen < 0) return UNDECIDED;
    const buffer = (c.buffer[slot]! / US_PER_S).toFixed(1);
    if (c.why[slot] === WHY_CLIMB) {
      return `rendition ${chosen}: the start climbs, the last segment took ${inS(c.elapsed[slot]!)} only`;
    }
    if (c.why[slot] === WHY_KEEP) return `rendition ${chosen}: the start climbs no further for now`;
    const reserve = inS(c.reserve[slot]!);
    const size = (c.allowed[slot]! / 1e6).toFixed(2);
    return `rendition ${chosen}: ${buffer} s of buffer, ${reserve} of them in reserve, stand for ${size} MB`;
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

  /** Huang's Algorithm 1 over the sizes of the next segment. */
  #byMap(context: AbrContext, last: number): number {
    const { slot, bufferUs, bufferMaxUs, segmentUs, bitrates } = context;
    const highest = bitrates.length - 1;
    const topUs = Math.min(this.#params.cushionEnd * bufferMaxUs, bufferMaxUs - segmentUs);
    const reserveUs = Math.min(this.#reserveUs(context), topUs);
    const [least, most] = [nominal(context, 0), nominal(context, highest)];
    const share = Math.min(1, Math.max(0, (bufferUs - reserveUs) / Math.max(1, topUs - reserveUs)));
    const allowed = bufferUs >= topUs && topUs > 0 ? most : least + share * (most - least);
    this.#c.reserve[slot] = reserveUs;
    this.#c.allowed[slot] = allowed;
    this.#c.why[slot] = WHY_MAP;
    if (topUs <= 0 || bufferUs <= reserveUs) return 0;
    if (bufferUs >= topUs) return highest;
    let chosen = last;
    if (last < highest && allowed >= sizeOf(context, last + 1)) {
      while (chosen < highest && sizeOf(context, chosen + 1) <= allowed) chosen++;
    } else if (last > 0 && allowed <= sizeOf(context, last - 1)) {
      while (chosen > 0 && sizeOf(context, chosen - 1) >= allowed) chosen--;
    }
    return chosen;
  }

  /** The start of BBA-2: it ends when the buffer shrinks, or when the map would go higher by itself. */
  #start(context: AbrContext, last: number, mapped: number): number {
    const { slot, bufferUs, bufferMaxUs, segmentUs, bitrates, lastRendition } = context;
    const params = this.#params as Bba2Params;
    const c = this.#c;
    if (lastRendition < 0) return mapped;
    const gainUs = segmentUs - c.elapsed[slot]!;
    if (gainUs < 0 || mapped > last) {
      c.starting[slot] = 0;
      return mapped;
    }
    const full = Math.min(1, bufferUs / Math.max(1, params.cushionEnd * bufferMaxUs));
    const asked = params.startupEmpty + (params.startupFull - params.startupEmpty) * full;
    const climbs = gainUs > asked * segmentUs && last < bitrates.length - 1;
    c.why[slot] = climbs ? WHY_CLIMB : WHY_KEEP;
    return climbs ? last + 1 : last;
  }

  /** What the lowest rendition needs beyond its rate during the next two buffers. */
  #reserveUs(context: AbrContext): Us {
    const { bufferMaxUs, segmentUs, segment, segmentsLeft, sizes } = context;
    const { leastReservoir, mostReservoir } = this.#params;
    let surplusUs = 0;
    if (sizes !== undefined) {
      const count = Math.min(segmentsLeft, Math.ceil((2 * bufferMaxUs) / segmentUs));
      const mean = nominal(context, 0);
      for (let i = 0; i < count; i++) surplusUs += (sizes.bytes(segment + i, 0) / mean - 1) * segmentUs;
    }
    return Math.min(Math.max(surplusUs, leastReservoir * segmentUs), mostReservoir * bufferMaxUs);
  }
}

function nominal({ bitrates, segmentUs }: AbrContext, rendition: number): Bytes {
  return (bitrates[rendition]! * segmentUs) / US_PER_S / 8;
}

function sizeOf(context: AbrContext, rendition: number): Bytes {
  return context.sizes?.bytes(context.segment, rendition) ?? nominal(context, rendition);
}

function inS(us: Us): string {
  return `${(us / US_PER_S).toFixed(1)} s`;
}

type Column =
  'throughput' | 'chosen' | 'allowed' | 'buffer' | 'elapsed' | 'starting' | 'why' | 'reserve';

const INITIAL = {
  throughput: 0, chosen: -1, allowed: 0, buffer: 0, elapsed: 0, starting: 1, why: 0, reserve: 0,
};

const WHY_MAP = 0;
const WHY_CLIMB = 1;
const WHY_KEEP = 2;
