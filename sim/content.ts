import { untilOpen } from '../models/cdn/geography/local-time.ts';
import { purged, prefetched } from '../models/cdn/topology/metrics.ts';
import { TIERS, type TierName } from '../models/cdn/topology/places.ts';
import type { Topology } from '../models/cdn/topology/topology.ts';
import type { MetricHandle, MetricSet } from '../models/core/metrics.ts';
import type { RandomStream, RandomStreams } from '../models/core/rng.ts';
import { NEVER, US_PER_S, type Us } from '../models/core/units.ts';
import type { Catalogue } from '../models/storage/catalogue.ts';
import type { ContentOperation, ContentParams } from '../models/storage/content-params.ts';
import type { SimulatedCdn } from './cdn.ts';
import { CODES } from './codes.ts';
import type { EventLoop } from './kernel/event-loop.ts';
import type { SimulatedOrigin } from './origin.ts';

/** How far a server has come with a prefetch: the next video, rendition slot and segment. */
interface Fill {
  readonly operation: number;
  readonly node: number;
  video: number;
  slot: number;
  segment: number;
}

/** Copied state of content operations. */
export interface ContentState {
  readonly fills: readonly Fill[];
  /** Operations that were ordered as the run went. */
  readonly ordered: readonly ContentOperation[];
}

/** What content operations are made of. */
export interface ContentSetup {
  readonly content: ContentParams;
  readonly renditions: readonly string[];
  readonly catalogue: Catalogue;
  readonly topology: Topology;
  readonly cdn: SimulatedCdn;
  readonly origin: SimulatedOrigin;
  readonly loop: EventLoop;
  readonly streams: RandomStreams;
  readonly metrics: MetricSet;
}

/** A part of a video: everything, its manifest, or a rendition by its number. */
type Part = 'all' | 'manifest' | number;

/**
 * Does to content and caches what the scenario says, when it says so: uploads, purges, prefetches, the
 * shield.
 */
export class ContentOperations {
  readonly #setup: ContentSetup;
  readonly #operations: ContentOperation[];
  readonly #planned: number;
  readonly #delays: RandomStream;
  readonly #purged: readonly MetricHandle[];
  readonly #prefetched: readonly MetricHandle[];
  #fills: Fill[] = [];

  constructor(setup: ContentSetup) {
    const { content, loop, streams, metrics } = setup;
    this.#setup = setup;
    this.#operations = [...content.operations];
    this.#planned = this.#operations.length;
    this.#delays = streams.stream('content/purge');
    this.#purged = TIERS.map((tier) => metrics.bind(purged, tier));
    this.#prefetched = TIERS.map((tier) => metrics.bind(prefetched, tier));
    loop.on(CODES.contentOperation, (operation) => this.#do(operation));
    loop.on(CODES.purgeAtServer, (operation, node) => this.#purge(operation, node));
    loop.on(CODES.prefetchNext, (fill) => this.#fillNext(fill));
    this.#operations.forEach((operation, i) => {
      if (operation.what === 'upload') setup.origin.setMissing(this.#videoOf(operation.video), operation.at);
      loop.schedule(operation.at, CODES.contentOperation, i, 0);
    });
  }

  save(): ContentState {
    const ordered = this.#operations.slice(this.#planned);
    return { fills: this.#fills.map((fill) => ({ ...fill })), ordered };
  }

  restore(state: ContentState): void {
    this.#fills = state.fills.map((fill) => ({ ...fill }));
    this.#operations.splice(this.#planned, Infinity, ...state.ordered);
  }

  /** Does something now that the scenario did not plan. */
  order(operation: ContentOperation): void {
    this.#setup.cdn.mayDrop();
    this.#do(this.#operations.push(operation) - 1);
  }

  /** Servers that are being filled stop where they are. */
  stopFilling(): void {
    for (const fill of this.#fills) fill.video = Infinity;
  }

  #do(index: number): void {
    const operation = this.#operations[index]!;
    switch (operation.what) {
      case 'upload':
        return;
      case 'shield':
        return this.#setup.cdn.ways.setShield(operation.on);
      case 'prefetch':
        for (let node = 0; node < this.#setup.cdn.places.nodes; node++) {
          this.#prefetch(index, node, operation.tier, operation.regions);
        }
        return;
      case 'delete':
        this.#setup.origin.setMissing(this.#videoOf(operation.video), NEVER);
        return this.#spread(index);
      case 'reprocess':
      case 'metadata':
      case 'purge':
        return this.#spread(index);
      default:
        operation satisfies never;
    }
  }

  /** A purge goes out: it reaches each server after a time of its own. */
  #spread(index: number): void {
    const { loop, cdn, content } = this.#setup;
    for (let node = 0; node < cdn.places.nodes; node++) {
      const delay = content.purgeDelay === 0 ? 0 : Math.round(this.#delays.exponential(content.purgeDelay));
      loop.schedule(loop.now + delay, CODES.purgeAtServer, index, node);
    }
  }

  #purge(index: number, node: number): void {
    const operation = this.#operations[index]!;
    if (!('video' in operation)) return;
    const { catalogue, cdn, metrics } = this.#setup;
    const cache = cdn.nodes[node]!;
    const tier = cdn.places.tierOf[cdn.places.popOf[node]!]!;
    const video = this.#videoOf(operation.video);
    for (const { first, count } of catalogue.namedUnder(video, this.#partOf(operation))) {
      for (let object = first; object < first + count; object++) {
        if (cache.holds(object)) metrics.add(this.#purged[tier]!, 1);
        cache.purged(object);
      }
    }
    if (operation.what === 'reprocess') this.#prefetch(index, node, 'edge', operation.regions);
  }

  /** A server begins to be filled, if it is of the tier and in a region that is meant. */
  #prefetch(index: number, node: number, tier: TierName, regions: readonly string[]): void {
    const { loop, cdn, topology } = this.#setup;
    const operation = this.#operations[index]!;
    const pop = cdn.places.popOf[node]!;
    if (TIERS[cdn.places.tierOf[pop]!] !== tier || !('video' in operation)) return;
    if (regions.length > 0 && !regions.includes(topology.regions[topology.regionOf[pop]!]!)) return;
    const video = this.#videoOf(operation.video);
    const fill = this.#fills.push({ operation: index, node, video, slot: -1, segment: 0 }) - 1;
    loop.schedule(loop.now, CODES.prefetchNext, fill, 0);
  }

  /** A server asks for the next object of what it is to be filled with. */
  #fillNext(index: number): void {
    const fill = this.#fills[index]!;
    const operation = this.#operations[fill.operation]!;
    const { catalogue, cdn, loop, metrics } = this.#setup;
    const closedFor = this.#closedFor(fill, operation);
    if (closedFor > 0) {
      loop.schedule(loop.now + closedFor, CODES.prefetchNext, index, 0);
      return;
    }
    const last = this.#videoOf('video' in operation ? operation.video : 0)
      + (operation.what === 'prefetch' ? operation.count : 1);
    if (fill.video >= last) return;
    const object = fill.slot < 0 ? catalogue.manifestObject(fill.video)
      : catalogue.segmentObject(fill.video, fill.segment, fill.slot);
    const tier = cdn.places.tierOf[cdn.places.popOf[fill.node]!]!;
    if (cdn.places.homeFor(cdn.places.popOf[fill.node]!, object) === fill.node) {
      cdn.prefetch(fill.node, object);
      metrics.add(this.#prefetched[tier]!, 1);
    }
    this.#step(fill, operation);
    const rate = operation.what === 'prefetch' ? operation.rate : Infinity;
    const gap = Math.ceil((catalogue.objectBytes(object) * 8 * US_PER_S) / rate);
    loop.schedule(loop.now + gap, CODES.prefetchNext, index, 0);
  }

  /** How long a server is not to be filled from now on: its place's time is outside the window. */
  #closedFor({ node }: Fill, operation: ContentOperation): Us {
    if (operation.what !== 'prefetch' || operation.window === undefined) return 0;
    const { cdn, topology, loop } = this.#setup;
    return untilOpen(topology.startOf(cdn.places.popOf[node]!) + loop.now, operation.window);
  }

  /** From the manifest on rendition by rendition, segment by segment, video by video. */
  #step(fill: Fill, operation: ContentOperation): void {
    const { catalogue, renditions } = this.#setup;
    const part = this.#partOf(operation);
    const most = operation.what === 'prefetch' ? operation.segments : 0;
    const segments = Math.min(most, catalogue.segmentCount(fill.video));
    const nextVideo = (): void => {
      fill.video++;
      fill.slot = -1;
      fill.segment = 0;
    };
    if (part === 'manifest' || segments === 0) return nextVideo();
    if (fill.slot < 0) {
      fill.slot = part === 'all' ? 0 : part;
      return;
    }
    fill.segment++;
    if (fill.segment < segments) return;
    fill.segment = 0;
    fill.slot++;
    if (part !== 'all' || fill.slot >= renditions.length) nextVideo();
  }

  #videoOf(video: number | string): number {
    const { popularity } = this.#setup.catalogue;
    return typeof video === 'number' ? video : popularity.viralVideo(Number(video.slice('viral:'.length)));
  }

  #partOf(operation: ContentOperation): Part {
    switch (operation.what) {
      case 'metadata':
        return 'manifest';
      case 'purge':
      case 'prefetch': {
        if (operation.part === 'all' || operation.part === 'manifest') return operation.part;
        return this.#setup.renditions.indexOf(operation.part);
      }
      case 'reprocess':
      case 'upload':
      case 'delete':
      case 'shield':
        return 'all';
      default:
        operation satisfies never;
        return 'all';
    }
  }
}
