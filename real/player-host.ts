import { Agent } from 'node:http';
import { edgeLost } from '../models/cdn/topology/metrics.ts';
import { assert } from '../models/core/assert.ts';
import type { MetricHandle, MetricSet } from '../models/core/metrics.ts';
import type { SessionLog, SessionRow } from '../models/core/run-record.ts';
import type { Us } from '../models/core/units.ts';
import { cmcdHeaders } from '../models/player/cmcd.ts';
import type { FetchFailure, MediaInfo, PlayerInput, SessionStart } from '../models/player/events.ts';
import { PlayerFleet } from '../models/player/fleet.ts';
import type { PlayerParams } from '../models/player/params.ts';
import { MASTER, type PlayerPorts } from '../models/player/ports.ts';
import { SessionLogger } from '../models/player/session-log.ts';
import { sessionRow } from '../models/player/session-row.ts';
import type { Clock } from './clock.ts';
import { fetchMaster, fetchRendition } from './fetch-manifest.ts';
import { failureOf, httpGet, type GetProgress } from './http-get.ts';
import { Recorder } from './recording.ts';
import { WakeTimer } from './timer.ts';

/** What a host of players needs. */
export interface PlayerHostOptions {
  readonly clock: Clock;
  readonly metrics: MetricSet;
  readonly params: PlayerParams;
  readonly slots: number;
  readonly media: MediaInfo;
  /** Names of the renditions, ascending. */
  readonly renditions: readonly string[];
  /** Names of the classes of networks. */
  readonly networks: readonly string[];
  /** Sessions are logged from here on. */
  readonly logFromUs: Us;
  /** Sessions of each class of networks that are logged, 1 unless given. */
  readonly logs?: number;
  /** Path of a video's master playlist. */
  readonly masterPath: (video: number) => string;
  /** A viewer has gone; the slot may be used again after it. */
  readonly onLeave: (slot: number) => void;
}

/** The real viewers: the fleet of players, fetching over HTTP and woken by the machine's clock. */
export class PlayerHost {
  readonly fleet: PlayerFleet;
  readonly recorder = new Recorder(PLAYERS);
  readonly rows: SessionRow[] = [];
  readonly #options: PlayerHostOptions;
  readonly #logger: SessionLogger;
  readonly #slots: Slot[];
  readonly #lost: MetricHandle;

  constructor(options: PlayerHostOptions) {
    const { params, slots, renditions, media, metrics, clock, networks, logFromUs, logs = 1 } = options;
    this.#options = options;
    this.#lost = metrics.bind(edgeLost);
    this.fleet = new PlayerFleet(params, slots, renditions, media, this.#ports(), metrics);
    this.#logger = new SessionLogger(() => this.fleet, networks, media, logFromUs, logs);
    this.#slots = Array.from({ length: slots }, (_, slot) => ({
      timer: new WakeTimer(
        clock,
        () => this.fleet.wakeAt(slot),
        () => this.#deliver(this.#atWake(slot)),
      ),
      network: 0,
      port: 0,
      agent: undefined,
      playlists: [],
      paths: [],
      request: undefined,
      transfer: undefined,
    }));
  }

  /** A viewer presses play in a free slot whose link listens on `port`. */
  start(slot: number, session: SessionStart, network: number, port: number): void {
    const state = this.#slots[slot]!;
    state.network = network;
    state.port = port;
    state.agent = new Agent({ keepAlive: true });
    state.playlists = [];
    state.paths = [];
    this.#logger.started(slot, session.session, network, this.#options.clock.now());
    this.#deliver({ kind: 'sessionStarted', slot, session });
  }

  /** Brings the counters up to now. */
  settle(): void {
    const now = this.#options.clock.now();
    this.recorder.settled(now);
    this.fleet.settleAll(now);
  }

  /** Ends it: nobody is woken any more, connections close, and who still watches gets a row. */
  close(): void {
    this.#slots.forEach((state, slot) => {
      state.timer.close();
      state.request?.cancel();
      state.agent?.destroy();
      if (this.fleet.active(slot)) this.#addRow(slot, 'watching');
    });
  }

  /** Viewers who watch now. */
  watching(): number {
    return this.#slots.filter((_, slot) => this.fleet.active(slot)).length;
  }

  logs(): SessionLog[] {
    return this.#logger.logs();
  }

  #ports(): PlayerPorts {
    return {
      requestManifest: (slot, requestId, video, rendition, codec) => {
        this.recorder.call('requestManifest', slot, requestId, video, rendition, codec);
        void this.#requestManifest(slot, requestId, video, rendition);
      },
      requestSegment: (slot, requestId, video, segment, rendition, codec) => {
        this.recorder.call('requestSegment', slot, requestId, video, segment, rendition, codec);
        this.#logger.requested(slot, this.#options.clock.now(), segment, rendition);
        void this.#requestSegment(slot, requestId, segment, rendition);
      },
      cancelRequest: (slot, requestId) => {
        this.recorder.call('cancelRequest', slot, requestId);
        this.#slots[slot]!.request?.cancel();
      },
      sessionEnded: (slot, outcome) => {
        this.recorder.call('sessionEnded', slot, outcome);
        this.#logger.ended(slot, this.#options.clock.now(), outcome);
        this.#addRow(slot, outcome);
        // The fleet is still in the middle of its input: the slot is given back after it.
        setImmediate(() => this.#leave(slot));
      },
    };
  }

  /** The input that a wake brings: how the transfer under way stands, where the fleet asks for it. */
  #atWake(slot: number): PlayerInput {
    const transfer = this.#slots[slot]!.transfer;
    const asked = this.fleet.wantsProgress(this.#options.clock.now(), slot);
    if (!asked || transfer === undefined) return { kind: 'woken', slot };
    const { requestId, progress } = transfer;
    return { kind: 'transferProgressed', slot, requestId, ...progress };
  }

  async #requestManifest(slot: number, requestId: number, video: number, rendition: number): Promise<void> {
    const { media, masterPath } = this.#options;
    const state = this.#slots[slot]!;
    const path = rendition === MASTER ? masterPath(video) : state.playlists[rendition];
    assert(path !== undefined, 'a rendition is in the master playlist', { slot, rendition });
    const get = this.#get(state, slot);
    const fetch = rendition === MASTER ? fetchMaster(get, path) : fetchRendition(get, path);
    state.request = fetch;
    const outcome = await fetch.outcome;
    if (state.request !== fetch || outcome.kind === 'cancelled') return;
    state.request = undefined;
    const failed = (cause: FetchFailure) => this.#failed(slot, requestId, cause);
    if (outcome.kind === 'failed') return failed(outcome.cause);
    const promised = rendition === MASTER ? media.bitrates(video).length : media.segmentCount(video);
    if (outcome.paths.length !== promised) return failed('serverError');
    if (rendition === MASTER) state.playlists = outcome.paths;
    else state.paths[rendition] = outcome.paths;
    // A player of a single manifest knows all renditions from it: the playlists are read one by one.
    const next = rendition + 1;
    if (this.#options.params.playlists === 'one' && next < state.playlists.length) {
      return this.#requestManifest(slot, requestId, video, next);
    }
    this.#deliver({ kind: 'manifestArrived', slot, requestId });
  }

  async #requestSegment(slot: number, requestId: number, segment: number, rendition: number): Promise<void> {
    const state = this.#slots[slot]!;
    const path = state.paths[rendition]?.[segment];
    assert(path !== undefined, 'a segment is in the playlist', { slot, segment, rendition });
    const get = this.#get(state, slot)(path);
    state.request = get;
    state.transfer = { requestId, progress: get.progress };
    const outcome = await get.outcome;
    if (state.request !== get || outcome.kind === 'cancelled') return;
    state.request = undefined;
    const cause = failureOf(outcome);
    if (cause !== undefined) return this.#failed(slot, requestId, cause);
    assert(outcome.kind === 'answered', 'what has not failed was answered');
    const { firstByteUs, transferUs, body } = outcome;
    this.#deliver({ kind: 'segmentArrived', slot, requestId, bytes: body.length, firstByteUs, transferUs });
  }

  #get(state: Slot, slot: number) {
    const { clock, params } = this.#options;
    const { agent, port } = state;
    assert(agent !== undefined, 'a viewer has connections', { port });
    const headers = params.cmcd === 'header' ? cmcdHeaders(this.fleet.cmcd(slot)) : {};
    return (path: string) =>
      httpGet({ clock, agent, host: '127.0.0.1', port, path, headers, limitMs: REQUEST_LIMIT_MS });
  }

  /** A request came to nothing; one that no edge answered is counted as the simulation counts it. */
  #failed(slot: number, requestId: number, cause: FetchFailure): void {
    if (cause === 'reset' || cause === 'timeout') this.#options.metrics.add(this.#lost, 1);
    this.#deliver({ kind: 'fetchFailed', slot, requestId, cause });
  }

  #deliver(input: PlayerInput): void {
    const now = this.#options.clock.now();
    const { slot } = input;
    const arrival = input.kind === 'manifestArrived' || input.kind === 'segmentArrived';
    this.recorder.input(now, input);
    if (arrival) this.#logger.arriving(slot);
    this.fleet.handle(now, input);
    if (arrival) this.#logger.arrived(slot, now);
    else this.#logger.woken(slot, now);
    this.#slots[slot]!.timer.rearm();
  }

  #leave(slot: number): void {
    const state = this.#slots[slot]!;
    state.agent?.destroy();
    state.agent = undefined;
    this.#options.onLeave(slot);
  }

  #addRow(slot: number, outcome: string): void {
    const network = this.#options.networks[this.#slots[slot]!.network]!;
    this.rows.push(sessionRow(0, network, outcome, this.fleet.figures(slot)));
  }
}

/** Name of the players in recordings. */
export const PLAYERS = 'players';

interface Slot {
  readonly timer: WakeTimer;
  network: number;
  port: number;
  agent: Agent | undefined;
  /** Paths of the renditions' playlists, from the lowest, once the master has come. */
  playlists: readonly string[];
  /** Paths of the segments of each rendition whose playlist has come. */
  paths: (readonly string[] | undefined)[];
  request: { cancel(): void } | undefined;
  /** The segment under way. */
  transfer: { readonly requestId: number; readonly progress: Readonly<GetProgress> } | undefined;
}

const REQUEST_LIMIT_MS = 120_000; // hls.js 1.7, fragLoadPolicy maxLoadTimeMs
