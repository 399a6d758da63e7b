import type { Bytes, Us } from '../models/core/units.ts';
import type { Bandwidth } from '../models/network/bandwidth.ts';
import { SharedLink } from '../models/network/shared-link.ts';
import { NO_EVENT, type EventHandle } from './kernel/event-list.ts';
import type { EventLoop } from './kernel/event-loop.ts';

/** Told when a transfer's last byte has left a link. */
export type OnTransferred = (link: number, flow: number) => void;

/** The links of a simulated network and their wake-up events. Transfers that end are reported after the link is at rest. */
export class Links {
  readonly #loop: EventLoop;
  readonly #wakeCode: number;
  readonly #onTransferred: OnTransferred;
  readonly #links: (SharedLink | undefined)[] = [];
  readonly #bandwidths: (Bandwidth | undefined)[] = [];
  readonly #handles: EventHandle[] = [];
  readonly #wakes: Us[] = [];
  #done: number[] = [];

  constructor(loop: EventLoop, wakeCode: number, onTransferred: OnTransferred) {
    this.#loop = loop;
    this.#wakeCode = wakeCode;
    this.#onTransferred = onTransferred;
    loop.on(wakeCode, (link) => {
      this.#handles[link] = NO_EVENT;
      this.#wakes[link] = Infinity;
      this.#links[link]!.woken(loop.now);
      this.#rest(link);
    });
  }

  /** Adds a link; links are numbered from 0. */
  add(bandwidth: Bandwidth): number {
    const link = this.#links.length;
    this.#links.push(new SharedLink(bandwidth, { transferred: (flow) => this.#done.push(flow) }));
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

  /** Round-trip time of a link now. */
  rtt(link: number): Us {
    return this.#bandwidths[link]!.latencyAt(this.#loop.now);
  }

  start(link: number, flow: number, bytes: Bytes): void {
    this.#links[link]!.transferStarted(this.#loop.now, flow, bytes);
    this.#rest(link);
  }

  cancel(link: number, flow: number): void {
    this.#links[link]!.transferCancelled(this.#loop.now, flow);
    this.#rest(link);
  }

  #rest(link: number): void {
    const at = this.#links[link]!.wakeAt();
    if (at !== this.#wakes[link]) {
      this.#handles[link] = this.#loop.rearm(this.#handles[link]!, at, this.#wakeCode, link);
      this.#wakes[link] = at;
    }
    if (this.#done.length === 0) return;
    const done = this.#done;
    this.#done = [];
    for (const flow of done) this.#onTransferred(link, flow);
  }
}
