import type { RandomStream } from '../models/core/rng.ts';
import type { Us } from '../models/core/units.ts';
import type { Autoscaler } from '../models/transcode/autoscaler.ts';
import type { Fleet } from '../models/transcode/fleet.ts';
import type { Pool } from '../models/transcode/fleet-pools.ts';
import { spread } from './encoder-faults.ts';

/** What can be broken and mended about the workers of a farm. */
export interface FarmLevers {
  /** Times as many workers, or machines of a pool; those that come take their time to start. */
  scale(factor: number, pool: string | undefined, coldStartUs: Us): void;
  /** So many machines more from the spot market, or workers of the one kind there is. */
  burst(machines: number, pool: string | undefined, coldStartUs: Us): void;
  /** Workers that fail for their hardware are taken out of use, and others are started in their place. */
  replaceFailing(coldStartUs: Us): void;
  /** A share of GPUs breaks, to be repaired at a time. */
  breakGpus(share: number, until: Us, pool: string | undefined): void;
  /** A share of spot machines is taken back, and none is to be had for a while. */
  reclaim(share: number, shortageUs: Us): void;
}

/** What the levers of a fleet pull at. */
export interface FleetLeverSetup {
  readonly farm: Fleet;
  readonly pools: readonly Pool[];
  readonly scalers: ReadonlyArray<{ readonly pool: number; readonly scaler: Autoscaler }>;
  readonly now: () => Us;
  /** Whether a worker crashes again and again for its hardware. */
  readonly isFailing: (worker: number) => boolean;
  /** Which GPUs break. */
  readonly draws: RandomStream;
  /** Machines have come, gone or broken. */
  readonly changed: () => void;
}

/** The levers of a fleet: machines are asked for by pool, and autoscalers keep what people asked for. */
export class FleetLevers implements FarmLevers {
  readonly #setup: FleetLeverSetup;

  constructor(setup: FleetLeverSetup) {
    this.#setup = setup;
  }

  scale(factor: number, pool: string | undefined): void {
    for (const p of this.#poolsOf(pool)) {
      this.#have(p, Math.ceil(this.#setup.farm.park.target(p) * factor - 1e-9));
    }
    this.#setup.changed();
  }

  burst(machines: number, pool: string | undefined): void {
    const { pools, farm } = this.#setup;
    const found = this.#poolsOf(pool).find((p) => pools[p]!.isSpot);
    if (found !== undefined) this.#have(found, farm.park.target(found) + machines);
    this.#setup.changed();
  }

  replaceFailing(): void {
    const { farm, now, isFailing } = this.#setup;
    farm.replaceFailing(now(), isFailing);
    this.#setup.changed();
  }

  breakGpus(share: number, until: Us, pool: string | undefined): void {
    const { farm, draws, now } = this.#setup;
    const first = draws.uniform();
    let seen = 0;
    farm.breakShare(now(), share, until, this.#poolsOf(pool), () => spread(first, seen++));
    this.#setup.changed();
  }

  reclaim(share: number, shortageUs: Us): void {
    this.#setup.farm.reclaim(this.#setup.now(), share, shortageUs);
    this.#setup.changed();
  }

  #have(pool: number, machines: number): void {
    const { farm, scalers, now } = this.#setup;
    for (const one of scalers) if (one.pool === pool) one.scaler.atLeast(machines);
    farm.scaleTo(now(), pool, machines);
  }

  #poolsOf(name: string | undefined): number[] {
    const { pools } = this.#setup;
    return pools.flatMap(({ params }, p) => (name === undefined || params.name === name ? [p] : []));
  }
}
