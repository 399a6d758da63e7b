import { MetricSet } from '../core/metrics.ts';
import { US_PER_S, type BitsPerS, type Us } from '../core/units.ts';
import type { CmcdRequest } from './cmcd.ts';
import type { LiveMedia, PlayerInput, SessionStart } from './events.ts';
import { PlayerFleet } from './fleet.ts';
import { playerParams } from './params.ts';
import { MASTER, type PlayerPorts } from './ports.ts';

/** One second. */
export const S = US_PER_S;

/** Calls on the fleet's ports as plain data, in their order. */
export type PortCall =
  | readonly ['manifest', number, number, number]
  | readonly ['playlist', number, number, number, number]
  | readonly ['segment', number, number, number, number, number]
  | readonly ['cancel', number, number]
  | readonly ['ended', number, string];

/** Ports that write down what they are called with. */
export function recordPorts(calls: PortCall[], told: (slot: number) => void = () => {}): PlayerPorts {
  return {
    requestManifest: (slot, id, video, rendition) => calls.push(rendition === MASTER
      ? ['manifest', slot, id, video] : ['playlist', slot, id, video, rendition]),
    requestSegment: (slot, id, video, segment, rendition) => {
      told(slot);
      calls.push(['segment', slot, id, video, segment, rendition]);
    },
    cancelRequest: (slot, id) => calls.push(['cancel', slot, id]),
    sessionEnded: (slot, outcome) => calls.push(['ended', slot, outcome]),
  };
}

/** What the tests of players play: every video has these segments at these rates. */
export interface TestMedia {
  readonly segmentUs: Us;
  readonly segments: number;
  readonly bitrates: readonly BitsPerS[];
  readonly live?: LiveMedia;
}

/** Sixty seconds in segments of four, at 1, 2 and 4 Mbit/s. */
export const MINUTE_VIDEO: TestMedia = { segmentUs: 4 * S, segments: 15, bitrates: [1e6, 2e6, 4e6] };

/** A viewer who watches to the end and waits for ever. */
export const FAITHFUL: SessionStart = {
  session: 0, video: 0, watchUs: Infinity, startupPatienceUs: Infinity,
};

/** A host in small for tests: delivers inputs by hand and keeps the calls that follow. */
export class PlayerHost {
  readonly fleet: PlayerFleet;
  readonly metrics = new MetricSet();
  readonly calls: PortCall[] = [];
  /** Client data of each request for a segment, as it was made. */
  readonly told: CmcdRequest[] = [];
  #seen = 0;

  constructor(params: object = {}, media: TestMedia = MINUTE_VIDEO, slots = 1) {
    const names = media.bitrates.map((rate) => `${rate}`);
    const info = {
      bitrates: () => media.bitrates, segmentUs: () => media.segmentUs, segmentCount: () => media.segments,
      heights: () => media.bitrates.map((_, i) => 360 * (i + 1)),
      live: media.live,
    };
    const parsed = playerParams.parse({ playlists: 'one', ...params });
    const ports = recordPorts(this.calls, (slot) => this.told.push(this.fleet.cmcd(slot)));
    this.fleet = new PlayerFleet(parsed, slots, names, info, ports, this.metrics);
  }

  /** Delivers an input and returns the port calls it led to. */
  deliver(now: Us, input: PlayerInput): PortCall[] {
    this.fleet.handle(now, input);
    const calls = this.calls.slice(this.#seen);
    this.#seen = this.calls.length;
    return calls;
  }

  start(now: Us, session: Partial<SessionStart> = {}, slot = 0): PortCall[] {
    return this.deliver(now, { kind: 'sessionStarted', slot, session: { ...FAITHFUL, ...session } });
  }

  manifest(now: Us, requestId: number, slot = 0, asOf = now): PortCall[] {
    return this.deliver(now, { kind: 'manifestArrived', slot, requestId, asOf });
  }

  /** A segment that took half a second, of which 50 ms to its first byte, at 8 Mbit/s over the whole. */
  segment(now: Us, requestId: number, slot = 0): PortCall[] {
    return this.deliver(now, {
      kind: 'segmentArrived', slot, requestId, bytes: 500_000, firstByteUs: 0.05 * S, transferUs: 0.45 * S,
    });
  }

  fail(now: Us, requestId: number, cause: 'timeout' | 'notFound' = 'timeout', slot = 0): PortCall[] {
    return this.deliver(now, { kind: 'fetchFailed', slot, requestId, cause });
  }

  wake(now: Us, slot = 0): PortCall[] {
    return this.deliver(now, { kind: 'woken', slot });
  }

  /** Tells how the transfer stands: so many bytes have come, the first byte after 50 ms. */
  progress(now: Us, requestId: number, size: number, received: number, slot = 0): PortCall[] {
    return this.deliver(now, {
      kind: 'transferProgressed', slot, requestId, size, received, firstByteUs: 0.05 * S,
    });
  }

  /** Value of a counter or gauge, summed over its labels. */
  total(name: string): number {
    const found = this.metrics.export(0).filter((metric) => metric.declaration.name === name);
    return found.reduce((sum, metric) => sum + metric.value, 0);
  }
}
