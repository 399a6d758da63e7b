import type { Us } from '../core/units.ts';

/**
 * Where tasks run, as the dispatcher sees it: the simplest pool of workers, or a fleet of machines with
 * engines. It keeps account of room and of nothing else: how long a task takes is its host's business.
 *
 * Tasks wait in lanes, one queue each; a lane that gets no room blocks no other. A farm that has tasks of one
 * lane only has one lane.
 */
export interface Farm {
  /** Names of its lanes. */
  readonly lanes: readonly string[];
  /** The lane of a task, whose row is filled but for it. */
  laneOf(task: number): number;
  /**
   * Gives up to `most` chunks of a task room on one worker, from now until they are released; says how many,
   * and leaves the worker's number in `placedOn`. 0 when there is no room: this answer must be cheap.
   */
  place(now: Us, task: number, most: number): number;
  /** Worker of the last placement. */
  readonly placedOn: number;
  /**
   * Chunks of a task leave a worker: done, failed, or taken back from a worker that is lost, whose room the
   * farm has taken away itself.
   */
  release(now: Us, task: number, worker: number, chunks: number): void;
  /** A copy of the state. */
  save(): unknown;
  /** Puts back what `save` of a farm of the same shape gave. */
  restore(state: unknown): void;
}
