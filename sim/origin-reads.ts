import type { Topology } from '../models/cdn/topology/topology.ts';
import type { Bytes, Us } from '../models/core/units.ts';
import type { CdnVerdicts } from './cdn-port-faults.ts';
import type { SimulatedOrigin } from './origin.ts';

/** What becomes of a read. */
export interface OriginReading {
  /** 200, a refusal from 400 on, or 0: nobody answers. */
  status: number;
  /** From the request until the first and the last byte leave, or it is clear that nobody answers. [us] */
  firstByteUs: Us;
  lastByteUs: Us;
}

/** Copied state of reads. */
export interface OriginReadsState {
  readonly multiRegion: boolean;
}

/**
 * Reads of places at the origin: the site that is asked, what faults make of it, and, where reads may go to
 * more than one region, the next nearest site after one that fails.
 */
export class OriginReads {
  readonly #topology: Topology;
  readonly #origin: SimulatedOrigin;
  readonly #verdicts: CdnVerdicts;
  readonly #lostAfter: Us;
  /** One object for all readings. */
  readonly #reading: OriginReading = { status: 200, firstByteUs: 0, lastByteUs: 0 };
  #multiRegion = false;

  /** `lostAfter`: how long it takes to notice that nobody answers. [us] */
  constructor(topology: Topology, origin: SimulatedOrigin, verdicts: CdnVerdicts, lostAfter: Us) {
    this.#topology = topology;
    this.#origin = origin;
    this.#verdicts = verdicts;
    this.#lostAfter = lostAfter;
  }

  /** A read that fails at one site is tried at the next, or not. */
  setMultiRegion(on: boolean): void {
    this.#multiRegion = on;
  }

  /** A place reads so many bytes of an object. The answer is good until the next read. */
  read(now: Us, pop: number, object: number, wanted: Bytes): Readonly<OriginReading> {
    const reading = this.#reading;
    const sites = this.#topology.sitesOf(pop);
    const tries = this.#multiRegion ? sites.length : 1;
    let late = 0;
    for (let i = 0; i < tries; i++) {
      const site = sites[i]!;
      if (i > 0) late += this.#topology.rttSite(pop, site);
      if (this.#verdicts.cut(this.#topology.regionOf[pop]!, this.#topology.regionOfSite(site))) {
        reading.status = 0;
        late += this.#lostAfter;
        continue;
      }
      const verdict = this.#verdicts.origin(site);
      late += verdict?.delay ?? 0;
      if (verdict !== undefined && verdict.status > 0) {
        this.#origin.refusedBefore();
        reading.status = verdict.status;
        continue;
      }
      const answer = this.#origin.asked(now, object, wanted);
      reading.status = answer.status;
      reading.firstByteUs = late + answer.firstByteUs;
      reading.lastByteUs = late + answer.lastByteUs;
      return reading;
    }
    reading.firstByteUs = reading.lastByteUs = late;
    return reading;
  }

  save(): OriginReadsState {
    return { multiRegion: this.#multiRegion };
  }

  restore(state: OriginReadsState): void {
    this.#multiRegion = state.multiRegion;
  }
}
