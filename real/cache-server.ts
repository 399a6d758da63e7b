import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CacheFailure, CacheInput, CacheResult } from '../models/cdn/events.ts';
import { CacheNode } from '../models/cdn/cache-node.ts';
import { createPolicy } from '../models/cdn/policy/registry.ts';
import type { CacheNodePorts } from '../models/cdn/ports.ts';
import { assert } from '../models/core/assert.ts';
import type { MetricSet } from '../models/core/metrics.ts';
import type { Bytes } from '../models/core/units.ts';
import type { CacheConfig } from './cache-config.ts';
import type { CacheParent } from './cache-parent.ts';
import type { Clock } from './clock.ts';
import { Recorder } from './recording.ts';

/**
 * A cache node over HTTP: the node decides, the server owns the sockets and the bytes. A GET becomes
 * `requested`, the parent's answer `fetched` or `fetchFailed`; answers say by X-Cache how the node came by
 * the object.
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
  readonly #waiting = new Map<number, ServerResponse>();
  #lastRequest = 0;

  constructor(config: CacheConfig, parent: CacheParent, clock: Clock, metrics: MetricSet) {
    this.#config = config;
    this.#parent = parent;
    this.#clock = clock;
    this.recorder = new Recorder(config.component);
    const policy = createPolicy(config.policy, config.capacity);
    this.#node = new CacheNode(config.tier, policy, this.#ports(), metrics);
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
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  #ports(): CacheNodePorts {
    return {
      respond: (requestId, object, bytes, result) => {
        this.recorder.call('respond', requestId, object, bytes, result);
        this.#respond(requestId, object, bytes, result);
      },
      respondFailure: (requestId, object, cause) => {
        this.recorder.call('respondFailure', requestId, object, cause);
        const response = this.#take(requestId);
        if (response !== undefined) this.#refuse(response, STATUS[cause], cause);
      },
      fetchFromParent: (object) => {
        this.recorder.call('fetchFromParent', object);
        void this.#fetch(object);
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

  async #fetch(object: number): Promise<void> {
    const answer = await this.#parent.fetch(this.#names[object]!);
    if ('failure' in answer) return this.#deliver({ kind: 'fetchFailed', object, cause: answer.failure });
    this.#bodies.set(object, answer.body);
    this.#deliver({ kind: 'fetched', object, bytes: answer.body.length });
    if (!this.#node.holds(object)) this.#bodies.delete(object); // too large to keep
  }

  #deliver(input: CacheInput): void {
    const now = this.#clock.now();
    this.recorder.input(now, input);
    this.#node.handle(now, input);
  }

  #respond(requestId: number, object: number, bytes: Bytes, result: CacheResult): void {
    const body = this.#bodies.get(object);
    assert(body !== undefined && body.length === bytes, 'what the node answers with is here', {
      object,
      bytes,
    });
    const response = this.#take(requestId);
    if (response === undefined) return; // the client has gone meanwhile
    const name = this.#names[object]!;
    response.writeHead(200, {
      'Content-Type':
        CONTENT_TYPES.find(([ending]) => name.endsWith(ending))?.[1] ?? 'application/octet-stream',
      'Content-Length': bytes,
      'X-Cache': result.toUpperCase(),
      'X-Weir-Node': this.#config.component,
    });
    response.end(body);
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
const STATUS: Readonly<Record<CacheFailure, number>> = {
  notFound: 404,
  parentTimeout: 504,
  parentReset: 502,
  parentError: 502,
};
const CONTENT_TYPES = [
  ['.m3u8', 'application/vnd.apple.mpegurl'],
  ['.ts', 'video/mp2t'],
] as const;
