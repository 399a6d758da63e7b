import { assert } from '../models/core/assert.ts';
import type { RandomStreams } from '../models/core/rng.ts';
import { NEVER, type Us } from '../models/core/units.ts';
import { AccessLinks, drawTrace } from '../models/network/access.ts';
import { TraceBandwidth } from '../models/network/trace.ts';
import { Audience, type Arrival } from '../models/player/audience.ts';
import { Popularity } from '../models/storage/popularity.ts';
import type { WatchedPlan } from '../scenarios/plan.ts';
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
  readonly #links: RealLinks;
  readonly #edgePorts: readonly number[];
  readonly #host: PlayerHost;
  readonly #streams: RandomStreams;
  readonly #audience: Audience;
  readonly #access: AccessLinks;
  readonly #opened: ReturnType<RealLinks['open']>[] = [];
  /** Link and edge of each slot. */
  readonly #places: { readonly link: number; readonly edge: number }[] = [];
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
  ) {
    const { audience, catalogue } = plan.scenario;
    this.#plan = plan;
    this.#links = links;
    this.#edgePorts = edgePorts;
    this.#host = host;
    this.#streams = streams;
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
    const { link } = this.#places[slot]!;
    this.#watching--;
    this.#free.push(slot);
    if (this.#access.leave(link) === 0) void this.#opened[link]!.then((open) => open.close());
    this.#finishWhenDone();
  }

  /** Nobody comes any more. */
  close(): void {
    this.#timer.close();
  }

  #arrive(): void {
    const { at: _at, network, city: _city, traits, ...wish } = this.#next;
    const slot = this.#free.pop();
    assert(slot !== undefined, 'the fleet has a slot for every viewer', { sessions: this.#sessions });
    const edge = this.#streams.stream('routing/edge').integer(this.#edgePorts.length);
    const link = this.#join(network, edge);
    const session = { session: this.#sessions++, ...wish, ...traits };
    this.#places[slot] = { link, edge };
    this.#watching++;
    this.#next = this.#draw();
    const started = this.#opened[link]!.then(({ port }) => this.#host.start(slot, session, network, port));
    started.catch((error: unknown) => this.#fail!(error));
  }

  /** The link of a viewer of a class; viewers of one household share the edge of the first. */
  #join(network: number, edge: number): number {
    const { traces } = this.#plan.networks[network]!;
    const draws = this.#streams.stream('audience/trace');
    const { trace, startUs } = drawTrace(draws, this.#plan.networks[network]!);
    const { link, opened } = this.#access.join(network);
    if (!opened) return link;
    const access = new TraceBandwidth(traces[trace]!, startUs);
    const behind = new AddedLatency(access, this.#plan.scenario.cdn.edge.latency);
    this.#opened[link] = this.#links.open(behind, this.#edgePorts[edge]!);
    return link;
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
