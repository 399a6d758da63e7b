import { sampleDuration } from '../../core/distribution.ts';
import type { MetricHandle, MetricSet } from '../../core/metrics.ts';
import type { RandomStream, RandomStreams } from '../../core/rng.ts';
import { US_PER_S, type Us } from '../../core/units.ts';
import { Agenda, type AgendaState } from '../agenda.ts';
import { NodeBooks, type NodeBooksState } from '../node-books.ts';
import { PoissonClock } from '../poisson-clock.ts';
import { ReplicaSet, type ReplicaSetState } from '../replica-set.ts';
import { WarmingCache, type WarmingCacheState } from '../warming-cache.ts';
import * as metrics from './metrics.ts';
import type { RecommendationsParams } from './params.ts';

/** What recommendations ask of their host. */
export interface RecommenderPorts {
  /** Times the usual that ranking takes which begins to be asked for now; 1 when all is well. */
  slowness(now: Us): number;
}

/** A list whose candidates are known at a time, to be ranked then. */
interface Ranking {
  /** When it was asked for. */
  readonly cameAt: Us;
  /** Usual time of ranking it. [us] */
  readonly usual: Us;
  /** Uniform on [0, 1): what the instance is chosen by. */
  readonly u: number;
  readonly v: number;
}

/** Copied state of recommendations. */
export interface RecommenderState {
  readonly instances: ReplicaSetState;
  readonly cache: WarmingCacheState;
  readonly rankings: AgendaState<Ranking>;
  readonly isDeferred: boolean;
  readonly next: Us;
  readonly books: NodeBooksState;
}

type Result = 'ranked' | 'lateCandidates' | 'lateRanking' | 'deferred';

/**
 * Recommendations: the features of a viewer are fetched, candidates drawn up, and an instance ranks them, in
 * order of arrival on so many threads. When the budget is over, popular videos are shown instead.
 *
 *     ask, lose, regain, addInstances, defer, flush -> [ Recommender ] -> slowness
 */
export class Recommender {
  readonly #params: RecommendationsParams;
  readonly #ports: RecommenderPorts;
  readonly #set: MetricSet;
  readonly #instances: ReplicaSet;
  readonly #cache: WarmingCache;
  readonly #streams: Readonly<Record<'hits' | 'store' | 'candidates' | 'ranking' | 'choice', RandomStream>>;
  readonly #others: PoissonClock;
  readonly #books: NodeBooks;
  readonly #rankings = new Agenda<Ranking>();
  readonly #m: Readonly<Record<Result, MetricHandle>>;
  readonly #seconds: MetricHandle;
  #isDeferred = false;

  constructor(
    params: RecommendationsParams, streams: RandomStreams, set: MetricSet, ports: RecommenderPorts,
  ) {
    this.#params = params;
    this.#ports = ports;
    this.#set = set;
    this.#instances = new ReplicaSet(params.instances, params.threads);
    this.#cache = new WarmingCache(params.features.hits, params.features.warm);
    const of = (name: string) => streams.stream(`recommendations/${name}`);
    this.#streams = {
      hits: of('hits'), store: of('store'), candidates: of('candidates'), ranking: of('ranking'),
      choice: of('choice'),
    };
    this.#others = new PoissonClock(params.others.queries ?? 0, of('others'));
    const bind = (result: Result) => set.bind(metrics.recommendations, result);
    this.#m = {
      ranked: bind('ranked'), lateCandidates: bind('lateCandidates'), lateRanking: bind('lateRanking'),
      deferred: bind('deferred'),
    };
    this.#seconds = set.bind(metrics.recommendationSeconds);
    this.#books = new NodeBooks('recommendations', params, set, metrics);
    this.#books.settle(0, [this.#instances]);
  }

  /** Somebody opens their home page. */
  ask(now: Us): void {
    this.#advance(now);
    this.#recommend(now);
  }

  /** Brings home pages of who is not simulated, and rankings that are due, up to now. */
  settle(now: Us): void {
    this.#advance(now);
    this.#books.settle(now, [this.#instances]);
  }

  /** So many instances are out of use; says which. */
  lose(now: Us, count: number): number[] {
    this.settle(now);
    const lost = this.#instances.lose(count);
    this.#books.settle(now, [this.#instances]);
    return lost;
  }

  /** Instances that were lost are back. */
  regain(now: Us, instances: readonly number[]): void {
    this.settle(now);
    this.#instances.regain(instances);
    this.#books.settle(now, [this.#instances]);
  }

  /** So many more instances. */
  addInstances(now: Us, count: number): void {
    this.settle(now);
    this.#instances.grow(count);
    this.#books.settle(now, [this.#instances]);
  }

  /** From now on nothing is ranked, or is again. */
  defer(now: Us, on: boolean): void {
    this.settle(now);
    this.#isDeferred = on;
  }

  /** The cache of features loses what it holds. */
  flush(now: Us): void {
    this.settle(now);
    this.#cache.flush(now);
  }

  /** Nothing is ranked. */
  get isDeferred(): boolean {
    return this.#isDeferred;
  }

  save(): RecommenderState {
    return {
      instances: this.#instances.save(), cache: this.#cache.save(), rankings: this.#rankings.save(),
      isDeferred: this.#isDeferred, next: this.#others.at, books: this.#books.save(),
    };
  }

  restore(state: RecommenderState): void {
    this.#instances.restore(state.instances);
    this.#cache.restore(state.cache);
    this.#rankings.restore(state.rankings);
    this.#isDeferred = state.isDeferred;
    this.#others.at = state.next;
    this.#books.restore(state.books);
  }

  #advance(now: Us): void {
    for (;;) {
      const rankAt = this.#rankings.nextAt;
      const { at } = this.#others;
      if (Math.min(at, rankAt) > now) return;
      if (rankAt <= at) {
        this.#rank(rankAt);
      } else {
        this.#recommend(at);
        this.#others.next();
      }
    }
  }

  #recommend(now: Us): void {
    const { features, candidates, ranking, overhead, budget, fallback } = this.#params;
    const { hits, store, candidates: drawn, ranking: ranked, choice } = this.#streams;
    // Drawn whatever becomes of the list: others see the same numbers.
    const isHit = hits.uniform() < this.#cache.hits(now);
    const stored = sampleDuration(features.store, store);
    const candidatesUs = sampleDuration(candidates, drawn);
    const usual = sampleDuration(ranking, ranked);
    const u = choice.uniform();
    const v = choice.uniform();
    if (this.#isDeferred) return this.#answer('deferred', overhead + fallback);
    const knownUs = (isHit ? features.latency : stored) + candidatesUs;
    if (knownUs + overhead > budget) return this.#answer('lateCandidates', budget + fallback);
    this.#rankings.add(now + knownUs, { cameAt: now, usual, u, v });
  }

  /** An instance is asked to rank the candidates that are due now. */
  #rank(now: Us): void {
    const { overhead, budget, fallback, balance } = this.#params;
    const { cameAt, usual, u, v } = this.#rankings.take();
    const instance = this.#instances.choose(now, balance, u, v);
    const late = budget + fallback;
    if (instance < 0) return this.#answer('lateRanking', late);
    const start = this.#instances.startAt(now, instance);
    // What still waits when the budget is over is taken back; what is being ranked is ranked for nobody.
    if (start - cameAt + overhead > budget) return this.#answer('lateRanking', late);
    const service = Math.round(usual * this.#ports.slowness(now));
    this.#instances.take(instance, start + service);
    this.#books.assign(service);
    const takes = start + service - cameAt + overhead;
    if (takes > budget) this.#answer('lateRanking', late);
    else this.#answer('ranked', takes);
  }

  #answer(result: Result, afterUs: Us): void {
    this.#set.add(this.#m[result], 1);
    this.#set.observe(this.#seconds, afterUs / US_PER_S);
  }
}
