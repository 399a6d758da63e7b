import { Agent } from 'node:http';
import type { CacheFailure } from '../models/cdn/events.ts';
import type { CacheParentConfig } from './cache-config.ts';
import type { Clock } from './clock.ts';
import { httpGet } from './http-get.ts';
import { ObjectStore, ObjectStoreError, type StoreFailure } from './object-store.ts';

/** What a parent answers: the object whole, or why not. */
export type ParentAnswer = { readonly body: Buffer } | { readonly failure: CacheFailure };

/** Whom a cache asks for what it does not hold. */
export interface CacheParent {
  /** Never rejects. `path` begins with a slash. */
  fetch(path: string): Promise<ParentAnswer>;
  close(): void;
}

/** Connects to the parent of a configuration; `limitMs` bounds each answer. */
export function openParent(config: CacheParentConfig, limitMs: number, clock: Clock): CacheParent {
  switch (config.kind) {
    case 'http':
      return httpParent(config.host, config.port, limitMs, clock);
    case 's3':
      return s3Parent(new ObjectStore(config.endpoint, { requestMs: limitMs, attempts: 1 }), config.bucket);
    default:
      config satisfies never;
      throw new Error('unreachable');
  }
}

function httpParent(host: string, port: number, limitMs: number, clock: Clock): CacheParent {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  return {
    fetch: async (path) => {
      const outcome = await httpGet({ clock, agent, host, port, path, limitMs }).outcome;
      if (outcome.kind === 'failed') {
        return { failure: outcome.cause === 'timeout' ? 'parentTimeout' : 'parentReset' };
      }
      if (outcome.kind === 'cancelled') return { failure: 'parentReset' };
      if (outcome.status === 200) return { body: outcome.body };
      return { failure: outcome.status === 404 ? 'notFound' : 'parentError' };
    },
    close: () => agent.destroy(),
  };
}

function s3Parent(store: ObjectStore, bucket: string): CacheParent {
  return {
    fetch: async (path) => {
      try {
        return { body: await store.get(bucket, path.slice(1)) };
      } catch (error) {
        if (error instanceof ObjectStoreError) return { failure: FAILURES[error.failure] };
        throw error;
      }
    },
    close: () => store.close(),
  };
}

const FAILURES: Readonly<Record<StoreFailure, CacheFailure>> = {
  notFound: 'notFound',
  timeout: 'parentTimeout',
  reset: 'parentReset',
  serverError: 'parentError',
};
