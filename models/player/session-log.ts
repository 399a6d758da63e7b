import type { SessionEvent, SessionLog, ShownMedia } from '../core/run-record.ts';
import { US_PER_S, type Us } from '../core/units.ts';
import { cmcdText } from './cmcd.ts';
import type { MediaInfo } from './events.ts';
import type { PlayerFleet } from './fleet.ts';
import type { PlayerPhase, SessionFigures } from './session.ts';

/** A log under way, with what the logger has to remember of its session. */
interface OpenLog {
  readonly session: number;
  readonly network: string;
  readonly startedAt: Us;
  readonly codec: number;
  readonly events: SessionEvent[];
  /** Stalls so far, by the media played before them. [us] */
  readonly stalls: Array<{ readonly mediaUs: Us; us: Us }>;
  /** Figures of the session when it was last looked at. */
  figures: Pick<SessionFigures, 'video' | 'startupUs' | 'playedUs' | 'stallUs' | 'seekCount'>;
  phase: PlayerPhase;
  segment: number;
  rendition: number;
  /** What the answer under delivery is to, and where in the log it belongs. */
  arrival: { readonly segment: number; readonly rendition: number; readonly at: number };
}

/** What a logger has to know of the media. */
type LoggedMedia = Pick<MediaInfo, 'bitrates' | 'heights' | 'segmentUs'>;

/** Copied state of a session logger. */
export interface SessionLoggerState {
  readonly logs: readonly OpenLog[];
  /** Slot and index into `logs`. */
  readonly open: ReadonlyArray<readonly [number, number]>;
}

/**
 * Keeps the whole log of a few sessions (the first ones of each class of networks from `fromUs` on), so that
 * a report can show what a player saw and why it decided so. The host tells it of every input after
 * delivering it.
 */
export class SessionLogger {
  readonly #fleet: () => PlayerFleet;
  readonly #networks: readonly string[];
  readonly #media: LoggedMedia;
  readonly #fromUs: Us;
  readonly #most: number;
  readonly #open = new Map<number, OpenLog>();
  /** 1 for slots with an open log: nearly all have none, and are asked about at every step. */
  #isOpen = new Uint8Array(0);
  readonly #logs: OpenLog[] = [];
  /** How many of each class of networks. */
  #logged: number[];

  /** `fleet`: the fleet now; `fromUs`: Infinity to log nobody; `most`: sessions of a class to log. */
  constructor(
    fleet: () => PlayerFleet, networks: readonly string[], media: LoggedMedia, fromUs: Us, most = 1,
  ) {
    this.#fleet = fleet;
    this.#networks = networks;
    this.#media = media;
    this.#fromUs = fromUs;
    this.#most = most;
    this.#logged = networks.map(() => 0);
  }

  /** A session has started in a slot, in a codec by its place in the catalogue's list. */
  started(slot: number, session: number, network: number, now: Us, codec = 0): void {
    const name = this.#networks[network]!;
    if (now < this.#fromUs || this.#logged[network] === this.#most) return;
    this.#logged[network]!++;
    const log: OpenLog = {
      session, network: name, startedAt: now, codec, events: [], stalls: [], phase: 'loading', segment: -1,
      rendition: -1, arrival: { segment: -1, rendition: -1, at: 0 },
      figures: { video: 0, startupUs: NaN, playedUs: 0, stallUs: 0, seekCount: 0 },
    };
    this.#opened(slot, log);
    this.#logs.push(log);
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
    this.#look(log, slot);
    const phase = this.#fleet().phase(slot);
    if (phase === log.phase) return;
    if (phase === 'stalled') this.#add(log, slot, now, 'stalled', 'the buffer ran dry');
    if (phase === 'paused') this.#add(log, slot, now, 'paused', 'the viewer pauses');
    if (phase === 'seeking') this.#add(log, slot, now, 'seeking', 'the viewer goes elsewhere');
    if (phase === 'playing') this.#add(log, slot, now, log.phase === 'stalled' ? 'resumed' : 'playing', '');
    log.phase = phase;
  }

  /** The session in the slot is over. */
  ended(slot: number, now: Us, outcome: string): void {
    const log = this.#logOf(slot);
    if (log === undefined) return;
    this.#look(log, slot);
    this.#add(log, slot, now, 'ended', outcome);
    this.#open.delete(slot);
    this.#isOpen[slot] = 0;
  }

  /** The logs kept, in the order of their sessions. */
  logs(): SessionLog[] {
    for (const [slot, log] of this.#open) this.#look(log, slot);
    return this.#logs.map((log) => {
      const { session, startedAt, network, codec, events, figures: { video } } = log;
      const ladder = this.#media.bitrates(video, codec);
      const startSeconds = startedAt / US_PER_S;
      return { session, startSeconds, network, ladder, events, shown: this.#shown(log) };
    });
  }

  /** A copy of the state: all logs, and the slots of those whose sessions go on. */
  save(): SessionLoggerState {
    return {
      logs: this.#logs.map(copyOf),
      open: [...this.#open].map(([slot, log]) => [slot, this.#logs.indexOf(log)] as const),
    };
  }

  /** Puts a saved state back. */
  restore(state: SessionLoggerState): void {
    this.#open.clear();
    this.#isOpen.fill(0);
    this.#logs.length = 0;
    for (const log of state.logs) this.#logs.push(copyOf(log));
    this.#logged = this.#networks.map((name) => this.#logs.filter((log) => log.network === name).length);
    for (const [slot, index] of state.open) this.#opened(slot, this.#logs[index]!);
  }

  /** Notes what the session has come to; a stall under way grows. */
  #look(log: OpenLog, slot: number): void {
    const { video, startupUs, playedUs, stallUs, seekCount } = this.#fleet().figures(slot);
    const moreUs = stallUs - log.figures.stallUs;
    const last = log.stalls.at(-1);
    if (moreUs > 0 && last?.mediaUs === playedUs) last.us += moreUs;
    else if (moreUs > 0) log.stalls.push({ mediaUs: playedUs, us: moreUs });
    log.figures = { video, startupUs, playedUs, stallUs, seekCount };
  }

  #shown({ codec, stalls, figures }: OpenLog): ShownMedia {
    const { video, startupUs, playedUs, seekCount } = figures;
    return {
      codec, segmentSeconds: this.#media.segmentUs(video) / US_PER_S,
      heights: this.#media.heights?.(video) ?? [],
      startupSeconds: Number.isNaN(startupUs) ? null : startupUs / US_PER_S,
      playedSeconds: playedUs / US_PER_S, seeks: seekCount,
      stalls: stalls.map(({ mediaUs, us }) => ({ mediaSeconds: mediaUs / US_PER_S, seconds: us / US_PER_S })),
    };
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
    // A session that only starts has no rate in the fleet yet.
    const rate = kind === 'started' ? undefined : this.#fleet().cmcd(slot).pr;
    log.events.push({
      seconds: (now - log.startedAt) / US_PER_S,
      kind,
      segment: log.segment,
      rendition: log.rendition,
      bufferSeconds: kind === 'started' ? 0 : this.#fleet().bufferUs(slot) / US_PER_S,
      throughput: this.#fleet().estimate(slot),
      ...(rate === undefined ? {} : { rate }),
      reason,
    });
  }
}

function copyOf(log: OpenLog): OpenLog {
  return { ...log, events: [...log.events], stalls: log.stalls.map((stall) => ({ ...stall })) };
}
