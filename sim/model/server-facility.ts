import { assert, InvariantError } from '../../models/core/assert.ts';
import type { Us } from '../../models/core/units.ts';
import { NO_EVENT } from '../kernel/event-list.ts';
import { Facility, isCountOrAll, type BreakdownPolicy, type FacilityOptions } from './facility.ts';
import { JobHeap, type SavedJobHeap } from './job-heap.ts';
import { IN_SERVICE, REFUSED, WAITING, type Job } from './jobs.ts';
import { ChainLine, KeyLine, type Line, type SavedLine } from './line.ts';
import { OWN_HOOKS, type ContinuationCode, type Model } from './model.ts';

/** A facility where each customer in service has a server alone: all disciplines but processor sharing. */
export class ServerFacility extends Facility {
  readonly #line: Line;
  /** Those in service by urgency, the least urgent first, where a service can be broken off. */
  readonly #running: JobHeap | undefined;
  readonly #byRemaining: boolean;
  readonly #endCode: number;
  readonly #renegeCode: number;
  #sequence = 0;
  /** A handler itself: a method would be one call more for each customer. */
  readonly #end = (job: Job): void => {
    const { jobs, meter } = this;
    const now = this.loop.now;
    meter.pass(now);
    meter.setBusy(meter.busy - 1);
    this.#running?.remove(job);
    this.countServed(job, now, jobs.received[job]! + (now - jobs.begunAt[job]!));
    const entity = jobs.entity[job]!;
    const then = jobs.then[job]!;
    jobs.free(job);
    this.#fillServers();
    this.tellServed(entity, then, job);
  };

  constructor(model: Model, name: string, options: FacilityOptions) {
    super(model, name, options);
    const { discipline, jobs } = this;
    assert(discipline !== 'processor-sharing', 'processor sharing has no line', { name });
    this.#byRemaining = discipline === 'shortest-remaining';
    const preemptive = this.#byRemaining || discipline === 'preemptive-priority';
    this.#running = preemptive ? new JobHeap() : undefined;
    const chained = discipline === 'fifo' || discipline === 'lifo';
    this.#line = chained ? new ChainLine(jobs, discipline === 'lifo') : new KeyLine(jobs);
    this.#endCode = model.on(this.#end);
    this.#renegeCode = model.on((job) => this.#renege(job));
  }

  use(
    entity: number, serviceUs: Us, priority = 0, patienceUs = Infinity, then: ContinuationCode = OWN_HOOKS,
  ): Job {
    const { meter, jobs } = this;
    const now = this.loop.now;
    const service = Math.round(serviceUs);
    if (!(service >= 0 && patienceUs >= 0)) throw this.#badRequest(serviceUs, patienceUs);
    if (meter.inside >= this.capacity) {
      meter.refuse();
      return REFUSED;
    }
    meter.pass(now);
    meter.enter();
    const job = jobs.take(entity, now, service, then);
    jobs.key[job] = this.#byRemaining ? service : priority;
    jobs.sequence[job] = this.#sequence++;
    if (meter.busy < meter.servers || (this.#running !== undefined && this.#displace(job, now))) {
      this.#begin(job, now);
      return job;
    }
    jobs.state[job] = WAITING;
    this.#line.add(job);
    if (patienceUs < Infinity) {
      jobs.event[job] = this.loop.schedule(now + Math.round(patienceUs), this.#renegeCode, job, 0);
    }
    return job;
  }

  /** Customers who wait. */
  get waitingNow(): number {
    return this.#line.size;
  }

  release(job: Job): void {
    const served = this.jobs.state[job] === IN_SERVICE;
    assert(served, 'only a customer in service is released', { name: this.name, job });
    const event = this.jobs.event[job]!;
    if (event !== NO_EVENT) this.loop.cancel(event);
    this.#end(job);
  }

  interrupt(job: Job): Us {
    this.assertInside(job);
    const { jobs, meter } = this;
    const now = this.loop.now;
    meter.pass(now);
    if (jobs.state[job] === IN_SERVICE) this.#breakOff(job, now);
    else {
      this.#line.remove(job);
      if (jobs.event[job] !== NO_EVENT) this.loop.cancel(jobs.event[job]!);
    }
    const owed = jobs.remaining[job]!;
    meter.countInterrupted(now - jobs.arrivedAt[job]!, jobs.received[job]!);
    jobs.free(job);
    this.#fillServers();
    return owed;
  }

  setServers(servers: number, policy: BreakdownPolicy = 'resume'): void {
    assert(isCountOrAll(servers), 'a facility has a whole number of servers', { name: this.name, servers });
    const { jobs, meter } = this;
    const now = this.loop.now;
    meter.pass(now);
    meter.setServers(servers);
    const stopped = policy === 'finish' ? 0 : Math.max(0, meter.busy - servers);
    for (let left = stopped; left > 0; left--) {
      const job = this.#leastUrgent();
      this.#breakOff(job, now);
      if (policy === 'restart') jobs.remaining[job] = jobs.demand[job]!;
      this.#putBack(job);
    }
    this.#fillServers();
  }

  received(job: Job): Us {
    const { jobs } = this;
    const spell = jobs.state[job] === IN_SERVICE ? this.loop.now - jobs.begunAt[job]! : 0;
    return jobs.received[job]! + spell;
  }

  protected saveOrder(): SavedOrder {
    const running = this.#running?.save();
    return { line: this.#line.save(), sequence: this.#sequence, ...(running && { running }) };
  }

  protected restoreOrder(saved: SavedOrder): void {
    this.#line.restore(saved.line);
    this.#sequence = saved.sequence;
    if (saved.running) this.#running!.restore(saved.running);
  }

  #begin(job: Job, now: Us): void {
    const { jobs, meter } = this;
    const remaining = jobs.remaining[job]!;
    jobs.state[job] = IN_SERVICE;
    jobs.begunAt[job] = now;
    jobs.event[job] = remaining === Infinity
      ? NO_EVENT
      : this.loop.schedule(now + remaining, this.#endCode, job, 0);
    meter.setBusy(meter.busy + 1);
    // Least urgent first: the order of the line, turned round.
    this.#running?.add(job, -this.#urgency(job, now), -jobs.sequence[job]!);
    this.tellStarted(job);
  }

  #renege(job: Job): void {
    const { jobs, meter } = this;
    const now = this.loop.now;
    meter.pass(now);
    this.#line.remove(job);
    this.countReneged(job, now);
    const entity = jobs.entity[job]!;
    const then = jobs.then[job]!;
    jobs.free(job);
    this.tellReneged(entity, then, job);
  }

  #fillServers(): void {
    const { meter } = this;
    const line = this.#line;
    // Asked for here and not handed in: V8 makes an object of a double that is an argument.
    const now = this.loop.now;
    while (line.size > 0 && meter.busy < meter.servers) {
      const job = line.take();
      const event = this.jobs.event[job]!;
      if (event !== NO_EVENT) this.loop.cancel(event);
      this.#begin(job, now);
    }
  }

  /** Breaks off the least urgent service for a newcomer of more urgency; false when there is none. */
  #displace(job: Job, now: Us): boolean {
    const running = this.#running!;
    if (running.size === 0 || !(this.#urgency(job, now) < -running.topKey)) return false;
    const least = running.top;
    this.#breakOff(least, now);
    this.#putBack(least);
    return true;
  }

  /** A number by which customers in service and one about to begin compare, the smaller the more urgent. */
  #urgency(job: Job, now: Us): number {
    // Remaining services shrink alike: their order is that of the times at which they would end.
    return this.#byRemaining ? now + this.jobs.remaining[job]! : this.jobs.key[job]!;
  }

  /** Takes a customer's server away; the customer is then neither in service nor in line. */
  #breakOff(job: Job, now: Us): void {
    const { jobs, meter } = this;
    const spell = now - jobs.begunAt[job]!;
    if (jobs.event[job] !== NO_EVENT) this.loop.cancel(jobs.event[job]!);
    jobs.event[job] = NO_EVENT;
    jobs.received[job]! += spell;
    jobs.remaining[job]! -= spell;
    meter.setBusy(meter.busy - 1);
    this.#running?.remove(job);
  }

  #putBack(job: Job): void {
    const { jobs } = this;
    jobs.state[job] = WAITING;
    if (this.#byRemaining) jobs.key[job] = jobs.remaining[job]!;
    this.#line.putBack(job);
  }

  /** Whose service ends first when servers go out of operation: the least urgent, or the one begun last. */
  #leastUrgent(): Job {
    if (this.#running !== undefined) return this.#running.top;
    const { state, begunAt, sequence } = this.jobs;
    let found = -1;
    for (let job = 0; job < state.length; job++) {
      if (state[job] !== IN_SERVICE) continue;
      const later = found < 0 || begunAt[job]! > begunAt[found]! ||
        (begunAt[job] === begunAt[found] && sequence[job]! > sequence[found]!);
      if (later) found = job;
    }
    return found;
  }

  #badRequest(serviceUs: Us, patienceUs: Us): InvariantError {
    const state = { facility: this.name, serviceUs, patienceUs };
    return new InvariantError('a service and a patience are at least 0 us', state);
  }
}

interface SavedOrder {
  readonly line: SavedLine;
  readonly sequence: number;
  readonly running?: SavedJobHeap;
}
