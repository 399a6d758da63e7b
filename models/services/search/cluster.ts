import { sampleDuration } from '../../core/distribution.ts';
import type { MetricHandle, MetricSet } from '../../core/metrics.ts';
import type { RandomStream, RandomStreams } from '../../core/rng.ts';
import { NEVER, US_PER_S, type Us } from '../../core/units.ts';
import { Agenda, type AgendaState } from '../agenda.ts';
import { NodeBooks, type NodeBooksState } from '../node-books.ts';
import { PoissonClock } from '../poisson-clock.ts';
import { ReplicaSet, type ReplicaSetState } from '../replica-set.ts';
import { WarmingCache, type WarmingCacheState } from '../warming-cache.ts';
import * as metrics from './metrics.ts';
import type { SearchParams } from './params.ts';

/** What a search index asks of its host. */
export interface SearchPorts {
  /** Times the usual that a node takes for a query that comes now; 1 when it is well. */
  slowness(now: Us, shard: number, copy: number): number;
}

/** A copy of a shard. */
export type SearchNode = readonly [shard: number, copy: number];

/** A search that waits to hear whether shards are asked again. */
interface OpenSearch {
  readonly at: Us;
  /** Shards whose second query has not been decided yet. */
  open: number;
  /** When the slowest of the other shards answers; NEVER if one does not. */
  slowestAt: Us;
}

/** A shard that may be asked again, at another copy. */
interface Hedge {
  readonly search: OpenSearch;
  readonly shard: number;
  readonly copy: number;
  /** When the first answers; NEVER if it was taken back. */
  readonly firstAt: Us;
}

/** Copied state of a search index. */
export interface SearchClusterState {
  readonly shards: readonly ReplicaSetState[];
  readonly cache: WarmingCacheState;
  readonly hedges: AgendaState<Hedge>;
  readonly hedgeAfter: Us;
  readonly shedWait: Us;
  readonly next: Us;
  readonly books: NodeBooksState;
}

type Result = 'ok' | 'cache' | 'timeout' | 'shed' | 'unavailable';

/**
 * An index in shards, each with copies that answer in order of arrival on so many threads. A search asks a
 * copy of every shard and is answered when the last one has: its answer is worked out when it comes, unless a
 * shard may be asked again. Searches of who is not simulated are drawn in between.
 *
 *     ask, lose, regain, addCopies, hedge, shed, addCache, flush -> [ SearchCluster ] -> slowness
 */
export class SearchCluster {
  readonly #params: SearchParams;
  readonly #ports: SearchPorts;
  readonly #set: MetricSet;
  readonly #shards: readonly ReplicaSet[];
  readonly #cache: WarmingCache;
  readonly #services: RandomStream;
  readonly #choices: RandomStream;
  readonly #hits: RandomStream;
  readonly #again: RandomStream;
  readonly #others: PoissonClock;
  readonly #books: NodeBooks;
  readonly #m: Readonly<Record<Result, MetricHandle>>;
  readonly #seconds: MetricHandle;
  readonly #queries: Readonly<Record<'first' | 'hedge', MetricHandle>>;
  readonly #hedges = new Agenda<Hedge>();
  /** A shard is asked again after so long; NEVER when not. [us] */
  #hedgeAfter: Us;
  /** A search that would wait longer is refused; NEVER when none is. [us] */
  #shedWait: Us;
  /** Of the search that has just come, by shard: usual time of the query and copy that is asked. */
  readonly #usual: Float64Array;
  readonly #chosen: Int32Array;

  constructor(params: SearchParams, streams: RandomStreams, set: MetricSet, ports: SearchPorts) {
    this.#params = params;
    this.#ports = ports;
    this.#set = set;
    this.#shards = Array.from({ length: params.shards }, () => new ReplicaSet(params.copies, params.threads));
    this.#cache = new WarmingCache(params.cache.hits, params.cache.warm);
    this.#services = streams.stream('search/service');
    this.#choices = streams.stream('search/choice');
    this.#hits = streams.stream('search/cache');
    this.#again = streams.stream('search/hedge');
    this.#others = new PoissonClock(params.others.queries ?? 0, streams.stream('search/others'));
    this.#hedgeAfter = params.hedge?.after ?? NEVER;
    this.#shedWait = params.shed?.wait ?? NEVER;
    this.#usual = new Float64Array(params.shards);
    this.#chosen = new Int32Array(params.shards);
    const of = (result: Result) => set.bind(metrics.searches, result);
    this.#m = {
      ok: of('ok'), cache: of('cache'), timeout: of('timeout'), shed: of('shed'),
      unavailable: of('unavailable'),
    };
    this.#seconds = set.bind(metrics.searchSeconds);
    this.#queries = {
      first: set.bind(metrics.shardQueries, 'first'), hedge: set.bind(metrics.shardQueries, 'hedge'),
    };
    this.#books = new NodeBooks('search', params, set, metrics);
    this.#books.settle(0, this.#shards);
  }

  /** Somebody searches. */
  ask(now: Us): void {
    this.#advance(now);
    this.#search(now);
  }

  /** Brings searches of who is not simulated, and what is still open, up to now. */
  settle(now: Us): void {
    this.#advance(now);
    this.#books.settle(now, this.#shards);
  }

  /** So many copies of a shard, or of each, are out of use; says which. */
  lose(now: Us, shard: number | undefined, count: number): SearchNode[] {
    this.settle(now);
    const lost = this.#shards.flatMap((set, i) =>
      (shard === undefined || shard === i ? set.lose(count).map((copy): SearchNode => [i, copy]) : []));
    this.#books.settle(now, this.#shards);
    return lost;
  }

  /** Copies that were lost are back. */
  regain(now: Us, nodes: readonly SearchNode[]): void {
    this.settle(now);
    for (const [shard, copy] of nodes) this.#shards[shard]!.regain([copy]);
    this.#books.settle(now, this.#shards);
  }

  /** So many more copies of each shard. */
  addCopies(now: Us, count: number): void {
    this.settle(now);
    for (const set of this.#shards) set.grow(count);
    this.#books.settle(now, this.#shards);
  }

  /** From now on shards that have not answered after so long are asked again; NEVER: none is. */
  hedge(now: Us, after: Us): void {
    this.settle(now);
    this.#hedgeAfter = after;
  }

  /** From now on searches that would wait longer are refused; NEVER: none is. */
  shed(now: Us, wait: Us): void {
    this.settle(now);
    this.#shedWait = wait;
  }

  /** A cache takes the place of the one there is, empty at first. */
  addCache(now: Us, hits: number, warmUs: Us): void {
    this.settle(now);
    this.#cache.replace(now, hits, warmUs);
  }

  /** The cache loses what it holds. */
  flush(now: Us): void {
    this.settle(now);
    this.#cache.flush(now);
  }

  /** After what time shards are asked again, and what wait is refused; NEVER when not. [us] */
  get tuning(): { readonly hedgeAfter: Us; readonly shedWait: Us } {
    return { hedgeAfter: this.#hedgeAfter, shedWait: this.#shedWait };
  }

  save(): SearchClusterState {
    return {
      shards: this.#shards.map((set) => set.save()), cache: this.#cache.save(),
      hedges: structuredClone(this.#hedges.save()), // searches are shared by their shards, and change
      hedgeAfter: this.#hedgeAfter, shedWait: this.#shedWait,
      next: this.#others.at, books: this.#books.save(),
    };
  }

  restore(state: SearchClusterState): void {
    state.shards.forEach((set, i) => this.#shards[i]!.restore(set));
    this.#cache.restore(state.cache);
    this.#hedges.restore(structuredClone(state.hedges));
    this.#hedgeAfter = state.hedgeAfter;
    this.#shedWait = state.shedWait;
    this.#others.at = state.next;
    this.#books.restore(state.books);
  }

  #advance(now: Us): void {
    for (;;) {
      const hedgeAt = this.#hedges.nextAt;
      const { at } = this.#others;
      if (Math.min(at, hedgeAt) > now) return;
      if (hedgeAt <= at) {
        this.#askAgain(hedgeAt);
      } else {
        this.#search(at);
        this.#others.next();
      }
    }
  }

  #search(now: Us): void {
    const wait = this.#draw(now);
    if (this.#hits.uniform() < this.#cache.hits(now)) {
      return this.#answer('cache', this.#params.cache.latency);
    }
    if (wait === NEVER) return this.#answer('unavailable', this.#params.overhead);
    if (wait > this.#shedWait) {
      this.#set.add(this.#m.shed, 1);
      return;
    }
    let slowestAt = now;
    let search: OpenSearch | undefined;
    for (let shard = 0; shard < this.#shards.length; shard++) {
      const copy = this.#chosen[shard]!;
      const doneAt = this.#work(now, now, shard, copy, this.#usual[shard]!, 'first');
      if (doneAt - now > this.#hedgeAfter) {
        search ??= { at: now, open: 0, slowestAt: now };
        search.open++;
        this.#hedges.add(now + this.#hedgeAfter, { search, shard, copy, firstAt: doneAt });
      } else {
        slowestAt = Math.max(slowestAt, doneAt);
      }
    }
    if (search === undefined) return this.#answered(now, slowestAt);
    search.slowestAt = Math.max(search.slowestAt, slowestAt);
  }

  /**
   * Draws what a search needs and looks which copies it would ask, whatever becomes of it: others see the
   * same numbers. Gives the longest wait; NEVER when a shard has no copy. [us]
   */
  #draw(now: Us): Us {
    const { service, balance } = this.#params;
    let longest = 0;
    for (let shard = 0; shard < this.#shards.length; shard++) {
      const set = this.#shards[shard]!;
      this.#usual[shard] = sampleDuration(service, this.#services);
      const copy = set.choose(now, balance, this.#choices.uniform(), this.#choices.uniform());
      this.#chosen[shard] = copy;
      longest = copy < 0 ? NEVER : Math.max(longest, set.startAt(now, copy) - now);
    }
    return longest;
  }

  /** A copy is asked at a time, for a search that came earlier: when it is done, NEVER if it is too late. */
  #work(
    cameAt: Us, now: Us, shard: number, copy: number, usual: Us, kind: 'first' | 'hedge', before = NEVER,
  ): Us {
    const { timeout, overhead } = this.#params;
    const set = this.#shards[shard]!;
    const start = set.startAt(now, copy);
    // Who still waits when patience ends, or when another copy has answered, takes the query back.
    if (start >= before || start - cameAt + overhead > timeout) return NEVER;
    const service = Math.round(usual * this.#ports.slowness(now, shard, copy));
    set.take(copy, start + service);
    this.#set.add(this.#queries[kind], 1);
    this.#books.assign(service);
    return start + service;
  }

  /** A shard that has not answered yet is asked at another copy. */
  #askAgain(now: Us): void {
    const { search, shard, copy, firstAt } = this.#hedges.take();
    const usual = sampleDuration(this.#params.service, this.#again);
    const other = this.#shards[shard]!.chooseOther(copy, this.#again.uniform());
    const secondAt = other < 0 ? NEVER
      : this.#work(search.at, now, shard, other, usual, 'hedge', firstAt);
    search.slowestAt = Math.max(search.slowestAt, Math.min(firstAt, secondAt));
    search.open--;
    if (search.open === 0) this.#answered(search.at, search.slowestAt);
  }

  #answered(cameAt: Us, slowestAt: Us): void {
    const { timeout, overhead } = this.#params;
    const takes = slowestAt - cameAt + overhead;
    if (takes > timeout) this.#answer('timeout', timeout);
    else this.#answer('ok', takes);
  }

  #answer(result: Result, afterUs: Us): void {
    this.#set.add(this.#m[result], 1);
    this.#set.observe(this.#seconds, afterUs / US_PER_S);
  }
}
