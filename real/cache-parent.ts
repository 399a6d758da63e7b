import { Agent, request, type IncomingMessage } from 'node:http';
import { NO_STORE, PARENT_RESET, PARENT_TIMEOUT, UNSTATED, type Status } from '../models/cdn/events.ts';
import { NEVER, US_PER_S, type Bytes, type Us } from '../models/core/units.ts';
import type { CacheParentConfig } from './cache-config.ts';
import { ObjectStore, ObjectStoreError, type StoreFailure } from './object-store.ts';

/** What a head says: the size of the object, how long it is fresh, and how long it may be given stale. */
export interface ParentHead {
  readonly status: Status;
  readonly bytes: Bytes;
  readonly ttlUs: Us;
  readonly staleUs: Us;
}

/** Told what a parent answers: a head, the bytes and the end, or a failure at any time. */
export interface ParentListener {
  head(head: ParentHead): void;
  data(chunk: Buffer): void;
  end(): void;
  failed(status: Status): void;
}

/** Whom a cache asks for what it does not hold. */
export interface CacheParent {
  /** `path` begins with a slash. An answer with a status from 400 on is over with its head. */
  fetch(path: string, listener: ParentListener): void;
  close(): void;
}

/** Connects to the parent of a configuration; `limitMs` bounds each answer. */
export function openParent(config: CacheParentConfig, limitMs: number): CacheParent {
  switch (config.kind) {
    case 'http':
      return httpParent(config.host, config.port, limitMs);
    case 's3':
      return s3Parent(new ObjectStore(config.endpoint, { requestMs: limitMs, attempts: 1 }), config.bucket);
    default:
      config satisfies never;
      throw new Error('unreachable');
  }
}

function httpParent(host: string, port: number, limitMs: number): CacheParent {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  return {
    fetch: (path, listener) => {
      let over = false;
      const finish = (tell: () => void) => {
        if (over) return;
        over = true;
        clearTimeout(timer);
        tell();
      };
      const call = request({ host, port, path, agent, method: 'GET' });
      const fail = (status: Status) => {
        finish(() => listener.failed(status));
        call.destroy();
      };
      const timer = setTimeout(() => fail(PARENT_TIMEOUT), limitMs);
      call.once('response', (answer) => {
        if (answer.statusCode! >= 400) {
          answer.resume();
          const head = { ...freshnessOf(answer), status: answer.statusCode!, bytes: 0 };
          return finish(() => listener.head(head));
        }
        readBody(answer, listener, finish, () => fail(PARENT_RESET));
      });
      call.on('error', () => finish(() => listener.failed(PARENT_RESET)));
      call.end();
    },
    close: () => agent.destroy(),
  };
}

/** Tells the head at once when it states a length; a body of unknown length is told whole. */
function readBody(
  answer: IncomingMessage, listener: ParentListener, finish: (tell: () => void) => void, fail: () => void,
): void {
  const stated = answer.headers['content-length'];
  const head = (bytes: Bytes) => listener.head({ ...freshnessOf(answer), status: 200, bytes });
  const chunks: Buffer[] = [];
  let size = 0;
  if (stated !== undefined) head(Number(stated));
  answer.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > LARGEST_BODY) return fail();
    if (stated === undefined) chunks.push(chunk);
    else listener.data(chunk);
  });
  answer.on('end', () => {
    // An answer cut short ends too: only `complete` tells.
    if (!answer.complete) return fail();
    finish(() => {
      if (stated === undefined) head(size);
      for (const chunk of chunks) listener.data(chunk);
      listener.end();
    });
  });
  answer.on('error', fail);
}

/** What Cache-Control says of an answer's lifetime; a year is for ever, as RFC 2616 had it. */
export function freshnessOf({ headers }: Pick<IncomingMessage, 'headers'>): { ttlUs: Us; staleUs: Us } {
  const text = headers['cache-control'] ?? '';
  const seconds = (name: string) => {
    const found = new RegExp(`(?:^|[ ,])${name}=(\\d+)`).exec(text);
    return found === null ? undefined : Number(found[1]);
  };
  const age = seconds('s-maxage') ?? seconds('max-age');
  const stale = seconds('stale-while-revalidate');
  const left = age === undefined ? UNSTATED : age >= YEAR_S ? NEVER : age * US_PER_S;
  return {
    ttlUs: /(?:^|[ ,])(?:no-store|private|no-cache)/.test(text) ? NO_STORE : left,
    staleUs: stale === undefined ? UNSTATED : stale * US_PER_S,
  };
}

/** Objects of a store never change under their names. */
function s3Parent(store: ObjectStore, bucket: string): CacheParent {
  return {
    fetch: (path, listener) => {
      store.get(bucket, path.slice(1)).then(
        (body) => {
          listener.head({ status: 200, bytes: body.length, ttlUs: NEVER, staleUs: UNSTATED });
          listener.data(body);
          listener.end();
        },
        (error: unknown) => {
          if (!(error instanceof ObjectStoreError)) throw error;
          if (error.failure !== 'notFound') return listener.failed(FAILURES[error.failure]);
          listener.head({ status: 404, bytes: 0, ttlUs: NO_STORE, staleUs: UNSTATED });
        },
      );
    },
    close: () => store.close(),
  };
}

const FAILURES: Readonly<Record<Exclude<StoreFailure, 'notFound'>, Status>> = {
  timeout: PARENT_TIMEOUT,
  reset: PARENT_RESET,
  serverError: PARENT_RESET,
};
const LARGEST_BODY = 256 * 1024 * 1024; // a minute of video at 35 Mbit/s
const YEAR_S = 31_536_000;
