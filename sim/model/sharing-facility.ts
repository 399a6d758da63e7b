import { assert } from '../../models/core/assert.ts';
import type { Us } from '../../models/core/units.ts';
import { NO_EVENT, type EventHandle } from '../kernel/event-list.ts';
import { Facility, isCountOrAll, type BreakdownPolicy, type FacilityOptions } from './facility.ts';
import { JobHeap, type SavedJobHeap } from './job-heap.ts';
import { IN_SERVICE, REFUSED, type Job } from './jobs.ts';
import { OWN_HOOKS, type ContinuationCode, type Model } from './model.ts';

/**
 * Egalitarian processor sharing: n servers serve k customers at once, each at the rate min(n / k, 1).
 *
 * Attained service is the same for all who are inside, so one virtual clock runs at that rate, each customer
 * leaves when it shows the arrival's reading plus the service asked for, and one event stands for the next of
 * them.
 */
export class SharingFacility extends Facility {
  /** By the reading of the virtual clock at which they leave. */
  readonly #leaving = new JobHeap();
  readonly #wakeCode: number;
  #wake: EventHandle = NO_EVENT;
  /** Reading of the virtual clock at #readAt. [us of service] */
  #clock = 0;
  #readAt: Us = 0;
  #sequence = 0;

  constructor(model: Model, name: string, options: FacilityOptions) {
    super(model, name, options);
    assert(options.patience === undefined, 'nobody waits where all share: there is no patience', { name });
    this.#wakeCode = model.on(() => this.#leave());
  }

  use(
    entity: number, serviceUs: Us, _priority = 0, patienceUs = Infinity, then: ContinuationCode = OWN_HOOKS,
  ): Job {
    const { meter, jobs } = this;
    const now = this.loop.now;
    const service = Math.round(serviceUs);
    assert(service >= 0 && service < Infinity, 'a shared service is finite and at least 0 us', { serviceUs });
    const { name } = this;
    assert(patienceUs === Infinity, 'nobody waits where all share: there is no patience', { name });
    if (meter.inside >= this.capacity) {
      meter.refuse();
      return REFUSED;
    }
    this.#pass(now);
    meter.enter();
    this.#setBusy();
    const job = jobs.take(entity, now, service, then);
    jobs.state[job] = IN_SERVICE;
    jobs.begunAt[job] = this.#clock;
    jobs.key[job] = this.#clock + service;
    this.#leaving.add(job, jobs.key[job]!, this.#sequence++);
    this.#rearm(now);
    this.tellStarted(job);
    return job;
  }

  release(job: Job): void {
    assert(false, 'a shared service ends by itself', { facility: this.name, job });
  }

  interrupt(job: Job): Us {
    this.assertInside(job);
    const { jobs, meter } = this;
    const now = this.loop.now;
    this.#pass(now);
    const owed = Math.max(0, jobs.key[job]! - this.#clock);
    this.#leaving.remove(job);
    meter.countInterrupted(now - jobs.arrivedAt[job]!, this.received(job));
    jobs.free(job);
    this.#setBusy();
    this.#rearm(now);
    return owed;
  }

  setServers(servers: number, policy: BreakdownPolicy = 'resume'): void {
    assert(isCountOrAll(servers), 'a facility has a whole number of servers', { name: this.name, servers });
    assert(policy === 'resume', 'shared services go on where they were', { name: this.name, policy });
    const now = this.loop.now;
    this.#pass(now);
    this.meter.setServers(servers);
    this.#setBusy();
    this.#rearm(now);
  }

  received(job: Job): Us {
    return this.#clock + (this.loop.now - this.#readAt) * this.#rate() - this.jobs.begunAt[job]!;
  }

  protected saveOrder(): SavedOrder {
    return {
      leaving: this.#leaving.save(),
      wake: this.#wake,
      clock: this.#clock,
      readAt: this.#readAt,
      sequence: this.#sequence,
    };
  }

  protected restoreOrder(saved: SavedOrder): void {
    this.#leaving.restore(saved.leaving);
    this.#wake = saved.wake;
    this.#clock = saved.clock;
    this.#readAt = saved.readAt;
    this.#sequence = saved.sequence;
  }

  /** Lets everyone leave whose service is complete; the event stands for at least one of them. */
  #leave(): void {
    const { jobs, meter } = this;
    const now = this.loop.now;
    this.#wake = NO_EVENT;
    this.#pass(now);
    let due = true;
    while (due) {
      const job = this.#leaving.top;
      this.#leaving.remove(job);
      this.countServed(job, now, this.#clock - jobs.begunAt[job]!);
      this.#setBusy();
      const entity = jobs.entity[job]!;
      const then = jobs.then[job]!;
      jobs.free(job);
      this.tellServed(entity, then, job);
      due = this.#leaving.size > 0 && this.#leaving.topKey <= this.#clock + CLOCK_ERROR_US;
    }
    // An empty facility sets its clock back, so that readings keep their precision.
    if (meter.inside === 0) this.#clock = 0;
    this.#rearm(now);
  }

  #pass(now: Us): void {
    this.#clock += (now - this.#readAt) * this.#rate();
    this.#readAt = now;
    this.meter.pass(now);
  }

  #rate(): number {
    const { inside, servers } = this.meter;
    return inside > servers ? servers / inside : 1;
  }

  #setBusy(): void {
    const { meter } = this;
    meter.setBusy(Math.min(meter.inside, meter.servers));
  }

  #rearm(now: Us): void {
    const rate = this.#rate();
    const idle = this.#leaving.size === 0 || rate === 0;
    const left = idle ? 0 : Math.max(0, this.#leaving.topKey - this.#clock - CLOCK_ERROR_US);
    const at = idle ? Infinity : now + Math.ceil(left / rate);
    this.#wake = this.loop.rearm(this.#wake, at, this.#wakeCode, 0);
  }
}

// Readings up to a month are exact to this.
const CLOCK_ERROR_US = 1e-3;

interface SavedOrder {
  readonly leaving: SavedJobHeap;
  readonly wake: EventHandle;
  readonly clock: number;
  readonly readAt: Us;
  readonly sequence: number;
}
