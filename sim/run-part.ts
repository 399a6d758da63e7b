import type { MetricSet } from '../models/core/metrics.ts';
import type { RandomStreams } from '../models/core/rng.ts';
import type { Us } from '../models/core/units.ts';
import type { PartOutcome } from '../models/operations/run-summary.ts';
import type { MetadataDatabase } from '../models/services/metadata/database.ts';
import type { Discovery } from './discovery.ts';
import type { Shard } from './shards.ts';
import type { EventLoop } from './kernel/event-loop.ts';

/** What the parts of a run share. */
export interface RunContext {
  readonly replication: number;
  /** The part of the viewers that is simulated; undefined for all of them. */
  readonly shard: Shard | undefined;
  readonly loop: EventLoop;
  readonly metrics: MetricSet;
  readonly streams: RandomStreams;
  /** What pages and uploads ask; undefined where the scenario has none. */
  readonly metadata: MetadataDatabase | undefined;
  /** What viewers ask before they press play; undefined where that is not simulated. */
  readonly discovery: Discovery | undefined;
  /** Brings the lazily kept counters of all parts up to now: only at times that were expected. */
  readonly settle: () => void;
  /** Says when `who` will look at metrics or parts next; NEVER when not any more. */
  readonly expectLook: (who: string, at: Us) => void;
}

/**
 * A part of the platform in a run: components wired to the run's event loop, metrics and random streams. A
 * scenario has the parts that its file names; each takes event codes of its own, and the loop, the metrics
 * and the streams are saved by the run.
 */
export interface RunPart {
  /** Its name in saved states. */
  readonly name: string;
  /** Brings counters that are kept lazily up to now: called before metrics are sampled or read. */
  settle(now: Us): void;
  /**
   * Nobody will look at the part before `at`: so far it may work out ahead of the clock what nothing else in
   * the run can reach.
   */
  nextLook(at: Us): void;
  /** Writes down what is still under way when the run ends, and asserts what must hold then. */
  closeBooks(now: Us): void;
  /** What the part leaves behind, once its books are closed. */
  outcome(): PartOutcome;
  /** A copy of the whole state: plain data, which can be cloned, stored and restored any number of times. */
  save(): unknown;
  /** Puts back what `save` of a part of the same shape gave. */
  restore(state: unknown): void;
}
