import { forecastClaims, type ClaimedTier, type ClaimsForecast } from '../models/cdn/analysis/claims.ts';
import { RequestLog, type RequestLogState } from '../models/cdn/analysis/request-log.ts';
import type { CdnParams } from '../models/cdn/params.ts';
import { createStorage } from '../models/cdn/storage-params.ts';
import { TIERS, type Places } from '../models/cdn/topology/places.ts';
import { ORIGIN, type Topology } from '../models/cdn/topology/topology.ts';
import { deriveState, RandomStream, type RandomStreams } from '../models/core/rng.ts';
import type { Bytes, Us } from '../models/core/units.ts';
import type { ClaimsOutcome } from '../models/operations/claims-summary.ts';

/** Requests of a run that are kept for replays: 8 bytes each. */
const MOST_REQUESTS = 2 ** 20;

/** Hit rates that are claimed of a simulated CDN: keeps its requests, and says what sizes the claims take. */
export class SimulatedClaims {
  readonly #params: CdnParams;
  readonly #topology: Topology;
  readonly #streams: RandomStreams;
  readonly #log: RequestLog;

  constructor(params: CdnParams, topology: Topology, streams: RandomStreams, warmup: Us) {
    this.#params = params;
    this.#topology = topology;
    this.#streams = streams;
    this.#log = new RequestLog(MOST_REQUESTS, warmup);
  }

  /** A viewer's request reaches a server of an edge. */
  note(now: Us, node: number, object: number): void {
    this.#log.note(now, node, object);
  }

  /** What the requests so far say. */
  outcome(places: Places, sizeOf: (object: number) => Bytes): ClaimsOutcome {
    const tiers = this.#tiers(places);
    const { stream, rate, seen } = this.#log;
    const forecast: ClaimsForecast = forecastClaims({ stream, rate, seen }, tiers, sizeOf);
    return { forecast, together: this.#params.claims?.together };
  }

  save(): RequestLogState {
    return this.#log.save();
  }

  restore(state: RequestLogState): void {
    this.#log.restore(state);
  }

  #tiers(places: Places): ClaimedTier[] {
    const { edges, regionals, shields, parentOf } = this.#topology;
    const counts = [edges, regionals, shields];
    return TIERS.filter((_tier, i) => counts[i]! > 0).map((tier, i): ClaimedTier => {
      const params = this.#params[tier];
      const isLast = i === 2 || counts[i + 1] === 0;
      return {
        tier, claimed: this.#params.claims?.[tier], capacity: params.capacity,
        servers: counts[i]! * params.servers,
        create: (node, capacity) => createStorage(params, capacity, (use) => this.#stream(node, use)).policy,
        parentOf: isLast ? undefined : (node, object) => {
          const parent = parentOf[places.popOf[node]!]!;
          return parent === ORIGIN ? ORIGIN : places.homeFor(parent, object);
        },
      };
    });
  }

  /** Every replay draws the same. */
  #stream(node: number, use: string): RandomStream {
    const { seed, replication } = this.#streams;
    return new RandomStream(deriveState(seed, replication, `claims/${node}/${use}`));
  }
}
