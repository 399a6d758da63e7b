import { assert } from '../core/assert.ts';
import { Rows, type RowsState } from '../core/rows.ts';
import type { RandomStream, RandomStreams } from '../core/rng.ts';
import { NEVER, type Us } from '../core/units.ts';
import { FlowHeap, type FlowHeapState } from '../network/flow-heap.ts';
import type { Farm } from './farm.ts';
import type { FleetParams } from './fleet-params.ts';
import { framePixels, type Pool, type PoolSpeed } from './fleet-pools.ts';
import { MACHINE, MachinePark, type ParkState } from './machine-park.ts';
import { StationTree } from './station-tree.ts';
import { CODECS, type TaskTable } from './task.ts';

const STATION = {
  machine: Int32Array,
  pool: Uint8Array,
  load: Float64Array,
  memory: Float64Array,
  sessions: Int32Array,
  /** 0 well, 1 broken, 2 broken and out of use. */
  health: Uint8Array,
  isOpen: Uint8Array,
} as const;

/** Copied state of a fleet. */
export interface FleetState {
  readonly park: ParkState;
  readonly stations: RowsState<typeof STATION>;
  readonly stationsOf: ReadonlyArray<readonly [machine: number, stations: readonly number[]]>;
  readonly health: FlowHeapState;
  readonly order: number;
}

/** What a fleet asks of its host. */
export interface FleetPorts {
  /** A worker is there from now on, with so many engines; `Fleet.poolOf` says of which pool. */
  workerOpened(worker: number, engines: number): void;
  /** A worker is about to be gone: what it has is lost, and to be released. */
  workerGone(worker: number): void;
  /** A worker's encoder has broken: what runs on it has failed. */
  workerBroke(worker: number): void;
  /** What a worker has is to be taken from it and released, to be tried elsewhere. */
  workerAborted(worker: number): void;
  /** There may be room where there was none. */
  roomMade(): void;
}

/** How an encode that starts now will end. */
export type Outlook = 'good' | 'hardware' | 'memory';

/**
 * Machines with engines, memory and sessions, and where on them tasks run. A worker is a station: a GPU,
 * whose engines its sessions share, or the cores of a machine.
 *
 *     laneOf, place, release, wake, scaleTo, hardwareError -> [ Fleet ] -> workerOpened, workerGone, ...
 */
export class Fleet implements Farm {
  readonly lanes: readonly string[];
  readonly park: MachinePark;
  placedOn = -1;
  readonly #tasks: TaskTable;
  readonly #params: FleetParams;
  readonly #pools: readonly Pool[];
  readonly #ports: FleetPorts;
  /** By lane, the pools that take its tasks; by codec, its lane. */
  readonly #lanePools: readonly (readonly number[])[];
  readonly #laneOfCodec: readonly number[];
  readonly #rungPixels: readonly number[];
  readonly #stations = new Rows(STATION, 64);
  readonly #stationsOf = new Map<number, readonly number[]>();
  readonly #trees: StationTree[];
  /** When encoders break, and when they are repaired. */
  readonly #health = new FlowHeap();
  readonly #breaks: RandomStream;
  #order = 0;
  #now: Us = 0;
  /** What a session of the task asked for last needs of a station. */
  #load = 0;
  #memory = 0;

  /** `heights`: lines of the rungs of the ladder. Opens the machines of the start in `open`. */
  constructor(
    tasks: TaskTable, pools: readonly Pool[], params: FleetParams, heights: readonly number[],
    streams: RandomStreams, ports: FleetPorts,
  ) {
    this.#tasks = tasks;
    this.#params = params;
    this.#pools = pools;
    this.#ports = ports;
    this.#rungPixels = heights.map(framePixels);
    this.#trees = pools.map(() => new StationTree(64));
    this.#breaks = streams.stream('transcode/break');
    const sets = CODECS.map((_codec, c) => pools.flatMap(({ speeds }, p) => (speeds[c] ? [p] : [])));
    const names = [...new Set(sets.map((set) => set.join()))];
    this.#laneOfCodec = sets.map((set) => names.indexOf(set.join()));
    this.#lanePools = names.map((name) => sets.find((set) => set.join() === name)!);
    this.lanes = this.#lanePools.map((set) => set.map((p) => pools[p]!.params.name).join('+') || 'none');
    this.park = new MachinePark(pools, params, streams, {
      machineReady: (machine) => this.#machineReady(machine),
      machineClosed: (machine) => this.#machineClosed(machine),
      machineGone: (machine, wasReady) => wasReady && this.#machineGone(machine),
    });
  }

  /** Opens the machines that are there from the start. */
  open(now: Us): void {
    this.#now = now;
    this.park.open(now);
  }

  laneOf(task: number): number {
    return this.#laneOfCodec[this.#tasks.columns.codec[task]!]!;
  }

  /** Pool of a worker. */
  poolOf(worker: number): number {
    return this.#stations.columns.pool[worker]!;
  }

  /** How the pool of a worker takes the codec of a task. */
  speedOf(worker: number, task: number): PoolSpeed {
    const speed = this.#pools[this.poolOf(worker)]!.speeds[this.#tasks.columns.codec[task]!];
    assert(speed !== undefined, 'a task is where it can be encoded', { worker, task });
    return speed;
  }

  place(now: Us, task: number, most: number): number {
    this.#now = now;
    for (const p of this.#lanePools[this.laneOf(task)]!) {
      this.#need(task, p);
      const station = this.#find(p);
      if (station < 0) continue;
      const s = this.#stations.columns;
      const pool = this.#pools[p]!;
      const left = this.#sessionCap(pool) - s.sessions[station]!;
      let count = Math.min(most, left);
      if (this.#params.placement !== 'sessions') {
        const byLoad = Math.floor((pool.engines - s.load[station]! + 1e-9) / this.#load);
        const byMemory = Math.floor((pool.memory - s.memory[station]!) / this.#memory);
        count = Math.max(1, Math.min(count, byLoad, byMemory));
      }
      this.#change(station, count);
      this.park.addSessions(now, s.machine[station]!, count);
      this.placedOn = station;
      return count;
    }
    return 0;
  }

  release(now: Us, task: number, worker: number, chunks: number): void {
    this.#now = now;
    this.#need(task, this.poolOf(worker));
    this.#change(worker, -chunks);
    this.park.addSessions(now, this.#stations.columns.machine[worker]!, -chunks);
  }

  /** How an encode that starts on a worker now will end, as far as the machine is concerned. */
  outlook(worker: number): Outlook {
    const s = this.#stations.columns;
    if (s.health[worker]! > 0) return 'hardware';
    return s.memory[worker]! > this.#pools[s.pool[worker]!]!.memory + 1 ? 'memory' : 'good';
  }

  /** An encode has failed for its hardware: with the remedy, its encoder is given no more work. */
  hardwareError(now: Us, worker: number): void {
    this.#now = now;
    const s = this.#stations.columns;
    if (this.#params.hardware?.remedy !== 'quarantine' || s.health[worker] !== 1) return;
    s.health[worker] = 2;
    this.#trees[s.pool[worker]!]!.remove(worker);
    if (s.sessions[worker] === 0) return;
    this.#ports.workerAborted(worker);
    assert(s.sessions[worker] === 0, 'what is aborted is released', { worker });
  }

  /** Have so many machines in a pool. */
  scaleTo(now: Us, pool: number, machines: number): void {
    this.#now = now;
    this.park.scaleTo(now, pool, machines);
  }

  /** A share of the encoders of some pools breaks now, to be good again at a time. */
  breakShare(now: Us, share: number, until: Us, pools: readonly number[], draw: () => number): void {
    this.#now = now;
    const s = this.#stations.columns;
    for (let station = 0; station < this.#stations.end; station++) {
      if (s.isOpen[station] === 0 || !pools.includes(s.pool[station]!)) continue;
      if (draw() >= share || s.health[station] !== 0) continue;
      const place = this.#health.find(station);
      if (place >= 0) this.#health.removeAt(place);
      this.#break(now, station, until);
    }
  }

  /** A share of the spot machines is taken back; for so long none is to be had. */
  reclaim(now: Us, share: number, shortageUs: Us): void {
    this.#now = now;
    this.park.reclaim(now, share, shortageUs);
  }

  /** Machines with an encoder that is broken, or fails for a reason of the host's, go; others come. */
  replaceFailing(now: Us, isFailing: (worker: number) => boolean): void {
    this.#now = now;
    this.park.replace(now, [...new Set(this.failing(isFailing).map((worker) =>
      this.#stations.columns.machine[worker]!))]);
  }

  /** Workers that are broken, or fail for a reason of the host's. */
  failing(isFailing: (worker: number) => boolean): number[] {
    const s = this.#stations.columns;
    const found: number[] = [];
    for (let station = 0; station < this.#stations.end; station++) {
      if (s.isOpen[station] === 1 && (s.health[station]! > 0 || isFailing(station))) found.push(station);
    }
    return found;
  }

  wakeAt(): Us {
    return Math.min(this.park.wakeAt(), this.#health.size === 0 ? NEVER : this.#health.firstFinishBits);
  }

  wake(now: Us): void {
    this.#now = now;
    this.park.wake(now);
    while (this.#health.size > 0 && this.#health.firstFinishBits <= now) {
      const station = this.#health.removeFirst();
      const until = now + (this.#params.hardware?.repair ?? 0);
      if (this.#stations.columns.health[station] === 0) this.#break(now, station, until);
      else this.#repair(now, station);
    }
  }

  save(): FleetState {
    return {
      park: this.park.save(), stations: this.#stations.save(), health: this.#health.save(),
      stationsOf: [...this.#stationsOf], order: this.#order,
    };
  }

  restore(state: FleetState): void {
    this.park.restore(state.park);
    this.#stations.restore(state.stations);
    this.#health.restore(state.health);
    this.#order = state.order;
    this.#stationsOf.clear();
    for (const [machine, stations] of state.stationsOf) this.#stationsOf.set(machine, stations);
    this.#trees.forEach((_tree, p) => (this.#trees[p] = new StationTree(64)));
    for (const stations of this.#stationsOf.values()) {
      for (const station of stations) this.#offer(station);
    }
  }

  /** What a session of a task needs of a station of a pool, into `#load` and `#memory`. */
  #need(task: number, p: number): void {
    const c = this.#tasks.columns;
    const pool = this.#pools[p]!;
    const codec = c.codec[task]!;
    const { usPerPixel, isSplit } = pool.speeds[codec]!;
    const load = (c.chunkPixels[task]! / c.chunkUs[task]!) * usPerPixel * this.#params.speed;
    this.#load = Math.min(load, isSplit ? pool.engines : 1);
    let other = 0;
    for (let rung = c.rung[task]!; rung < c.topRung[task]!; rung++) other += this.#rungPixels[rung]!;
    // What no machine of the pool could hold has one to itself.
    const memory = pool.memoryOf(codec, this.#rungPixels[c.topRung[task]!]!, other);
    this.#memory = Math.min(memory, pool.memory);
  }

  #find(p: number): number {
    const tree = this.#trees[p]!;
    switch (this.#params.placement) {
      case 'packed':
        return tree.first(this.#load, this.#memory, 1);
      case 'spread':
        return tree.emptiest(this.#load, this.#memory, 1);
      case 'sessions':
        return tree.emptiest(1, 0, 1);
      default:
        this.#params.placement satisfies never;
        return -1;
    }
  }

  #change(station: number, sessions: number): void {
    const s = this.#stations.columns;
    s.sessions[station]! += sessions;
    assert(s.sessions[station]! >= 0, 'sessions that end were placed', { station, sessions });
    const isEmpty = s.sessions[station] === 0;
    s.load[station] = isEmpty ? 0 : s.load[station]! + sessions * this.#load;
    s.memory[station] = isEmpty ? 0 : s.memory[station]! + sessions * this.#memory;
    this.#offer(station);
  }

  /** Puts a station where tasks find it, with the room it has left. */
  #offer(station: number): void {
    const s = this.#stations.columns;
    const tree = this.#trees[s.pool[station]!]!;
    if (s.isOpen[station] === 0 || s.health[station] === 2) return tree.remove(station);
    const pool = this.#pools[s.pool[station]!]!;
    const sessions = this.#sessionCap(pool) - s.sessions[station]!;
    if (this.#params.placement === 'sessions') return tree.set(station, sessions, Infinity, sessions);
    return tree.set(station, pool.engines - s.load[station]!, pool.memory - s.memory[station]!, sessions);
  }

  #sessionCap(pool: Pool): number {
    if (this.#params.placement !== 'sessions') return pool.sessionCap;
    // A machine without a GPU counts a session a core.
    return Math.min(pool.sessionCap, pool.engine === 'cpu' ? pool.engines : this.#params.sessionsPerGpu);
  }

  #machineReady(machine: number): void {
    const p = this.park.poolOf(machine);
    const pool = this.#pools[p]!;
    const stations = Array.from({ length: pool.stations }, () => this.#openStation(machine, p));
    this.#stationsOf.set(machine, stations);
    this.#ports.roomMade();
  }

  #openStation(machine: number, p: number): number {
    const station = this.#stations.open();
    const s = this.#stations.columns;
    s.machine[station] = machine;
    s.pool[station] = p;
    s.load[station] = s.memory[station] = 0;
    s.sessions[station] = s.health[station] = 0;
    s.isOpen[station] = 1;
    this.#ports.workerOpened(station, this.#pools[p]!.engines);
    this.#offer(station);
    const { hardware } = this.#params;
    if (hardware !== undefined) {
      this.#inHealth(this.#now + Math.round(this.#breaks.exponential(hardware.breakEvery)), station);
    }
    return station;
  }

  #machineClosed(machine: number): void {
    for (const station of this.#stationsOf.get(machine)!) {
      this.#stations.columns.isOpen[station] = 0;
      this.#offer(station);
    }
  }

  #machineGone(machine: number): void {
    const s = this.#stations.columns;
    for (const station of this.#stationsOf.get(machine)!) {
      s.isOpen[station] = 0;
      this.#offer(station);
      const place = this.#health.find(station);
      if (place >= 0) this.#health.removeAt(place);
      this.#ports.workerGone(station);
      assert(s.sessions[station] === 0, 'what is lost is released', { station });
      this.#stations.close(station);
    }
    this.#stationsOf.delete(machine);
  }

  #break(now: Us, station: number, until: Us): void {
    const s = this.#stations.columns;
    s.health[station] = 1;
    this.#inHealth(until, station);
    if (s.sessions[station]! === 0) return;
    this.#ports.workerBroke(station);
    this.hardwareError(now, station);
  }

  #repair(now: Us, station: number): void {
    const { hardware } = this.#params;
    this.#stations.columns.health[station] = 0;
    if (hardware !== undefined) {
      this.#inHealth(now + Math.round(this.#breaks.exponential(hardware.breakEvery)), station);
    }
    this.#offer(station);
    this.#ports.roomMade();
  }

  #inHealth(at: Us, station: number): void {
    this.#health.insert(station, at, this.#order++);
  }
}

/** States of machines, as metrics call them, by their numbers. */
export const MACHINE_STATES: ReadonlyArray<readonly [name: string, state: number]> = [
  ['starting', MACHINE.starting], ['ready', MACHINE.ready], ['leaving', MACHINE.leaving],
  ['noticed', MACHINE.noticed],
];
