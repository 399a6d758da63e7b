import { assert } from '../core/assert.ts';
import { NEVER, type Bytes, type Us } from '../core/units.ts';
import type { Bandwidth } from './bandwidth.ts';
import type { LinkInput } from './events.ts';
import { FlowHeap, type FlowHeapState } from './flow-heap.ts';
import type { LinkPorts } from './ports.ts';

/** The whole state of a shared link, copied: plain data that `restore` takes. */
export interface SharedLinkState extends FlowHeapState {
  readonly virtualBits: number;
  readonly linkBits: number;
  readonly lastUs: Us;
  readonly started: number;
  readonly carriedBits: number;
}

/**
 * Several transfers share one link equally at every instant (processor sharing). Exact: a virtual
 * clock counts the bits each flow has been given, so that a flow's finish on that clock is known
 * when it starts and a change costs O(log flows). Diagram in ports.ts, rules in SPEC.md.
 */
export class SharedLink {
  readonly #bandwidth: Bandwidth;
  readonly #ports: LinkPorts;
  readonly #flows = new FlowHeap();
  /** Bits given to each flow since the link was last idle: the virtual clock. */
  #virtualBits = 0;
  /** Bits the link could carry from time 0 to the instant at which the virtual clock stands. */
  #linkBits = 0;
  #lastUs: Us = 0;
  #started = 0;
  #carriedBits = 0;
  #wakeAtUs: Us = NEVER;

  constructor(bandwidth: Bandwidth, ports: LinkPorts) {
    this.#bandwidth = bandwidth;
    this.#ports = ports;
  }

  /** Delivers an input as data. */
  handle(now: Us, input: LinkInput): void {
    switch (input.kind) {
      case 'transferStarted':
        return this.transferStarted(now, input.flow, input.bytes);
      case 'transferCancelled':
        return this.transferCancelled(now, input.flow);
      case 'woken':
        return this.woken(now);
      default:
        input satisfies never;
    }
  }

  /** A flow joins with `bytes` to carry; throws InvariantError when its number is on the link already. */
  transferStarted(now: Us, flow: number, bytes: Bytes): void {
    assert(bytes >= 0 && bytes < Infinity, 'a transfer has a finite size');
    this.#advance(now, undefined);
    assert(this.#flows.find(flow) < 0, 'a flow is on the link once');
    // The virtual clock starts again whenever it may, so that a long run loses no precision.
    if (this.#flows.size === 0) this.#virtualBits = 0;
    this.#flows.insert(flow, roundedBits(this.#virtualBits + bytes * 8), this.#started++);
    this.#planWake();
  }

  /** A flow leaves, never to be reported, even with its last bit carried now; one not here is ignored. */
  transferCancelled(now: Us, flow: number): void {
    if (this.#flows.find(flow) < 0) return;
    this.#advance(now, flow);
    const place = this.#flows.find(flow);
    if (place >= 0) this.#flows.removeAt(place);
    this.#planWake();
  }

  /** The timer the host was asked for: reports what has finished. Before `wakeAt()` it changes nothing. */
  woken(now: Us): void {
    if (now < this.#wakeAtUs) return;
    this.#advance(now, undefined);
    this.#planWake();
  }

  /** When the host shall call `woken`: the next finish [µs]; NEVER on an idle link. */
  wakeAt(): Us {
    return this.#wakeAtUs;
  }

  /** Flows on the link. */
  get flows(): number {
    return this.#flows.size;
  }

  /** Bits carried for all flows up to the latest input, those of cancelled flows included. */
  get carriedBits(): number {
    return this.#carriedBits;
  }

  /** Bits a flow still has to receive at `now`, not past `wakeAt()`; 0 when it is not on the link. */
  bitsLeft(now: Us, flow: number): number {
    assert(now >= this.#lastUs && now <= this.#wakeAtUs, 'progress is asked for between inputs');
    const place = this.#flows.find(flow);
    if (place < 0) return 0;
    const given = (this.#bandwidth.bitsUntil(now) - this.#linkBits) / this.#flows.size;
    return Math.max(0, this.#flows.finishBitsAt(place) - this.#virtualBits - given);
  }

  save(): SharedLinkState {
    return {
      ...this.#flows.save(),
      virtualBits: this.#virtualBits,
      linkBits: this.#linkBits,
      lastUs: this.#lastUs,
      started: this.#started,
      carriedBits: this.#carriedBits,
    };
  }

  restore(state: SharedLinkState): void {
    this.#flows.restore(state);
    this.#virtualBits = state.virtualBits;
    this.#linkBits = state.linkBits;
    this.#lastUs = state.lastUs;
    this.#started = state.started;
    this.#carriedBits = state.carriedBits;
    this.#planWake();
  }

  /** Moves the virtual clock to `now`; reports the flows that finish on the way, except `unreported`. */
  #advance(now: Us, unreported: number | undefined): void {
    assert(now >= this.#lastUs, 'a link is never told of the past');
    const flows = this.#flows;
    const linkBits = this.#bandwidth.bitsUntil(now);
    this.#lastUs = now;
    while (flows.size > 0) {
      const dueBits = this.#dueBits();
      if (linkBits < dueBits) break;
      this.#carriedBits += dueBits - this.#linkBits;
      this.#linkBits = dueBits;
      this.#virtualBits = flows.firstFinishBits;
      const flow = flows.removeFirst();
      if (flow !== unreported) this.#ports.transferred(flow);
    }
    if (flows.size > 0) {
      this.#carriedBits += linkBits - this.#linkBits;
      this.#virtualBits += (linkBits - this.#linkBits) / flows.size;
    }
    this.#linkBits = linkBits; // what an idle link could have carried is lost
  }

  /** Bits the link must have been able to carry since time 0 when the next flow finishes. */
  #dueBits(): number {
    return this.#linkBits + (this.#flows.firstFinishBits - this.#virtualBits) * this.#flows.size;
  }

  #planWake(): void {
    if (this.#flows.size === 0) this.#wakeAtUs = NEVER;
    else this.#wakeAtUs = Math.max(this.#lastUs, this.#bandwidth.timeOfBits(this.#dueBits()));
  }
}

/**
 * A finish on the virtual clock, to the nearest 1/1024 bit: two finishes that are equal but for the
 * rounding of their sums become a tie, which the order of start decides.
 */
export function roundedBits(bits: number): number {
  return Math.round(bits * 1024) / 1024;
}
