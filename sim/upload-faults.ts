import type { MetricHandle, MetricSet } from '../models/core/metrics.ts';
import type { RandomStream, RandomStreams } from '../models/core/rng.ts';
import { PortFaults, type PortFault, type PortVerdict } from '../models/operations/faults/port-faults.ts';
import { partsRefused } from '../models/upload/metrics.ts';
import type { UploadCall } from '../models/upload/ports.ts';
import type { EventLoop } from './kernel/event-loop.ts';

const CALLS = ['init', 'complete', 'metadata'] as const satisfies readonly UploadCall[];

/** Copied state of the faults at the ports of uploads. */
export interface UploadFaultsState {
  readonly api: readonly (readonly PortFault[])[];
  readonly store: readonly PortFault[];
  readonly isBack: boolean;
}

/** The port when the deploy has been taken back. */
const NONE = new PortFaults();

/** What faults do to calls of the upload API and to parts at the object store. */
export class UploadFaults {
  readonly #loop: EventLoop;
  readonly #metrics: MetricSet;
  readonly #refused: MetricHandle;
  readonly #apiDraws: RandomStream;
  readonly #storeDraws: RandomStream;
  readonly #api: Readonly<Record<UploadCall, PortFaults>> =
    { init: new PortFaults(), complete: new PortFaults(), metadata: new PortFaults() };
  readonly #store = new PortFaults();
  /** Whether the deploy of the API has been taken back. */
  #isBack = false;

  constructor(loop: EventLoop, metrics: MetricSet, streams: RandomStreams) {
    this.#loop = loop;
    this.#metrics = metrics;
    this.#refused = metrics.bind(partsRefused);
    this.#apiDraws = streams.stream('faults/upload-api');
    this.#storeDraws = streams.stream('faults/upload-store');
  }

  /** What becomes of a call that is made now. */
  call(call: UploadCall): Readonly<PortVerdict> {
    const faults = this.#isBack ? NONE : this.#api[call];
    return faults.verdict(this.#loop.now, () => this.#apiDraws.uniform());
  }

  /** Whether the store takes a part that has come now. */
  takesPart(): boolean {
    const { status } = this.#store.verdict(this.#loop.now, () => this.#storeDraws.uniform());
    if (status > 0) this.#metrics.add(this.#refused, 1);
    return status === 0;
  }

  /** Whether the store is, or may be, unwell now: parts are then to be sent one by one. */
  get isStoreUnwell(): boolean {
    return !this.#store.idle(this.#loop.now);
  }

  /** Adds a fault of the API, at one call or all. */
  addToApi(fault: PortFault, call: UploadCall | undefined): void {
    // What was taken back before is gone for good.
    if (this.#isBack) for (const one of CALLS) this.#api[one].clear();
    this.#isBack = false;
    for (const one of call === undefined ? CALLS : [call]) this.#api[one].add(fault);
  }

  /** Adds a fault of the store. */
  addToStore(fault: PortFault): void {
    this.#store.add(fault);
  }

  /** The deploy of the API is taken back, or comes again. */
  rollback(on: boolean): void {
    this.#isBack = on;
  }

  save(): UploadFaultsState {
    const api = CALLS.map((call) => this.#api[call].save());
    return { api, store: this.#store.save(), isBack: this.#isBack };
  }

  restore(state: UploadFaultsState): void {
    CALLS.forEach((call, i) => this.#api[call].restore(state.api[i]!));
    this.#store.restore(state.store);
    this.#isBack = state.isBack;
  }
}
