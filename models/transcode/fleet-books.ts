import type { MetricHandle, MetricSet } from '../core/metrics.ts';
import { US_PER_S, type Us } from '../core/units.ts';
import { usage } from '../cost/metrics.ts';
import { priceOf, type PriceList } from '../cost/price-list.ts';
import { MACHINE_STATES, type Fleet } from './fleet.ts';
import * as metrics from './fleet-metrics.ts';
import type { Pool } from './fleet-pools.ts';

/** Copied state of the books. */
export interface FleetBooksState {
  readonly asOf: Us;
  readonly paid: readonly number[];
  readonly engines: readonly number[];
  readonly reclaimed: readonly number[];
}

interface PoolBooks {
  readonly states: readonly MetricHandle[];
  readonly seconds: MetricHandle;
  readonly cost: MetricHandle;
  readonly hours: MetricHandle;
  readonly energy: MetricHandle;
  readonly reclaims: MetricHandle;
  readonly available: MetricHandle;
  readonly busy: MetricHandle;
  readonly output: MetricHandle;
  readonly lost: MetricHandle;
  readonly dollarsPerHour: number;
}

const SECONDS_PER_HOUR = 3600;

/** Counts what a fleet has, uses, costs and loses. */
export class FleetBooks {
  readonly #fleet: Fleet;
  readonly #pools: readonly Pool[];
  readonly #set: MetricSet;
  readonly #books: readonly PoolBooks[];
  #asOf: Us = 0;
  /** Machines paid for and engines that take work, by pool, since `#asOf`. */
  #paid: number[];
  #engines: number[];
  #reclaimed: number[];

  constructor(fleet: Fleet, pools: readonly Pool[], prices: PriceList | undefined, set: MetricSet) {
    this.#fleet = fleet;
    this.#pools = pools;
    this.#set = set;
    this.#paid = pools.map(() => 0);
    this.#engines = pools.map(() => 0);
    this.#reclaimed = pools.map(() => 0);
    this.#books = pools.map((pool) => {
      const { name } = pool.params;
      const price = prices === undefined ? undefined : priceOf(prices, pool.item);
      return {
        states: MACHINE_STATES.map(([state]) => set.bind(metrics.machines, name, state)),
        seconds: set.bind(metrics.machineSeconds, name),
        cost: set.bind(metrics.machineCost, name),
        hours: set.bind(usage, 'transcode', pool.item),
        energy: set.bind(metrics.energy, name),
        reclaims: set.bind(metrics.reclaims, name),
        available: set.bind(metrics.engineSeconds, pool.engine),
        busy: set.bind(metrics.engineBusySeconds, pool.engine),
        output: set.bind(metrics.engineOutput, pool.engine),
        lost: set.bind(metrics.engineLost, pool.engine),
        dollarsPerHour: price?.tiers[0]?.price ?? 0,
      };
    });
  }

  /** Counts up to now what machines there were until now, then looks how many there are. */
  settle(now: Us): void {
    const seconds = (now - this.#asOf) / US_PER_S;
    this.#asOf = now;
    this.#books.forEach((books, p) => {
      const paid = this.#paid[p]! * seconds;
      const set = this.#set;
      if (paid > 0) {
        set.add(books.seconds, paid);
        set.add(books.hours, paid / SECONDS_PER_HOUR);
        set.add(books.cost, (paid / SECONDS_PER_HOUR) * books.dollarsPerHour);
        set.add(books.energy, paid * (this.#pools[p]!.params.watts?.idle ?? 0));
      }
      set.add(books.available, this.#engines[p]! * seconds);
      const reclaimed = this.#fleet.park.reclaimed(p);
      set.add(books.reclaims, reclaimed - this.#reclaimed[p]!);
      this.#reclaimed[p] = reclaimed;
      this.#paid[p] = this.#fleet.park.paid(p);
      MACHINE_STATES.forEach(([, state], i) => {
        set.setLevel(books.states[i]!, now, this.#fleet.park.count(p, state));
      });
    });
  }

  /** Engines that take work came to a pool, or left it. */
  addEngines(now: Us, pool: number, engines: number): void {
    this.settle(now);
    this.#engines[pool]! += engines;
  }

  /** Engines of a pool have encoded for so long. [us] */
  addBusy(pool: number, us: Us): void {
    const { busy, energy } = this.#books[pool]!;
    this.#set.add(busy, us / US_PER_S);
    const { params: { watts }, engines, stations } = this.#pools[pool]!;
    // A machine whose engines are all busy draws the difference between its two powers.
    if (watts !== undefined) {
      this.#set.add(energy, ((watts.busy - watts.idle) / (engines * stations)) * (us / US_PER_S));
    }
  }

  /** Media put out by a pool. [us] */
  addOutput(pool: number, us: Us): void {
    this.#set.add(this.#books[pool]!.output, us / US_PER_S);
  }

  /** Engine time whose result is lost. [us] */
  addLost(pool: number, us: Us): void {
    this.#set.add(this.#books[pool]!.lost, us / US_PER_S);
  }

  save(): FleetBooksState {
    return {
      asOf: this.#asOf, paid: [...this.#paid], engines: [...this.#engines],
      reclaimed: [...this.#reclaimed],
    };
  }

  restore(state: FleetBooksState): void {
    this.#asOf = state.asOf;
    this.#paid = [...state.paid];
    this.#engines = [...state.engines];
    this.#reclaimed = [...state.reclaimed];
  }
}
