import { broken } from '../models/core/assert.ts';
import type { MetricSet } from '../models/core/metrics.ts';
import type { RandomStreams } from '../models/core/rng.ts';
import type { SessionLog } from '../models/core/run-record.ts';
import type { Bytes, Us } from '../models/core/units.ts';
import { Audience, type Arrival, type DrawVideo } from '../models/player/audience.ts';
import type { PlayerFleetState } from '../models/player/columns.ts';
import type { FetchFailure } from '../models/player/events.ts';
import { PlayerFleet } from '../models/player/fleet.ts';
import type { PlayerPorts } from '../models/player/ports.ts';
import { SessionLogger, type SessionLoggerState } from '../models/player/session-log.ts';
import { sessionRow } from '../models/player/session-row.ts';
import { SessionSample } from '../models/player/session-sample.ts';
import type { Catalogue } from '../models/storage/catalogue.ts';
import type { WatchedPlan } from '../scenarios/plan.ts';
import { CODES } from './codes.ts';
import { COMING, Downloads, MANIFEST } from './downloads.ts';
import type { EdgeDoor, ViewerVerdicts } from './download-ports.ts';
import { Crowds, type CrowdsState } from './crowds.ts';
import { PageLoads, type PageLoadsState } from './page-loads.ts';
import type { RunContext } from './run-part.ts';
import type { EventLoop } from './kernel/event-loop.ts';
import type { LivePlaylists } from './live-playlists.ts';
import { PlayerWakes } from './player-wakes.ts';
import type { RequestsState } from './requests.ts';
import { ROW, SLOT_PLACES, SlotRows } from './slot-rows.ts';
import type { Steering } from './steering.ts';
import { ViewerControl, type ViewerControlState } from './viewer-control.ts';
import { ViewerLines, type ViewerLinesState } from './viewer-lines.ts';
import { warmRequests, type WarmedPlaces } from './warming.ts';

const {
  place: PLACE, rendition: RENDITION, row: CDN_ROW, requestId: REQUEST_ID, sentAt: SENT_AT, edgeAt: EDGE_AT,
  firstByteAt: FIRST_BYTE_AT, arriveAt: ARRIVE_AT, bytes: BYTES, way: WAY,
} = SLOT_PLACES;

/** Copied state of the simulated viewers. */
export interface ViewersState {
  readonly fleet: PlayerFleetState;
  readonly rows: ReturnType<SessionSample['save']>;
  readonly audience: ReturnType<Audience['save']>;
  readonly hosted: Float64Array;
  readonly lines: ViewerLinesState;
  readonly requests: RequestsState;
  readonly logger: SessionLoggerState;
  readonly free: readonly number[];
  readonly next: Arrival;
  readonly sessions: number;
  readonly pages: PageLoadsState | undefined;
  readonly control: ViewerControlState;
  readonly crowds: CrowdsState;
  readonly crowded: number;
}

/**
 * The simulated viewers: arrivals, the fleet of players, their lines and their downloads.
 *
 * A viewer with a line of their own is followed ahead of the clock: from the moment an edge answers, all that
 * the player does until its next request reaches an edge is its own affair, and is worked out in one go, an
 * event a segment. Nobody can tell: the edges see every request at its time, in order, and nobody is followed
 * as far as the next moment at which somebody looks at the players (`lookAt`). See docs/decisions/0013.
 */
export class Viewers {
  /** What is asked of viewers while the run goes on. */
  readonly control: ViewerControl;
  /** Crowds that come on top. */
  readonly crowds: Crowds;
  readonly #sample = new SessionSample();
  readonly #plan: WatchedPlan;
  /** Whether viewers of an edge are simulated in this run, or in that of another shard. */
  readonly #owns: (edge: number) => boolean;
  readonly #replication: number;
  readonly #loop: EventLoop;
  readonly #metrics: MetricSet;
  readonly #catalogue: Catalogue;
  readonly #audience: Audience;
  readonly #rows = new SlotRows();
  readonly #lines: ViewerLines;
  readonly #downloads: Downloads;
  readonly #logger: SessionLogger;
  readonly #wakes: PlayerWakes;
  /** undefined where players need no metadata before the manifest. */
  readonly #pages: PageLoads | undefined;
  readonly #discovery: RunContext['discovery'];
  readonly #steering: Steering;
  readonly #ports: PlayerPorts;
  #fleet: PlayerFleet;
  #free: number[] = [];
  /** Time of the player that is followed: now or later. */
  #at: Us = 0;
  #lookAt: Us = 0;
  #next: Arrival;
  #sessions = 0;
  #crowded = 0;

  constructor(
    plan: WatchedPlan, replication: number, catalogue: Catalogue, steering: Steering, streams: RandomStreams,
    loop: EventLoop, metrics: MetricSet, edges: EdgeDoor, verdicts: ViewerVerdicts,
    owns: (edge: number) => boolean, { metadata, discovery }: Pick<RunContext, 'metadata' | 'discovery'>,
    policyOf: WarmedPlaces['policyOf'], playlists: LivePlaylists | undefined,
  ) {
    const { scenario } = plan;
    this.#plan = plan;
    this.#owns = owns;
    this.#replication = replication;
    this.#loop = loop;
    this.#metrics = metrics;
    this.#catalogue = catalogue;
    this.#steering = steering;
    const drawVideo: DrawVideo = (stream, now, city) => catalogue.draw(stream, now, steering.regionOf(city));
    const { codecs } = scenario.catalogue;
    this.#audience = new Audience(scenario.audience, drawVideo, streams,
      (stream) => steering.drawCity(stream), codecs);
    this.control = new ViewerControl(scenario, metrics, streams);
    this.crowds = new Crowds({
      audience: scenario.audience, codecs, drawVideo, steering, streams, loop,
      admit: (arrival) => this.#admit(arrival, CROWD_FROM + this.#crowded++, true),
    });
    this.#lines = new ViewerLines(this.#rows, plan.networks, streams, loop, (request) => {
      this.#downloads.transferred(request);
    });
    this.#downloads = new Downloads(this.#rows, loop, this.#lines, steering, edges,
      verdicts, this.control.retries, playlists, {
      followed: (slot) => this.#follow(slot),
      failed: (slot, requestId, cause) => this.#takeFailure(slot, requestId, cause),
    });
    this.#discovery = discovery;
    this.#pages = metadata && new PageLoads(metadata, loop, {
      loaded: (slot, requestId, object) => {
        this.#downloads.send(slot, requestId, object, MANIFEST, loop.now);
        this.#follow(slot);
      },
      failed: (slot, requestId) => this.#takeFailure(slot, requestId, 'timeout'),
    });
    this.#ports = this.#makePorts();
    this.#fleet = this.#newFleet(FIRST_SLOTS);
    this.#makeRoom(FIRST_SLOTS);
    const networks = plan.networks.map((network) => network.name);
    const logFrom = replication === 0 ? scenario.run.warmup : Infinity;
    this.#logger = new SessionLogger(() => this.#fleet, networks, catalogue, logFrom, scenario.run.logs);
    const fleet = () => this.#fleet;
    warmRequests(loop, { rows: this.#rows, lines: this.#lines, steering, fleet, policyOf });
    loop.on(CODES.arrival, () => this.#arrive());
    this.#wakes = new PlayerWakes(this.#rows, loop, (slot) => this.#follow(slot));
    this.#next = this.#scheduleArrival();
  }

  /** The edge answers: see Downloads. */
  answered(request: number, bytes: Bytes, afterUs: Us, whole: boolean): void {
    this.#downloads.answered(request, bytes, afterUs, whole);
  }

  /** All of an answer has come to the edge: see Downloads. */
  ended(request: number, afterUs: Us): void {
    this.#downloads.ended(request, afterUs);
  }

  /** No object comes: see Downloads. */
  failed(request: number, status: number, afterUs: Us): void {
    this.#downloads.failed(request, status, afterUs);
  }

  /** The edge does not answer: see Downloads. */
  lost(request: number, afterUs: Us): void {
    this.#downloads.lost(request, afterUs);
  }

  /** Nobody looks at the players before `at`: that far they may be followed ahead of the clock. */
  nextLook(at: Us): void {
    this.#lookAt = at;
  }

  /** Brings the counters up to now. */
  settle(): void {
    this.#fleet.settleAll(this.#loop.now);
  }

  /** Adds the rows of the sessions still under way, at the end of the run. */
  closeBooks(): void {
    for (let slot = 0; slot < this.#fleet.slots; slot++) {
      if (this.#fleet.active(slot)) this.#addRow(slot, 'watching');
    }
  }

  /** A copy of the whole state; streams, events and metrics are saved by their owners. */
  save(): ViewersState {
    return {
      fleet: this.#fleet.save(), rows: this.#sample.save(), audience: this.#audience.save(),
      hosted: this.#rows.save(), lines: this.#lines.save(), requests: this.#downloads.save(),
      logger: this.#logger.save(), free: [...this.#free], next: this.#next, sessions: this.#sessions,
      pages: this.#pages?.save(),
      control: this.control.save(), crowds: this.crowds.save(), crowded: this.#crowded,
    };
  }

  /** Puts a saved state back. */
  restore(state: ViewersState): void {
    this.#rows.restore(state.hosted);
    this.#fleet = this.#newFleet(this.#rows.slots);
    this.#fleet.restore(state.fleet);
    this.#sample.restore(state.rows);
    this.#audience.restore(state.audience);
    this.#lines.restore(state.lines);
    this.#downloads.restore(state.requests);
    this.#logger.restore(state.logger);
    this.#free = [...state.free];
    this.#next = state.next;
    this.#sessions = state.sessions;
    if (state.pages !== undefined) this.#pages?.restore(state.pages);
    this.control.restore(state.control);
    this.crowds.restore(state.crowds);
    this.#crowded = state.crowded;
  }

  /** Rows of the sessions, or of a sample of very many. */
  get sample(): SessionSample {
    return this.#sample;
  }

  /** Logs of the sessions chosen for it. */
  logs(): SessionLog[] {
    return this.#logger.logs();
  }

  #newFleet(slots: number): PlayerFleet {
    const { player, catalogue } = this.#plan.scenario;
    const names = catalogue.ladder.map((rendition) => rendition.name);
    return new PlayerFleet(player, slots, names, this.#catalogue, this.#ports, this.#metrics,
      this.control.tuning);
  }

  /** Room for as many viewers at a time; a larger fleet goes on from the state of the smaller one. */
  #makeRoom(slots: number): void {
    const before = this.#rows.slots;
    if (before > 0) {
      const state = this.#fleet.save(true);
      this.#fleet = this.#newFleet(slots);
      this.#fleet.restore(state);
    }
    this.#rows.grow(slots);
    for (let slot = slots - 1; slot >= before; slot--) this.#free.push(slot);
  }

  #makePorts(): PlayerPorts {
    return {
      requestManifest: (slot, requestId, video, rendition, codec) => {
        const object = this.#catalogue.manifestObject(video, rendition, codec);
        if (this.#pages?.isMissing(slot) === true) this.#pages.request(slot, requestId, object, this.#at);
        else this.#downloads.send(slot, requestId, object, MANIFEST, this.#at);
      },
      requestSegment: (slot, requestId, video, segment, rendition, codec) => {
        this.#logger.requested(slot, this.#at, segment, rendition);
        const object = this.#catalogue.segmentObject(video, segment, rendition, codec);
        this.#downloads.send(slot, requestId, object, rendition, this.#at);
      },
      cancelRequest: (slot) => {
        this.#pages?.cancel(slot);
        this.#downloads.cancel(slot);
      },
      sessionEnded: (slot, outcome) => {
        this.#pages?.closed(slot);
        this.#logger.ended(slot, this.#at, outcome);
        this.#addRow(slot, outcome);
        this.#lines.leave(slot);
        this.#wakes.disarm(slot);
        this.#free.push(slot);
      },
    };
  }

  #scheduleArrival(): Arrival {
    const next = this.#audience.next(this.#plan.scenario.run.duration);
    if (next.at < this.#plan.scenario.run.duration) {
      this.#loop.schedule(next.at, CODES.arrival, this.#sessions, 0);
    }
    return next;
  }

  #arrive(): void {
    this.#admit(this.#next, this.#sessions, false);
  }

  /** A viewer comes, one of the usual ones or of a crowd. */
  #admit(arrival: Arrival, session: number, isCrowd: boolean): void {
    const { now } = this.#loop;
    if (this.#free.length === 0) this.#makeRoom(Math.ceil(this.#fleet.slots * GROWTH));
    const slot = this.#free.pop()!;
    const line = this.#lines.draw(arrival.network, isCrowd);
    this.#steering.joined(now, slot, arrival.city, isCrowd);
    if (!isCrowd) {
      this.#sessions++;
      this.#next = this.#scheduleArrival();
    }
    const video = this.control.offered(arrival.video);
    // Of another shard, drawn so that ours get the same whatever the others do; or turned away.
    if (!this.#owns(this.#steering.edgeOf(slot)) || !this.control.admits(now, slot, video)) {
      this.#free.push(slot);
      return;
    }
    this.#lines.join(slot, arrival.network, line);
    this.#steering.counted(slot, this.#lines.rtt(slot, now));
    this.#rows.numbers[slot * ROW + WAY] = this.#steering.way(slot);
    this.#at = now;
    this.#pages?.opened(slot);
    this.#discovery?.came();
    this.#fleet.sessionStarted(now, slot, {
      session, video, watchUs: arrival.watchUs, startupPatienceUs: arrival.startupPatienceUs,
      ...arrival.traits,
    });
    this.#logger.started(slot, session, arrival.network, now, arrival.traits.codec);
    this.#follow(slot);
  }

  /**
   * Goes with the slot's player from step to step: answers that come, wakes it has asked for. It ends where
   * the next step is somebody else's (its request at the edge, an answer not known yet), where somebody may
   * look, or with the session.
   */
  #follow(slot: number): void {
    const { numbers } = this.#rows;
    const i = slot * ROW;
    const { now } = this.#loop;
    const isAlone = this.#lines.isAlone(slot);
    let wakeAt = this.#fleet.wakeAt(slot);
    while (this.#fleet.active(slot)) {
      const arriveAt = numbers[i + ARRIVE_AT]!;
      const next = Math.max(now, Math.min(arriveAt, wakeAt));
      if (next >= numbers[i + EDGE_AT]!) {
        if (this.#downloads.reachAhead(slot, isAlone ? this.#lookAt : 0)) continue;
        return this.#wakes.disarm(slot); // the event of the request goes on from there
      }
      const isItsOwn = isAlone && next < this.#lookAt && numbers[i + CDN_ROW]! < 0 // the CDN has had its say
        && this.#pages?.isWaiting(slot) !== true;
      if (next > now && !isItsOwn) {
        this.#downloads.despatch(slot);
        return this.#wakes.arm(slot, next);
      }
      this.#at = next;
      if (arriveAt <= wakeAt) this.#takeAnswer(slot, next);
      else this.#wake(slot, next);
      wakeAt = this.#fleet.wakeAt(slot);
    }
  }

  #takeAnswer(slot: number, at: Us): void {
    const { numbers } = this.#rows;
    const i = slot * ROW;
    if (numbers[i + PLACE] !== COMING) broken('what arrives has been on its way', { slot });
    const requestId = numbers[i + REQUEST_ID]!;
    const isManifest = numbers[i + RENDITION] === MANIFEST;
    const firstByteUs = numbers[i + FIRST_BYTE_AT]! - numbers[i + SENT_AT]!;
    const transferUs = at - numbers[i + FIRST_BYTE_AT]!;
    this.#downloads.done(slot);
    const bytes = numbers[i + BYTES]!;
    this.control.edges?.answered(at, this.#steering.edgeOf(slot), bytes, firstByteUs + transferUs);
    this.#logger.arriving(slot);
    if (isManifest) this.#fleet.manifestArrived(at, slot, requestId, this.#downloads.asOf(slot));
    else this.#fleet.segmentArrived(at, slot, requestId, numbers[i + BYTES]!, firstByteUs, transferUs);
    this.#logger.arrived(slot, at);
  }

  #takeFailure(slot: number, requestId: number, cause: FetchFailure): void {
    this.#at = this.#loop.now;
    this.control.edges?.failed(this.#at, this.#steering.edgeOf(slot));
    if (cause === 'notFound' || cause === 'serverError') {
      this.control.watch.failed(this.#at, this.#fleet.figures(slot).video);
    }
    this.#fleet.fetchFailed(this.#at, slot, requestId, cause);
    this.#follow(slot);
  }

  #wake(slot: number, at: Us): void {
    if (this.#fleet.wantsProgress(at, slot)) this.#tellProgress(slot, at);
    else this.#fleet.woken(at, slot);
    this.#logger.woken(slot, at);
  }

  #tellProgress(slot: number, at: Us): void {
    const { numbers } = this.#rows;
    const i = slot * ROW;
    const came = numbers[i + FIRST_BYTE_AT]! <= at; // NaN until it is known
    const size = came ? numbers[i + BYTES]! : 0;
    const firstByteUs = came ? numbers[i + FIRST_BYTE_AT]! - numbers[i + SENT_AT]! : 0;
    this.#fleet.transferProgressed(
      at, slot, numbers[i + REQUEST_ID]!, size, this.#downloads.received(slot, at), firstByteUs);
  }

  #addRow(slot: number, outcome: string): void {
    const network = this.#plan.networks[this.#lines.networkOf(slot)]!.name;
    const figures = this.#fleet.figures(slot);
    if (!this.#sample.wants(figures.session)) this.#sample.pass();
    else this.#sample.add(sessionRow(this.#replication, network, outcome, figures));
  }
}

/** Viewers at a time that there is room for at first, and the factor by which more is made. */
const FIRST_SLOTS = 1024;
const GROWTH = 1.5;
/** Numbers of crowds' sessions, beyond those of all usual ones. */
const CROWD_FROM = 1_000_000_000;
