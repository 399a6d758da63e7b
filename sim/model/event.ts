import { OWN_HOOKS, SERVED, type ContinuationCode, type Model, type Part } from './model.ts';
import { Waiters, type SavedWaiters, type Waiter } from './waiters.ts';

/** Something that entities wait for: a gate that opens, a bus that comes. */
export class Event implements Part<SavedEvent> {
  readonly name: string;
  readonly #model: Model;
  readonly #happened: ((entity: number) => void) | undefined;
  readonly #waiters = new Waiters();
  #stays = false;

  /** `happened` is called for each entity whose waiting has ended. */
  constructor(model: Model, name: string, happened?: (entity: number) => void) {
    this.name = name;
    this.#model = model;
    this.#happened = happened;
    model.add(this);
  }

  /** Who waits, and how long that takes. */
  get waiters(): Waiters {
    return this.#waiters;
  }

  /** Whether it has happened for good, so that nobody waits. */
  get stays(): boolean {
    return this.#stays;
  }

  /** An entity waits for it; no longer than now when it has happened for good. */
  wait(entity: number, then: ContinuationCode = OWN_HOOKS): void {
    const waiter: Waiter = { entity, subject: 0, since: this.#model.now, then };
    if (!this.#stays) {
      this.#waiters.add(waiter);
      return;
    }
    this.#waiters.waiting.add(0);
    this.#tell(waiter);
  }

  /** It happens for all who wait now, in the order of their coming. */
  broadcast(): void {
    for (const waiter of this.#waiters.serveAll(this.#model.now)) this.#tell(waiter);
  }

  /** It happens for the one who has waited longest; false when nobody waits. */
  signal(): boolean {
    const waiter = this.#waiters.first;
    if (waiter === undefined) return false;
    this.#waiters.serve(waiter, this.#model.now);
    this.#tell(waiter);
    return true;
  }

  /** It happens once and for good: for all who wait, and for all who come later, until clear(). */
  fire(): void {
    this.#stays = true;
    this.broadcast();
  }

  /** From now on it has not happened. */
  clear(): void {
    this.#stays = false;
  }

  /** Lets an entity give up waiting; false when it does not wait. */
  cancel(entity: number): boolean {
    return this.#waiters.cancel(entity);
  }

  resetStatistics(): void {
    this.#waiters.waiting.reset();
  }

  checkLaws(): void {}

  save(): SavedEvent {
    return { waiters: this.#waiters.save(), stays: this.#stays };
  }

  restore(saved: SavedEvent): void {
    this.#waiters.restore(saved.waiters);
    this.#stays = saved.stays;
  }

  #tell({ entity, then }: Waiter): void {
    if (then === OWN_HOOKS) this.#happened?.(entity);
    else this.#model.continuations[then]!(entity, SERVED, 0);
  }
}

/** State of an event. */
export interface SavedEvent {
  readonly waiters: SavedWaiters;
  readonly stays: boolean;
}
