import { assert } from '../core/assert.ts';
import { Rows, type RowsState } from '../core/rows.ts';
import { NEVER, type Us } from '../core/units.ts';
import { FlowHeap, type FlowHeapState } from '../network/flow-heap.ts';

const STATION = {
  /** Engines, or cores. */
  engines: Float64Array,
  /** Speed of an engine while all are busy, relative to one that is busy alone. */
  efficiency: Float64Array,
  /** Sessions that run on one engine at most, and those that may be spread over all. */
  single: Int32Array,
  split: Int32Array,
  /** Engine time that a session of either kind has had since the station was opened. [us] */
  singleClock: Float64Array,
  splitClock: Float64Array,
  /** Engine time that a session of either kind has held, whatever its speed. [us] */
  singleHeld: Float64Array,
  splitHeld: Float64Array,
  asOf: Float64Array,
  /** Engine time given out. [us] */
  busy: Float64Array,
} as const;

const JOB = {
  station: Int32Array,
  sessions: Int32Array,
  isSplit: Uint8Array,
  /** Reading of the station's clock at which it is done. */
  finish: Float64Array,
  work: Float64Array,
  /** Reading of what a session had held when it started. */
  heldAt: Float64Array,
} as const;

/** Copied state of shared engines. */
export interface SharedEnginesState {
  readonly stations: RowsState<typeof STATION>;
  readonly jobs: RowsState<typeof JOB>;
  readonly heaps: ReadonlyArray<readonly [FlowHeapState, FlowHeapState]>;
  readonly order: number;
}

/**
 * Encoding sessions that share the engines of a GPU, or the cores of a machine. A session runs on one
 * engine at most, and as soon as there are more sessions than engines all get an equal share: what a
 * station encodes in all stays what its engines can. A session spread over all engines (split-frame
 * encoding) takes what sessions on one engine leave idle. Cores that share caches, memory and pipelines are
 * slower the more of them are busy: down to their efficiency when all are.
 *
 *   start (station, sessions, engine time) ->  two clocks a station  -> finishAt, finish
 */
export class SharedEngines {
  readonly #stations = new Rows(STATION, 16);
  readonly #jobs = new Rows(JOB, 64);
  /** The two heaps of a station: sessions on one engine, sessions spread. */
  readonly #heaps: [FlowHeap, FlowHeap][] = [];
  #order = 0;
  /** Engine time that each of the sessions held which ended last. [us] */
  endedHeldUs: Us = 0;

  /** A new station; numbers of closed stations are used again. */
  open(now: Us, engines: number, efficiency = 1): number {
    assert(engines > 0 && efficiency > 0, 'a station has engines', { engines, efficiency });
    const station = this.#stations.open();
    const c = this.#stations.columns;
    c.engines[station] = engines;
    c.efficiency[station] = efficiency;
    c.single[station] = c.split[station] = 0;
    c.singleClock[station] = c.splitClock[station] = c.busy[station] = 0;
    c.singleHeld[station] = c.splitHeld[station] = 0;
    c.asOf[station] = now;
    this.#heaps[station] ??= [new FlowHeap(), new FlowHeap()];
    return station;
  }

  /** The station is gone; it must be empty. */
  close(station: number): void {
    const { single, split } = this.#stations.columns;
    assert(single[station]! + split[station]! === 0, 'a station that goes is empty', { station });
    this.#stations.close(station);
  }

  /** Starts sessions that each need `workUs` of one engine and end together; their number until they do. */
  start(now: Us, station: number, sessions: number, workUs: number, isSplit = false): number {
    assert(sessions > 0 && workUs > 0, 'sessions have work', { sessions, workUs });
    this.#advance(now, station);
    const s = this.#stations.columns;
    const clock = isSplit ? s.splitClock : s.singleClock;
    const job = this.#jobs.open();
    const j = this.#jobs.columns;
    j.station[job] = station;
    j.sessions[job] = sessions;
    j.isSplit[job] = isSplit ? 1 : 0;
    j.work[job] = workUs;
    j.heldAt[job] = (isSplit ? s.splitHeld : s.singleHeld)[station]!;
    j.finish[job] = clock[station]! + workUs;
    (isSplit ? s.split : s.single)[station]! += sessions;
    this.#heaps[station]![isSplit ? 1 : 0].insert(job, j.finish[job], this.#order++);
    return job;
  }

  /** When the next sessions of a station end, as things are; NEVER for an idle one. */
  finishAt(station: number): Us {
    const [job, at] = this.#next(station);
    // A session takes whole microseconds, and never no time at all; one that is due in this very microsecond
    // has seemed to be due before it since others began in it.
    return job < 0 ? NEVER : Math.max(this.#stations.columns.asOf[station]!, Math.ceil(at - 1e-6));
  }

  /** Ends the sessions that are due at `now`, which is what `finishAt` said. */
  finish(now: Us, station: number): number {
    const [job, at] = this.#next(station);
    assert(job >= 0 && now >= at - 1, 'sessions end when they are due', { station, now, at });
    this.#advance(now, station);
    const s = this.#stations.columns;
    const isSplit = this.#jobs.columns.isSplit[job] === 1;
    const clock = isSplit ? s.splitClock : s.singleClock;
    clock[station] = Math.max(clock[station]!, this.#jobs.columns.finish[job]!);
    const held = (isSplit ? s.splitHeld : s.singleHeld)[station]!;
    this.endedHeldUs = held - this.#jobs.columns.heldAt[job]!;
    this.#drop(job, station, isSplit);
    return job;
  }

  /** Takes sessions away before they are done; the share of their work that was done. */
  abort(now: Us, job: number): number {
    const { station, isSplit, finish, work } = this.#jobs.columns;
    const at = station[job]!;
    this.#advance(now, at);
    const s = this.#stations.columns;
    const left = finish[job]! - (isSplit[job] === 1 ? s.splitClock : s.singleClock)[at]!;
    const done = Math.min(1, Math.max(0, 1 - left / work[job]!));
    this.#drop(job, at, isSplit[job] === 1);
    return done;
  }

  /** Takes all sessions of a station away; the engine time they have had for nothing. [us] */
  clear(now: Us, station: number): number {
    let lostUs = 0;
    for (const heap of this.#heaps[station]!) {
      while (heap.size > 0) {
        const job = heap.first;
        const { sessions, work } = this.#jobs.columns;
        const whole = sessions[job]! * work[job]!;
        lostUs += whole * this.abort(now, job);
      }
    }
    return lostUs;
  }

  /** Engine time that a station has given out. [us] */
  busyUs(now: Us, station: number): number {
    this.#advance(now, station);
    return this.#stations.columns.busy[station]!;
  }

  save(): SharedEnginesState {
    return {
      stations: this.#stations.save(), jobs: this.#jobs.save(), order: this.#order,
      heaps: this.#heaps.map(([single, split]) => [single.save(), split.save()]),
    };
  }

  restore(state: SharedEnginesState): void {
    this.#stations.restore(state.stations);
    this.#jobs.restore(state.jobs);
    this.#order = state.order;
    this.#heaps.length = state.heaps.length;
    state.heaps.forEach((saved, station) => {
      const heaps: [FlowHeap, FlowHeap] = [new FlowHeap(), new FlowHeap()];
      saved.forEach((heap, i) => heaps[i]!.restore(heap));
      this.#heaps[station] = heaps;
    });
  }

  #drop(job: number, station: number, isSplit: boolean): void {
    const s = this.#stations.columns;
    const heap = this.#heaps[station]![isSplit ? 1 : 0];
    heap.removeAt(heap.find(job));
    (isSplit ? s.split : s.single)[station]! -= this.#jobs.columns.sessions[job]!;
    this.#jobs.close(job);
  }

  /** The sessions of a station that end next, and when; -1 for an idle one. */
  #next(station: number): readonly [job: number, at: number] {
    const s = this.#stations.columns;
    const [single, split] = this.#heaps[station]!;
    const speed = this.#speed(station);
    let [job, at] = [-1, NEVER];
    for (const [heap, clock, rate] of [
      [single, s.singleClock[station]!, speed * this.#singleShare(station)],
      [split, s.splitClock[station]!, speed * this.#splitShare(station)],
    ] as const) {
      if (heap.size === 0) continue;
      const end = s.asOf[station]! + (heap.firstFinishBits - clock) / rate;
      if (end < at) [job, at] = [heap.first, end];
    }
    return [job, at];
  }

  /** Engines that a session has at the moment, of either kind. */
  #singleShare(station: number): number {
    const { engines, single, split } = this.#stations.columns;
    return Math.min(1, engines[station]! / (single[station]! + split[station]!));
  }

  #splitShare(station: number): number {
    const { engines, single, split } = this.#stations.columns;
    return (engines[station]! - single[station]! * this.#singleShare(station)) / split[station]!;
  }

  /** Speed of an engine with as many beside it busy as are, relative to one alone. */
  #speed(station: number): number {
    const { engines, single, split, efficiency } = this.#stations.columns;
    const count = engines[station]!;
    if (efficiency[station] === 1 || count <= 1) return 1;
    const busy = split[station]! > 0 ? count : Math.min(count, single[station]!);
    return 1 - ((1 - efficiency[station]!) * Math.max(0, busy - 1)) / (count - 1);
  }

  #advance(now: Us, station: number): void {
    const s = this.#stations.columns;
    const span = now - s.asOf[station]!;
    if (span === 0) return;
    assert(span > 0, 'time does not go back', { now, asOf: s.asOf[station] });
    s.asOf[station] = now;
    const speed = this.#speed(station);
    if (s.single[station]! > 0) {
      const share = span * this.#singleShare(station);
      s.singleClock[station]! += speed * share;
      s.singleHeld[station]! += share;
      s.busy[station]! += share * s.single[station]!;
    }
    if (s.split[station]! > 0) {
      const share = span * this.#splitShare(station);
      s.splitClock[station]! += speed * share;
      s.splitHeld[station]! += share;
      s.busy[station]! += share * s.split[station]!;
    }
  }
}
