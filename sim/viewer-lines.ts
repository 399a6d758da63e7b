import type { RandomStream, RandomStreams } from '../models/core/rng.ts';
import { NEVER, type BitsPerS, type Bytes, type Us } from '../models/core/units.ts';
import { AccessLinks, drawTrace, type TraceChoice } from '../models/network/access.ts';
import { finishRamped, receivedRamped, windowAfter, type SlowStart } from '../models/network/slow-start.ts';
import { finishAlone, receivedAlone } from '../models/network/line.ts';
import { TraceBandwidth, type TraceTable } from '../models/network/trace.ts';
import { capAt, cappedTable, drawCap } from '../models/network/viewer-caps.ts';
import { drawnNetworks } from '../scenarios/drawn-networks.ts';
import type { NetworkClass } from '../scenarios/plan.ts';
import { CODES } from './codes.ts';
import type { EventLoop } from './kernel/event-loop.ts';
import { Links, type LinkState } from './links.ts';
import { ROW, SLOT_PLACES, type SlotRows } from './slot-rows.ts';

const {
  path: PATH, startUs: START, startBits: START_BITS, window: WINDOW, grown: GROWN, busyUntil: BUSY_UNTIL,
  rtt: RTT,
} = SLOT_PLACES;

interface OpenedLink extends TraceChoice {
  readonly network: number;
}

/** What was drawn for a viewer: the trace, and the cap by its place among those of the class. */
interface LineChoice extends TraceChoice {
  readonly cap: number;
}

/** Copied state of the viewers' lines. */
export interface ViewerLinesState {
  readonly access: ReturnType<AccessLinks['save']>;
  readonly opened: readonly OpenedLink[];
  readonly links: readonly LinkState[];
  readonly caps: readonly BitsPerS[];
}

/**
 * The last mile of each viewer. A line for one viewer is a few numbers, and a transfer over it is worked out
 * at once; a link that several may share is a component with events of its own.
 */
export class ViewerLines {
  readonly #rows: SlotRows;
  readonly #networks: readonly NetworkClass[];
  readonly #streams: RandomStreams;
  readonly #draws: RandomStream;
  readonly #access: AccessLinks;
  readonly #links: Links;
  /** What each shared link plays, by its number. */
  readonly #opened: OpenedLink[] = [];
  /** Caps of viewers on shared links that have any, by slot. */
  #caps: BitsPerS[] = [];
  readonly #hasCaps: boolean;
  /** Traces of all classes one after the other, below each cap where lines are one's own; their classes. */
  readonly #tables: readonly TraceTable[];
  readonly #classOf: readonly number[];
  readonly #slowStarts: readonly (SlowStart | undefined)[];
  /** Place of a class's first trace. */
  readonly #firstOf: readonly number[];

  /** `onTransferred`: told when a transfer on a shared link is over. */
  constructor(
    rows: SlotRows, classes: readonly NetworkClass[], streams: RandomStreams, loop: EventLoop,
    onTransferred: (request: number) => void,
  ) {
    const networks = drawnNetworks(classes, streams);
    this.#rows = rows;
    const tables = networks.map(tablesOf);
    this.#tables = tables.flat();
    this.#classOf = tables.flatMap((own, network) => own.map(() => network));
    this.#slowStarts = this.#classOf.map((network) => networks[network]!.slowStart);
    this.#hasCaps = networks.some(({ caps }) => caps.length > 0);
    this.#firstOf = networks.map((_network, i) => this.#classOf.indexOf(i));
    this.#networks = networks;
    this.#streams = streams;
    this.#draws = streams.stream('audience/trace');
    this.#access = new AccessLinks(networks.map((network) => network.viewersPerLink));
    this.#links = new Links(loop, CODES.accessWake, CODES.accessLate, (_link, request) => {
      onTransferred(request);
    });
  }

  /**
   * Draws the line of a viewer whether or not it will be played: so that those after them get the same.
   */
  draw(network: number, isCrowd = false): LineChoice {
    const draws = isCrowd ? this.#streams.stream('faults/crowd/trace') : this.#draws;
    const { trace, startUs } = drawTrace(draws, this.#networks[network]!);
    if (!this.#hasCaps) return { trace, startUs, cap: 0 };
    const caps = this.#streams.stream(isCrowd ? 'faults/crowd/cap' : 'audience/cap');
    return { trace, startUs, cap: drawCap(caps, this.#networks[network]!.caps) };
  }

  /** A viewer comes: they get a line that plays what was drawn, or a place on a link that is open already. */
  join(slot: number, network: number, choice: LineChoice): void {
    const { traces, caps, viewersPerLink, slowStart } = this.#networks[network]!;
    const { numbers } = this.#rows;
    const i = slot * ROW;
    numbers[i + GROWN] = slowStart?.initialWindow ?? 0;
    numbers[i + BUSY_UNTIL] = NEVER;
    if (viewersPerLink === 1) {
      const path = this.#firstOf[network]! + choice.cap * traces.length + choice.trace;
      numbers[i + PATH] = path;
      numbers[i + START] = choice.startUs;
      numbers[i + START_BITS] = this.#tables[path]!.bitsUntil(choice.startUs);
      return;
    }
    const { link, opened } = this.#access.join(network);
    numbers[i + PATH] = ~link;
    if (caps.length > 0) this.#caps[slot] = capAt(caps, choice.cap);
    if (!opened) return;
    this.#opened.push({ network, trace: choice.trace, startUs: choice.startUs });
    this.#links.add(this.#bandwidthOf(link), caps.length > 0);
  }

  /** The viewer has gone. */
  leave(slot: number): void {
    const path = this.#pathOf(slot);
    if (path < 0 && this.#access.leave(~path) === 0) this.#links.retire(~path);
  }

  /** True when nobody can share the slot's line: what happens on it is the viewer's own doing. */
  isAlone(slot: number): boolean {
    return this.#pathOf(slot) >= 0;
  }

  /** The slot's class of networks. */
  networkOf(slot: number): number {
    const path = this.#pathOf(slot);
    return path < 0 ? this.#opened[~path]!.network : this.#classOf[path]!;
  }

  /** Round-trip time of the slot's line at a moment: now, on a shared link. */
  rtt(slot: number, at: Us): Us {
    const path = this.#pathOf(slot);
    if (path < 0) return this.#links.rtt(~path);
    return this.#tables[path]!.latencyAt(at + this.#rows.numbers[slot * ROW + START]!);
  }

  /** When a transfer that starts at `from` on a line of one's own is over. */
  finish(slot: number, from: Us, bytes: Bytes): Us {
    const { numbers } = this.#rows;
    const i = slot * ROW;
    const path = numbers[i + PATH]!;
    const table = this.#tables[path]!;
    const startUs = numbers[i + START]!;
    const startBits = numbers[i + START_BITS]!;
    const slowStart = this.#slowStarts[path];
    if (slowStart === undefined) return finishAlone(table, startUs, startBits, from, bytes);
    const isIdle = from - numbers[i + BUSY_UNTIL]! > slowStart.idle;
    const line = { table, startUs, startBits };
    const window = isIdle ? slowStart.initialWindow : numbers[i + GROWN]!;
    numbers[i + WINDOW] = window;
    numbers[i + GROWN] = windowAfter(line, from, bytes, window, numbers[i + RTT]!);
    numbers[i + BUSY_UNTIL] = finishRamped(line, from, bytes, window, numbers[i + RTT]!);
    return numbers[i + BUSY_UNTIL]!;
  }

  /** Time that a request waits for its connection to be opened: that of the session's first ones. [us] */
  handshake(slot: number, rtt: Us): Us {
    const slowStart = this.#slowStartOf(slot);
    const isOpen = this.#rows.numbers[slot * ROW + BUSY_UNTIL]! < NEVER;
    return slowStart === undefined || isOpen ? 0 : Math.round(slowStart.handshake * rtt);
  }

  /** Bytes that have come by `at`, not before now, of a transfer that began at `from`. */
  received(slot: number, request: number, from: Us, bytes: Bytes, at: Us): Bytes {
    const path = this.#pathOf(slot);
    if (path < 0) return Math.max(0, bytes - Math.ceil(this.#links.bitsLeft(~path, request) / 8));
    const { numbers } = this.#rows;
    const i = slot * ROW;
    const [table, startUs] = [this.#tables[path]!, numbers[i + START]!];
    if (this.#slowStartOf(slot) === undefined) return receivedAlone(table, startUs, from, bytes, at);
    const line = { table, startUs, startBits: numbers[i + START_BITS]! };
    return receivedRamped(line, from, bytes, numbers[i + WINDOW]!, numbers[i + RTT]!, at);
  }

  /** Fetches what transfers at `at` need of lines of slots' own from memory; the sum has no meaning. */
  warm(slots: Float64Array, count: number, at: Us): number {
    const { numbers } = this.#rows;
    let sum = 0;
    for (let k = 0; k < count; k++) {
      const i = slots[k]! * ROW;
      const path = numbers[i + PATH]!;
      if (path >= 0) sum += this.#tables[path]!.warm(at + numbers[i + START]!);
    }
    return sum;
  }

  /** Starts a transfer on the slot's shared link. */
  start(slot: number, request: number, bytes: Bytes): void {
    this.#links.start(~this.#pathOf(slot), request, bytes, this.#caps[slot]);
  }

  /** Ends a transfer on the slot's shared link, unfinished. */
  cancel(slot: number, request: number): void {
    this.#links.cancel(~this.#pathOf(slot), request);
  }

  /** A copy of the state; rows of slots, streams and events are saved by their owners. */
  save(): ViewerLinesState {
    return {
      access: this.#access.save(), opened: [...this.#opened], links: this.#links.save(),
      caps: [...this.#caps],
    };
  }

  /** Puts a saved state back. */
  restore(state: ViewerLinesState): void {
    this.#access.restore(state.access);
    this.#caps = [...state.caps];
    this.#opened.length = 0;
    for (const link of state.opened) this.#opened.push(link);
    this.#links.restore(state.links, (link) => this.#bandwidthOf(link));
  }

  #slowStartOf(slot: number): SlowStart | undefined {
    const path = this.#pathOf(slot);
    return path < 0 ? undefined : this.#slowStarts[path];
  }

  #pathOf(slot: number): number {
    return this.#rows.numbers[slot * ROW + PATH]!;
  }

  #bandwidthOf(link: number): TraceBandwidth {
    const { network, trace, startUs } = this.#opened[link]!;
    return new TraceBandwidth(this.#networks[network]!.traces[trace]!, startUs);
  }
}

/** The traces of a class as its viewers see them: those alone on a line once below each of their caps. */
function tablesOf({ traces, caps, viewersPerLink }: NetworkClass): readonly TraceTable[] {
  if (caps.length === 0 || viewersPerLink > 1) return traces;
  return caps.flatMap((_cap, place) => traces.map((table) => cappedTable(table, capAt(caps, place))));
}
