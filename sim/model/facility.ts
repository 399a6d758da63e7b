import { assert, InvariantError } from '../../models/core/assert.ts';
import type { Distribution } from '../../models/core/distributions/distribution.ts';
import type { RandomStream } from '../../models/core/rng.ts';
import type { Us } from '../../models/core/units.ts';
import type { EventLoop } from '../kernel/event-loop.ts';
import { Tally, type TallyState } from '../statistics/tally.ts';
import { FacilityMeter } from './facility-meter.ts';
import { ABSENT, Jobs, type Job, type SavedJobs } from './jobs.ts';
import { OWN_HOOKS, RENEGED, SERVED, STARTED } from './model.ts';
import type { ContinuationCode, Model, Part } from './model.ts';

/** In which order, and how, customers are served. */
export type Discipline =
  | 'fifo'
  | 'lifo'
  /** The smallest priority number first, nobody's service is broken off. */
  | 'priority'
  /** The smallest priority number first; it breaks off a service of less urgency, which is resumed later. */
  | 'preemptive-priority'
  /** Shortest remaining service first, preemptive. */
  | 'shortest-remaining'
  /** All at once, each with min(servers / customers, 1) of a server. */
  | 'processor-sharing';

/** What a facility is made of; times are in the model's own unit where a distribution gives them. */
export interface FacilityOptions {
  /** A whole number, or Infinity: then nobody waits. */
  readonly servers: number;
  /** 'fifo' by default. */
  readonly discipline?: Discipline;
  /** Most customers inside, waiting and in service; one more is refused. Unlimited by default. */
  readonly capacity?: number;
  /** Law of the service that arrive() draws. */
  readonly service?: Distribution;
  /** Law of the patience that arrive() draws; unlimited by default. */
  readonly patience?: Distribution;
  /** Called when a customer has been served. */
  readonly served?: (entity: number) => void;
  /** Called when a customer gets a server, each time. */
  readonly started?: (entity: number, job: Job) => void;
  /** Called when a customer's patience has ended. */
  readonly reneged?: (entity: number) => void;
}

/** What becomes of services in progress when servers go out of operation. */
export type BreakdownPolicy =
  /** Broken off and resumed later where they were. */
  | 'resume'
  /** Broken off and begun anew later. */
  | 'restart'
  /** Brought to their end first. */
  | 'finish';

/**
 * Servers and those who want their service, with the statistics of both. Times are in microseconds; a
 * customer inside is a `job`, good until the customer has left. Hooks are called last, when the facility's
 * state is whole again.
 *
 * Waiting is the time inside without service; for processor sharing, what sharing adds to the service itself.
 */
export abstract class Facility implements Part<SavedFacility> {
  readonly name: string;
  readonly discipline: Discipline;
  readonly capacity: number;
  /** Time inside less service received, of customers served. [us] */
  readonly waiting = new Tally();
  /** Time inside of customers served. [us] */
  readonly sojourn = new Tally();
  /** Time waited by customers who lost patience. [us] */
  readonly abandonment = new Tally();
  protected readonly model: Model;
  protected readonly loop: EventLoop;
  protected readonly jobs = new Jobs();
  protected readonly meter = new FacilityMeter();
  // Each hook and law in a field of its own: a customer passes here four times.
  readonly #service: Distribution | undefined;
  readonly #patience: Distribution | undefined;
  readonly #served: ((entity: number) => void) | undefined;
  readonly #started: ((entity: number, job: Job) => void) | undefined;
  readonly #reneged: ((entity: number) => void) | undefined;
  readonly #unitUs: Us;
  readonly #services: RandomStream | undefined;
  readonly #patiences: RandomStream | undefined;

  constructor(model: Model, name: string, options: FacilityOptions) {
    const { servers, discipline = 'fifo', capacity = Infinity } = options;
    assert(isCountOrAll(servers), 'a facility has a whole number of servers', { name, servers });
    assert(isCountOrAll(capacity), 'the capacity is a whole number of customers', { name, capacity });
    this.name = name;
    this.discipline = discipline;
    this.capacity = capacity;
    this.model = model;
    this.loop = model.loop;
    this.#unitUs = model.unitUs;
    this.#service = options.service;
    this.#patience = options.patience;
    this.#served = options.served;
    this.#started = options.started;
    this.#reneged = options.reneged;
    this.#services = options.service && model.stream(`${name}/service`);
    this.#patiences = options.patience && model.stream(`${name}/patience`);
    this.meter.setServers(servers);
    model.add(this);
  }

  /**
   * A customer asks for service. Returns REFUSED when the facility is full. `patienceUs` is how long the
   * customer waits for the first service; `serviceUs` may be Infinity, then the server is held until
   * release().
   */
  abstract use(
    entity: number, serviceUs: Us, priority?: number, patienceUs?: Us, then?: ContinuationCode,
  ): Job;

  /** Ends a service of unlimited length: the customer counts as served. */
  abstract release(job: Job): void;

  /**
   * Takes a customer out before the end of the service, without calling a hook; returns the service still
   * owed. [us]
   */
  abstract interrupt(job: Job): Us;

  /** Puts servers into operation or out of it; see BreakdownPolicy. */
  abstract setServers(servers: number, policy?: BreakdownPolicy): void;

  /** Service a customer inside has received so far. [us] */
  abstract received(job: Job): Us;

  /** A customer asks for a service, and brings a patience, of the facility's own laws. */
  arrive(entity: number, priority = 0): Job {
    // Short, and the rare in methods of their own, so that V8 inlines the sampling: doubles stay doubles.
    if (this.#service === undefined) throw this.#noService();
    // Whole numbers go from call to call without an object being made of them.
    const serviceUs = Math.round(this.#service.sample(this.#services!) * this.#unitUs);
    if (this.#patience === undefined) return this.use(entity, serviceUs, priority);
    return this.use(entity, serviceUs, priority, this.#drawPatience());
  }

  /** Customers inside, waiting and in service. */
  get inside(): number {
    return this.meter.inside;
  }

  /** Servers at work. */
  get busy(): number {
    return this.meter.busy;
  }

  /** Servers in operation. */
  get servers(): number {
    return this.meter.servers;
  }

  /** Customers who came, since the last reset; those refused are among them. */
  get arrivals(): number {
    return this.meter.arrivals;
  }

  /** Customers who found the facility full. */
  get refused(): number {
    return this.meter.refused;
  }

  /** Customers served. */
  get served(): number {
    return this.meter.served;
  }

  /** Customers who lost patience. */
  get reneged(): number {
    return this.meter.reneged;
  }

  /** Mean over time of the number inside, since the last reset. */
  get meanInside(): number {
    return this.#areas().inside / this.meter.spanUs;
  }

  /** Mean over time of the number of servers at work. */
  get meanBusy(): number {
    return this.#areas().busy / this.meter.spanUs;
  }

  /**
   * Mean over time of the number inside who are not served; for processor sharing, of the servers they lack.
   */
  get meanQueue(): number {
    const { inside, busy } = this.#areas();
    return (inside - busy) / this.meter.spanUs;
  }

  /** Share of the servers in operation that were at work. */
  get utilisation(): number {
    const { busy, servers } = this.#areas();
    return busy / servers;
  }

  /** Most customers inside at once since the last reset. */
  get maxInside(): number {
    return this.meter.maxInside;
  }

  resetStatistics(): void {
    this.meter.pass(this.loop.now);
    const { sojourn, service } = this.#presentTimes();
    this.meter.reset(sojourn, service);
    this.waiting.reset();
    this.sojourn.reset();
    this.abandonment.reset();
  }

  checkLaws(): void {
    this.meter.pass(this.loop.now);
    const { sojourn, service } = this.#presentTimes();
    this.meter.checkLaws(this.name, sojourn, service);
  }

  save(): SavedFacility {
    return {
      jobs: this.jobs.save(),
      meter: this.meter.save(),
      tallies: [this.waiting.save(), this.sojourn.save(), this.abandonment.save()],
      order: this.saveOrder(),
    };
  }

  restore(saved: SavedFacility): void {
    this.jobs.restore(saved.jobs);
    this.meter.restore(saved.meter);
    [this.waiting, this.sojourn, this.abandonment].forEach((tally, i) => tally.restore(saved.tallies[i]!));
    this.restoreOrder(saved.order);
  }

  /** What the discipline keeps besides the jobs. */
  protected abstract saveOrder(): unknown;
  protected abstract restoreOrder(saved: unknown): void;

  /** Says that a customer has a server. */
  protected tellStarted(job: Job): void {
    const { jobs } = this;
    const then = jobs.then[job]!;
    if (then === OWN_HOOKS) this.#started?.(jobs.entity[job]!, job);
    else if (jobs.demand[job] === Infinity) {
      this.model.continuations[then]!(jobs.entity[job]!, STARTED, job);
    }
  }

  /** Counts a customer as served, whose job is still there. */
  protected countServed(job: Job, now: Us, service: Us): void {
    const inside = now - this.jobs.arrivedAt[job]!;
    this.sojourn.add(inside);
    this.waiting.add(inside - service);
    this.meter.countServed(inside, service);
  }

  protected countReneged(job: Job, now: Us): void {
    const inside = now - this.jobs.arrivedAt[job]!;
    this.abandonment.add(inside);
    this.meter.countReneged(inside);
  }

  protected tellServed(entity: number, then: ContinuationCode, job: Job): void {
    if (then === OWN_HOOKS) this.#served?.(entity);
    else this.model.continuations[then]!(entity, SERVED, job);
  }

  protected tellReneged(entity: number, then: ContinuationCode, job: Job): void {
    if (then === OWN_HOOKS) this.#reneged?.(entity);
    else this.model.continuations[then]!(entity, RENEGED, job);
  }

  /** The job must be inside: a number kept after its customer has left is a bug. */
  protected assertInside(job: Job): void {
    assert(this.jobs.state[job] !== undefined && this.jobs.state[job] !== ABSENT, 'the customer is inside', {
      facility: this.name,
      job,
    });
  }

  #noService(): InvariantError {
    return new InvariantError('arrive() needs a law of service', { facility: this.name });
  }

  #drawPatience(): Us {
    return this.#patience!.sample(this.#patiences!) * this.#unitUs;
  }

  #areas(): { readonly inside: number; readonly busy: number; readonly servers: number } {
    this.meter.pass(this.loop.now);
    return this.meter.areas();
  }

  /** Time that those inside have spent here, and service they have received. [us] */
  #presentTimes(): { readonly sojourn: number; readonly service: number } {
    const { state, arrivedAt } = this.jobs;
    const now = this.loop.now;
    let sojourn = 0;
    let service = 0;
    for (let job = 0; job < state.length; job++) {
      if (state[job] === ABSENT) continue;
      sojourn += now - arrivedAt[job]!;
      service += this.received(job);
    }
    return { sojourn, service };
  }
}

/** State of a facility. */
export interface SavedFacility {
  readonly jobs: SavedJobs;
  readonly meter: Float64Array;
  readonly tallies: readonly TallyState[];
  readonly order: unknown;
}

/** Whether a number counts servers or customers; Infinity is as many as there may be. */
export function isCountOrAll(value: number): boolean {
  return value === Infinity || (Number.isSafeInteger(value) && value >= 0);
}
