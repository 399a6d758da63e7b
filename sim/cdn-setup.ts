import type { CdnParams } from '../models/cdn/params.ts';
import type { Topology } from '../models/cdn/topology/topology.ts';
import type { MetricSet } from '../models/core/metrics.ts';
import type { RandomStreams } from '../models/core/rng.ts';
import type { Bytes, Us } from '../models/core/units.ts';
import type { Catalogue } from '../models/storage/catalogue.ts';
import type { SimulatedPlaces } from './cdn-books.ts';
import type { CdnVerdicts } from './cdn-port-faults.ts';
import type { SimulatedClaims } from './claims.ts';
import type { EventLoop } from './kernel/event-loop.ts';
import type { LivePlaylists } from './live-playlists.ts';
import type { SimulatedOrigin } from './origin.ts';

/** Told what an edge does with a viewer's request. */
export interface OnAnswer {
  /** The first byte leaves the edge `afterUs` from now; unless `whole`, the last one not before `ended`. */
  readonly answered: (request: number, bytes: Bytes, afterUs: Us, whole: boolean) => void;
  /** The last byte leaves it `afterUs` from now. */
  readonly ended: (request: number, afterUs: Us) => void;
  /** No object comes: the edge says why `afterUs` from now. */
  readonly failed: (request: number, status: number, afterUs: Us) => void;
  /** The edge is down: nobody answers, which is noticed `afterUs` from now. */
  readonly lost: (request: number, afterUs: Us) => void;
}

/** What a simulated CDN is made of. */
export interface CdnSetup {
  readonly params: CdnParams;
  readonly topology: Topology;
  readonly catalogue: Catalogue;
  readonly origin: SimulatedOrigin;
  readonly loop: EventLoop;
  readonly metrics: MetricSet;
  readonly streams: RandomStreams;
  readonly onAnswer: OnAnswer;
  /** Whether edges answer with what they hold whatever happens: see `keepsAll`. */
  readonly keepsAll: boolean;
  readonly simulated: SimulatedPlaces;
  readonly verdicts: CdnVerdicts;
  /** What has gone to viewers over transit networks from edges of a region so far. */
  readonly overTransit: (region: number) => Bytes;
  /** Told of playlists of live videos, where there are any. */
  readonly playlists?: LivePlaylists | undefined;
  /** Keeps requests where hit rates are claimed. */
  readonly claims?: SimulatedClaims | undefined;
}
