import { toBehaviour } from '../models/cdn/behaviour-params.ts';
import { CacheNode } from '../models/cdn/cache-node.ts';
import { NO_FETCH } from '../models/cdn/events.ts';
import type { CacheNodeState } from '../models/cdn/node-state.ts';
import type { CacheTierParams, CdnParams } from '../models/cdn/params.ts';
import { createPolicy } from '../models/cdn/policy/registry.ts';
import type { CacheNodePorts } from '../models/cdn/ports.ts';
import { assert } from '../models/core/assert.ts';
import { larger } from '../models/core/columns.ts';
import type { MetricSet } from '../models/core/metrics.ts';
import { NEVER, type Bytes, type Us } from '../models/core/units.ts';
import { ConstantBandwidth } from '../models/network/trace.ts';
import type { Catalogue } from '../models/storage/catalogue.ts';
import { CODES } from './codes.ts';
import { NO_EVENT, type EventHandle } from './kernel/event-list.ts';
import type { EventLoop } from './kernel/event-loop.ts';
import { Links, type LinkState } from './links.ts';

/** Copied state of a simulated CDN. */
export interface SimulatedCdnState {
  readonly nodes: readonly CacheNodeState[];
  readonly uplinks: readonly LinkState[];
  readonly progress: readonly Uint8Array[];
  readonly wakes: readonly EventHandle[];
  readonly wakeAts: readonly Us[];
}

/** Told what an edge does with a viewer's request. */
export interface OnAnswer {
  /** The first byte leaves the edge `afterUs` from now; unless `whole`, the last one not before `ended`. */
  readonly answered: (request: number, bytes: Bytes, afterUs: Us, whole: boolean) => void;
  /** The last byte leaves it `afterUs` from now. */
  readonly ended: (request: number, afterUs: Us) => void;
}

/** The parent has the whole object. */
const WHOLE = 1;
/** All that it had so far has crossed the uplink. */
const CROSSED = 2;
/** Asked by a conditional request. */
const CONDITIONAL = 4;

/**
 * The simulated CDN: edge nodes, each with a regional parent, and the object store behind them. A parent's
 * answer takes its latency to the first byte and then crosses the child's uplink; its last byte is there
 * when it has crossed and the parent has it. Nodes are numbered edges first, as are their uplinks.
 */
export class SimulatedCdn {
  readonly #params: CdnParams;
  readonly #catalogue: Catalogue;
  readonly #loop: EventLoop;
  readonly #onAnswer: OnAnswer;
  readonly #nodes: CacheNode[] = [];
  readonly #uplinks: Links;
  /** For each node, by fetch: WHOLE, CROSSED, CONDITIONAL. */
  #progress: Uint8Array[] = [];
  #wakes: EventHandle[] = [];
  #wakeAts: Us[] = [];

  constructor(
    params: CdnParams, catalogue: Catalogue, loop: EventLoop, metrics: MetricSet, onAnswer: OnAnswer,
  ) {
    this.#params = params;
    this.#catalogue = catalogue;
    this.#loop = loop;
    this.#onAnswer = onAnswer;
    this.#uplinks = new Links(loop, CODES.uplinkWake, CODES.uplinkLate, (node, fetch) => {
      this.#advance(node, fetch, CROSSED);
    });
    for (let i = 0; i < params.edge.nodes; i++) this.#add('edge', params.edge, this.#edgePorts(i), metrics);
    for (let i = 0; i < params.regional.nodes; i++) {
      this.#add('regional', params.regional, this.#regionalPorts(params.edge.nodes + i), metrics);
    }
    loop.on(CODES.uplinkStart, (node, fetch) => this.#head(node, fetch));
    loop.on(CODES.uplinkWhole, (node, fetch) => this.#advance(node, fetch, WHOLE));
    loop.on(CODES.cacheWake, (node) => {
      this.#wakes[node] = NO_EVENT;
      this.#wakeAts[node] = NEVER;
      this.#nodes[node]!.woken(loop.now);
      this.#rearm(node);
    });
  }

  /** A viewer's request reaches an edge node. */
  requested(edge: number, request: number, object: number): void {
    this.#nodes[edge]!.requested(this.#loop.now, request, object);
    this.#rearm(edge);
  }

  /** A copy of the whole state. */
  save(): SimulatedCdnState {
    return {
      nodes: this.#nodes.map((node) => node.save()),
      uplinks: this.#uplinks.save(),
      progress: this.#progress.map((column) => column.slice()),
      wakes: [...this.#wakes],
      wakeAts: [...this.#wakeAts],
    };
  }

  /** Puts a saved state of as many nodes back. */
  restore(state: SimulatedCdnState): void {
    const { edge, regional } = this.#params;
    assert(state.nodes.length === this.#nodes.length, 'a state goes back into a CDN of the same shape',
      { edges: edge.nodes, regionals: regional.nodes });
    state.nodes.forEach((node, i) => this.#nodes[i]!.restore(node));
    const rateOf = (link: number) => (link < edge.nodes ? edge.uplink : regional.uplink);
    this.#uplinks.restore(state.uplinks, (link) => new ConstantBandwidth(rateOf(link)));
    this.#progress = state.progress.map((column) => column.slice());
    this.#wakes = [...state.wakes];
    this.#wakeAts = [...state.wakeAts];
  }

  #add(tier: string, params: CacheTierParams, ports: CacheNodePorts, metrics: MetricSet): void {
    const policy = createPolicy(params.policy, params.capacity);
    const setup = { tier, policy, behaviour: toBehaviour(params.behaviour) };
    this.#nodes.push(new CacheNode(setup, ports, metrics));
    this.#uplinks.add(new ConstantBandwidth(params.uplink));
    this.#progress.push(new Uint8Array(64));
    this.#wakes.push(NO_EVENT);
    this.#wakeAts.push(NEVER);
  }

  #edgePorts(edge: number): CacheNodePorts {
    const { edge: params, regional: regionals } = this.#params;
    const regional = params.nodes + (edge % regionals.nodes);
    return {
      respond: (request, _object, bytes, _result, fetch) => {
        this.#onAnswer.answered(request, bytes, params.latency, fetch === NO_FETCH);
      },
      answerEnded: (request) => this.#onAnswer.ended(request, params.latency),
      respondFailure: () => {},
      // A child's request is numbered by the child and its fetch.
      fetchFromParent: (fetch, object, conditional) => {
        this.#begin(edge, fetch, conditional);
        this.#nodes[regional]!.requested(this.#loop.now, fetch * params.nodes + edge, object);
        this.#rearm(regional);
      },
      evicted: () => {},
    };
  }

  #regionalPorts(node: number): CacheNodePorts {
    const { edge, regional, origin } = this.#params;
    const after = (latencyUs: Us, code: number, request: number) => {
      const fetch = Math.floor(request / edge.nodes);
      this.#loop.schedule(this.#loop.now + latencyUs, code, request % edge.nodes, fetch);
    };
    return {
      respond: (request, _object, _bytes, _result, fetch) => {
        if (fetch === NO_FETCH) this.#note(request % edge.nodes, Math.floor(request / edge.nodes), WHOLE);
        after(regional.latency, CODES.uplinkStart, request);
      },
      answerEnded: (request) => after(regional.latency, CODES.uplinkWhole, request),
      respondFailure: () => {},
      fetchFromParent: (fetch, _object, conditional) => {
        this.#begin(node, fetch, conditional);
        this.#note(node, fetch, WHOLE);
        this.#loop.schedule(this.#loop.now + origin.latency, CODES.uplinkStart, node, fetch);
      },
      evicted: () => {},
    };
  }

  #begin(node: number, fetch: number, conditional: boolean): void {
    let progress = this.#progress[node]!;
    if (fetch >= progress.length) progress = larger(progress, fetch + 1);
    progress[fetch] = conditional ? CONDITIONAL : 0;
    this.#progress[node] = progress;
  }

  #note(node: number, fetch: number, step: number): void {
    this.#progress[node]![fetch]! |= step;
  }

  /** The first byte of a parent's answer is at a node. */
  #head(node: number, fetch: number): void {
    const cache = this.#nodes[node]!;
    const object = cache.objectOf(fetch);
    const bytes = this.#catalogue.objectBytes(object);
    const confirmed = (this.#progress[node]![fetch]! & CONDITIONAL) !== 0;
    cache.headArrived(this.#loop.now, fetch, confirmed ? 304 : 200, bytes, NEVER);
    if (!confirmed) this.#uplinks.start(node, fetch, bytes);
    this.#rearm(node);
  }

  #advance(node: number, fetch: number, step: number): void {
    this.#note(node, fetch, step);
    if ((this.#progress[node]![fetch]! & (WHOLE | CROSSED)) !== (WHOLE | CROSSED)) return;
    this.#nodes[node]!.fetchEnded(this.#loop.now, fetch);
    this.#rearm(node);
  }

  #rearm(node: number): void {
    const at = this.#nodes[node]!.wakeAt();
    if (at === this.#wakeAts[node]) return;
    this.#wakes[node] = this.#loop.rearm(this.#wakes[node]!, at, CODES.cacheWake, node);
    this.#wakeAts[node] = at;
  }
}
