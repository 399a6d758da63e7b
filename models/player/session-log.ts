import type { SessionEvent, SessionLog } from '../core/run-record.ts';
import { US_PER_S, type Us } from '../core/units.ts';
import { cmcdText } from './cmcd.ts';
import type { PlayerFleet } from './fleet.ts';
import type { PlayerPhase } from './session.ts';

/** A log under way, with what the logger has to remember of its session. */
interface OpenLog {
  readonly session: number;
  readonly network: string;
  readonly startedAt: Us;
  readonly events: SessionEvent[];
  phase: PlayerPhase;
  segment: number;
  rendition: number;
  /** What the answer under delivery is to, and where in the log it belongs. */
  arrival: { readonly segment: number; readonly rendition: number; readonly at: number };
}

/** Copied state of a session logger. */
export interface SessionLoggerState {
  readonly logs: readonly OpenLog[];
  /** Slot and index into `logs`. */
  readonly open: ReadonlyArray<readonly [number, number]>;
}

/**
 * Keeps the whole log of a few sessions (the first of each class of networks from `fromUs` on), so that a
 * report can show what a player saw and why it decided so. The host tells it of every input after
 * delivering it.
 */
export class SessionLogger {
  readonly #fleet: () => PlayerFleet;
  readonly #networks: readonly string[];
  readonly #ladder: readonly number[];
  readonly #fromUs: Us;
  readonly #open = new Map<number, OpenLog>();
  /** 1 for slots with an open log: nearly all have none, and are asked about at every step. */
  #isOpen = new Uint8Array(0);
  readonly #logs = new Map<string, OpenLog>();

  /** `fleet`: the fleet now; `ladder`: nominal rates [bits/s]; `fromUs`: Infinity to log nobody. */
  constructor(fleet: () => PlayerFleet, networks: readonly string[], ladder: readonly number[], fromUs: Us) {
    this.#fleet = fleet;
    this.#networks = networks;
    this.#ladder = ladder;
    this.#fromUs = fromUs;
  }

  /** A session is about to start in a slot. */
  started(slot: number, session: number, network: number, now: Us): void {
    const name = this.#networks[network]!;
    if (now < this.#fromUs || this.#logs.has(name)) return;
    const log: OpenLog = {
      session, network: name, startedAt: now, events: [], phase: 'loading', segment: -1, rendition: -1,
      arrival: { segment: -1, rendition: -1, at: 0 },
    };
    this.#opened(slot, log);
    this.#logs.set(name, log);
    this.#add(log, slot, now, 'started', '');
  }

  /** The fleet asks for a segment: called from within its port. */
  requested(slot: number, now: Us, segment: number, rendition: number): void {
    const log = this.#logOf(slot);
    if (log === undefined) return;
    const from = this.#fleet().abandonedFrom(slot);
    if (from >= 0 && log.segment === segment && log.rendition === from) {
      this.#add(log, slot, now, 'abandoned', `given up for rendition ${rendition}`);
    }
    log.segment = segment;
    log.rendition = rendition;
    this.#add(log, slot, now, 'requested', this.#fleet().explain(slot));
    const noted = log.events.pop()!;
    log.events.push({ ...noted, cmcd: cmcdText(this.#fleet().cmcd(slot)) });
  }

  /** An answer is about to be delivered to the slot; `arrived` must follow. */
  arriving(slot: number): void {
    const log = this.#logOf(slot);
    if (log === undefined) return;
    const { segment, rendition, events } = log;
    log.arrival = { segment, rendition, at: events.length };
  }

  /** An answer has been delivered to the slot: it is noted before the request that followed from it. */
  arrived(slot: number, now: Us): void {
    const log = this.#logOf(slot);
    if (log === undefined) return;
    const { segment, rendition, at } = log.arrival;
    this.#add(log, slot, now, 'arrived', '');
    const noted = log.events.pop()!;
    log.events.splice(at, 0, { ...noted, segment, rendition });
    this.woken(slot, now);
  }

  /** The slot has been woken, or may otherwise have changed what it does. */
  woken(slot: number, now: Us): void {
    const log = this.#logOf(slot);
    if (log === undefined) return;
    const phase = this.#fleet().phase(slot);
    if (phase === log.phase) return;
    if (phase === 'stalled') this.#add(log, slot, now, 'stalled', 'the buffer ran dry');
    if (phase === 'playing') this.#add(log, slot, now, log.phase === 'stalled' ? 'resumed' : 'playing', '');
    log.phase = phase;
  }

  /** The session in the slot is over. */
  ended(slot: number, now: Us, outcome: string): void {
    const log = this.#logOf(slot);
    if (log === undefined) return;
    this.#add(log, slot, now, 'ended', outcome);
    this.#open.delete(slot);
    this.#isOpen[slot] = 0;
  }

  /** The logs kept, in the order of their sessions. */
  logs(): SessionLog[] {
    return [...this.#logs.values()].map(({ session, startedAt, network, events }) => {
      return { session, startSeconds: startedAt / US_PER_S, network, ladder: this.#ladder, events };
    });
  }

  /** A copy of the state: all logs, and the slots of those whose sessions go on. */
  save(): SessionLoggerState {
    const logs = [...this.#logs.values()];
    return {
      logs: logs.map((log) => ({ ...log, events: [...log.events] })),
      open: [...this.#open].map(([slot, log]) => [slot, logs.indexOf(log)] as const),
    };
  }

  /** Puts a saved state back. */
  restore(state: SessionLoggerState): void {
    this.#logs.clear();
    this.#open.clear();
    this.#isOpen.fill(0);
    const logs = state.logs.map((log) => ({ ...log, events: [...log.events] }));
    for (const log of logs) this.#logs.set(log.network, log);
    for (const [slot, index] of state.open) this.#opened(slot, logs[index]!);
  }

  #logOf(slot: number): OpenLog | undefined {
    return this.#isOpen[slot] === 1 ? this.#open.get(slot) : undefined;
  }

  #opened(slot: number, log: OpenLog): void {
    if (slot >= this.#isOpen.length) {
      const larger = new Uint8Array(2 * slot + 64);
      larger.set(this.#isOpen);
      this.#isOpen = larger;
    }
    this.#open.set(slot, log);
    this.#isOpen[slot] = 1;
  }

  #add(log: OpenLog, slot: number, now: Us, kind: string, reason: string): void {
    log.events.push({
      seconds: (now - log.startedAt) / US_PER_S,
      kind,
      segment: log.segment,
      rendition: log.rendition,
      bufferSeconds: kind === 'started' ? 0 : this.#fleet().bufferUs(slot) / US_PER_S,
      throughput: this.#fleet().estimate(slot),
      reason,
    });
  }
}
