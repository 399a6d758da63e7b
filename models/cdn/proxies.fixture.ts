import { MetricSet } from '../core/metrics.ts';
import { US_PER_MS, US_PER_S, type Us } from '../core/units.ts';
import { BEHAVIOURS, type BehaviourName } from './behaviour.ts';
import { createCacheNode, type AnyCacheNode } from './create-node.ts';
import { NO_FETCH, NO_STORE, TO_END, UNSTATED } from './events.ts';
import { createPolicy } from './policy/registry.ts';

/** What the origin of a row answers. */
export interface Origin {
  /** From a request to the first byte, and from the first byte to the last. [ms] */
  readonly firstByteMs: number;
  readonly bodyMs: number;
  readonly bytes: number;
  readonly status: number;
  /** Stated lifetime; `no-store`, or nothing. [s] */
  readonly maxAge?: number | 'no-store';
  readonly staleWhileRevalidate?: number;
}

/**
 * Who asks: all at once; one after the other, each when the one before has its answer; or one and a late
 * one.
 */
export interface Clients {
  readonly kind: 'herd' | 'sequence' | 'late';
  readonly count: number;
  /** Of the late one. [ms] */
  readonly lateMs?: number;
  /** First byte of the range that each asks for, of `rangeBytes`, by default a hundred thousand. */
  readonly ranges?: readonly number[];
  readonly rangeBytes?: number;
  /** Between an answer and the next request of a sequence. [ms] */
  readonly pauseMs?: number;
}

/** What is to be seen. */
export interface Expected {
  /** Requests at the origin, and how many of them were conditional. */
  readonly origin: number;
  readonly conditional?: number;
  /** Time to the first byte: median and longest; of the late one alone when there is one. [ms] */
  readonly medianMs: number;
  readonly longestMs: number;
  /** Median of the real one where it has a cause that the model leaves out. [ms] */
  readonly realMs?: number;
  /** Ranges asked of the origin. */
  readonly ranges?: readonly string[];
}

/** A row of the matrix. */
export interface ProxyRow {
  readonly name: string;
  readonly title: string;
  readonly origin: Origin;
  /** One asks before, and so long passes after its answer. [ms] */
  readonly agedMs?: number;
  readonly clients: Clients;
  /** `nginx-slice` stands where ranges are asked for in turn alone: elsewhere it is nginx. */
  readonly expected: Readonly<Record<Exclude<ProxyName, 'nginx-slice'>, Expected>>
    & { readonly 'nginx-slice'?: Expected };
}

/** The proxies that were measured. */
export type ProxyName = Extract<
  BehaviourName, 'nginx' | 'nginx-lock' | 'nginx-swr' | 'nginx-slice' | 'varnish' | 'ats'
>;

const PLAIN: Origin = { firstByteMs: 500, bodyMs: 0, bytes: 1000, status: 200, maxAge: 60 };
const sees = (origin: number, medianMs: number, longestMs = medianMs, conditional = 0): Expected =>
  ({ origin, medianMs, longestMs, conditional });
/** All alike. */
const all = (expected: Expected): ProxyRow['expected'] => ({
  nginx: expected, 'nginx-lock': expected, 'nginx-swr': expected, varnish: expected, ats: expected,
});
const refused = (status: number, maxAge: number | undefined, origin: ProxyRow['expected']): ProxyRow => ({
  name: `D ${status}${maxAge === undefined ? '' : ' with max-age'}`,
  title: `five times ${status}${maxAge === undefined ? '' : `, max-age=${maxAge}`}, one after the other`,
  origin: { firstByteMs: 0, bodyMs: 0, bytes: 100, status, ...(maxAge === undefined ? {} : { maxAge }) },
  clients: { kind: 'sequence', count: 5 },
  expected: origin,
});

/**
 * The matrix of real proxies, as it was measured on a loopback with nginx 1.22.1, Varnish 7.1.1 and Apache
 * Traffic Server 9.2.9 of Debian 12. With L the time to the origin's first byte, B until its last one, P
 * the steps of waiting (nginx 500 ms, Traffic Server 50 ms) and T their limit (5 s and 1 s), the times to
 * the first byte are:
 *
 *   who fetches, or follows a fetch from its head             L   who waits until the object is whole,
 * asking at a          a step of P behind L + B, counted from a   who waits for a head in steps
 * the first step of P behind L   who waits for L > T and then asks alone                   T + L   who is
 * given a stale object, or finds a fresh one         0   who follows a fetch under way
 * 0   no-store behind a lock, i-th of n (P > L)                 i P + L below T, T + L from there on
 * no-store behind hit-for-miss, in the j-th wave            (j + 1) L   no-store in Traffic Server
 * the first step of P behind L, and L
 */
export const PROXY_MATRIX: readonly ProxyRow[] = [
  {
    name: 'A', title: 'a hundred ask for a cold object',
    origin: PLAIN, clients: { kind: 'herd', count: 100 },
    expected: {
      nginx: sees(100, 500), 'nginx-lock': sees(1, 1000), 'nginx-swr': sees(1, 1000), varnish: sees(1, 500),
      ats: sees(1, 550),
    },
  },
  {
    name: 'B', title: 'one asks 0.6 s late for a body that takes 2.05 s from 0.1 s on',
    origin: { ...PLAIN, firstByteMs: 100, bodyMs: 2050, bytes: 2_000_000 },
    clients: { kind: 'late', count: 1, lateMs: 600 },
    expected: {
      nginx: sees(2, 100), 'nginx-lock': sees(1, 2000), 'nginx-swr': sees(1, 2000), varnish: sees(1, 0),
      // Traffic Server lets others read once it has written a first fragment, of 1 MiB.
      ats: { ...sees(1, 0), realMs: 650 },
    },
  },
  {
    name: 'C', title: 'a hundred ask for an object that has expired 1 s ago',
    origin: { ...PLAIN, maxAge: 1 }, agedMs: 2000, clients: { kind: 'herd', count: 100 },
    expected: {
      nginx: sees(100, 500), 'nginx-lock': sees(100, 500), 'nginx-swr': sees(1, 0, 0, 1),
      varnish: sees(1, 0, 0, 1), ats: sees(1, 550, 550, 1),
    },
  },
  {
    name: 'C2', title: 'the same, with stale-while-revalidate',
    origin: { ...PLAIN, maxAge: 1, staleWhileRevalidate: 30 }, agedMs: 2000,
    clients: { kind: 'herd', count: 100 },
    expected: {
      nginx: sees(1, 0, 500), 'nginx-lock': sees(1, 0, 500), 'nginx-swr': sees(1, 0, 0, 1),
      varnish: sees(1, 0, 0, 1), ats: sees(1, 550, 550, 1),
    },
  },
  refused(404, undefined, { ...all(sees(5, 0)), varnish: sees(1, 0) }),
  refused(404, 60, all(sees(1, 0))),
  refused(500, undefined, all(sees(5, 0))),
  refused(500, 60, { ...all(sees(1, 0)), varnish: sees(5, 0) }),
  {
    name: 'E', title: 'three ranges of 100 kB of an uncached 5 MB object, one after the other',
    origin: { ...PLAIN, bodyMs: 300, bytes: 5_000_000 },
    clients: { kind: 'sequence', count: 3, ranges: [0, 1_000_000, 2_000_000] },
    expected: {
      nginx: sees(2, 500), 'nginx-lock': sees(1, 500), 'nginx-swr': sees(1, 500), varnish: sees(1, 0, 500),
      ats: sees(3, 500),
    },
  },
  {
    name: 'E2', title: 'three ranges of 1 kB of it, each a while after the answer before',
    origin: { ...PLAIN, bytes: 5_000_000 },
    clients: {
      kind: 'sequence', count: 3, ranges: [0, 1_000_000, 2_000_000], rangeBytes: 1000, pauseMs: 300,
    },
    expected: {
      ...all(sees(1, 0, 500)), ats: sees(3, 500),
      'nginx-slice': { ...sees(2, 500), ranges: ['0-1048575', '1048576-2097151'] },
    },
  },
  {
    name: 'F', title: 'twenty ask for an object that may not be kept',
    origin: { ...PLAIN, firstByteMs: 200, maxAge: 'no-store' }, clients: { kind: 'herd', count: 20 },
    expected: {
      nginx: sees(20, 200), 'nginx-lock': sees(20, 5200), 'nginx-swr': sees(20, 5200),
      varnish: sees(20, 600), ats: sees(20, 450),
    },
  },
  {
    name: 'G', title: 'twenty ask for a cold object of an origin that takes 8 s',
    origin: { ...PLAIN, firstByteMs: 8000 }, clients: { kind: 'herd', count: 20 },
    expected: {
      nginx: sees(20, 8000), 'nginx-lock': sees(20, 13_000), 'nginx-swr': sees(20, 13_000),
      varnish: sees(1, 8000), ats: sees(20, 9000),
    },
  },
];

/** What was seen. */
export interface Seen {
  readonly origin: number;
  readonly conditional: number;
  /** Those that asked the origin for a range, and for which. */
  readonly ranges: readonly string[];
  /** Of each client. [ms] */
  readonly firstByteMs: readonly number[];
}

/** Median and longest time to the first byte. [ms] */
export function timesOf({ firstByteMs }: Seen): { medianMs: number; longestMs: number } {
  const sorted = [...firstByteMs].sort((a, b) => a - b);
  return { medianMs: sorted[sorted.length >> 1]!, longestMs: sorted.at(-1)! };
}

/** Plays a row on a cache node in virtual time. */
export function playRow(row: ProxyRow, behaviour: BehaviourName): Seen {
  return new Play(row, behaviour).run();
}

class Play {
  readonly #row: ProxyRow;
  readonly #node: AnyCacheNode;
  readonly #events: Array<{ readonly at: Us; readonly run: () => void }> = [];
  readonly #sentAt = new Map<number, Us>();
  readonly #firstByteMs = new Map<number, number>();
  readonly #ended = new Map<number, () => void>();
  readonly #ranges: string[] = [];
  #now: Us = 0;
  #seen = { origin: 0, conditional: 0 };

  constructor(row: ProxyRow, behaviour: BehaviourName) {
    this.#row = row;
    const setup = { tier: 'x', policy: createPolicy('lru', 1e9), behaviour: BEHAVIOURS[behaviour] };
    this.#node = createCacheNode(setup, {
      respond: (id, _object, _bytes, _result, fetch) => this.#answered(id, fetch === NO_FETCH),
      answerEnded: (id) => this.#over(id),
      respondFailure: (id) => this.#answered(id, true),
      fetchFromParent: (fetch, _object, conditional, from, to) => {
        if (from > 0 || to < TO_END) this.#ranges.push(`${from}-${to}`);
        this.#atOrigin(fetch, conditional);
      },
      evicted: () => undefined,
    }, new MetricSet());
  }

  run(): Seen {
    const { agedMs, clients } = this.#row;
    let from: Us = 0;
    if (agedMs !== undefined) {
      this.#ask(0, 999);
      this.#drain();
      from = this.#now + agedMs * US_PER_MS;
      this.#seen = { origin: 0, conditional: 0 };
    }
    this.#firstByteMs.clear();
    if (clients.kind === 'herd') for (let i = 0; i < clients.count; i++) this.#ask(from, i);
    if (clients.kind === 'sequence') this.#inTurn(from, 0);
    if (clients.kind === 'late') {
      this.#ask(from, 998);
      this.#ask(from + clients.lateMs! * US_PER_MS, 0);
    }
    this.#drain();
    this.#firstByteMs.delete(998);
    return { ...this.#seen, ranges: this.#ranges, firstByteMs: [...this.#firstByteMs.values()] };
  }

  #inTurn(at: Us, i: number): void {
    if (i === this.#row.clients.count) return;
    const pause = (this.#row.clients.pauseMs ?? 0) * US_PER_MS;
    this.#ended.set(i, () => this.#inTurn(this.#now + pause, i + 1));
    this.#ask(at, i);
  }

  #ask(at: Us, id: number): void {
    const { ranges, rangeBytes = 100_000 } = this.#row.clients;
    const first = ranges?.[id];
    this.#at(at, () => {
      this.#sentAt.set(id, at);
      if (first === undefined) this.#node.requested(at, id, 0);
      else this.#node.requested(at, id, 0, first, first + rangeBytes - 1);
    });
  }

  #atOrigin(fetch: number, conditional: boolean): void {
    const { firstByteMs, bodyMs, bytes, status, maxAge, staleWhileRevalidate } = this.#row.origin;
    this.#seen.origin++;
    if (conditional) this.#seen.conditional++;
    const ttl = maxAge === 'no-store' ? NO_STORE : maxAge === undefined ? UNSTATED : maxAge * US_PER_S;
    const stale = staleWhileRevalidate === undefined ? UNSTATED : staleWhileRevalidate * US_PER_S;
    const at = this.#now + firstByteMs * US_PER_MS;
    this.#at(at, () => this.#node.headArrived(at, fetch, conditional ? 304 : status, bytes, ttl, stale));
    if (conditional || status >= 400) return;
    const end = at + bodyMs * US_PER_MS;
    this.#at(end, () => this.#node.fetchEnded(end, fetch));
  }

  #answered(id: number, whole: boolean): void {
    this.#firstByteMs.set(id, (this.#now - this.#sentAt.get(id)!) / US_PER_MS);
    // Who asked for a range of what still comes has it long before the end.
    if (whole || this.#row.clients.ranges !== undefined) this.#over(id);
  }

  #over(id: number): void {
    const next = this.#ended.get(id);
    this.#ended.delete(id);
    if (next !== undefined) this.#at(this.#now, next);
  }

  #at(at: Us, run: () => void): void {
    this.#events.push({ at, run });
  }

  /** Delivers events in the order of their times, then of their making, and wakes the node in between. */
  #drain(): void {
    for (;;) {
      const at = Math.min(...this.#events.map((event) => event.at), this.#node.wakeAt());
      if (at === TO_END) return;
      this.#now = at;
      const index = this.#events.findIndex((event) => event.at === at);
      if (index < 0) this.#node.woken(at);
      else this.#events.splice(index, 1)[0]!.run();
    }
  }
}
