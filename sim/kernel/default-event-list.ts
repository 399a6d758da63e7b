import type { EventList } from './event-list.ts';
import { HeapEventList } from './heap-event-list.ts';

/** The event list runs use. */
export function createEventList(): EventList {
  return new HeapEventList();
}
