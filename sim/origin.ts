import { Origin, type OriginAnswer, type OriginState } from '../models/cdn/origin.ts';
import type { OriginParams } from '../models/cdn/params.ts';
import { originBusy, originRequests, originSent } from '../models/cdn/topology/metrics.ts';
import type { MetricHandle, MetricSet } from '../models/core/metrics.ts';
import { NEVER, US_PER_S, type Bytes, type Us } from '../models/core/units.ts';
import { usage } from '../models/cost/metrics.ts';
import type { Catalogue } from '../models/storage/catalogue.ts';
import type { ContentParams } from '../models/storage/content-params.ts';

/** Copied state of a simulated origin. */
export interface SimulatedOriginState {
  readonly server: OriginState;
  /** Videos that are not there: number, from when on they were not, from when on they will be. */
  readonly missing: ReadonlyArray<readonly [number, number]>;
  readonly broken: ReadonlyArray<readonly [number, number]>;
  readonly manifestTtl: Us | undefined;
  readonly mostTtl: Us | undefined;
  readonly rolledBack: boolean;
  readonly left: number;
  readonly scale: number;
  readonly settled: readonly [number, number];
}

/** The origin with what it holds: which videos are there, how long they are fresh, what it has sent. */
export class SimulatedOrigin {
  /** Lifetime of a 404. [us] */
  readonly negativeTtl: Us;
  readonly #server: Origin;
  readonly #params: OriginParams;
  readonly #catalogue: Catalogue;
  readonly #manifestTtl: Us;
  /** What somebody has set it to. */
  #manifestTtlNow: Us | undefined;
  /** Longest lifetime that a wrong deploy states, and whether it was taken back. */
  #mostTtl: Us | undefined;
  #isRolledBack = false;
  readonly #runUs: Us;
  readonly #segmentTtl: Us;
  readonly #set: MetricSet;
  readonly #ok: MetricHandle;
  readonly #notFound: MetricHandle;
  readonly #refused: MetricHandle;
  readonly #sent: MetricHandle;
  readonly #egressUsage: MetricHandle;
  readonly #requestUsage: MetricHandle;
  readonly #sendingBusy: MetricHandle;
  readonly #requestsBusy: MetricHandle;
  /** Videos of which a share of segments is not there. */
  #broken = new Map<number, number>();
  /** Part of its capacity that a fault leaves, and times that people gave it. */
  #left = 1;
  #scale = 1;
  /** Time for which it has sent and taken on requests, as far as it is counted. [us] */
  #settled: readonly [number, number] = [0, 0];
  /** Videos that are not there, and until when; NEVER for what was deleted. */
  #missing = new Map<number, Us>();

  /** Lifetimes at least as long as the run never end. */
  constructor(
    params: OriginParams, content: ContentParams, catalogue: Catalogue, metrics: MetricSet, runUs: Us,
  ) {
    this.#server = new Origin(params);
    this.#params = params;
    this.#catalogue = catalogue;
    this.negativeTtl = content.negativeTtl;
    this.#runUs = runUs;
    this.#manifestTtl = content.manifestTtl >= runUs ? NEVER : content.manifestTtl;
    this.#segmentTtl = content.segmentTtl >= runUs ? NEVER : content.segmentTtl;
    this.#set = metrics;
    this.#ok = metrics.bind(originRequests, 'ok');
    this.#notFound = metrics.bind(originRequests, 'missing');
    this.#refused = metrics.bind(originRequests, 'refused');
    this.#sent = metrics.bind(originSent);
    this.#egressUsage = metrics.bind(usage, 'origin', params.egress);
    this.#sendingBusy = metrics.bind(originBusy, 'sending');
    this.#requestsBusy = metrics.bind(originBusy, 'requests');
    this.#requestUsage = metrics.bind(usage, 'origin', 's3.standard.get');
  }

  /** A request for so many bytes of an object; for none, by a condition, when it has not changed. */
  asked(now: Us, object: number, wanted: Bytes): OriginAnswer {
    const isMissing = (this.#missing.size > 0 && now < this.#missingUntil(object)) || this.#isBroken(object)
      || (this.#catalogue.live !== undefined && now < this.#catalogue.publishedAt(object));
    const bytes = isMissing ? 0 : wanted;
    const answer = this.#server.asked(now, bytes);
    this.#set.add(this.#requestUsage, 1);
    if (answer.status === 503) this.#set.add(this.#refused, 1);
    else if (isMissing) {
      this.#set.add(this.#notFound, 1);
      return { ...answer, status: 404 };
    } else {
      this.#set.add(this.#ok, 1);
      this.#set.add(this.#sent, bytes);
      this.#set.add(this.#egressUsage, bytes / 1e9);
    }
    return answer;
  }

  /** Lifetime that it states of an object. [us] */
  lifetime(object: number): Us {
    const manifestTtl = this.#manifestTtlNow ?? this.#manifestTtl;
    const most = this.#isRolledBack ? NEVER : this.#mostTtl ?? NEVER;
    const { live } = this.#catalogue;
    if (live !== undefined && this.#catalogue.isLivePlaylist(object)) {
      return Math.min(most, this.#manifestTtlNow ?? live.playlistTtlUs);
    }
    if (manifestTtl === this.#segmentTtl) return Math.min(most, this.#segmentTtl);
    return Math.min(most, this.#catalogue.isManifest(object) ? manifestTtl : this.#segmentTtl);
  }

  /** From now on manifests are fresh for so long; undefined: for as long as they were. */
  setManifestTtl(ttl: Us | undefined): void {
    this.#manifestTtlNow = ttl !== undefined && ttl >= this.#runUs ? NEVER : ttl;
  }

  /** From now on a wrong deploy lets it state no longer lifetimes; undefined: it is over. */
  setMostTtl(ttl: Us | undefined): void {
    this.#mostTtl = ttl;
  }

  /** Deploys of what it states are taken back, or come again. */
  setRolledBack(on: boolean): void {
    this.#isRolledBack = on;
  }

  /** From now on a fault leaves it a part of its capacity. */
  setLeft(part: number): void {
    this.#left = part;
    this.#server.scaled(this.#left * this.#scale);
  }

  /** From now on people give it so many times the capacity it was built with. */
  setScale(factor: number): void {
    this.#scale = factor;
    this.#server.scaled(this.#left * this.#scale);
  }

  /** A share of a video's segments is not there until it is mended. */
  breakVideo(video: number, share: number): void {
    this.#broken.set(video, share);
  }

  /** All of a video is there again. */
  mend(video: number): void {
    this.#broken.delete(video);
  }

  /** Brings counters up to now. */
  settle(now: Us): void {
    const done = [this.#server.sendingDone(now), this.#server.requestsDone(now)] as const;
    this.#set.add(this.#sendingBusy, (done[0] - this.#settled[0]) / US_PER_S);
    this.#set.add(this.#requestsBusy, (done[1] - this.#settled[1]) / US_PER_S);
    this.#settled = done;
  }

  /** A call came to nothing before it reached the origin. */
  refusedBefore(): void {
    this.#set.add(this.#refused, 1);
  }

  /** A video is not there until a time; NEVER once it was deleted. */
  setMissing(video: number, until: Us): void {
    this.#missing.set(video, until);
  }

  /** What the reader of the figures has to know: an origin that was full. */
  warnings(now: Us): string[] {
    const share = now > 0 ? this.#server.sendingDone(now) / now : 0;
    if (this.#params.bandwidth === undefined || share < 0.8) return [];
    return [`The origin sent all it can for ${Math.round(100 * share)} % of the time.`];
  }

  #missingUntil(object: number): Us {
    return this.#missing.get(this.#catalogue.videoOf(object)) ?? 0;
  }

  /** Which segments are lost follows from their names. */
  #isBroken(object: number): boolean {
    if (this.#broken.size === 0 || this.#catalogue.isManifest(object)) return false;
    const share = this.#broken.get(this.#catalogue.videoOf(object)) ?? 0;
    return ((object * GOLDEN) % 1) < share;
  }

  save(): SimulatedOriginState {
    return {
      server: this.#server.save(), missing: [...this.#missing], broken: [...this.#broken],
      manifestTtl: this.#manifestTtlNow, mostTtl: this.#mostTtl, rolledBack: this.#isRolledBack,
      left: this.#left, scale: this.#scale, settled: this.#settled,
    };
  }

  restore(state: SimulatedOriginState): void {
    this.#server.restore(state.server);
    this.#missing = new Map(state.missing);
    this.#broken = new Map(state.broken);
    this.#manifestTtlNow = state.manifestTtl;
    this.#mostTtl = state.mostTtl;
    this.#isRolledBack = state.rolledBack;
    this.#left = state.left;
    this.#scale = state.scale;
    this.#settled = state.settled;
  }
}

/** Multiples of it are spread evenly over [0, 1) (Knuth, volume 3, section 6.4). */
const GOLDEN = (Math.sqrt(5) - 1) / 2;
