import { assert } from '../models/core/assert.ts';
import type { MetricSet } from '../models/core/metrics.ts';
import type { RandomStreams } from '../models/core/rng.ts';
import type { SessionLog, SessionRow } from '../models/core/run-record.ts';
import type { RandomStream } from '../models/core/rng.ts';
import type { Bytes, Us } from '../models/core/units.ts';
import { AccessLinks, drawTrace, type TraceChoice } from '../models/network/access.ts';
import { TraceBandwidth } from '../models/network/trace.ts';
import { Audience, mostSessions, type Arrival } from '../models/player/audience.ts';
import { PlayerFleet } from '../models/player/fleet.ts';
import type { PlayerFleetState } from '../models/player/columns.ts';
import type { PlayerPorts } from '../models/player/ports.ts';
import { SessionLogger, type SessionLoggerState } from '../models/player/session-log.ts';
import { sessionRow } from '../models/player/session-row.ts';
import type { Catalogue } from '../models/storage/catalogue.ts';
import type { WatchedPlan } from '../scenarios/plan.ts';
import { CODES } from './codes.ts';
import { NO_EVENT } from './kernel/event-list.ts';
import type { EventLoop } from './kernel/event-loop.ts';
import { Links, type LinkState } from './links.ts';
import { COMING, FORSAKEN, MANIFEST, Requests, STARVED, WHOLE, type RequestsState } from './requests.ts';

/** Sends a viewer's request to an edge node. */
export type SendToEdge = (edge: number, request: number, object: number) => void;

interface OpenedLink extends TraceChoice {
  readonly network: number;
}

/** Copied state of the simulated viewers. */
export interface ViewersState {
  readonly fleet: PlayerFleetState;
  readonly rows: readonly SessionRow[];
  readonly audience: ReturnType<Audience['save']>;
  readonly access: ReturnType<AccessLinks['save']>;
  readonly opened: readonly OpenedLink[];
  readonly links: readonly LinkState[];
  readonly requests: RequestsState;
  readonly logger: SessionLoggerState;
  readonly free: readonly number[];
  readonly slots: Slots;
  readonly next: Arrival;
  readonly sessions: number;
}

/** What the host keeps of each slot of the fleet. */
interface Slots {
  readonly link: Int32Array;
  readonly edge: Int32Array;
  readonly network: Int32Array;
  /** Row of the request under way, or -1. */
  readonly request: Int32Array;
  /** Handle of the wake-up event, and its time. */
  readonly wake: Float64Array;
  readonly wakeAt: Float64Array;
}

/** The simulated viewers: arrivals, the fleet of players, their access links and their requests under way. */
export class Viewers {
  readonly fleet: PlayerFleet;
  readonly rows: SessionRow[] = [];
  readonly #plan: WatchedPlan;
  readonly #replication: number;
  readonly #loop: EventLoop;
  readonly #catalogue: Catalogue;
  readonly #audience: Audience;
  readonly #access: AccessLinks;
  readonly #links: Links;
  readonly #requests = new Requests();
  readonly #logger: SessionLogger;
  readonly #traceDraws: RandomStream;
  readonly #edgeDraws: RandomStream;
  readonly #free: number[];
  /** What each link plays, by its number. */
  readonly #opened: OpenedLink[] = [];
  readonly #slots: Slots;
  #next: Arrival;
  #sessions = 0;

  constructor(
    plan: WatchedPlan, replication: number, catalogue: Catalogue, streams: RandomStreams, loop: EventLoop,
    metrics: MetricSet, sendToEdge: SendToEdge,
  ) {
    const { scenario } = plan;
    this.#plan = plan;
    this.#replication = replication;
    this.#loop = loop;
    this.#catalogue = catalogue;
    this.#traceDraws = streams.stream('audience/trace');
    this.#edgeDraws = streams.stream('routing/edge');
    this.#audience = new Audience(scenario.audience,
      (stream, now) => catalogue.draw(stream, now, 0), streams);
    this.#access = new AccessLinks(plan.networks.map((network) => network.viewersPerLink));
    const slots = mostSessions(scenario.audience, scenario.run.duration);
    const names = scenario.catalogue.ladder.map((rendition) => rendition.name);
    this.fleet = new PlayerFleet(scenario.player, slots, names, catalogue, this.#ports(), metrics);
    this.#free = Array.from({ length: slots }, (_, i) => slots - 1 - i);
    this.#slots = {
      link: new Int32Array(slots), edge: new Int32Array(slots), network: new Int32Array(slots),
      request: new Int32Array(slots).fill(-1), wake: new Float64Array(slots).fill(NO_EVENT),
      wakeAt: new Float64Array(slots).fill(Infinity),
    };
    const networks = plan.networks.map((network) => network.name);
    const logFrom = replication === 0 ? scenario.run.warmup : Infinity;
    this.#logger = new SessionLogger(this.fleet, networks, catalogue.bitrates(0), logFrom);
    this.#links = new Links(loop, CODES.accessWake, CODES.accessLate, (_link, request) => {
      this.#arrived(request);
    });
    loop.on(CODES.arrival, () => this.#arrive());
    loop.on(CODES.playerWake, (slot) => this.#wake(slot));
    loop.on(CODES.requestAtEdge, (request, edge) => {
      sendToEdge(edge, request, this.#requests.object[request]!);
    });
    loop.on(CODES.firstByteAtViewer, (request) => this.#firstByte(request));
    loop.on(CODES.lastByteAtViewer, (request) => this.#lastByte(request));
    this.#next = this.#scheduleArrival();
  }

  /**
   * The edge answers: the first byte reaches the viewer after the node's latency and half a round trip. The
   * others follow at the rate of the viewer's link; unless `whole`, the last one not before `ended`.
   */
  answered(request: number, bytes: Bytes, afterUs: Us, whole: boolean): void {
    this.#requests.bytes[request] = bytes;
    this.#requests.coming[request] = whole ? WHOLE : COMING;
    const at = this.#loop.now + afterUs + Math.ceil(this.#requests.rtt[request]! / 2);
    this.#loop.schedule(at, CODES.firstByteAtViewer, request, 0);
  }

  /** The last byte of an answer that came as it left has come to the edge. */
  ended(request: number, afterUs: Us): void {
    const at = this.#loop.now + afterUs + Math.ceil(this.#requests.rtt[request]! / 2);
    this.#loop.schedule(at, CODES.lastByteAtViewer, request, 0);
  }

  /** Brings the counters up to now. */
  settle(): void {
    this.fleet.settleAll(this.#loop.now);
  }

  /** Rows of the sessions still under way, at the end of the run. */
  closeBooks(): void {
    for (let slot = 0; slot < this.fleet.slots; slot++) {
      if (this.fleet.active(slot)) this.#addRow(slot, 'watching');
    }
  }

  /** A copy of the whole state; streams, events and metrics are saved by their owners. */
  save(): ViewersState {
    return {
      fleet: this.fleet.save(), rows: [...this.rows], audience: this.#audience.save(),
      access: this.#access.save(),
      opened: [...this.#opened], links: this.#links.save(), requests: this.#requests.save(),
      logger: this.#logger.save(), free: [...this.#free], slots: structuredClone(this.#slots),
      next: this.#next,
      sessions: this.#sessions,
    };
  }

  /** Puts a saved state of as many slots back. */
  restore(state: ViewersState): void {
    this.fleet.restore(state.fleet);
    refill(this.rows, state.rows);
    this.#audience.restore(state.audience);
    this.#access.restore(state.access);
    refill(this.#opened, state.opened);
    this.#links.restore(state.links, (link) => this.#bandwidthOf(link));
    this.#requests.restore(state.requests);
    this.#logger.restore(state.logger);
    refill(this.#free, state.free);
    for (const name of SLOT_COLUMNS) this.#slots[name].set(state.slots[name]);
    this.#next = state.next;
    this.#sessions = state.sessions;
  }

  /** Logs of the sessions chosen for it. */
  logs(): SessionLog[] {
    return this.#logger.logs();
  }

  #ports(): PlayerPorts {
    return {
      requestManifest: (slot, requestId, video) => {
        this.#send(slot, requestId, this.#catalogue.manifestObject(video), MANIFEST);
      },
      requestSegment: (slot, requestId, video, segment, rendition) => {
        this.#logger.requested(slot, this.#loop.now, segment, rendition);
        this.#send(slot, requestId, this.#catalogue.segmentObject(video, segment, rendition), rendition);
      },
      cancelRequest: (slot) => this.#cancel(slot),
      sessionEnded: (slot, outcome) => {
        this.#logger.ended(slot, this.#loop.now, outcome);
        this.#addRow(slot, outcome);
        this.#leave(slot);
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
    const arrival = this.#next;
    const slot = this.#free.pop();
    assert(slot !== undefined, 'the fleet has a slot for every viewer', { sessions: this.#sessions });
    const s = this.#slots;
    s.network[slot] = arrival.network;
    s.edge[slot] = this.#edgeDraws.integer(this.#plan.scenario.cdn.edge.nodes);
    s.link[slot] = this.#joinLink(arrival.network);
    const session = this.#sessions++;
    this.#logger.started(slot, session, arrival.network, this.#loop.now);
    this.fleet.sessionStarted(this.#loop.now, slot, {
      session, video: arrival.video, watchUs: arrival.watchUs, startupPatienceUs: arrival.startupPatienceUs,
    });
    this.#rearm(slot);
    this.#next = this.#scheduleArrival();
  }

  #joinLink(network: number): number {
    const choice = drawTrace(this.#traceDraws, this.#plan.networks[network]!.traces);
    const { link, opened } = this.#access.join(network);
    if (opened) {
      this.#opened.push({ network, ...choice });
      const added = this.#links.add(this.#bandwidthOf(link));
      assert(added === link, 'links are numbered alike on both sides', { added, link });
    }
    return link;
  }

  #bandwidthOf(link: number): TraceBandwidth {
    const { network, trace, startUs } = this.#opened[link]!;
    return new TraceBandwidth(this.#plan.networks[network]!.traces[trace]!, startUs);
  }

  #leave(slot: number): void {
    const link = this.#slots.link[slot]!;
    if (this.#access.leave(link) === 0) this.#links.retire(link);
    this.#free.push(slot);
  }

  #send(slot: number, requestId: number, object: number, rendition: number): void {
    const { now } = this.#loop;
    const rtt = this.#links.rtt(this.#slots.link[slot]!);
    const request = this.#requests.open(slot, requestId, object, rendition, now, rtt);
    this.#slots.request[slot] = request;
    this.#loop.schedule(now + Math.floor(rtt / 2), CODES.requestAtEdge, request, this.#slots.edge[slot]!);
  }

  #firstByte(request: number): void {
    const slot = this.#requests.slot[request]!;
    if (this.#slots.request[slot] !== request) {
      this.#requests.close(request); // the viewer has gone meanwhile
      return;
    }
    this.#requests.firstByteAt[request] = this.#loop.now;
    this.#links.start(this.#slots.link[slot]!, request, this.#requests.bytes[request]!);
  }

  #arrived(request: number): void {
    const { now } = this.#loop;
    const r = this.#requests;
    const slot = r.slot[request]!;
    // Its viewer may have gone in this very microsecond, and the row been given to a request just sent.
    if (this.#slots.request[slot] !== request || Number.isNaN(r.firstByteAt[request]!)) return;
    if (r.coming[request] === COMING) {
      r.coming[request] = STARVED;
      return;
    }
    const requestId = r.playerRequest[request]!;
    const firstByteUs = r.firstByteAt[request]! - r.sentAt[request]!;
    const transferUs = now - r.firstByteAt[request]!;
    const bytes = r.bytes[request]!;
    const isManifest = r.rendition[request] === MANIFEST;
    this.#slots.request[slot] = -1;
    r.close(request);
    this.#logger.arriving(slot);
    if (isManifest) this.fleet.manifestArrived(now, slot, requestId);
    else this.fleet.segmentArrived(now, slot, requestId, bytes, firstByteUs, transferUs);
    this.#logger.arrived(slot, now);
    this.#rearm(slot);
  }

  #lastByte(request: number): void {
    const state = this.#requests.coming[request];
    this.#requests.coming[request] = WHOLE;
    if (state === FORSAKEN) this.#requests.close(request);
    else if (state === STARVED) this.#arrived(request);
  }

  #cancel(slot: number): void {
    const request = this.#slots.request[slot]!;
    if (request < 0) return; // its last byte arrived in this very moment
    this.#slots.request[slot] = -1;
    // A request that still waits for its first byte keeps its row until the edge has answered.
    if (Number.isNaN(this.#requests.firstByteAt[request]!)) return;
    if (this.#requests.coming[request] !== STARVED) this.#links.cancel(this.#slots.link[slot]!, request);
    this.#requests.close(request);
  }

  #wake(slot: number): void {
    this.#slots.wake[slot] = NO_EVENT;
    this.#slots.wakeAt[slot] = Infinity;
    if (this.fleet.wantsProgress(this.#loop.now, slot)) this.#tellProgress(slot);
    else this.fleet.woken(this.#loop.now, slot);
    this.#logger.woken(slot, this.#loop.now);
    this.#rearm(slot);
  }

  #tellProgress(slot: number): void {
    const r = this.#requests;
    const request = this.#slots.request[slot]!;
    const { now } = this.#loop;
    const firstByteUs = r.firstByteAt[request]! - r.sentAt[request]!;
    const came = !Number.isNaN(firstByteUs);
    const size = came ? r.bytes[request]! : 0;
    const leftBits = came ? this.#links.bitsLeft(this.#slots.link[slot]!, request) : 0;
    const received = Math.max(0, size - Math.ceil(leftBits / 8));
    this.fleet.transferProgressed(
      now, slot, r.playerRequest[request]!, size, received, came ? firstByteUs : 0);
  }

  #rearm(slot: number): void {
    const at = this.fleet.wakeAt(slot);
    const s = this.#slots;
    if (at === s.wakeAt[slot]) return;
    s.wake[slot] = this.#loop.rearm(s.wake[slot]!, at, CODES.playerWake, slot);
    s.wakeAt[slot] = at;
  }

  #addRow(slot: number, outcome: string): void {
    const network = this.#plan.networks[this.#slots.network[slot]!]!.name;
    this.rows.push(sessionRow(this.#replication, network, outcome, this.fleet.figures(slot)));
  }
}

const SLOT_COLUMNS = ['link', 'edge', 'network', 'request', 'wake', 'wakeAt'] as const;

/** Replaces the entries of a list, of which there may be more than a call takes arguments. */
function refill<Entry>(target: Entry[], entries: readonly Entry[]): void {
  target.length = 0;
  for (const entry of entries) target.push(entry);
}
