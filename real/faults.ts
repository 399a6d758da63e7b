import { assert } from '../models/core/assert.ts';
import type { FaultResult } from '../models/core/run-record.ts';
import type { RandomStreams } from '../models/core/rng.ts';
import { NEVER, US_PER_S, type Us } from '../models/core/units.ts';
import type { FaultParams } from '../models/operations/faults/params.ts';
import type { Clock } from './clock.ts';
import type { Minio } from './minio.ts';
import type { RealTier, RealTiers } from './tiers.ts';
import { WakeTimer } from './timer.ts';
import type { RealViewers } from './viewers.ts';

/** A fault that a real run has no means for; exit status 2. */
export class UnrealFaultError extends Error {
  readonly exitStatus = 2;
}

/** Faults that a real run can inject. */
type RealFault = Extract<FaultParams, { readonly kind: 'placeDown' | 'originOutage' }>;

/** What real faults break. */
export interface FaultyWorld {
  readonly clock: Clock;
  readonly tiers: RealTiers;
  readonly viewers: RealViewers;
  /** undefined: an endpoint that is not ours. */
  readonly minio: Minio | undefined;
  /** Time until the CDN's own monitoring finds out about a place. [us] */
  readonly detection: Us;
  readonly log: (line: string) => void;
}

/** Refuses what a real run cannot break, before anything is started, by UnrealFaultError with all of it. */
export function checkFaults(
  faults: readonly FaultParams[], places: Readonly<Record<RealTier, number>>, ownStore: boolean,
): void {
  const problems = faults.flatMap((fault, i) => {
    const problem = problemOf(fault, places, ownStore);
    return problem === undefined ? [] : [`faults[${i}]: ${problem}`];
  });
  if (problems.length > 0) throw new UnrealFaultError(problems.join('\n'));
}

/**
 * The faults of a scenario, for real: a place goes down as its process is killed, and comes back as a process
 * with an empty cache; the origin goes as MinIO is stopped, and comes back with what it held. Onsets are
 * those of the simulation with the same seed.
 */
export class RealFaults {
  readonly results: FaultResult[] = [];
  /** Rejects when something cannot be broken or mended. */
  readonly failed: Promise<never>;
  readonly #world: FaultyWorld;
  readonly #timers: WakeTimer[] = [];
  #under = Promise.resolve();
  #fail: (error: unknown) => void = () => {};

  constructor(faults: readonly FaultParams[], streams: RandomStreams, world: FaultyWorld) {
    this.#world = world;
    this.failed = new Promise((_resolve, reject) => (this.#fail = reject));
    this.failed.catch(() => undefined); // who races it is told
    faults.forEach((fault, i) => {
      // The draw of sim/incidents.ts, from the same stream.
      const at = fault.at + Math.floor(streams.stream(`faults/onset/${i}`).uniform() * fault.jitter);
      assert(isReal(fault), 'faults were checked', { kind: fault.kind });
      this.#plan(fault, at, at + fault.duration);
    });
  }

  /** From now on, by the clock of the run. */
  start(): void {
    for (const timer of this.#timers) timer.rearm();
  }

  /** Nothing breaks any more; returns when what was under way is done. */
  async close(): Promise<void> {
    for (const timer of this.#timers) timer.close();
    await this.#under;
  }

  #plan(fault: RealFault, from: Us, until: Us): void {
    const { clock, detection, viewers, log } = this.#world;
    const scope = fault.kind === 'placeDown' ? scopeOf(fault) : 'all';
    const name = fault.name ?? fault.kind;
    const index = this.results.length;
    this.results.push({
      name, kind: fault.kind, scope, fromSeconds: from / US_PER_S, untilSeconds: until / US_PER_S,
    });
    const note = (what: 'fromSeconds' | 'untilSeconds') => {
      const seconds = clock.now() / US_PER_S;
      this.results[index] = { ...this.results[index]!, [what]: seconds };
      log(`${name}: ${what === 'fromSeconds' ? 'begins' : 'over'} at ${seconds.toFixed(1)} s`);
    };
    this.#at(from, async () => {
      await this.#break(fault);
      note('fromSeconds');
    });
    this.#at(until, async () => {
      await this.#mend(fault);
      note('untilSeconds');
    });
    if (fault.kind !== 'placeDown' || fault.tier !== 'edge') return;
    for (const [at, isDown] of [[from, true], [until, false]] as const) {
      this.#at(at + detection, () => {
        for (const place of this.#places(fault)) viewers.avoid(place, isDown);
        return Promise.resolve();
      });
    }
  }

  async #break(fault: RealFault): Promise<void> {
    const { minio, tiers } = this.#world;
    if (fault.kind === 'originOutage') return minio!.stop();
    for (const place of this.#places(fault)) await tiers.kill(realTier(fault.tier), place);
  }

  async #mend(fault: RealFault): Promise<void> {
    const { minio, tiers, viewers } = this.#world;
    if (fault.kind === 'originOutage') return minio!.startAgain();
    for (const place of this.#places(fault)) await tiers.startAgain(realTier(fault.tier), place);
    viewers.edgesMoved(tiers.edgePorts());
  }

  /** One thing after the other, in their order. */
  #at(at: Us, act: () => Promise<void>): void {
    let next = at;
    const begin = () => {
      next = NEVER;
      this.#under = this.#under.then(act).catch((error: unknown) => this.#fail(error));
    };
    this.#timers.push(new WakeTimer(this.#world.clock, () => next, begin));
  }

  #places(fault: Extract<RealFault, { readonly kind: 'placeDown' }>): number[] {
    const all = Array.from({ length: this.#world.tiers.places(realTier(fault.tier)) }, (_, i) => i);
    return fault.place === undefined ? all : [fault.place];
  }
}

function isReal(fault: FaultParams): fault is RealFault {
  return fault.kind === 'placeDown' || fault.kind === 'originOutage';
}

function problemOf(
  fault: FaultParams, places: Readonly<Record<RealTier, number>>, ownStore: boolean,
): string | undefined {
  if (fault.kind === 'originOutage') {
    if (!ownStore) return 'an object store that is not ours is not stopped: leave out --s3';
    const isWhole = fault.share === 1 && fault.ramp === 0 && fault.region === undefined;
    return isWhole ? undefined : 'a real origin is stopped as a whole: leave out share, ramp and region';
  }
  if (fault.kind !== 'placeDown') {
    return `a real run has no means for ${fault.kind}: expected placeDown or originOutage`;
  }
  if (fault.tier === 'shield') return 'a real run has no shields: expected tier edge or regional';
  if (fault.city !== undefined || fault.region !== undefined) {
    return 'a real run has no geography: expected a place, or none for all';
  }
  const most = places[fault.tier] - 1;
  return (fault.place ?? 0) <= most ? undefined : `expected a place of at most ${most}, got ${fault.place}`;
}

function realTier(tier: 'edge' | 'regional' | 'shield'): RealTier {
  assert(tier !== 'shield', 'faults were checked');
  return tier;
}

function scopeOf({ tier, place }: Extract<RealFault, { readonly kind: 'placeDown' }>): string {
  return place === undefined ? tier : `${tier}, place ${place}`;
}
