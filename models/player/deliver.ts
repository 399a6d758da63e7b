import type { Bytes, Us } from '../core/units.ts';
import type { FetchFailure, PlayerInput, SessionStart } from './events.ts';

/** Takes the inputs of a fleet, a method each. */
interface TakesInputs {
  sessionStarted(now: Us, slot: number, start: SessionStart): void;
  manifestArrived(now: Us, slot: number, requestId: number, asOf?: Us): void;
  segmentArrived(
    now: Us, slot: number, requestId: number, bytes: Bytes, firstByteUs: Us, transferUs: Us): void;
  fetchFailed(now: Us, slot: number, requestId: number, cause: FetchFailure): void;
  transferProgressed(
    now: Us, slot: number, requestId: number, size: Bytes, received: Bytes, firstByteUs: Us): void;
  woken(now: Us, slot: number): void;
}

/** Delivers an input that is data to the method that takes it. */
export function deliver(fleet: TakesInputs, now: Us, input: PlayerInput): void {
  switch (input.kind) {
    case 'sessionStarted':
      return fleet.sessionStarted(now, input.slot, input.session);
    case 'manifestArrived':
      return fleet.manifestArrived(now, input.slot, input.requestId, input.asOf);
    case 'segmentArrived':
      return fleet.segmentArrived(
        now, input.slot, input.requestId, input.bytes, input.firstByteUs, input.transferUs);
    case 'fetchFailed':
      return fleet.fetchFailed(now, input.slot, input.requestId, input.cause);
    case 'transferProgressed':
      return fleet.transferProgressed(
        now, input.slot, input.requestId, input.size, input.received, input.firstByteUs);
    case 'woken':
      return fleet.woken(now, input.slot);
    default:
      input satisfies never;
  }
}
