import { NEVER, US_PER_MS, type BitsPerS, type Bytes, type Us } from '../../core/units.ts';
import { Ewma } from '../estimator/ewma.ts';
import type { RateEstimator } from '../estimator/rate-estimator.ts';
import type { AbandoningRule, TransferUnderWay } from './abandoning.ts';
import { NumberColumns } from './core/columns.ts';
import { KEEP, type Core, type Situation, type Transfer } from './core/core.ts';
import { Ladder } from './core/ladder.ts';
import { createEstimator, type EstimatorParams } from './estimator-params.ts';
import type { AbrContext, AbrRuleState } from './rule.ts';

/**
 * A rule of the fleet around a core: it measures throughput apart from the wait for the first byte, tells the
 * core what has happened between two decisions, and lets it decide. Before anything is measured it takes the
 * lowest rendition.
 */
export class CoreRule implements AbandoningRule {
  readonly name: string;
  readonly #core: Core;
  readonly #throughput: RateEstimator;
  readonly #latency: Ewma;
  readonly #columns: NumberColumns<Column>;
  readonly #c: Readonly<Record<Column, Float64Array>>;
  readonly #at: Situation;
  readonly #transfer: Transfer = {
    segment: 0, rung: 0, sizeBits: 0, bits: 0, ms: 0, firstByteMs: 0, abandonTo: KEEP,
  };
  readonly #ladders = new WeakMap<readonly BitsPerS[], Ladder>();
  #bitrates: readonly BitsPerS[] = [];
  #ladder = NO_LADDER;

  constructor(name: string, slots: number, core: Core, estimate: EstimatorParams) {
    this.name = name;
    this.#core = core;
    this.#throughput = createEstimator(estimate, slots);
    this.#latency = new Ewma(slots, LATENCY_HALF_LIVES);
    this.#columns = new NumberColumns<Column>(slots, INITIAL);
    const of = (name: Column): Float64Array => this.#columns.of(name);
    this.#c = {
      decidedUs: of('decidedUs'), chosen: of('chosen'), bits: of('bits'), firstByteUs: of('firstByteUs'),
      elapsedUs: of('elapsedUs'), news: of('news'), asked: of('asked'),
    };
    this.#at = {
      slot: 0, ladder: NO_LADDER, nowMs: 0, bufferMaxMs: 0, bufferMs: 0, throughputKbps: NaN, latencyMs: NaN,
      segment: 0, segmentsLeft: Infinity, lastRung: -1,
    };
  }

  reset(slot: number): void {
    this.#columns.reset(slot);
    this.#throughput.reset(slot);
    this.#latency.reset(slot);
    this.#core.reset(slot);
  }

  observe(slot: number, bytes: Bytes, firstByteUs: Us, transferUs: Us): void {
    this.#learn(slot, bytes * 8, firstByteUs, firstByteUs + Math.max(1, transferUs));
  }

  choose(context: AbrContext): number {
    const { slot } = context;
    const [c, at] = [this.#c, this.#look(context)];
    if (!this.#throughput.known(slot)) return this.#note(context, 0, false);
    if (c.news[slot] === 1) {
      c.news[slot] = 0;
      const waitedMs = this.#waitedUs(context) / US_PER_MS;
      at.bufferMs += waitedMs;
      this.#core.arrived(at, this.#transferOf(context), false);
      if (waitedMs > 0) this.#core.waited(slot, waitedMs);
      at.bufferMs = context.bufferUs / US_PER_MS;
    }
    return this.#note(context, this.#core.decide(at), true);
  }

  abandon(context: AbrContext, underWay: TransferUnderWay): number {
    if (!this.#throughput.known(context.slot)) return KEEP;
    const transfer = this.#stopped(context, underWay, KEEP);
    return this.#core.abandon(this.#look(context), transfer, context.bufferUs / US_PER_MS);
  }

  calmUs(context: AbrContext, underWay: TransferUnderWay): Us {
    // Nothing is measured before the first segment has come, and nothing is judged.
    if (!this.#throughput.known(context.slot)) return NEVER;
    const transfer = this.#stopped(context, underWay, KEEP);
    return US_PER_MS * this.#core.calmMs(this.#look(context), transfer, context.bufferUs / US_PER_MS);
  }

  abandoned(context: AbrContext, underWay: TransferUnderWay, rendition: number): void {
    const { slot } = context;
    const { received, firstByteUs, elapsedUs } = underWay;
    this.#learn(slot, received * 8, firstByteUs, elapsedUs);
    this.#c.news[slot] = 0;
    this.#core.arrived(this.#look(context), this.#stopped(context, underWay, rendition), false);
    this.#c.decidedUs[slot] = context.now;
    this.#c.chosen[slot] = rendition;
  }

  #stopped(context: AbrContext, underWay: TransferUnderWay, abandonTo: number): Transfer {
    const { rendition, size, received, firstByteUs, elapsedUs } = underWay;
    const transfer = this.#transfer;
    transfer.segment = context.segment;
    transfer.rung = rendition;
    transfer.sizeBits = size * 8;
    transfer.bits = received * 8;
    transfer.ms = elapsedUs / US_PER_MS;
    transfer.firstByteMs = firstByteUs / US_PER_MS;
    transfer.abandonTo = abandonTo;
    return transfer;
  }

  explain(slot: number): string {
    if (this.#c.asked[slot] === 1) return this.#core.explain(slot);
    return this.#c.chosen[slot]! < 0 ? 'nothing is decided yet' : 'rendition 0: nothing is measured yet';
  }

  estimate(slot: number): BitsPerS {
    return this.#throughput.known(slot) ? this.#throughput.least(slot) * BITS_PER_S_OF_KBPS : 0;
  }

  save(): AbrRuleState {
    return {
      ...this.#columns.save(''), ...this.#throughput.save('throughput'), ...this.#latency.save('latency'),
      ...this.#core.save('core'),
    };
  }

  restore(state: AbrRuleState): void {
    this.#columns.restore('', state);
    this.#throughput.restore('throughput', state);
    this.#latency.restore('latency', state);
    this.#core.restore('core', state);
  }

  #learn(slot: number, bits: number, firstByteUs: Us, elapsedUs: Us): void {
    const c = this.#c;
    const transferMs = Math.max(1, elapsedUs - firstByteUs) / US_PER_MS;
    if (bits > 0) {
      this.#throughput.observe(slot, transferMs, bits / transferMs);
      this.#latency.observe(slot, 1, firstByteUs / US_PER_MS);
    }
    c.bits[slot] = bits;
    c.firstByteUs[slot] = firstByteUs;
    c.elapsedUs[slot] = elapsedUs;
    c.news[slot] = 1;
  }

  #look(context: AbrContext): Situation {
    const { slot } = context;
    const at = this.#at;
    at.slot = slot;
    at.ladder = this.#ladderOf(context);
    at.nowMs = context.now / US_PER_MS;
    at.bufferMaxMs = context.bufferMaxUs / US_PER_MS;
    at.bufferMs = context.bufferUs / US_PER_MS;
    at.throughputKbps = this.#throughput.least(slot);
    at.latencyMs = this.#latency.most(slot);
    at.segment = context.segment;
    at.lastRung = context.lastRendition;
    return at;
  }

  #note({ slot, now }: AbrContext, rung: number, asked: boolean): number {
    this.#c.decidedUs[slot] = now;
    this.#c.chosen[slot] = rung;
    this.#c.asked[slot] = asked ? 1 : 0;
    return rung;
  }

  /** The transfer that is over since the last decision. */
  #transferOf({ slot, segment }: AbrContext): Transfer {
    const [c, transfer] = [this.#c, this.#transfer];
    transfer.segment = segment - 1;
    transfer.rung = c.chosen[slot]!;
    transfer.bits = c.bits[slot]!;
    transfer.sizeBits = transfer.bits;
    transfer.ms = c.elapsedUs[slot]! / US_PER_MS;
    transfer.firstByteMs = c.firstByteUs[slot]! / US_PER_MS;
    transfer.abandonTo = KEEP;
    return transfer;
  }

  /** Time since the last transfer that passed because one more segment did not fit into the buffer. */
  #waitedUs({ slot, now, bufferUs, bufferMaxUs, segmentUs }: AbrContext): Us {
    const c = this.#c;
    const idleUs = Math.max(0, now - c.decidedUs[slot]! - c.elapsedUs[slot]!);
    return bufferUs + idleUs + segmentUs > bufferMaxUs ? idleUs : 0;
  }

  #ladderOf({ bitrates, segmentUs }: AbrContext): Ladder {
    const segmentMs = segmentUs / US_PER_MS;
    if (this.#bitrates === bitrates && this.#ladder.segmentMs === segmentMs) return this.#ladder;
    let ladder = this.#ladders.get(bitrates);
    if (ladder?.segmentMs !== segmentMs) {
      ladder = new Ladder(bitrates.map((rate) => rate / BITS_PER_S_OF_KBPS), segmentMs);
      this.#ladders.set(bitrates, ladder);
    }
    this.#bitrates = bitrates;
    this.#ladder = ladder;
    return ladder;
  }
}

type Column =
  'decidedUs' | 'chosen' | 'bits' | 'firstByteUs' | 'elapsedUs' | 'news' | 'asked';

const INITIAL = {
  decidedUs: 0, chosen: -1, bits: 0, firstByteUs: 0, elapsedUs: 0, news: 0, asked: 0,
};
const BITS_PER_S_OF_KBPS = 1e3;
const LATENCY_HALF_LIVES = [1, 2]; // dash.js latencyFastHalfLifeCount and latencySlowHalfLifeCount, segments
const NO_LADDER = new Ladder([1], 1);
