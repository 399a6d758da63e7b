import { NO_EVENT } from '../kernel/event-list.ts';

/** Number of a customer's stay at one facility; reused after the customer has left. */
export type Job = number;

/** The customer was not let in. */
export const REFUSED: Job = -1;
/** No job: the end of a chain. */
export const NO_JOB: Job = -1;

/** The slot is free. */
export const ABSENT = 0;
/** The customer waits. */
export const WAITING = 1;
/** The customer has a server, or a share of one. */
export const IN_SERVICE = 2;

/**
 * The customers at a facility as columns by job. Free slots are chained through `next`. A field of columns
 * may be replaced by a longer one whenever a job is taken.
 */
export class Jobs {
  /** The caller's number for the customer. */
  entity = new Float64Array(FIRST_CAPACITY);
  /** [us] */
  arrivedAt = new Float64Array(FIRST_CAPACITY);
  /** Service asked for; Infinity until it is released. [us] */
  demand = new Float64Array(FIRST_CAPACITY);
  /**
   * Service still owed when not in service; as of the beginning of the present spell of it otherwise. [us]
   */
  remaining = new Float64Array(FIRST_CAPACITY);
  /** Beginning of the present spell in service; for processor sharing the virtual time of arrival. [us] */
  begunAt = new Float64Array(FIRST_CAPACITY);
  /** Service received in earlier spells. [us] */
  received = new Float64Array(FIRST_CAPACITY);
  /** Where the customer stands in line: smaller is sooner, ties by `sequence`. */
  key = new Float64Array(FIRST_CAPACITY);
  sequence = new Float64Array(FIRST_CAPACITY);
  /** Handle of the event that ends the service or the patience. */
  event = new Int32Array(FIRST_CAPACITY);
  state = new Int32Array(FIRST_CAPACITY);
  next = new Int32Array(FIRST_CAPACITY);
  previous = new Int32Array(FIRST_CAPACITY);
  /** Code of the continuation. */
  then = new Int32Array(FIRST_CAPACITY);
  #firstFree: Job = 0;

  constructor() {
    this.#chainFree(0);
  }

  /** Slots there are, free ones included. */
  get capacity(): number {
    return this.state.length;
  }

  /** A free slot for a customer who arrives now and has no service yet. */
  take(entity: number, now: number, demand: number, then: number): Job {
    if (this.#firstFree === NO_JOB) this.#grow();
    const job = this.#firstFree;
    this.#firstFree = this.next[job]!;
    this.entity[job] = entity;
    this.arrivedAt[job] = now;
    this.demand[job] = demand;
    this.remaining[job] = demand;
    this.received[job] = 0;
    this.event[job] = NO_EVENT;
    this.then[job] = then;
    return job;
  }

  /** Frees the slot of a customer who has left. */
  free(job: Job): void {
    this.state[job] = ABSENT;
    this.next[job] = this.#firstFree;
    this.#firstFree = job;
  }

  save(): SavedJobs {
    return { columns: COLUMNS.map((name) => this[name].slice()), firstFree: this.#firstFree };
  }

  restore({ columns, firstFree }: SavedJobs): void {
    COLUMNS.forEach((name, i) => Object.assign(this, { [name]: columns[i]!.slice() }));
    this.#firstFree = firstFree;
  }

  #grow(): void {
    const capacity = this.capacity;
    for (const name of COLUMNS) Object.assign(this, { [name]: doubled(this[name]) });
    this.#chainFree(capacity);
  }

  #chainFree(from: Job): void {
    const last = this.capacity - 1;
    for (let job = from; job < last; job++) this.next[job] = job + 1;
    this.next[last] = NO_JOB;
    this.#firstFree = from;
  }
}

/** The columns as copies, in the order of COLUMNS. */
export interface SavedJobs {
  readonly columns: readonly (Float64Array | Int32Array)[];
  readonly firstFree: Job;
}

function doubled(column: Float64Array | Int32Array): Float64Array | Int32Array {
  const larger = column instanceof Float64Array
    ? new Float64Array(2 * column.length)
    : new Int32Array(2 * column.length);
  larger.set(column);
  return larger;
}

const COLUMNS = [
  'entity', 'arrivedAt', 'demand', 'remaining', 'begunAt', 'received', 'key', 'sequence', 'event', 'state',
  'next', 'previous', 'then',
] as const;
const FIRST_CAPACITY = 16;
