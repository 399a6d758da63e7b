import { assert } from '../core/assert.ts';
import { NEVER, type Us } from '../core/units.ts';
import { liveParams } from '../storage/live-params.ts';
import { LiveVideos } from '../storage/live.ts';
import type { SessionStart } from './events.ts';
import { PlayerHost, S, type PortCall } from './player-host.fixture.ts';

/** Live videos in segments of so many seconds; what is published can be had a second later. */
export function liveVideos(params: object = {}, segmentS = 4): LiveVideos {
  return new LiveVideos(liveParams.parse({ encoding: '800ms', packaging: '200ms', ...params }), segmentS * S);
}

/** How long the world takes for the n-th request, from 0, sent at a time. */
export type DelayOf = (request: number, now: Us) => Us;

/** One viewer of a live video and a world that answers each request after a while. */
export class LiveWorld {
  readonly host: PlayerHost;
  readonly live: LiveVideos;
  now: Us = 0;
  /** When what was asked for: segment, or -1 for a manifest and -2 for a playlist. */
  readonly asked: Array<readonly [Us, number]> = [];
  /** When the fleet chose another phase. */
  readonly phases: Array<readonly [Us, string]> = [];
  readonly #delayOf: DelayOf;
  readonly #ageUs: Us;
  #open: { readonly id: number; readonly at: Us; readonly segment: number } | undefined;
  #endUs: Us = 0;

  /** `ageUs`: time since playlists that come left the origin. */
  constructor(live: LiveVideos, delayOf: DelayOf, params: object = {}, ageUs = 0) {
    this.live = live;
    this.#ageUs = ageUs;
    this.#delayOf = delayOf;
    const media = { segmentUs: live.unitUs, segments: live.units, bitrates: [0.5e6, 1e6, 2e6], live };
    this.host = new PlayerHost({ abr: { rule: 'fixed', rendition: 1 }, ...params }, media);
  }

  start(at: Us, session: Partial<SessionStart> = {}): this {
    this.now = at;
    this.#after(this.host.start(at, session));
    return this;
  }

  /** Goes on until a time, or the end of the session. */
  run(until: Us): this {
    for (;;) {
      const wakeAt = this.host.fleet.wakeAt(0);
      const at = Math.min(this.#open?.at ?? NEVER, wakeAt);
      if (at > until) break;
      assert(at >= this.now, 'time goes forward', { at, now: this.now });
      this.now = at;
      const open = this.#open;
      if (open !== undefined && open.at === at) {
        this.#open = undefined;
        if (open.segment >= 0) this.#endUs = (open.segment + 1) * this.live.unitUs;
        this.#after(open.segment < 0 ? this.host.manifest(at, open.id, 0, at - this.#ageUs)
          : this.host.segment(at, open.id));
      } else this.#after(this.host.wake(at));
    }
    return this;
  }

  /** Media position of the playhead now. */
  get playheadUs(): Us {
    this.host.fleet.settleAll(this.now);
    return this.#endUs - this.host.fleet.bufferUs(0);
  }

  /** From filming to showing, now. */
  get latencyUs(): Us {
    return this.now - this.live.fromUs - this.playheadUs;
  }

  /** End of the media fetched last. */
  get endUs(): Us {
    return this.#endUs;
  }

  /** Samples of the live latency, ascending. [s] */
  get latencies(): readonly number[] {
    const found = this.host.metrics.export(0).find(({ declaration }) =>
      declaration.name === 'live_latency_seconds')!.observations!;
    assert('values' in found, 'few enough to be kept');
    return found.values;
  }

  /** Total of a counter for one label. */
  total(name: string, label?: string): number {
    return this.host.metrics.export(0)
      .filter(({ declaration, labels }) =>
        declaration.name === name && (label === undefined || Object.values(labels).includes(label)))
      .reduce((sum, { value }) => sum + value, 0);
  }

  #after(calls: readonly PortCall[]): void {
    for (const call of calls) {
      if (call[0] === 'cancel') this.#open = undefined;
      if (call[0] === 'cancel' || call[0] === 'ended') continue;
      const segment = call[0] === 'segment' ? call[4] : call[0] === 'manifest' ? -1 : -2;
      const at = this.now + this.#delayOf(this.asked.length, this.now);
      this.#open = { id: call[2], at, segment };
      this.asked.push([this.now, segment]);
    }
    const phase = this.host.fleet.phase(0);
    if (this.phases.at(-1)?.[1] !== phase) this.phases.push([this.now, phase]);
  }
}
