import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toBehaviour } from '../models/cdn/behaviour-params.ts';
import {
  CACHE_RESULTS, NO_FETCH, type CacheInput, type CacheResult, type Status,
} from '../models/cdn/events.ts';
import { CacheNode } from '../models/cdn/cache-node.ts';
import type { CacheNodePorts } from '../models/cdn/ports.ts';
import { createStorage } from '../models/cdn/storage-params.ts';
import { assert } from '../models/core/assert.ts';
import type { MetricSet } from '../models/core/metrics.ts';
import { RandomStreams } from '../models/core/rng.ts';
import { US_PER_S, type Bytes, type Us } from '../models/core/units.ts';
import type { CacheConfig } from './cache-config.ts';
import type { CacheParent } from './cache-parent.ts';
import type { Clock } from './clock.ts';
import { Recorder } from './recording.ts';
import { WakeTimer } from './timer.ts';

/** A fetch under way: what has come of it, and the answers that its bytes go to. */
interface Incoming {
  readonly object: number;
  readonly chunks: Buffer[];
  readonly followers: Map<number, ServerResponse>;
}

/**
 * A cache node over HTTP: the node decides, the server owns the sockets and the bytes. A GET becomes
 * `requested`, the parent's answer `headArrived` and `fetchEnded` or `parentFailed`; answers say by X-Cache
 * how the node came by the object.
 */
export class CacheServer {
  readonly recorder: Recorder;
  readonly #config: CacheConfig;
  readonly #parent: CacheParent;
  readonly #clock: Clock;
  readonly #node: CacheNode;
  readonly #server: Server;
  /** Names of objects in the order they were first asked for, and back. */
  readonly #names: string[] = [];
  readonly #objects = new Map<string, number>();
  readonly #bodies = new Map<number, Buffer>();
  readonly #incoming = new Map<number, Incoming>();
  readonly #waiting = new Map<number, ServerResponse>();
  readonly #timer: WakeTimer;
  #lastRequest = 0;

  constructor(config: CacheConfig, parent: CacheParent, clock: Clock, metrics: MetricSet) {
    this.#config = config;
    this.#parent = parent;
    this.#clock = clock;
    this.recorder = new Recorder(config.component);
    const streams = new RandomStreams(1, 0);
    const policies = createStorage(config.storage, config.capacity, (use) => {
      return streams.stream(`${config.component}/${use}`);
    });
    const setup = { tier: config.tier, ...policies, behaviour: toBehaviour(config.behaviour) };
    this.#node = new CacheNode(setup, this.#ports(), metrics);
    this.#timer = new WakeTimer(
      clock,
      () => this.#node.wakeAt(),
      (now) => this.#given(now, { kind: 'woken' }),
    );
    this.#server = createServer({ keepAlive: true, noDelay: true }, (request, response) => {
      this.#requested(request, response);
    });
    // Idle connections of players and caches stay for the length of a run: none is closed under a request.
    this.#server.keepAliveTimeout = 3_600_000;
    this.#server.headersTimeout = 10_000;
  }

  /** Starts to listen on a free loopback port. */
  async listen(): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    return (this.#server.address() as AddressInfo).port;
  }

  /** Closes every connection and stops to listen. */
  async close(): Promise<void> {
    this.#parent.close();
    this.#timer.close();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  #ports(): CacheNodePorts {
    return {
      respond: (requestId, object, bytes, result, fetch, level) => {
        this.recorder.call('respond', requestId, object, bytes, result, fetch, level);
        this.#respond(requestId, object, bytes, result, fetch);
      },
      answerEnded: (requestId, whole) => {
        this.recorder.call('answerEnded', requestId, Number(whole));
        for (const { followers } of this.#incoming.values()) {
          const response = followers.get(requestId);
          followers.delete(requestId);
          if (whole) response?.end();
          else response?.destroy();
        }
      },
      respondFailure: (requestId, object, status) => {
        this.recorder.call('respondFailure', requestId, object, status);
        const response = this.#take(requestId);
        const reason = FAILURES[status] ?? 'refused by the parent';
        if (response !== undefined) this.#refuse(response, status, reason);
      },
      fetchFromParent: (fetch, object, conditional, ...range) => {
        this.recorder.call('fetchFromParent', fetch, object, Number(conditional), ...range);
        this.#fetch(fetch, object);
      },
      evicted: (object) => {
        this.recorder.call('evicted', object);
        this.#bodies.delete(object);
      },
    };
  }

  #requested(request: IncomingMessage, response: ServerResponse): void {
    response.on('error', () => undefined);
    request.resume();
    if (request.method !== 'GET') {
      response.setHeader('Allow', 'GET');
      return this.#refuse(response, 405, 'only GET');
    }
    const path = request.url ?? '';
    if (!OBJECT_PATH.test(path) || path.includes('..'))
      return this.#refuse(response, 400, 'not the path of an object');
    const object = this.#intern(path);
    if (object === undefined) return this.#refuse(response, 503, 'too many objects');
    const requestId = ++this.#lastRequest;
    this.#waiting.set(requestId, response);
    response.once('close', () => this.#waiting.delete(requestId));
    this.#deliver({ kind: 'requested', requestId, object });
  }

  /** Asks the parent, in full also where a conditional request would do: a parent here has no validators. */
  #fetch(fetch: number, object: number): void {
    const incoming: Incoming = { object, chunks: [], followers: new Map() };
    this.#incoming.set(fetch, incoming);
    this.#parent.fetch(this.#names[object]!, {
      head: (head) => {
        this.#deliver({ kind: 'headArrived', fetch, ...head });
        if (head.status >= 400) this.#incoming.delete(fetch);
      },
      data: (chunk) => {
        incoming.chunks.push(chunk);
        for (const response of incoming.followers.values()) response.write(chunk);
      },
      end: () => {
        this.#bodies.set(object, Buffer.concat(incoming.chunks));
        this.#deliver({ kind: 'fetchEnded', fetch });
        this.#incoming.delete(fetch);
        if (!this.#node.holds(object)) this.#bodies.delete(object); // too large to keep
      },
      failed: (status) => {
        this.#deliver({ kind: 'parentFailed', fetch, status });
        this.#incoming.delete(fetch);
      },
    });
  }

  #deliver(input: CacheInput): void {
    this.#given(this.#clock.now(), input);
    this.#timer.rearm();
  }

  #given(now: Us, input: CacheInput): void {
    this.recorder.input(now, input);
    this.#node.handle(now, input);
  }

  #respond(requestId: number, object: number, bytes: Bytes, result: CacheResult, fetch: number): void {
    const response = this.#take(requestId);
    const incoming = this.#incoming.get(fetch);
    const body = fetch === NO_FETCH ? this.#bodies.get(object) : undefined;
    assert(fetch === NO_FETCH ? body?.length === bytes : incoming?.object === object,
      'what the node answers with is here', { object, bytes, fetch });
    if (response === undefined) return; // the client has gone meanwhile
    const name = this.#names[object]!;
    const freshUs = this.#node.freshFor(this.#clock.now(), object);
    response.writeHead(200, {
      'Content-Type':
        CONTENT_TYPES.find(([ending]) => name.endsWith(ending))?.[1] ?? 'application/octet-stream',
      'Content-Length': bytes,
      'Cache-Control':
        freshUs > 0 ? `max-age=${Math.min(YEAR_S, Math.ceil(freshUs / US_PER_S))}` : 'no-store',
      'X-Cache': CACHE_RESULTS[result]!.toUpperCase(),
      'X-Weir-Node': this.#config.component,
    });
    if (incoming === undefined) response.end(body);
    else {
      for (const chunk of incoming.chunks) response.write(chunk);
      incoming.followers.set(requestId, response);
      response.once('close', () => incoming.followers.delete(requestId));
    }
  }

  #refuse(response: ServerResponse, status: number, reason: string): void {
    response.writeHead(status, { 'Content-Type': 'text/plain', 'X-Weir-Node': this.#config.component });
    response.end(`${reason}\n`);
  }

  #take(requestId: number): ServerResponse | undefined {
    const response = this.#waiting.get(requestId);
    this.#waiting.delete(requestId);
    return response;
  }

  #intern(path: string): number | undefined {
    const known = this.#objects.get(path);
    if (known !== undefined) return known;
    if (this.#names.length >= MOST_NAMES) return undefined;
    const object = this.#names.push(path) - 1;
    this.#objects.set(path, object);
    return object;
  }
}

const OBJECT_PATH = /^\/[\w\-./]{1,512}$/;
const MOST_NAMES = 1_000_000; // who asks for random names shall not fill the memory
const YEAR_S = 31_536_000;
const FAILURES: Readonly<Partial<Record<Status, string>>> = {
  404: 'notFound',
  502: 'parentReset',
  504: 'parentTimeout',
};
const CONTENT_TYPES = [
  ['.m3u8', 'application/vnd.apple.mpegurl'],
  ['.ts', 'video/mp2t'],
] as const;
