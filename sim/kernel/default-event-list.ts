import type { SavableEventList } from './event-list.ts';
import { LadderEventList } from './ladder-event-list.ts';

/** The event list runs use; docs/decisions/0004-event-list.md has the measurements behind the choice. */
export function createEventList(): SavableEventList {
  return new LadderEventList();
}
