import { sessionsRerouted } from '../models/cdn/topology/metrics.ts';
import { assert } from '../models/core/assert.ts';
import type { MetricHandle, MetricSet } from '../models/core/metrics.ts';
import type { RandomStreams } from '../models/core/rng.ts';
import { NEVER, type Us } from '../models/core/units.ts';
import { AccessLinks, drawTrace } from '../models/network/access.ts';
import { TraceBandwidth } from '../models/network/trace.ts';
import { Audience, type Arrival } from '../models/player/audience.ts';
import { Popularity } from '../models/storage/popularity.ts';
import { drawnNetworks } from '../scenarios/drawn-networks.ts';
import type { NetworkClass, WatchedPlan } from '../scenarios/plan.ts';
import type { Clock } from './clock.ts';
import { AddedLatency, type RealLinks } from './links.ts';
import type { PlayerHost } from './player-host.ts';
import { WakeTimer } from './timer.ts';

/**
 * Lets the viewers of a scenario come: the same draws from the same streams as in a simulation, so that both
 * worlds see the same viewers on the same links. `done` resolves when the last one has gone.
 */
export class RealViewers {
  readonly done: Promise<void>;
  readonly #plan: WatchedPlan;
  readonly #networks: readonly NetworkClass[];
  readonly #links: RealLinks;
  #edgePorts: readonly number[];
  /** Edges that the CDN's monitoring knows to be down. */
  readonly #avoided = new Set<number>();
  readonly #moved: MetricHandle;
  readonly #metrics: MetricSet;
  readonly #host: PlayerHost;
  readonly #streams: RandomStreams;
  readonly #audience: Audience;
  readonly #access: AccessLinks;
  readonly #opened: ReturnType<RealLinks['open']>[] = [];
  /** Link of each slot; of each link, the edge drawn for it, and the one it leads to. */
  readonly #linkOf: number[] = [];
  readonly #ways: { readonly drawn: number; edge: number; viewers: number }[] = [];
  readonly #free: number[];
  readonly #timer: WakeTimer;
  #next: Arrival;
  #sessions = 0;
  #watching = 0;
  #finish: (() => void) | undefined;
  #fail: ((error: unknown) => void) | undefined;

  constructor(
    plan: WatchedPlan,
    clock: Clock,
    links: RealLinks,
    edgePorts: readonly number[],
    host: PlayerHost,
    streams: RandomStreams,
    metrics: MetricSet,
  ) {
    const { audience, catalogue } = plan.scenario;
    this.#plan = plan;
    this.#networks = drawnNetworks(plan.networks, streams);
    this.#links = links;
    this.#edgePorts = edgePorts;
    this.#host = host;
    this.#streams = streams;
    this.#metrics = metrics;
    this.#moved = metrics.bind(sessionsRerouted);
    const popularity = new Popularity(catalogue, streams);
    this.#audience = new Audience(audience, (stream, now) => popularity.draw(stream, now, 0), streams);
    this.#access = new AccessLinks(plan.networks.map((network) => network.viewersPerLink));
    const { slots } = host.fleet;
    this.#free = Array.from({ length: slots }, (_, i) => slots - 1 - i);
    this.#next = this.#draw();
    this.#timer = new WakeTimer(
      clock,
      () => this.#next.at,
      () => this.#arrive(),
    );
    this.done = new Promise((resolve, reject) => {
      this.#finish = resolve;
      this.#fail = reject;
    });
  }

  /** The doors open. */
  start(): void {
    this.#timer.rearm();
    this.#finishWhenDone();
  }

  /** A viewer has gone; called by the host of players. */
  left(slot: number): void {
    const link = this.#linkOf[slot]!;
    this.#watching--;
    this.#ways[link]!.viewers--;
    this.#free.push(slot);
    if (this.#access.leave(link) === 0) void this.#opened[link]!.then((open) => open.close());
    this.#finishWhenDone();
  }

  /**
   * The CDN's monitoring finds out that an edge is down, or up again: who is on it is moved to another, and
   * who has none, as all are down, gets one.
   */
  avoid(edge: number, isDown: boolean): void {
    if (isDown) this.#avoided.add(edge);
    else this.#avoided.delete(edge);
    this.#ways.forEach((way, link) => {
      if (way.viewers === 0 || (way.edge !== NO_EDGE && !this.#avoided.has(way.edge))) return;
      const other = this.#healthy(way.drawn);
      if (other === way.edge) return;
      way.edge = other;
      this.#metrics.add(this.#moved, way.viewers);
      this.#lead(link);
    });
  }

  /** Edges listen on these ports now. */
  edgesMoved(ports: readonly number[]): void {
    this.#edgePorts = ports;
    this.#ways.forEach((_way, link) => this.#lead(link));
  }

  /** Nobody comes any more. */
  close(): void {
    this.#timer.close();
  }

  #arrive(): void {
    const { at: _at, network, city: _city, traits, ...wish } = this.#next;
    const slot = this.#free.pop();
    assert(slot !== undefined, 'the fleet has a slot for every viewer', { sessions: this.#sessions });
    const drawn = this.#streams.stream('routing/edge').integer(this.#edgePorts.length);
    const link = this.#join(network, drawn);
    const session = { session: this.#sessions++, ...wish, ...traits };
    this.#linkOf[slot] = link;
    this.#ways[link]!.viewers++;
    this.#watching++;
    this.#next = this.#draw();
    const started = this.#opened[link]!.then(({ port }) => this.#host.start(slot, session, network, port));
    started.catch((error: unknown) => this.#fail!(error));
  }

  /** The link of a viewer of a class; viewers of one household share the edge of the first. */
  #join(network: number, drawn: number): number {
    const { traces, inStep } = this.#networks[network]!;
    const draws = this.#streams.stream('audience/trace');
    const { trace, startUs } = drawTrace(draws, { traces, inStep });
    const { link, opened } = this.#access.join(network);
    if (!opened) return link;
    const access = new TraceBandwidth(traces[trace]!, startUs);
    const behind = new AddedLatency(access, this.#plan.scenario.cdn.edge.latency);
    const edge = this.#healthy(drawn);
    this.#ways[link] = { drawn, edge, viewers: 0 };
    this.#opened[link] = this.#links.open(behind, this.#portOf(edge));
    return link;
  }

  /** The first edge from the drawn one on that is not known to be down; as models/cdn/topology/router.ts. */
  #healthy(drawn: number): number {
    const count = this.#edgePorts.length;
    const order = Array.from({ length: count }, (_, i) => (drawn + i) % count);
    return order.find((edge) => !this.#avoided.has(edge)) ?? NO_EDGE;
  }

  #portOf(edge: number): number {
    return edge === NO_EDGE ? NOBODY_LISTENS : this.#edgePorts[edge]!;
  }

  #lead(link: number): void {
    const way = this.#ways[link]!;
    this.#opened[link]!.then((open) => open.retarget(this.#portOf(way.edge)), () => undefined);
  }

  #draw(): Arrival {
    const horizon: Us = this.#plan.scenario.run.duration;
    const next = this.#audience.next(horizon);
    return next.at < horizon ? next : { ...next, at: NEVER };
  }

  #finishWhenDone(): void {
    if (this.#next.at === NEVER && this.#watching === 0) this.#finish!();
  }
}

/** Where a viewer is sent when every edge is known to be down. */
const NO_EDGE = -1;
/** A loopback port that refuses connections: that of tcpmux, which nobody offers. */
const NOBODY_LISTENS = 1;
