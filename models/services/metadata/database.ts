import { sampleDuration } from '../../core/distribution.ts';
import type { MetricHandle, MetricSet } from '../../core/metrics.ts';
import type { RandomStream, RandomStreams } from '../../core/rng.ts';
import { NEVER, US_PER_S, type Us } from '../../core/units.ts';
import { Connections, type ConnectionsState } from '../connections.ts';
import * as metrics from './metrics.ts';
import type { MetadataParams } from './params.ts';

/** What becomes of a query: an answer, or none in time. */
export interface QueryAnswer {
  /** From now on. [us] */
  readonly afterUs: Us;
  readonly ok: boolean;
}

/** What a database asks of its host. */
export interface DatabasePorts {
  /** Times the usual that a node takes for a query that comes now; 1 when it is well. */
  slowness(now: Us, node: number): number;
}

/** A cache that was put before the database while it ran. */
interface AddedCache {
  readonly hits: number;
  readonly from: Us;
  readonly warmUs: Us;
}

/** Copied state of a database. */
export interface DatabaseState {
  readonly nodes: readonly ConnectionsState[];
  readonly out: readonly boolean[];
  readonly primary: number;
  readonly primaryFrom: Us;
  readonly cache: AddedCache | undefined;
  readonly next: readonly Us[];
}

const KINDS = ['read', 'write'] as const;
type Kind = (typeof KINDS)[number];
type Result = 'ok' | 'cache' | 'timeout' | 'unavailable';

/**
 * A primary and its replicas, each a station that serves queries in order of arrival on so many connections.
 * A query's answer is worked out when it comes: nothing that comes later can change it. Queries of those who
 * are not simulated are drawn in between, up to whenever somebody asks.
 *
 *     read, write, lose, failover, addCache -> [ MetadataDatabase ] -> slowness
 */
export class MetadataDatabase {
  readonly #params: MetadataParams;
  readonly #ports: DatabasePorts;
  readonly #set: MetricSet;
  readonly #nodes: readonly Connections[];
  /** Nodes that are out of use. */
  readonly #out: boolean[];
  readonly #services: RandomStream;
  readonly #hits: RandomStream;
  readonly #others: Readonly<Record<Kind, RandomStream>>;
  readonly #rates: Readonly<Record<Kind, number>>;
  /** When the next query of somebody who is not simulated comes. */
  readonly #next: Record<Kind, Us>;
  readonly #m: Readonly<Record<Kind, Readonly<Record<Result, MetricHandle>>>>;
  readonly #seconds: MetricHandle;
  readonly #busy: MetricHandle;
  readonly #up: MetricHandle;
  #primary = 0;
  /** The primary takes nothing before: it has just been made one. */
  #primaryFrom: Us = 0;
  #cache: AddedCache | undefined;

  constructor(params: MetadataParams, streams: RandomStreams, set: MetricSet, ports: DatabasePorts) {
    this.#params = params;
    this.#ports = ports;
    this.#set = set;
    this.#nodes = Array.from({ length: 1 + params.replicas }, () => new Connections(params.connections));
    this.#out = this.#nodes.map(() => false);
    this.#services = streams.stream('metadata/service');
    this.#hits = streams.stream('metadata/cache');
    const others = (kind: Kind) => streams.stream(`metadata/others/${kind}`);
    this.#others = { read: others('read'), write: others('write') };
    this.#rates = { read: params.others.reads ?? 0, write: params.others.writes ?? 0 };
    this.#next = { read: this.#after(0, 'read'), write: this.#after(0, 'write') };
    const bind = (kind: Kind) => {
      const of = (result: Result) => set.bind(metrics.queries, kind, result);
      return { ok: of('ok'), cache: of('cache'), timeout: of('timeout'), unavailable: of('unavailable') };
    };
    this.#m = { read: bind('read'), write: bind('write') };
    this.#seconds = set.bind(metrics.querySeconds);
    this.#busy = set.bind(metrics.busySeconds);
    this.#up = set.bind(metrics.nodesUp);
    set.setLevel(this.#up, 0, this.#nodes.length);
  }

  /** Somebody reads. */
  read(now: Us): QueryAnswer {
    this.settle(now);
    return this.#ask(now, 'read');
  }

  /** Somebody writes. */
  write(now: Us): QueryAnswer {
    this.settle(now);
    return this.#ask(now, 'write');
  }

  /** Brings the queries of those who are not simulated up to now. */
  settle(now: Us): void {
    for (;;) {
      const kind = this.#next.read <= this.#next.write ? 'read' : 'write';
      const at = this.#next[kind];
      if (at > now) return;
      this.#ask(at, kind);
      this.#next[kind] = this.#after(at, kind);
    }
  }

  /** Number of the primary among the nodes. */
  get primary(): number {
    return this.#primary;
  }

  /** Nodes that are replicas now. */
  get replicas(): number[] {
    return this.#nodes.flatMap((_node, i) => (i === this.#primary || this.#out[i]! ? [] : [i]));
  }

  /** So many replicas are out of use; says which. */
  lose(now: Us, count: number): number[] {
    this.settle(now);
    const lost = this.replicas.slice(0, count);
    for (const node of lost) this.#out[node] = true;
    this.#set.addLevel(this.#up, now, -lost.length);
    return lost;
  }

  /** Nodes that were lost are replicas again. */
  regain(now: Us, nodes: readonly number[]): void {
    this.settle(now);
    for (const node of nodes) this.#out[node] = false;
    this.#set.addLevel(this.#up, now, nodes.length);
  }

  /** A replica takes the primary's place, which goes out of use; false when there is none. */
  failover(now: Us, takesUs: Us): boolean {
    this.settle(now);
    const [chosen] = this.replicas;
    if (chosen === undefined) return false;
    this.#out[this.#primary] = true;
    this.#set.addLevel(this.#up, now, -1);
    this.#primary = chosen;
    this.#primaryFrom = now + takesUs;
    return true;
  }

  /** A cache, empty at first, that answers a share of the reads once it is warm. */
  addCache(now: Us, hits: number, warmUs: Us): void {
    this.settle(now);
    this.#cache = { hits, from: now, warmUs };
  }

  save(): DatabaseState {
    return {
      nodes: this.#nodes.map((node) => node.save()), out: [...this.#out], primary: this.#primary,
      primaryFrom: this.#primaryFrom, cache: this.#cache, next: KINDS.map((kind) => this.#next[kind]),
    };
  }

  restore(state: DatabaseState): void {
    state.nodes.forEach((node, i) => this.#nodes[i]!.restore(node));
    state.out.forEach((out, i) => (this.#out[i] = out));
    this.#primary = state.primary;
    this.#primaryFrom = state.primaryFrom;
    this.#cache = state.cache;
    KINDS.forEach((kind, i) => (this.#next[kind] = state.next[i]!));
  }

  #after(at: Us, kind: Kind): Us {
    const rate = this.#rates[kind];
    return rate === 0 ? NEVER : at + Math.round(this.#others[kind].exponential(US_PER_S / rate));
  }

  #ask(now: Us, kind: Kind): QueryAnswer {
    const { network, timeout, cacheLatency } = this.#params;
    // Drawn whatever becomes of the query: others see the same numbers with a cache and without.
    const usual = sampleDuration(this.#params[kind], this.#services);
    if (kind === 'read' && this.#hits.uniform() < this.#hitShare(now)) {
      return this.#answer(kind, 'cache', cacheLatency);
    }
    const node = this.#nodeFor(kind);
    if (node === undefined) return this.#answer(kind, 'unavailable', network);
    const connections = this.#nodes[node]!;
    const from = node === this.#primary ? Math.max(now, this.#primaryFrom) : now;
    const start = Math.max(from, connections.freeAt);
    // Who is still waiting when patience ends takes the query back.
    if (start - now + network > timeout) return this.#answer(kind, 'timeout', timeout);
    const service = Math.round(usual * this.#ports.slowness(now, node));
    connections.take(start + service);
    this.#set.add(this.#busy, service / US_PER_S);
    const takes = start + service - now + network;
    return takes > timeout ? this.#answer(kind, 'timeout', timeout) : this.#answer(kind, 'ok', takes);
  }

  #answer(kind: Kind, result: Result, afterUs: Us): QueryAnswer {
    this.#set.add(this.#m[kind][result], 1);
    this.#set.observe(this.#seconds, afterUs / US_PER_S);
    return { afterUs, ok: result === 'ok' || result === 'cache' };
  }

  /** The node that is asked: of those that may answer, the one that is free first. */
  #nodeFor(kind: Kind): number | undefined {
    if (kind === 'write' || this.#params.reads === 'primary') return this.#primary;
    let best: number | undefined;
    for (let node = 0; node < this.#nodes.length; node++) {
      if (node === this.#primary || this.#out[node]!) continue;
      if (best === undefined || this.#nodes[node]!.freeAt < this.#nodes[best]!.freeAt) best = node;
    }
    return best ?? this.#primary;
  }

  #hitShare(now: Us): number {
    const own = this.#params.cache?.hits ?? 0;
    if (this.#cache === undefined) return own;
    const { hits, from, warmUs } = this.#cache;
    const warm = warmUs === 0 ? 1 : 1 - Math.exp(-(now - from) / warmUs);
    return 1 - (1 - own) * (1 - hits * warm);
  }
}
