import { assert } from '../core/assert.ts';
import { Lognormal } from '../core/distributions/lognormal.ts';
import { Rows, type RowsState } from '../core/rows.ts';
import type { RandomStream, RandomStreams } from '../core/rng.ts';
import { NEVER, type Us } from '../core/units.ts';
import { FlowHeap, type FlowHeapState } from '../network/flow-heap.ts';
import type { FleetParams } from './fleet-params.ts';
import type { Pool } from './fleet-pools.ts';

/** States of a machine; a closed row is `gone`. */
export const MACHINE = { gone: 0, starting: 1, ready: 2, leaving: 3, noticed: 4 } as const;

const MACHINE_SPEC = {
  pool: Uint8Array,
  state: Uint8Array,
  /** Sessions on it. */
  sessions: Int32Array,
} as const;

/** What the park tells its fleet. */
export interface ParkPorts {
  /** A machine takes work from now on. */
  machineReady(machine: number): void;
  /** A machine takes no new work any more: it will be taken back, or is to go. */
  machineClosed(machine: number): void;
  /** A machine is gone, with what it had; `wasReady` unless it was still starting. */
  machineGone(machine: number, wasReady: boolean): void;
}

/** Copied state of a park. */
export interface ParkState {
  readonly machines: RowsState<typeof MACHINE_SPEC>;
  readonly due: FlowHeapState;
  readonly targets: readonly number[];
  readonly counts: ReadonlyArray<readonly number[]>;
  readonly reclaimed: readonly number[];
  readonly storm: number;
  readonly shortageUntil: Us;
  readonly order: number;
}

/**
 * The machines of a fleet from the moment they are asked for until they are gone: cold starts, reclaims with
 * notice, storms of them with a shortage after, and giving machines back.
 *
 *     scaleTo, sessions, wake -> [ MachinePark ] -> machineReady, machineClosed, machineGone
 */
export class MachinePark {
  readonly #pools: readonly Pool[];
  readonly #params: FleetParams;
  readonly #ports: ParkPorts;
  readonly #machines = new Rows(MACHINE_SPEC, 64);
  /** When the next thing happens to a machine. */
  readonly #due = new FlowHeap();
  readonly #targets: number[];
  /** Machines by pool, then state. */
  readonly #counts: number[][];
  readonly #reclaimed: number[];
  readonly #coldStart: Lognormal | undefined;
  readonly #storms: FleetParams['spot']['storms'];
  readonly #starts: RandomStream;
  readonly #reclaims: RandomStream;
  #storm = 0;
  #shortageUntil: Us = 0;
  #order = 0;

  constructor(pools: readonly Pool[], params: FleetParams, streams: RandomStreams, ports: ParkPorts) {
    this.#pools = pools;
    this.#params = params;
    this.#ports = ports;
    this.#targets = pools.map((pool) => pool.params.machines);
    this.#counts = pools.map(() => [0, 0, 0, 0, 0]);
    this.#reclaimed = pools.map(() => 0);
    const { mean, variation } = params.coldStart;
    this.#coldStart = variation > 0 ? new Lognormal({ mean, variation }) : undefined;
    this.#storms = [...params.spot.storms].sort((a, b) => a.at - b.at);
    this.#starts = streams.stream('transcode/cold-start');
    this.#reclaims = streams.stream('transcode/reclaim');
  }

  /** The machines that are there from the start. */
  open(now: Us): void {
    this.#pools.forEach((pool, p) => {
      for (let i = 0; i < pool.params.machines; i++) {
        const machine = this.#add(p);
        this.#become(machine, MACHINE.ready);
        this.#ready(now, machine);
      }
    });
  }

  /** Machines of a pool in a state. */
  count(pool: number, state: number): number {
    return this.#counts[pool]![state]!;
  }

  /** Machines of a pool that are paid for. */
  paid(pool: number): number {
    const counts = this.#counts[pool]!;
    return counts[1]! + counts[2]! + counts[3]! + counts[4]!;
  }

  /** Machines of a pool that were taken back so far. */
  reclaimed(pool: number): number {
    return this.#reclaimed[pool]!;
  }

  poolOf(machine: number): number {
    return this.#machines.columns.pool[machine]!;
  }

  stateOf(machine: number): number {
    return this.#machines.columns.state[machine]!;
  }

  /** Sessions came to a machine, or left it; one that is to go and has none left is due at once. */
  addSessions(now: Us, machine: number, sessions: number): void {
    const { columns } = this.#machines;
    columns.sessions[machine]! += sessions;
    assert(columns.sessions[machine]! >= 0, 'sessions that leave were there', { machine, sessions });
    if (columns.state[machine] !== MACHINE.leaving || columns.sessions[machine]! > 0) return;
    this.#cancel(machine);
    this.#at(now, machine);
  }

  /** Have so many machines in a pool, ready and starting together. */
  scaleTo(now: Us, pool: number, machines: number): void {
    this.#targets[pool] = machines;
    this.#toTarget(now, pool);
  }

  /** Machines that a pool is to have. */
  target(pool: number): number {
    return this.#targets[pool]!;
  }

  /** A share of the spot machines is taken back; for so long none is to be had. */
  reclaim(now: Us, share: number, shortageUs: Us): void {
    this.#breakLoose(now, share, shortageUs);
  }

  /** Machines that are ready go as soon as they have no work, and others are started in their place. */
  replace(now: Us, machines: readonly number[]): void {
    for (const machine of machines) if (this.stateOf(machine) === MACHINE.ready) this.#leave(machine);
    this.#pools.forEach((_pool, p) => this.#toTarget(now, p));
  }

  /** When something happens next. */
  wakeAt(): Us {
    const due = this.#due.size === 0 ? NEVER : this.#due.firstFinishBits;
    return Math.min(due, this.#nextStorm()?.at ?? NEVER);
  }

  /** Something is due. */
  wake(now: Us): void {
    const storm = this.#nextStorm();
    if (storm !== undefined && storm.at <= now) {
      this.#storm += 1;
      this.#breakLoose(now, storm.share, storm.shortage);
    }
    while (this.#due.size > 0 && this.#due.firstFinishBits <= now) {
      const machine = this.#due.removeFirst();
      if (machine === SHORTAGE_ENDS) this.#pools.forEach((_pool, p) => this.#toTarget(now, p));
      else this.#happen(now, machine);
    }
  }

  save(): ParkState {
    return {
      machines: this.#machines.save(), due: this.#due.save(), targets: [...this.#targets],
      counts: this.#counts.map((counts) => [...counts]), reclaimed: [...this.#reclaimed], storm: this.#storm,
      shortageUntil: this.#shortageUntil, order: this.#order,
    };
  }

  restore(state: ParkState): void {
    this.#machines.restore(state.machines);
    this.#due.restore(state.due);
    state.targets.forEach((target, p) => (this.#targets[p] = target));
    state.counts.forEach((counts, p) => (this.#counts[p] = [...counts]));
    state.reclaimed.forEach((count, p) => (this.#reclaimed[p] = count));
    this.#storm = state.storm;
    this.#shortageUntil = state.shortageUntil;
    this.#order = state.order;
  }

  #happen(now: Us, machine: number): void {
    const state = this.stateOf(machine);
    if (state === MACHINE.starting) {
      this.#become(machine, MACHINE.ready);
      this.#ready(now, machine);
    } else if (state === MACHINE.leaving && this.#machines.columns.sessions[machine] === 0) {
      this.#gone(machine);
    } else if (state === MACHINE.ready || state === MACHINE.leaving) this.#notice(now, machine);
    else {
      assert(state === MACHINE.noticed, 'a machine that is due is there', { machine, state });
      const pool = this.poolOf(machine);
      this.#reclaimed[pool]! += 1;
      this.#gone(machine);
      this.#toTarget(now, pool);
    }
  }

  #ready(now: Us, machine: number): void {
    const pool = this.#pools[this.poolOf(machine)]!;
    if (pool.isSpot) {
      const life = this.#reclaims.exponential(this.#params.spot.reclaimEvery);
      this.#at(now + Math.round(life), machine);
    }
    this.#ports.machineReady(machine);
  }

  #notice(now: Us, machine: number): void {
    this.#become(machine, MACHINE.noticed);
    this.#ports.machineClosed(machine);
    this.#at(now + this.#params.spot.notice, machine);
  }

  #breakLoose(now: Us, share: number, shortage: Us): void {
    const { pool, state } = this.#machines.columns;
    for (let machine = 0; machine < this.#machines.end; machine++) {
      const isUp = state[machine] === MACHINE.ready || state[machine] === MACHINE.leaving;
      if (!isUp || !this.#pools[pool[machine]!]!.isSpot) continue;
      if (this.#reclaims.uniform() >= share) continue;
      this.#cancel(machine);
      this.#notice(now, machine);
    }
    if (shortage === 0) return;
    this.#shortageUntil = Math.max(this.#shortageUntil, now + shortage);
    this.#cancel(SHORTAGE_ENDS);
    this.#at(this.#shortageUntil, SHORTAGE_ENDS);
  }

  #toTarget(now: Us, pool: number): void {
    const counts = this.#counts[pool]!;
    let over = counts[MACHINE.ready]! + counts[MACHINE.starting]! - this.#targets[pool]!;
    if (over < 0 && !(this.#pools[pool]!.isSpot && now < this.#shortageUntil)) {
      for (; over < 0; over++) this.#start(now, pool);
    }
    for (const state of [MACHINE.starting, MACHINE.ready]) {
      if (over > 0) over = this.#giveBack(pool, state, over);
    }
  }

  /** Gives machines of a state back, those with the fewest sessions first; how many are left to give. */
  #giveBack(pool: number, state: number, over: number): number {
    const { columns, end } = this.#machines;
    const found: number[] = [];
    for (let machine = end - 1; machine >= 0; machine--) {
      if (columns.pool[machine] === pool && columns.state[machine] === state) found.push(machine);
    }
    found.sort((a, b) => columns.sessions[a]! - columns.sessions[b]! || b - a);
    for (const machine of found.slice(0, over)) {
      if (state === MACHINE.starting) this.#gone(machine);
      else this.#leave(machine);
    }
    return Math.max(0, over - found.length);
  }

  #leave(machine: number): void {
    this.#become(machine, MACHINE.leaving);
    this.#ports.machineClosed(machine);
    if (this.#machines.columns.sessions[machine] === 0) this.#gone(machine);
  }

  #start(now: Us, pool: number): void {
    const machine = this.#add(pool);
    this.#become(machine, MACHINE.starting);
    const takes = this.#coldStart?.sample(this.#starts) ?? this.#params.coldStart.mean;
    this.#at(now + Math.max(1, Math.round(takes)), machine);
  }

  #add(pool: number): number {
    const machine = this.#machines.open();
    const { columns } = this.#machines;
    columns.pool[machine] = pool;
    columns.state[machine] = MACHINE.gone;
    columns.sessions[machine] = 0;
    return machine;
  }

  #gone(machine: number): void {
    const wasReady = this.stateOf(machine) !== MACHINE.starting;
    this.#cancel(machine);
    this.#become(machine, MACHINE.gone);
    this.#ports.machineGone(machine, wasReady);
    assert(this.#machines.columns.sessions[machine] === 0, 'what was on a machine is released', { machine });
    this.#machines.close(machine);
  }

  #become(machine: number, state: number): void {
    const { columns } = this.#machines;
    const counts = this.#counts[columns.pool[machine]!]!;
    const before = columns.state[machine]!;
    if (before !== MACHINE.gone) counts[before]! -= 1;
    if (state !== MACHINE.gone) counts[state]! += 1;
    columns.state[machine] = state;
  }

  #nextStorm() {
    return this.#storms[this.#storm];
  }

  #at(time: Us, machine: number): void {
    this.#due.insert(machine, time, this.#order++);
  }

  #cancel(machine: number): void {
    const place = this.#due.find(machine);
    if (place >= 0) this.#due.removeAt(place);
  }
}

/** Stands in the heap for no machine, but for the end of a shortage. */
const SHORTAGE_ENDS = -1;
