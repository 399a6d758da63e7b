import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Checkpoint, CheckpointMismatchError, type OutcomeStore } from './checkpoint.ts';

/** One point of a sweep as its outcomes are kept. */
export interface StoredPoint {
  /** Name of its file: the same for the same point. */
  readonly name: string;
  /** Everything that its outcomes depend on but the number of the replication. */
  readonly key: string;
}

/**
 * Outcomes of the points of a sweep, a file for each point, so that another sweep finds those it shares.
 * Replication r of point i of n is number r * n + i. A file that cannot be read is begun anew: it only saves
 * work.
 */
export class PointStore<Outcome> implements OutcomeStore<Outcome> {
  readonly #points: readonly Checkpoint<Outcome>[];
  readonly #finished = new Map<number, Outcome>();

  constructor(folder: string, points: readonly StoredPoint[]) {
    mkdirSync(folder, { recursive: true });
    this.#points = points.map(({ name, key }) => openOrBegin<Outcome>(join(folder, `${name}.jsonl`), key));
    this.#points.forEach((point, i) => {
      for (const [r, outcome] of point.finished) this.#finished.set(r * points.length + i, outcome);
    });
  }

  get finished(): ReadonlyMap<number, Outcome> {
    return this.#finished;
  }

  add(number: number, outcome: Outcome): void {
    const { length } = this.#points;
    this.#points[number % length]!.add(Math.floor(number / length), outcome);
    this.#finished.set(number, outcome);
  }

  close(): void {
    for (const point of this.#points) point.close();
  }
}

function openOrBegin<Outcome>(file: string, key: string): Checkpoint<Outcome> {
  try {
    return new Checkpoint<Outcome>(file, key);
  } catch (error) {
    if (!(error instanceof CheckpointMismatchError) && !(error instanceof SyntaxError)) throw error;
    if (existsSync(file)) rmSync(file);
    return new Checkpoint<Outcome>(file, key);
  }
}
