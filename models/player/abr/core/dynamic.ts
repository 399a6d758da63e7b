import { NumberColumns } from './columns.ts';
import type { Core, Situation, Transfer } from './core.ts';
import { seconds, UNDECIDED } from './words.ts';

/** How DYNAMIC goes back and forth between BOLA and the throughput rule. */
export interface DynamicOptions {
  /** Above this level it turns to BOLA. [ms] */
  readonly bolaAboveMs: number;
  /** Below this level it turns to throughput. [ms] */
  readonly throughputBelowMs: number;
  /** Whether BOLA must choose as high as throughput to take over, and lower to give way. */
  readonly compares: boolean;
  /** Thresholds are at most this share of the buffer; Infinity leaves them where they are. */
  readonly mostOfBuffer: number;
  /** Which of the two judges transfers under way. */
  readonly abandonsBy: 'throughput' | 'active';
}

/** DYNAMIC: the throughput rule while the buffer is low, BOLA when it is not (TOMM 2019, dash.js, Sabre). */
export class DynamicCore implements Core {
  pauseMs = 0;
  readonly #bola: Core;
  readonly #throughput: Core;
  readonly #options: DynamicOptions;
  readonly #columns: NumberColumns<'Bola' | 'Level' | 'Turned'>;
  readonly #isBola: Float64Array;
  readonly #level: Float64Array;
  readonly #turned: Float64Array;

  constructor(slots: number, bola: Core, throughput: Core, options: DynamicOptions) {
    this.#bola = bola;
    this.#throughput = throughput;
    this.#options = options;
    this.#columns = new NumberColumns(slots, { Bola: 0, Level: -1, Turned: 0 });
    this.#isBola = this.#columns.of('Bola');
    this.#level = this.#columns.of('Level');
    this.#turned = this.#columns.of('Turned');
  }

  reset(slot: number): void {
    this.#columns.reset(slot);
    this.#bola.reset(slot);
    this.#throughput.reset(slot);
  }

  decide(at: Situation): number {
    const { slot } = at;
    const was = this.#isBola[slot]!;
    const rung = this.#options.compares ? this.#decideByBoth(at) : this.#decideByLevel(at);
    this.#turned[slot] = this.#isBola[slot] === was ? 0 : 1;
    this.#level[slot] = at.bufferMs;
    this.pauseMs = this.#active(slot).pauseMs;
    return rung;
  }

  waited(slot: number, ms: number): void {
    this.#bola.waited(slot, ms);
    this.#throughput.waited(slot, ms);
  }

  arrived(at: Situation, transfer: Transfer, replacement: boolean): void {
    this.#bola.arrived(at, transfer, replacement);
    this.#throughput.arrived(at, transfer, replacement);
    if (replacement && this.#options.compares) this.#isBola[at.slot] = 0;
  }

  abandon(at: Situation, transfer: Transfer, bufferMs: number): number {
    return this.#judge(at.slot).abandon(at, transfer, bufferMs);
  }

  calmMs(at: Situation, transfer: Transfer, bufferMs: number): number {
    return this.#judge(at.slot).calmMs(at, transfer, bufferMs);
  }

  explain(slot: number): string {
    const level = this.#level[slot]!;
    if (level < 0) return UNDECIDED;
    const by = this.#isBola[slot] === 1 ? 'BOLA' : 'throughput';
    const turned = this.#turned[slot] === 1 ? `, from now on, ${seconds(level)} buffered` : '';
    return `by ${by}${turned}: ${this.#active(slot).explain(slot)}`;
  }

  save(prefix: string): Record<string, Float64Array> {
    return {
      ...this.#columns.save(prefix), ...this.#bola.save(`${prefix}Bola`),
      ...this.#throughput.save(`${prefix}Throughput`),
    };
  }

  restore(prefix: string, state: Readonly<Record<string, Float64Array>>): void {
    this.#columns.restore(prefix, state);
    this.#bola.restore(`${prefix}Bola`, state);
    this.#throughput.restore(`${prefix}Throughput`, state);
  }

  #judge(slot: number): Core {
    return this.#options.abandonsBy === 'active' ? this.#active(slot) : this.#throughput;
  }

  #active(slot: number): Core {
    return this.#isBola[slot] === 1 ? this.#bola : this.#throughput;
  }

  #decideByBoth(at: Situation): number {
    const { slot, bufferMs } = at;
    const byBola = this.#bola.decide(at);
    const byThroughput = this.#throughput.decide(at);
    if (this.#isBola[slot] === 1) {
      const low = bufferMs < this.#held(at, this.#options.throughputBelowMs);
      if (low && byBola < byThroughput) this.#isBola[slot] = 0;
    } else if (bufferMs > this.#held(at, this.#options.bolaAboveMs) && byBola >= byThroughput) {
      this.#isBola[slot] = 1;
    }
    return this.#isBola[slot] === 1 ? byBola : byThroughput;
  }

  #decideByLevel(at: Situation): number {
    const { slot, bufferMs } = at;
    if (this.#isBola[slot] === 1) {
      if (bufferMs < this.#held(at, this.#options.throughputBelowMs)) this.#isBola[slot] = 0;
    } else if (bufferMs > this.#held(at, this.#options.bolaAboveMs)) this.#isBola[slot] = 1;
    return this.#active(slot).decide(at);
  }

  /** A threshold, within the share of the buffer that thresholds may take. [ms] */
  #held(at: Situation, thresholdMs: number): number {
    return Math.min(thresholdMs, this.#options.mostOfBuffer * at.bufferMaxMs);
  }
}

