import type { SessionOutcome } from './events.ts';

/** Stands for the master playlist where a rendition's could be asked for. */
export const MASTER = -1;

/**
 * What a fleet of players asks of the world. Void calls: never awaited, and the world must not call back into
 * the fleet before the call that caused them has returned.
 *
 *   sessionStarted ─▶ ┌─────────────┐ ─▶ requestManifest
 *   manifestArrived ▶ │ PlayerFleet │ ─▶ requestSegment   [video, segment, rendition]
 *   segmentArrived ─▶ │  (a slot a  │ ─▶ cancelRequest
 *   fetchFailed ────▶ │   viewer)   │ ─▶ sessionEnded
 *   ...Progressed ──▶ │             │     wantsProgress(slot): asked by the host at each wake
 *   woken ──────────▶ └─────────────┘     wakeAt(slot): asked by the host after every input
 */
export interface PlayerPorts {
  /** The master playlist (`rendition` MASTER) or the only manifest, or the playlist of a rendition. */
  requestManifest(slot: number, requestId: number, video: number, rendition: number, codec: number): void;
  requestSegment(
    slot: number, requestId: number, video: number, segment: number, rendition: number, codec: number,
  ): void;
  /** The answer is no longer wanted; the world should stop sending it. */
  cancelRequest(slot: number, requestId: number): void;
  /** The session is over; its figures stand in the fleet's columns until the slot is started again. */
  sessionEnded(slot: number, outcome: SessionOutcome): void;
}
