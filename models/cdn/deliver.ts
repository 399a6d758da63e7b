import type { Bytes, Us } from '../core/units.ts';
import type { CacheInput, Status } from './events.ts';

/** Takes the inputs of a cache, a method each. */
interface TakesInputs {
  requested(now: Us, requestId: number, object: number, first?: Bytes, last?: Bytes): void;
  headArrived(now: Us, fetch: number, status: Status, bytes: Bytes, ttlUs: Us, staleUs?: Us): void;
  fetchEnded(now: Us, fetch: number): void;
  parentFailed(now: Us, fetch: number, status: Status): void;
  prefetched(now: Us, object: number): void;
  purged(object: number): void;
  woken(now: Us): void;
}

/** Delivers an input that is data to the method that takes it. */
export function deliver(node: TakesInputs, now: Us, input: CacheInput): void {
  switch (input.kind) {
    case 'requested':
      return node.requested(now, input.requestId, input.object, input.first, input.last);
    case 'headArrived':
      return node.headArrived(now, input.fetch, input.status, input.bytes, input.ttlUs, input.staleUs);
    case 'fetchEnded':
      return node.fetchEnded(now, input.fetch);
    case 'parentFailed':
      return node.parentFailed(now, input.fetch, input.status);
    case 'prefetched':
      return node.prefetched(now, input.object);
    case 'purged':
      return node.purged(input.object);
    case 'woken':
      return node.woken(now);
    default:
      input satisfies never;
  }
}
