import type { BitsPerS, Bytes, Us } from '../models/core/units.ts';
import type { SteppedBandwidth } from '../models/network/bandwidth.ts';
import { CappedLink, type CappedLinkState } from '../models/network/capped-link.ts';
import { SharedLink, type SharedLinkState } from '../models/network/shared-link.ts';
import { NO_EVENT, type EventHandle } from './kernel/event-list.ts';
import type { EventLoop } from './kernel/event-loop.ts';

/** Told when a transfer's last byte has left a link. */
export type OnTransferred = (link: number, flow: number) => void;

/** Copied state of a link, undefined for one that was retired. */
export type LinkState =
  | {
    readonly link: SharedLinkState | CappedLinkState;
    readonly handle: EventHandle;
    readonly wakeAt: Us;
  }
  | undefined;

/**
 * The links of a simulated network and their wake-up events. Transfers that end are reported after the link
 * is at rest.
 */
export class Links {
  readonly #loop: EventLoop;
  readonly #wakeCode: number;
  readonly #lateCode: number;
  readonly #onTransferred: OnTransferred;
  readonly #links: (SharedLink | CappedLink | undefined)[] = [];
  readonly #bandwidths: (SteppedBandwidth | undefined)[] = [];
  readonly #handles: EventHandle[] = [];
  readonly #wakes: Us[] = [];
  #done: number[] = [];

  /**
   * `wakeCode` and `lateCode`: event codes of its own, for wake-ups and for ends noticed by a cancellation.
   */
  constructor(loop: EventLoop, wakeCode: number, lateCode: number, onTransferred: OnTransferred) {
    this.#loop = loop;
    this.#wakeCode = wakeCode;
    this.#lateCode = lateCode;
    this.#onTransferred = onTransferred;
    loop.on(lateCode, onTransferred);
    loop.on(wakeCode, (link) => {
      this.#handles[link] = NO_EVENT;
      this.#wakes[link] = Infinity;
      this.#links[link]!.woken(loop.now);
      this.#rest(link);
    });
  }

  /** Adds a link; links are numbered from 0. `hasCaps`: its flows may have rates that they do not exceed. */
  add(bandwidth: SteppedBandwidth, hasCaps = false): number {
    const link = this.#links.length;
    const ports = { transferred: (flow: number) => void this.#done.push(flow) };
    this.#links.push(hasCaps ? new CappedLink(bandwidth, ports) : new SharedLink(bandwidth, ports));
    this.#bandwidths.push(bandwidth);
    this.#handles.push(NO_EVENT);
    this.#wakes.push(Infinity);
    return link;
  }

  /** Forgets a link nobody uses any more. */
  retire(link: number): void {
    if (this.#handles[link] !== NO_EVENT) this.#loop.cancel(this.#handles[link]!);
    this.#handles[link] = NO_EVENT;
    this.#links[link] = undefined;
    this.#bandwidths[link] = undefined;
  }

  /** Bits that a link has carried up to its latest input. */
  carriedBits(link: number): number {
    return this.#links[link]?.carriedBits ?? 0;
  }

  /** Round-trip time of a link now. */
  rtt(link: number): Us {
    return this.#bandwidths[link]!.latencyAt(this.#loop.now);
  }

  /** Bits a flow on a link still has to receive now. */
  bitsLeft(link: number, flow: number): number {
    return this.#links[link]!.bitsLeft(this.#loop.now, flow);
  }

  /** Copied states of all links; events are saved by the loop. */
  save(): LinkState[] {
    return this.#links.map((link, i) => {
      if (link === undefined) return undefined;
      return { link: link.save(), handle: this.#handles[i]!, wakeAt: this.#wakes[i]! };
    });
  }

  /** Puts saved states back; `bandwidthOf` gives the capacity of a link by its number. */
  restore(states: readonly LinkState[], bandwidthOf: (link: number) => SteppedBandwidth): void {
    for (const column of [this.#links, this.#bandwidths, this.#handles, this.#wakes]) column.length = 0;
    states.forEach((state, i) => {
      const link = this.add(bandwidthOf(i), state !== undefined && 'boundRate' in state.link);
      if (state === undefined) {
        this.#links[link] = undefined;
        this.#bandwidths[link] = undefined;
        return;
      }
      // Which of the two it is, the state has told.
      this.#links[link]!.restore(state.link as SharedLinkState & CappedLinkState);
      this.#handles[link] = state.handle;
      this.#wakes[link] = state.wakeAt;
    });
  }

  /** Starts a transfer, on a link with caps at `cap` at most. */
  start(link: number, flow: number, bytes: Bytes, cap: BitsPerS = Infinity): void {
    this.#links[link]!.transferStarted(this.#loop.now, flow, bytes, cap);
    this.#rest(link);
  }

  cancel(link: number, flow: number): void {
    this.#links[link]!.transferCancelled(this.#loop.now, flow);
    this.#arm(link);
    // A component asked for this, and is not called back from within: what ended meanwhile is told next.
    for (const ended of this.#takeDone()) this.#loop.schedule(this.#loop.now, this.#lateCode, link, ended);
  }

  #rest(link: number): void {
    this.#arm(link);
    // Nearly always one: it needs no list of its own.
    if (this.#done.length === 1) this.#onTransferred(link, this.#done.pop()!);
    else if (this.#done.length > 1) for (const flow of this.#takeDone()) this.#onTransferred(link, flow);
  }

  #arm(link: number): void {
    const at = this.#links[link]!.wakeAt();
    if (at !== this.#wakes[link]) {
      this.#handles[link] = this.#loop.rearm(this.#handles[link]!, at, this.#wakeCode, link);
      this.#wakes[link] = at;
    }
  }

  #takeDone(): readonly number[] {
    if (this.#done.length === 0) return NONE;
    const done = this.#done;
    this.#done = [];
    return done;
  }
}

const NONE: readonly number[] = [];
