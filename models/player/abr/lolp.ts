import { z } from 'zod';
import { quantity } from '../../core/quantity.ts';
import { US_PER_S, type BitsPerS, type Bytes, type Us } from '../../core/units.ts';
import { NumberColumns } from './core/columns.ts';
import { UNDECIDED } from './core/words.ts';
import { RateEstimate } from './estimates.ts';
import type { AbrContext, AbrRule, AbrRuleState } from './rule.ts';

const DASH = 'cited: dash.js 5.1.1 (src/streaming/rules/abr/lolp)';

/** Parameters of LoL+. */
export const lolpParams = z.strictObject({
  rule: z.literal('lolp').meta({
    description: 'LoL+: a self-organising map of renditions by throughput, latency, stalls and switches.',
    source: 'cited: Bentaleb et al., MMSys 2020 and TMM 2022; dash.js LoLpRule',
  }),
  minBuffer: quantity('duration', {
    doc: 'Buffer below which it goes down at once.', source: `${DASH} (DWS_BUFFER_MIN 0.3)`, min: '0s',
  }).prefault('300ms'),
  neighbourhood: z.number().positive().max(10)
    .meta({ description: 'Width of the bell in which neighbours learn along.', unit: 'distance',
      source: `${DASH} (sigma 0.1)` })
    .prefault(0.1),
  learning: z.number().positive().max(1)
    .meta({ description: 'Share of the way to a new observation that a neuron goes.', unit: 'ratio',
      source: `${DASH} (learning rate 0.01)` })
    .prefault(0.01),
});

/** Parameters of LoL+, parsed. */
export type LolpParams = z.output<typeof lolpParams>;

/**
 * LoL+: each rendition is a neuron in the space of (throughput, latency, stall, switch); the one nearest to
 * what the link gives without latency, stall or switch is taken, and neurons near it learn.
 *
 * dash.js searches its weights of the four axes among 625 vectors for the greatest QoE of the next segment.
 * Only the weights of stall and latency enter that, each the better the greater, and among equals the first
 * vector wins: (0.2, 1 if the best neuron has known latency else 0.2, 1, 0.2), which is what is used here.
 * Before it finds one dash.js draws weights at random; here they are its `manual` ones, 0.4 each.
 */
export class LolpRule implements AbrRule {
  readonly name = 'lolp';
  readonly #params: LolpParams;
  readonly #rate: RateEstimate;
  readonly #columns: NumberColumns<Column>;
  readonly #c: Readonly<Record<Column, Float64Array>>;
  /** States of the neurons: four numbers a rendition, MOST_RUNGS renditions a slot. */
  readonly #neurons: Float64Array;
  readonly #weights = new Float64Array(AXES);
  readonly #seen = new Float64Array(AXES);

  constructor(params: LolpParams, slots: number) {
    this.#params = params;
    this.#rate = new RateEstimate(slots, {
      halfLivesS: [3, 8], weightPerS: 1.5, withFirstByte: false, // as dash.js estimates
    });
    this.#columns = new NumberColumns<Column>(slots, INITIAL);
    const of = (name: Column): Float64Array => this.#columns.of(name);
    this.#c = {
      placed: of('placed'), weightLatency: of('weightLatency'), weighed: of('weighed'), chosen: of('chosen'),
      used: of('used'), distance: of('distance'), why: of('why'),
    };
    this.#neurons = new Float64Array(slots * MOST_RUNGS * AXES);
  }

  reset(slot: number): void {
    this.#columns.reset(slot);
    this.#rate.reset(slot);
    this.#neurons.fill(0, slot * MOST_RUNGS * AXES, (slot + 1) * MOST_RUNGS * AXES);
  }

  observe(slot: number, bytes: Bytes, firstByteUs: Us, transferUs: Us): void {
    this.#rate.observe(slot, bytes, firstByteUs, transferUs);
  }

  choose(context: AbrContext): number {
    const { slot, bitrates, bufferUs, segmentUs } = context;
    const c = this.#c;
    if (!this.#rate.known(slot)) return this.#note(slot, 0, WHY_NOTHING);
    const scale = this.#place(slot, bitrates);
    const throughput = SAFETY * this.#rate.rate(slot);
    c.used[slot] = throughput;
    const last = Math.min(Math.max(0, context.lastRendition), bitrates.length - 1);
    const bufferS = bufferUs / US_PER_S;
    const downloadS = (bitrates[last]! * segmentUs) / US_PER_S / throughput;
    if (bufferS - downloadS < this.#params.minBuffer / US_PER_S) {
      let lower = last - 1;
      while (lower >= 0 && bitrates[lower]! >= throughput) lower--;
      return this.#note(slot, lower < 0 ? last : lower, WHY_LOW);
    }
    this.#weigh(context, throughput);
    const seen = this.#seen;
    const normalised = throughput / scale;
    seen[0] = normalised > 1 ? this.#mostThroughput(slot, bitrates.length) : normalised;
    seen[1] = seen[2] = seen[3] = 0;
    const winner = this.#nearest(context, throughput);
    const latencyS = Number.isNaN(context.latencyUs) ? 0 : context.latencyUs / US_PER_S;
    // The neuron of before learns what it led to, the winner what is wished for.
    seen[1] = latencyS / LATENCY_SCALE;
    seen[2] = Math.max(0, downloadS - bufferS);
    seen[3] = Math.abs(bitrates[last]! - bitrates[winner]!) / scale;
    this.#learn(slot, last, bitrates.length);
    seen[1] = seen[2] = 0;
    this.#learn(slot, winner, bitrates.length);
    return this.#note(slot, winner, WHY_NEAREST);
  }

  explain(slot: number): string {
    const chosen = this.#c.chosen[slot]!;
    const used = `${(this.#c.used[slot]! / 1e6).toFixed(2)} Mbps`;
    switch (this.#c.why[slot]!) {
      case WHY_NOTHING:
        return `rendition ${chosen}: nothing is measured yet`;
      case WHY_LOW:
        return `rendition ${chosen}: the buffer will be too low for more at ${used}`;
      case WHY_NEAREST:
        return `rendition ${chosen} is nearest (${this.#c.distance[slot]!.toFixed(3)}) to ${used} without `
          + 'latency, stall or switch';
      default:
        return UNDECIDED;
    }
  }

  estimate(slot: number): BitsPerS {
    return this.#rate.known(slot) ? this.#rate.rate(slot) : 0;
  }

  save(): AbrRuleState {
    return { ...this.#columns.save(''), ...this.#rate.save('rate'), neurons: this.#neurons.slice() };
  }

  restore(state: AbrRuleState): void {
    this.#columns.restore('', state);
    this.#rate.restore('rate', state);
    this.#neurons.set(state['neurons']!);
  }

  /** Puts the neurons at the rates of their renditions at first; returns the norm of the ladder. */
  #place(slot: number, bitrates: readonly BitsPerS[]): BitsPerS {
    let sum = 0;
    for (const rate of bitrates) sum += rate ** 2;
    const scale = Math.sqrt(sum);
    if (this.#c.placed[slot] === 1) return scale;
    this.#c.placed[slot] = 1;
    for (let i = 0; i < bitrates.length; i++) this.#neurons[at(slot, i)] = bitrates[i]! / scale;
    return scale;
  }

  /** The weights of the axes: see the class. */
  #weigh({ slot, bitrates, bufferUs, segmentUs, rate }: AbrContext, throughput: BitsPerS): void {
    const c = this.#c;
    const [bufferS, seconds] = [bufferUs / US_PER_S, segmentUs / US_PER_S];
    const [least, most] = [bitrates[0]! / 1e3, bitrates[bitrates.length - 1]! / 1e3];
    let best = -Infinity;
    for (let i = 0; i < bitrates.length; i++) {
      const nextS = this.#nextBufferS(bitrates[i]!, bufferS, seconds, throughput);
      if (nextS < this.#params.minBuffer / US_PER_S) continue;
      const stallS = Math.max(1e-5, (bitrates[i]! * seconds) / throughput - nextS);
      const latency = this.#neurons[at(slot, i) + 1]!;
      const latencyCost = latency <= LATENCY_KNEE_S ? 0.05 * least : 0.1 * most; // dash.js LoLpQoEEvaluator
      const qoe = (seconds * bitrates[i]!) / 1e3 - most * stallS - latencyCost * latency
        - least * Math.abs(1 - rate);
      if (qoe <= best) continue;
      best = qoe;
      c.weighed[slot] = 1;
      c.weightLatency[slot] = latency > 0 ? 1 : 0.2;
    }
    const weights = this.#weights;
    const found = c.weighed[slot] === 1;
    weights[0] = found ? 0.2 : 0.4;
    weights[1] = found ? c.weightLatency[slot]! : 0.4;
    weights[2] = found ? 1 : 0.4;
    weights[3] = found ? 0.2 : 0.4;
  }

  #nearest({ slot, bitrates, bufferUs, segmentUs }: AbrContext, throughput: BitsPerS): number {
    const [weights, seen, neurons] = [this.#weights, this.#seen, this.#neurons];
    let winner = 0;
    let least = Infinity;
    for (let i = 0; i < bitrates.length; i++) {
      const nextS = this.#nextBufferS(bitrates[i]!, bufferUs / US_PER_S, segmentUs / US_PER_S, throughput);
      const low = nextS < this.#params.minBuffer / US_PER_S;
      const tooMuch = i > 0 && (low || bitrates[i]! > throughput - HEADROOM);
      let sum = 0;
      for (let axis = 0; axis < AXES; axis++) {
        const weight = axis === 0 && tooMuch ? AWAY : weights[axis]!;
        sum += weight * (neurons[at(slot, i) + axis]! - seen[axis]!) ** 2;
      }
      if (Math.sqrt(sum) >= least) continue;
      least = Math.sqrt(sum);
      winner = i;
    }
    this.#c.distance[slot] = least;
    return winner;
  }

  /** Moves the neuron, and others the nearer they are to it, towards what was seen. */
  #learn(slot: number, neuron: number, rungs: number): void {
    const { neighbourhood, learning } = this.#params;
    const [neurons, seen] = [this.#neurons, this.#seen];
    for (let i = 0; i < rungs; i++) {
      let apart = 0;
      for (let axis = 0; axis < AXES; axis++) {
        apart += (neurons[at(slot, i) + axis]! - neurons[at(slot, neuron) + axis]!) ** 2;
      }
      const share = learning * Math.exp(-apart / (2 * neighbourhood ** 2));
      for (let axis = 0; axis < AXES; axis++) {
        const value = neurons[at(slot, i) + axis]!;
        neurons[at(slot, i) + axis] = value + (seen[axis]! - value) * share;
      }
    }
  }

  #mostThroughput(slot: number, rungs: number): number {
    let most = 0;
    for (let i = 0; i < rungs; i++) most = Math.max(most, this.#neurons[at(slot, i)]!);
    return most;
  }

  /** Buffer after the next segment, as dash.js reckons: a late one costs a segment. */
  #nextBufferS(bitrate: BitsPerS, bufferS: number, seconds: number, throughput: BitsPerS): number {
    const downloadS = (bitrate * seconds) / throughput;
    return downloadS > seconds ? bufferS - seconds : bufferS + seconds - downloadS;
  }

  #note(slot: number, rendition: number, why: number): number {
    this.#c.chosen[slot] = rendition;
    this.#c.why[slot] = why;
    return rendition;
  }
}

function at(slot: number, rendition: number): number {
  return (slot * MOST_RUNGS + rendition) * AXES;
}

type Column = 'placed' | 'weightLatency' | 'weighed' | 'chosen' | 'used' | 'distance' | 'why';

const INITIAL = {
  placed: 0, weightLatency: 0.2, weighed: 0, chosen: -1, used: 0, distance: 0, why: 0,
};

const AXES = 4; // throughput, latency, stall, switch
const MOST_RUNGS = 32; // as many as a ladder of scenarios can have
const SAFETY = 0.9; // dash.js bandwidthSafetyFactor
const LATENCY_SCALE = 100; // dash.js latencyNormalizationFactor
const LATENCY_KNEE_S = 1.1; // dash.js LoLpQoEEvaluator
const HEADROOM = 10_000; // dash.js throughputDelta: 10 kbit/s above the rendition
const AWAY = 100; // dash.js: weight that drives away from renditions that are too much

const WHY_NOTHING = 1;
const WHY_LOW = 2;
const WHY_NEAREST = 3;
