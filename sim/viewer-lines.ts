import type { RandomStream, RandomStreams } from '../models/core/rng.ts';
import type { Bytes, Us } from '../models/core/units.ts';
import { AccessLinks, drawTrace, type TraceChoice } from '../models/network/access.ts';
import { finishAlone, receivedAlone } from '../models/network/line.ts';
import { TraceBandwidth, type TraceTable } from '../models/network/trace.ts';
import type { NetworkClass } from '../scenarios/plan.ts';
import { CODES } from './codes.ts';
import type { EventLoop } from './kernel/event-loop.ts';
import { Links, type LinkState } from './links.ts';
import { larger } from './larger.ts';

interface OpenedLink extends TraceChoice {
  readonly network: number;
}

/** Copied state of the viewers' lines. */
export interface ViewerLinesState {
  readonly columns: Columns;
  readonly access: ReturnType<AccessLinks['save']>;
  readonly opened: readonly OpenedLink[];
  readonly links: readonly LinkState[];
}

/** What is kept of each slot's line. */
interface Columns {
  network: Int32Array;
  /** Place of the trace in its class, or number of the shared link. */
  path: Int32Array;
  /** Where in its trace a line of one's own began, and the bits the trace carries until there. */
  startUs: Float64Array;
  startBits: Float64Array;
}

/**
 * The last mile of each viewer. A line for one viewer is a few numbers, and a transfer over it is worked out
 * at once; a link that several may share is a component with events of its own.
 */
export class ViewerLines {
  readonly #networks: readonly NetworkClass[];
  readonly #draws: RandomStream;
  readonly #access: AccessLinks;
  readonly #links: Links;
  /** What each shared link plays, by its number. */
  readonly #opened: OpenedLink[] = [];
  readonly #columns: Columns = {
    network: new Int32Array(0), path: new Int32Array(0), startUs: new Float64Array(0),
    startBits: new Float64Array(0),
  };

  /** `onTransferred`: told when a transfer on a shared link is over. */
  constructor(
    networks: readonly NetworkClass[], streams: RandomStreams, loop: EventLoop,
    onTransferred: (request: number) => void,
  ) {
    this.#networks = networks;
    this.#draws = streams.stream('audience/trace');
    this.#access = new AccessLinks(networks.map((network) => network.viewersPerLink));
    this.#links = new Links(loop, CODES.accessWake, CODES.accessLate, (_link, request) => {
      onTransferred(request);
    });
  }

  /** Makes room for slots up to `slots`. */
  grow(slots: number): void {
    const c = this.#columns;
    c.network = larger(c.network, slots);
    c.path = larger(c.path, slots);
    c.startUs = larger(c.startUs, slots);
    c.startBits = larger(c.startBits, slots);
  }

  /** Draws the trace of a viewer whether or not it will be played: so that those after them get the same. */
  draw(network: number): TraceChoice {
    return drawTrace(this.#draws, this.#networks[network]!.traces);
  }

  /** A viewer comes: they get a line that plays what was drawn, or a place on a link that is open already. */
  join(slot: number, network: number, choice: TraceChoice): void {
    const c = this.#columns;
    c.network[slot] = network;
    if (this.isAlone(slot)) {
      const table = this.#networks[network]!.traces[choice.trace]!;
      c.path[slot] = choice.trace;
      c.startUs[slot] = choice.startUs;
      c.startBits[slot] = table.bitsUntil(choice.startUs);
      return;
    }
    const { link, opened } = this.#access.join(network);
    c.path[slot] = link;
    if (!opened) return;
    this.#opened.push({ network, ...choice });
    this.#links.add(this.#bandwidthOf(link));
  }

  /** The viewer has gone. */
  leave(slot: number): void {
    if (this.isAlone(slot)) return;
    const link = this.#columns.path[slot]!;
    if (this.#access.leave(link) === 0) this.#links.retire(link);
  }

  /** True when nobody can share the slot's line: what happens on it is the viewer's own doing. */
  isAlone(slot: number): boolean {
    return this.#networks[this.#columns.network[slot]!]!.viewersPerLink === 1;
  }

  /** The slot's class of networks. */
  networkOf(slot: number): number {
    return this.#columns.network[slot]!;
  }

  /** Round-trip time of the slot's line at a moment: now, on a shared link. */
  rtt(slot: number, at: Us): Us {
    if (!this.isAlone(slot)) return this.#links.rtt(this.#columns.path[slot]!);
    const table = this.#tableOf(slot);
    return table.latencyUs[table.periodAt(at + this.#columns.startUs[slot]!)]!;
  }

  /** When a transfer that starts at `from` on a line of one's own is over. */
  finish(slot: number, from: Us, bytes: Bytes): Us {
    const c = this.#columns;
    return finishAlone(this.#tableOf(slot), c.startUs[slot]!, c.startBits[slot]!, from, bytes);
  }

  /** Bytes that have come by `at`, not before now, of a transfer that began at `from`. */
  received(slot: number, request: number, from: Us, bytes: Bytes, at: Us): Bytes {
    const c = this.#columns;
    if (this.isAlone(slot)) return receivedAlone(this.#tableOf(slot), c.startUs[slot]!, from, bytes, at);
    return Math.max(0, bytes - Math.ceil(this.#links.bitsLeft(c.path[slot]!, request) / 8));
  }

  /** Starts a transfer on the slot's shared link. */
  start(slot: number, request: number, bytes: Bytes): void {
    this.#links.start(this.#columns.path[slot]!, request, bytes);
  }

  /** Ends a transfer on the slot's shared link, unfinished. */
  cancel(slot: number, request: number): void {
    this.#links.cancel(this.#columns.path[slot]!, request);
  }

  /** A copy of the whole state; streams and events are saved by their owners. */
  save(): ViewerLinesState {
    return {
      columns: structuredClone(this.#columns), access: this.#access.save(), opened: [...this.#opened],
      links: this.#links.save(),
    };
  }

  /** Puts a saved state back. */
  restore(state: ViewerLinesState): void {
    Object.assign(this.#columns, structuredClone(state.columns));
    this.#access.restore(state.access);
    this.#opened.length = 0;
    for (const link of state.opened) this.#opened.push(link);
    this.#links.restore(state.links, (link) => this.#bandwidthOf(link));
  }

  #tableOf(slot: number): TraceTable {
    const { network, path } = this.#columns;
    return this.#networks[network[slot]!]!.traces[path[slot]!]!;
  }

  #bandwidthOf(link: number): TraceBandwidth {
    const { network, trace, startUs } = this.#opened[link]!;
    return new TraceBandwidth(this.#networks[network]!.traces[trace]!, startUs);
  }
}
