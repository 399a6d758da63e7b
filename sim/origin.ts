import { Origin, type OriginAnswer, type OriginState } from '../models/cdn/origin.ts';
import type { OriginParams } from '../models/cdn/params.ts';
import { originRequests, originSent } from '../models/cdn/topology/metrics.ts';
import type { MetricHandle, MetricSet } from '../models/core/metrics.ts';
import { NEVER, type Bytes, type Us } from '../models/core/units.ts';
import { usage } from '../models/cost/metrics.ts';
import type { Catalogue } from '../models/storage/catalogue.ts';
import type { ContentParams } from '../models/storage/content-params.ts';

/** Copied state of a simulated origin. */
export interface SimulatedOriginState {
  readonly server: OriginState;
  /** Videos that are not there: number, from when on they were not, from when on they will be. */
  readonly missing: ReadonlyArray<readonly [number, number]>;
}

/** The origin with what it holds: which videos are there, how long they are fresh, what it has sent. */
export class SimulatedOrigin {
  /** Lifetime of a 404. [us] */
  readonly negativeTtl: Us;
  readonly #server: Origin;
  readonly #params: OriginParams;
  readonly #catalogue: Catalogue;
  readonly #manifestTtl: Us;
  readonly #segmentTtl: Us;
  readonly #set: MetricSet;
  readonly #ok: MetricHandle;
  readonly #notFound: MetricHandle;
  readonly #refused: MetricHandle;
  readonly #sent: MetricHandle;
  readonly #egressUsage: MetricHandle;
  readonly #requestUsage: MetricHandle;
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
    this.#manifestTtl = content.manifestTtl >= runUs ? NEVER : content.manifestTtl;
    this.#segmentTtl = content.segmentTtl >= runUs ? NEVER : content.segmentTtl;
    this.#set = metrics;
    this.#ok = metrics.bind(originRequests, 'ok');
    this.#notFound = metrics.bind(originRequests, 'missing');
    this.#refused = metrics.bind(originRequests, 'refused');
    this.#sent = metrics.bind(originSent);
    this.#egressUsage = metrics.bind(usage, 'origin', 's3.to-cloudfront');
    this.#requestUsage = metrics.bind(usage, 'origin', 's3.standard.get');
  }

  /** A request for so many bytes of an object; for none, by a condition, when it has not changed. */
  asked(now: Us, object: number, wanted: Bytes): OriginAnswer {
    const isMissing = this.#missing.size > 0 && now < this.#missingUntil(object);
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
    if (this.#manifestTtl === this.#segmentTtl) return this.#segmentTtl;
    return this.#catalogue.isManifest(object) ? this.#manifestTtl : this.#segmentTtl;
  }

  /** From now on it has so many times the capacity it was built with. */
  scaled(factor: number): void {
    this.#server.scaled(factor);
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

  save(): SimulatedOriginState {
    return { server: this.#server.save(), missing: [...this.#missing] };
  }

  restore(state: SimulatedOriginState): void {
    this.#server.restore(state.server);
    this.#missing = new Map(state.missing);
  }
}
