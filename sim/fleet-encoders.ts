import type { MetricHandle } from '../models/core/metrics.ts';
import type { RandomStream } from '../models/core/rng.ts';
import { assert } from '../models/core/assert.ts';
import { US_PER_S, type Us } from '../models/core/units.ts';
import type { PriceList } from '../models/cost/price-list.ts';
import { Autoscaler, type AutoscalerState } from '../models/transcode/autoscaler.ts';
import { FleetBooks, type FleetBooksState } from '../models/transcode/fleet-books.ts';
import { tryEngineSeconds } from '../models/transcode/fleet-metrics.ts';
import type { FleetParams } from '../models/transcode/fleet-params.ts';
import { resolvePools, type CpuSpeeds, type Pool, type PoolSpeed } from '../models/transcode/fleet-pools.ts';
import { MACHINE } from '../models/transcode/machine-park.ts';
import { Fleet } from '../models/transcode/fleet.ts';
import { shareOf } from '../models/transcode/task.ts';
import type { WorkSums } from '../models/transcode/work-books.ts';
import { SharedEngines, type SharedEnginesState } from '../models/transcode/shared-engines.ts';
import { workersFailing } from '../models/transcode/metrics.ts';
import { CODES } from './codes.ts';
import { spread, type FrailWorker } from './encoder-faults.ts';
import { failuresAmong, type EncoderHost, type Encoders, type EncoderSetting } from './encoders.ts';
import { FleetLevers } from './farm-levers.ts';
import { NO_EVENT, type EventHandle } from './kernel/event-list.ts';
import type { EventLoop } from './kernel/event-loop.ts';

/** Copied state of the machines' side of a fleet; the fleet itself is saved by its dispatcher. */
export interface FleetEncodersState {
  readonly engines: SharedEnginesState;
  readonly books: FleetBooksState;
  readonly scalers: readonly AutoscalerState[];
  readonly jobs: readonly number[];
  readonly attemptOf: readonly number[];
  readonly busySeen: readonly number[];
  readonly finishes: readonly EventHandle[];
  readonly wake: EventHandle;
  readonly workers: readonly FrailWorker[];
  readonly come: number;
}

/** What a fleet of encoders is built from. */
export interface FleetSetting {
  readonly params: FleetParams;
  readonly speeds: CpuSpeeds;
  /** Speed of a core while all of a machine are busy, relative to one that is busy alone. */
  readonly efficiency: number;
  readonly heights: readonly number[];
  /** Names of the rungs. */
  readonly resolutions: readonly string[];
  readonly prices: PriceList | undefined;
}

/**
 * A fleet in virtual time: sessions share the engines of their station, machines start, break and are taken
 * back, autoscalers look.
 */
export class FleetEncoders implements Encoders {
  readonly farm: Fleet;
  readonly levers: FleetLevers;
  readonly #params: FleetParams;
  readonly #set: EncoderSetting;
  readonly #pools: readonly Pool[];
  readonly #loop: EventLoop;
  readonly #host: EncoderHost;
  readonly #engines = new SharedEngines();
  readonly #books: FleetBooks;
  /** By rung. */
  readonly #tryEngine: readonly MetricHandle[];
  readonly #scalers: ReadonlyArray<{ readonly pool: number; readonly scaler: Autoscaler }>;
  readonly #times: RandomStream;
  readonly #failures: RandomStream;
  /** By attempt, its job on the engines, -1 before it starts; by job, its attempt. */
  #jobs: number[] = [];
  #attemptOf: number[] = [];
  /** By station: busy time already in the books, and the event of the next end. */
  #busySeen: number[] = [];
  #finishes: EventHandle[] = [];
  #wake: EventHandle = NO_EVENT;
  /** By station, what crash loops go by. */
  #workers: FrailWorker[] = [];
  /** Where the first worker stands among all, and how many have come so far. */
  readonly #frailty: number;
  #come = 0;
  readonly #failing: MetricHandle;

  constructor(fleet: FleetSetting, setting: EncoderSetting) {
    const { params, speeds, efficiency, heights, resolutions, prices } = fleet;
    const { streams, loop, host, metrics } = setting;
    this.#params = params;
    this.#set = setting;
    this.#loop = loop;
    this.#host = host;
    this.#pools = resolvePools(params, speeds, efficiency);
    this.#times = streams.stream('transcode/times');
    this.#failures = streams.stream('transcode/failures');
    this.farm = new Fleet(setting.tasks, this.#pools, params, heights, streams, {
      workerOpened: (worker, engines) => this.#opened(worker, engines),
      workerGone: (worker) => this.#gone(worker),
      workerBroke: (worker) => this.#lose(worker, 'hardware'),
      workerAborted: (worker) => this.#lose(worker, 'aborted'),
      roomMade: () => host.dispatchSoon(),
    });
    this.#tryEngine = resolutions.map((name) => metrics.bind(tryEngineSeconds, name));
    this.#books = new FleetBooks(this.farm, this.#pools, prices, metrics);
    this.#scalers = this.#pools.flatMap(({ params: { autoscale } }, pool) => {
      if (autoscale === undefined) return [];
      const ports = { scaleTo: (machines: number) => this.farm.scaleTo(loop.now, pool, machines) };
      return [{ pool, scaler: new Autoscaler(autoscale, ports) }];
    });
    this.#frailty = streams.stream('faults/workers').uniform();
    this.#failing = metrics.bind(workersFailing);
    this.levers = new FleetLevers({
      farm: this.farm, pools: this.#pools, scalers: this.#scalers, now: () => loop.now,
      isFailing: (worker) => this.#set.faults.isCrashing(this.#workers[worker]!, true),
      draws: streams.stream('faults/gpus'),
      changed: () => {
        this.#books.settle(loop.now);
        this.#changed();
      },
    });
    this.#listen();
  }

  /** Opens the machines of the start and sets the first alarms. */
  open(): void {
    this.farm.open(this.#loop.now);
    this.#books.settle(this.#loop.now);
    this.#scalers.forEach(({ scaler }, i) => {
      this.#loop.schedule(scaler.wakeAt(), CODES.autoscale, i, 0);
    });
    this.#arm();
  }

  start(attempt: number): void {
    const a = this.#set.attempts();
    const { now } = this.#loop;
    const worker = a.worker[attempt]!;
    this.#jobs[attempt] = -1;
    const outlook = this.farm.outlook(worker);
    if (outlook !== 'good') {
      const failAfter = this.#params.hardware?.failAfter ?? FAIL_AFTER_US;
      const after = outlook === 'hardware' ? failAfter : OUT_OF_MEMORY_US;
      this.#loop.schedule(now + after, CODES.encodeFails, attempt, a.serial[attempt]!);
      return;
    }
    if (this.#isCrashing(worker)) {
      const after = this.#set.faults.lostAfter();
      this.#loop.schedule(now + after, CODES.encoderCrash, attempt, a.serial[attempt]!);
      return;
    }
    const { startUs } = this.farm.speedOf(worker, a.task[attempt]!);
    if (startUs > 0) this.#loop.schedule(now + startUs, CODES.encodeStarts, attempt, a.serial[attempt]!);
    else this.#encode(attempt);
  }

  settle(now: Us): void {
    for (let station = 0; station < this.#finishes.length; station++) this.#settleStation(now, station);
    this.#books.settle(now);
    const failing = this.farm.failing((worker) => this.#isCrashing(worker));
    this.#set.metrics.setLevel(this.#failing, now, failing.length);
  }

  save(): FleetEncodersState {
    return {
      engines: this.#engines.save(), books: this.#books.save(),
      scalers: this.#scalers.map(({ scaler }) => scaler.save()), jobs: [...this.#jobs],
      attemptOf: [...this.#attemptOf], busySeen: [...this.#busySeen], finishes: [...this.#finishes],
      wake: this.#wake, workers: this.#workers.map((worker) => ({ ...worker })), come: this.#come,
    };
  }

  restore(state: FleetEncodersState): void {
    this.#engines.restore(state.engines);
    this.#books.restore(state.books);
    state.scalers.forEach((saved, i) => this.#scalers[i]!.scaler.restore(saved));
    this.#jobs = [...state.jobs];
    this.#attemptOf = [...state.attemptOf];
    this.#busySeen = [...state.busySeen];
    this.#finishes = [...state.finishes];
    this.#wake = state.wake;
    this.#workers = state.workers.map((worker) => ({ ...worker }));
    this.#come = state.come;
  }

  #listen(): void {
    const loop = this.#loop;
    loop.on(CODES.encodeStarts, (attempt, serial) => {
      if (this.#isCurrent(attempt, serial)) this.#encode(attempt);
    });
    loop.on(CODES.encodeFails, (attempt, serial) => this.#fail(attempt, serial));
    loop.on(CODES.encoderCrash, (attempt, serial) => {
      if (!this.#isCurrent(attempt, serial)) return;
      this.#host.ended(attempt, serial, this.#set.attempts().chunks[attempt]!, 'lost');
      this.#changed();
    });
    loop.on(CODES.stationDone, (station) => this.#done(station));
    loop.on(CODES.fleetWake, () => {
      this.#wake = NO_EVENT;
      this.farm.wake(loop.now);
      this.#books.settle(loop.now);
      this.#arm();
    });
    loop.on(CODES.autoscale, (i) => this.#look(i));
  }

  /** The engines take an attempt's chunks on. */
  #encode(attempt: number): void {
    const { now } = this.#loop;
    const a = this.#set.attempts();
    const station = a.worker[attempt]!;
    const task = a.task[attempt]!;
    const speed = this.farm.speedOf(station, task);
    const chunks = a.chunks[attempt]!;
    const share = shareOf(this.#set.tasks.columns, task, a.first[attempt]!, chunks) / chunks;
    const workUs = Math.max(1, this.#workUs(task, speed, share) * this.#noise(chunks, speed));
    const job = this.#engines.start(now, station, chunks, workUs, speed.isSplit);
    this.#jobs[attempt] = job;
    this.#attemptOf[job] = attempt;
    this.#rearm(station);
  }

  /** Engine time of a chunk of a task that has some share of the length of a full one. [us] */
  #workUs(task: number, speed: PoolSpeed, share: number): Us {
    const c = this.#set.tasks.columns;
    const encode = c.content[task]! * c.chunkPixels[task]! * speed.usPerPixel;
    const decode = share * c.chunkDecodePixels[task]! + c.leadPixels[task]!;
    return speed.fixedUs + share * encode + decode * speed.decodeUsPerPixel;
  }

  /** Lognormal with mean 1; chunks that start together end together, after their mean time. */
  #noise(chunks: number, speed: PoolSpeed): number {
    const variation = speed.variation ?? this.#params.variation;
    if (variation === 0) return 1;
    const sigma = Math.sqrt(Math.log1p(variation ** 2 / chunks));
    return Math.exp(sigma * this.#times.normal() - sigma ** 2 / 2);
  }

  #done(station: number): void {
    const { now } = this.#loop;
    this.#finishes[station] = NO_EVENT;
    while (this.#engines.finishAt(station) <= now) {
      const attempt = this.#attemptOf[this.#engines.finish(now, station)]!;
      this.#ended(attempt);
    }
    this.#rearm(station);
    this.#changed();
  }

  #ended(attempt: number): void {
    const a = this.#set.attempts();
    const chunks = a.chunks[attempt]!;
    const task = a.task[attempt]!;
    const usual = failuresAmong(chunks, this.#params.failures, this.#failures);
    const failed = this.#set.faults.fails(task) ? chunks : usual;
    const pool = this.farm.poolOf(a.worker[attempt]!);
    const c = this.#set.tasks.columns;
    const rungs = c.topRung[task]! - c.rung[task]! + 1;
    const done = chunks - failed;
    const share = done === 0 ? 0 : shareOf(c, task, a.first[attempt]! + failed, done);
    this.#books.addOutput(pool, share * c.chunkUs[task]! * rungs);
    const held = (chunks * this.#engines.endedHeldUs) / US_PER_S;
    this.#set.metrics.add(this.#tryEngine[c.topRung[task]!]!, held);
    this.#host.ended(attempt, a.serial[attempt]!, failed, 'encoder');
  }

  #fail(attempt: number, serial: number): void {
    if (!this.#isCurrent(attempt, serial)) return;
    const a = this.#set.attempts();
    const worker = a.worker[attempt]!;
    const isHardware = this.farm.outlook(worker) === 'hardware';
    this.#host.ended(attempt, serial, a.chunks[attempt]!, isHardware ? 'hardware' : 'memory');
    if (isHardware) this.farm.hardwareError(this.#loop.now, worker);
    this.#changed();
  }

  /** What a worker has comes to nothing: its encoder broke, or the work is taken from it. */
  #lose(worker: number, why: 'hardware' | 'aborted'): void {
    const { now } = this.#loop;
    this.#books.addLost(this.farm.poolOf(worker), this.#engines.clear(now, worker));
    this.#rearm(worker);
    if (why === 'aborted') this.#host.workerLost(worker);
    else {
      const a = this.#set.attempts();
      for (let attempt = 0; attempt < this.#jobs.length; attempt++) {
        if (a.task[attempt]! < 0 || a.worker[attempt] !== worker) continue;
        this.#host.ended(attempt, a.serial[attempt]!, a.chunks[attempt]!, why);
      }
    }
    this.#changed();
  }

  #opened(worker: number, engines: number): void {
    const { now } = this.#loop;
    const { efficiency } = this.#pools[this.farm.poolOf(worker)]!;
    const station = this.#engines.open(now, engines, efficiency);
    assert(station === worker, 'engines are numbered as workers', { station, worker });
    this.#busySeen[worker] = 0;
    const pool = this.#pools[this.farm.poolOf(worker)]!.params.name;
    this.#workers[worker] = { pool, openedAt: now, frailty: spread(this.#frailty, this.#come++) };
    this.#finishes[worker] = NO_EVENT;
    this.#books.addEngines(now, this.farm.poolOf(worker), engines);
  }

  #gone(worker: number): void {
    const { now } = this.#loop;
    const pool = this.farm.poolOf(worker);
    this.#books.addLost(pool, this.#engines.clear(now, worker));
    this.#settleStation(now, worker);
    this.#rearm(worker);
    this.#engines.close(worker);
    this.#busySeen[worker] = -1;
    this.#books.addEngines(now, pool, -this.#pools[pool]!.engines);
    this.#host.workerLost(worker);
    this.#changed();
  }

  #look(i: number): void {
    const { now } = this.#loop;
    const { pool, scaler } = this.#scalers[i]!;
    const work = this.#set.work();
    let [queued, running] = [0, 0];
    this.#pools[pool]!.speeds.forEach((speed, codec) => {
      if (speed === undefined) return;
      queued += work.waiting[codec]!;
      running += work.open.chunks[codec]! - work.waiting[codec]!;
    });
    const backlogUs = this.#machineUs(work.open, pool);
    const { park } = this.farm;
    scaler.look(now, {
      queued, running, backlogUs, arrivedUs: this.#machineUs(work.come, pool),
      ready: park.count(pool, MACHINE.ready), starting: park.count(pool, MACHINE.starting),
    });
    this.#books.settle(now);
    this.#loop.schedule(scaler.wakeAt(), CODES.autoscale, i, 0);
    this.#arm();
  }

  /** Time of a machine of a pool that work takes, without what the pool cannot encode. [us] */
  #machineUs(work: WorkSums, p: number): Us {
    const { speeds, engines, stations } = this.#pools[p]!;
    let us = 0;
    speeds.forEach((speed, codec) => {
      if (speed === undefined) return;
      us += work.chunks[codec]! * speed.fixedUs + work.pixels[codec]! * speed.usPerPixel
        + work.decodePixels[codec]! * speed.decodeUsPerPixel;
    });
    return us / (engines * stations);
  }

  #isCrashing(worker: number): boolean {
    return this.#set.faults.isCrashing(this.#workers[worker]!);
  }

  #isCurrent(attempt: number, serial: number): boolean {
    const a = this.#set.attempts();
    return a.serial[attempt] === serial && a.task[attempt]! >= 0;
  }

  #settleStation(now: Us, station: number): void {
    const seen = this.#busySeen[station]!;
    if (seen < 0) return;
    const busy = this.#engines.busyUs(now, station);
    this.#busySeen[station] = busy;
    this.#books.addBusy(this.farm.poolOf(station), busy - seen);
  }

  #rearm(station: number): void {
    const at = this.#engines.finishAt(station);
    this.#finishes[station] = this.#loop.rearm(this.#finishes[station]!, at, CODES.stationDone, station);
  }

  /** There may be room, and the fleet something to do. */
  #changed(): void {
    this.#arm();
    this.#host.dispatchSoon();
  }

  #arm(): void {
    this.#wake = this.#loop.rearm(this.#wake, this.farm.wakeAt(), CODES.fleetWake, 0);
  }
}

/** A session that finds no memory fails about as fast as it starts. [us] */
const OUT_OF_MEMORY_US = US_PER_S;
/** A broken encoder answers fast, where the fleet does not say how fast. [us] */
const FAIL_AFTER_US = US_PER_S; // as black holes do, VCU (ASPLOS 2021)
