import type { CdnParams } from '../models/cdn/params.ts';
import { CacheNode, type CacheNodeState } from '../models/cdn/cache-node.ts';
import { createPolicy } from '../models/cdn/policy/registry.ts';
import type { CacheNodePorts } from '../models/cdn/ports.ts';
import { assert } from '../models/core/assert.ts';
import type { MetricSet } from '../models/core/metrics.ts';
import type { Bytes } from '../models/core/units.ts';
import { ConstantBandwidth } from '../models/network/trace.ts';
import type { Catalogue } from '../models/storage/catalogue.ts';
import { CODES } from './codes.ts';
import type { EventLoop } from './kernel/event-loop.ts';
import { Links, type LinkState } from './links.ts';

/** Copied state of a simulated CDN. */
export interface SimulatedCdnState {
  readonly edges: readonly CacheNodeState[];
  readonly regionals: readonly CacheNodeState[];
  readonly uplinks: readonly LinkState[];
}

/** More than there are names of objects. */
const NAMES = 2 ** 31;

/** Told when an edge answers a viewer's request: the first byte leaves it `afterUs` from now. */
export type OnAnswer = (request: number, bytes: Bytes, afterUs: number) => void;

/**
 * The simulated CDN: edge nodes, each with a regional parent, and the object store behind them. A parent's
 * answer takes its latency to the first byte and then crosses the child's uplink.
 */
export class SimulatedCdn {
  readonly #params: CdnParams;
  readonly #catalogue: Catalogue;
  readonly #loop: EventLoop;
  readonly #onAnswer: OnAnswer;
  readonly #edges: CacheNode[] = [];
  readonly #regionals: CacheNode[] = [];
  /** Links of the edges first, then of the regionals. */
  readonly #uplinks: Links;

  constructor(
    params: CdnParams, catalogue: Catalogue, loop: EventLoop, metrics: MetricSet, onAnswer: OnAnswer,
  ) {
    this.#params = params;
    this.#catalogue = catalogue;
    this.#loop = loop;
    this.#onAnswer = onAnswer;
    this.#uplinks = new Links(loop, CODES.uplinkWake, CODES.uplinkLate, (link, object) => {
      this.#fetched(link, object);
    });
    for (let i = 0; i < params.edge.nodes; i++) {
      const policy = createPolicy(params.edge.policy, params.edge.capacity);
      this.#edges.push(new CacheNode('edge', policy, this.#edgePorts(i), metrics));
      this.#uplinks.add(new ConstantBandwidth(params.edge.uplink));
    }
    for (let i = 0; i < params.regional.nodes; i++) {
      const policy = createPolicy(params.regional.policy, params.regional.capacity);
      this.#regionals.push(new CacheNode('regional', policy, this.#regionalPorts(i), metrics));
      this.#uplinks.add(new ConstantBandwidth(params.regional.uplink));
    }
    loop.on(CODES.uplinkStart, (link, object) => {
      this.#uplinks.start(link, object, catalogue.objectBytes(object));
    });
  }

  /** A viewer's request reaches an edge node. */
  requested(edge: number, request: number, object: number): void {
    this.#edges[edge]!.requested(this.#loop.now, request, object);
  }

  /** A copy of the whole state. */
  save(): SimulatedCdnState {
    return {
      edges: this.#edges.map((node) => node.save()),
      regionals: this.#regionals.map((node) => node.save()),
      uplinks: this.#uplinks.save(),
    };
  }

  /** Puts a saved state of as many nodes back. */
  restore(state: SimulatedCdnState): void {
    const { edge, regional } = this.#params;
    assert(state.edges.length === edge.nodes && state.regionals.length === regional.nodes,
      'a state goes back into a CDN of the same shape', { edges: edge.nodes, regionals: regional.nodes });
    state.edges.forEach((node, i) => this.#edges[i]!.restore(node));
    state.regionals.forEach((node, i) => this.#regionals[i]!.restore(node));
    const rateOf = (link: number) => (link < edge.nodes ? edge.uplink : regional.uplink);
    this.#uplinks.restore(state.uplinks, (link) => new ConstantBandwidth(rateOf(link)));
  }

  #edgePorts(edge: number): CacheNodePorts {
    const regional = edge % this.#params.regional.nodes;
    return {
      respond: (request, _object, bytes) => this.#onAnswer(request, bytes, this.#params.edge.latency),
      respondFailure: () => {},
      // A child's request is numbered by who asks for what: a node asks for an object once at a time.
      fetchFromParent: (object) => {
        this.#regionals[regional]!.requested(this.#loop.now, edge * NAMES + object, object);
      },
      evicted: () => {},
    };
  }

  #regionalPorts(regional: number): CacheNodePorts {
    const regionalUs = this.#params.regional.latency;
    const originUs = this.#params.origin.latency;
    const after = (latencyUs: number, link: number, object: number) => {
      this.#loop.schedule(this.#loop.now + latencyUs, CODES.uplinkStart, link, object);
    };
    return {
      respond: (request, object) => after(regionalUs, Math.floor(request / NAMES), object),
      respondFailure: () => {},
      fetchFromParent: (object) => after(originUs, this.#params.edge.nodes + regional, object),
      evicted: () => {},
    };
  }

  #fetched(link: number, object: number): void {
    const bytes = this.#catalogue.objectBytes(object);
    const edges = this.#edges.length;
    const node = link < edges ? this.#edges[link]! : this.#regionals[link - edges]!;
    node.fetched(this.#loop.now, object, bytes);
  }
}
