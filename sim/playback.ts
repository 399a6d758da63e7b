import { Geography } from '../models/cdn/geography/geography.ts';
import type { RequestLogState } from '../models/cdn/analysis/request-log.ts';
import { Topology } from '../models/cdn/topology/topology.ts';
import type { Us } from '../models/core/units.ts';
import type { PartOutcome } from '../models/operations/run-summary.ts';
import { Catalogue, type CatalogueState } from '../models/storage/catalogue.ts';
import type { WatchedPlan } from '../scenarios/plan.ts';
import { SimulatedCdn, type SimulatedCdnState } from './cdn.ts';
import { SimulatedClaims } from './claims.ts';
import { CdnPortFaults, type CdnPortFaultsState } from './cdn-port-faults.ts';
import { scheduleCdn } from './cdn-schedule.ts';
import type { EdgeDoor } from './download-ports.ts';
import { ContentOperations, type ContentState } from './content.ts';
import { SimulatedOrigin } from './origin.ts';
import { keepsAll } from './keeps-all.ts';
import { LivePlaylists, type LivePlaylistsState } from './live-playlists.ts';
import { placeRows } from './place-rows.ts';
import { PlaybackLevers, type PlaybackLeversState } from './playback-levers.ts';
import type { RunContext, RunPart } from './run-part.ts';
import { Steering, type SteeringState } from './steering.ts';
import { Viewers, type ViewersState } from './viewers.ts';

/** Copied state of playback. */
export interface PlaybackState {
  readonly catalogue: CatalogueState;
  readonly steering: SteeringState;
  readonly content: ContentState;
  readonly viewers: ViewersState;
  readonly cdn: SimulatedCdnState;
  readonly ports: CdnPortFaultsState;
  readonly levers: PlaybackLeversState;
  readonly claims: RequestLogState | undefined;
  readonly playlists: LivePlaylistsState | undefined;
}

/** Playback: viewers, CDN and origin wired to each other. */
export class Playback implements RunPart {
  readonly name = 'playback';
  readonly #catalogue: Catalogue;
  readonly #steering: Steering;
  readonly #viewers: Viewers;
  readonly #cdn: SimulatedCdn;
  readonly #content: ContentOperations;
  readonly #claims: SimulatedClaims | undefined;
  readonly #playlists: LivePlaylists | undefined;
  readonly #topology: Topology;
  readonly #geography: Geography | undefined;
  /** Where faults come in. */
  readonly ports: CdnPortFaults;
  /** What people can do while it runs. */
  readonly levers: PlaybackLevers;

  constructor(plan: WatchedPlan, context: RunContext) {
    const { replication, shard, loop, metrics, streams, expectLook } = context;
    const { scenario } = plan;
    const { cdn: params, content, run } = scenario;
    const faulty = scenario.faults.length > 0;
    this.ports = new CdnPortFaults(loop, metrics, faulty ? streams : undefined);
    const catalogue = new Catalogue(scenario.catalogue, plan.sizeTables, streams);
    this.#playlists = catalogue.live && new LivePlaylists(catalogue);
    const geography = plan.geography && new Geography(plan.geography);
    const topology = new Topology({
      edge: params.edge.nodes, regional: params.regional.nodes,
      shield: params.shield.enabled ? params.shield.nodes : 0, origins: params.origin.sites,
      providers: params.providers.length,
    }, geography);
    const owns = (edge: number) =>
      shard === undefined || topology.parentOf[edge] === topology.edges + shard.index;
    this.#catalogue = catalogue;
    this.#topology = topology;
    this.#geography = geography;
    this.#steering = new Steering({ params, content, topology, geography, streams, metrics });
    const edges: EdgeDoor = {
      requested: (edge, request, object) => this.#cdn.requested(edge, request, object),
      ahead: keepsAll(plan, catalogue),
      sizeAhead: (edge, object, at) => this.#cdn.sizeAhead(edge, object, at),
      answeredAhead: (edge, bytes, at) => this.#cdn.answeredAhead(edge, bytes, at),
    };
    this.#viewers = new Viewers(plan, replication, catalogue, this.#steering, streams, loop, metrics,
      edges, this.ports,
      owns, context, (edge) => (params.edge.servers === 1 ? this.#cdn.policies[edge] : undefined),
      this.#playlists);
    const origin = new SimulatedOrigin(params.origin, content, catalogue, metrics, run.duration);
    this.#claims = params.claims && new SimulatedClaims(params, topology, streams, run.warmup);
    this.#cdn = new SimulatedCdn({
      params, topology, catalogue, origin, loop, metrics, streams, verdicts: this.ports, claims: this.#claims,
      playlists: this.#playlists,
      simulated: { owns, isFirst: (shard?.index ?? 0) === 0, measureFrom: run.warmup },
      keepsAll: edges.ahead,
      overTransit: (region) => this.#steering.sentFar(region),
      onAnswer: {
        // Named one by one: a list of them is an object a request.
        answered: (request, bytes, afterUs, whole) => this.#viewers.answered(request, bytes, afterUs, whole),
        ended: (request, afterUs) => this.#viewers.ended(request, afterUs),
        failed: (request, status, afterUs) => this.#viewers.failed(request, status, afterUs),
        lost: (request, afterUs) => this.#viewers.lost(request, afterUs),
      },
    });
    scheduleCdn({
      params, topology, geography, cdn: this.#cdn, router: this.#steering.router, loop, expectLook,
    });
    const renditions = scenario.catalogue.ladder.map(({ name }) => name);
    this.#content = new ContentOperations({
      content, renditions, catalogue, topology, cdn: this.#cdn, origin, loop, streams, metrics,
    });
    this.levers = new PlaybackLevers({
      params, topology, geography, catalogue, cdn: this.#cdn, origin, router: this.#steering.router,
      content: this.#content, ports: this.ports, loop,
      control: this.#viewers.control, crowds: this.#viewers.crowds,
    });
  }

  settle(_now: Us): void {
    this.#viewers.settle();
    this.#cdn.settle();
  }

  nextLook(at: Us): void {
    this.#viewers.nextLook(at);
  }

  closeBooks(_now: Us): void {
    this.#viewers.closeBooks();
  }

  outcome(): PartOutcome {
    const { sample } = this.#viewers;
    return {
      sessions: sample.rows(), logs: this.#viewers.logs(),
      warnings: [...this.#cdn.warnings(), ...sample.warnings()],
      ...(this.#geography && {
        places: placeRows(this.#topology, this.#cdn.places, this.#geography, this.#cdn.books.regions.counts),
      }),
      ...(this.#claims && {
        claims: this.#claims.outcome(this.#cdn.places, (object) => this.#catalogue.objectBytes(object)),
      }),
    };
  }

  save(): PlaybackState {
    return {
      catalogue: this.#catalogue.save(), steering: this.#steering.save(), viewers: this.#viewers.save(),
      cdn: this.#cdn.save(), content: this.#content.save(), ports: this.ports.save(),
      levers: this.levers.save(), claims: this.#claims?.save(), playlists: this.#playlists?.save(),
    };
  }

  restore(state: PlaybackState): void {
    this.#catalogue.restore(state.catalogue);
    this.#steering.restore(state.steering);
    this.#content.restore(state.content);
    this.#viewers.restore(state.viewers);
    this.#cdn.restore(state.cdn);
    this.ports.restore(state.ports);
    this.levers.restore(state.levers);
    if (state.claims !== undefined) this.#claims?.restore(state.claims);
    if (state.playlists !== undefined) this.#playlists?.restore(state.playlists);
  }
}
