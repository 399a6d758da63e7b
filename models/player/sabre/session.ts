import { KEEP, type Core, type Situation, type Transfer } from '../abr/core/core.ts';
import type { SessionResult } from './figures.ts';
import type { History } from './history.ts';
import { Link, type LinkTrace } from './link.ts';
import type { Movie } from './movie.ts';
import { Playback } from './playback.ts';
import { segmentToReplace, type ReplacementOrder } from './replacement.ts';

/** Where Sabre does other than it means to, or than a player would (docs/sabre.md). All true is Sabre. */
export interface SabreFlaws {
  /** After an abandoned transfer the rule is asked again, and may well choose the same rung. */
  readonly forgetsAbandonedRung: boolean;
  /** An abandoned transfer tells the estimate nothing. */
  readonly ignoresAbandonedTransfers: boolean;
  /** The first segment comes at the lowest rung, whatever the rule. */
  readonly startsAtLowestRung: boolean;
}

/** What a session is made with, besides video, link, rule and estimate. */
export interface SessionOptions {
  /** Most media the player may hold; the next segment is asked for when it fits. [ms] */
  readonly bufferMaxMs: number;
  /** Whether transfers under way are judged and may be abandoned. */
  readonly abandonment: boolean;
  /** Whether they are judged as time passes, even when nothing comes. Default: as bytes come, as in Sabre. */
  readonly looksByTimer?: boolean;
  readonly replacement: ReplacementOrder;
  readonly flaws: SabreFlaws;
}

/** Is told of every transfer when it is over, and of how things stand then; objects are reused. */
export interface SessionLog {
  transferred(transfer: Transfer, at: Situation, startMs: number, replacement: boolean): void;
}

/**
 * One viewer's session over one link: a segment at a time, asked for when it fits into the buffer, played as
 * soon as the first is in and after stalls likewise. It knows no clock: `step` makes one transfer.
 */
export class Session {
  readonly #movie: Movie;
  readonly #core: Core;
  readonly #history: History;
  readonly #options: SessionOptions;
  readonly #log: SessionLog | undefined;
  readonly #link: Link;
  readonly #playback: Playback;
  readonly #at: Situation;
  readonly #transfer: Transfer = {
    segment: 0, rung: 0, sizeBits: 0, bits: 0, ms: 0, firstByteMs: 0, abandonTo: KEEP,
  };
  /** Rung that an abandoned transfer was given up for; KEEP when there is none to follow. */
  #forcedRung = KEEP;
  #replaced = -1;
  #startupMs = 0;
  #transfers = 0;
  #abandoned = 0;
  #overCount = 0;
  #overKbps = 0;
  #underCount = 0;
  #underKbps = 0;
  #errorKbps = 0;

  constructor(
    movie: Movie, trace: LinkTrace, core: Core, history: History, options: SessionOptions, log?: SessionLog,
  ) {
    this.#movie = movie;
    this.#core = core;
    this.#history = history;
    this.#options = options;
    this.#log = log;
    const playback = new Playback(movie, options.bufferMaxMs);
    this.#playback = playback;
    this.#link = new Link(trace, (rung, before, nowMs) => playback.bearableChanged(rung, before, nowMs));
    playback.bearable = this.#link.bearable;
    this.#at = {
      slot: 0, ladder: movie.ladder, nowMs: 0, bufferMaxMs: options.bufferMaxMs, bufferMs: 0,
      throughputKbps: NaN, latencyMs: NaN, segment: 0, segmentsLeft: movie.segments, lastRung: -1,
    };
  }

  /** Makes one transfer, or plays out when there is none left to make; false when that was the end. */
  step(): boolean {
    const playback = this.#playback;
    if (playback.end === this.#movie.segments) {
      playback.playOut();
      return false;
    }
    if (playback.end === 0) this.#fetchFirst();
    else this.#fetchNext();
    return true;
  }

  /** Steps to the end. */
  run(): SessionResult {
    while (this.step());
    return this.result();
  }

  /** Figures as of now. */
  result(): SessionResult {
    const playback = this.#playback;
    return {
      segments: this.#movie.segments, transfers: this.#transfers, abandoned: this.#abandoned,
      startupMs: this.#startupMs, playMs: playback.playMs,
      rebufferMs: playback.rebufferMs, rebufferEvents: playback.rebufferEvents, switches: playback.switches,
      playedUtility: playback.playedUtility, playedKbps: playback.playedKbps,
      changeKbps: playback.changeKbps, changeLog: playback.changeLog,
      overCount: this.#overCount, overKbps: this.#overKbps,
      underCount: this.#underCount, underKbps: this.#underKbps, errorKbps: this.#errorKbps,
      rampUpMs: playback.rampUpMs, reactionMs: playback.reaction.totalMs,
    };
  }

  /** The first segment comes in one piece and starts play. */
  #fetchFirst(): void {
    const transfer = this.#transfer;
    const rung = this.#options.flaws.startsAtLowestRung ? 0 : this.#core.decide(this.#at);
    this.#begin(0, rung);
    transfer.firstByteMs = this.#link.awaitLatency();
    transfer.ms = transfer.firstByteMs + this.#link.carry(transfer.sizeBits);
    transfer.bits = transfer.sizeBits;
    this.#startupMs = transfer.ms;
    this.#playback.playMs += transfer.ms;
    this.#playback.append(rung);
    this.#at.lastRung = rung;
    this.#history.push(transfer.bits, transfer.ms - transfer.firstByteMs, transfer.firstByteMs);
    this.#look();
    this.#transfers += 1;
    this.#log?.transferred(transfer, this.#at, 0, false);
  }

  #fetchNext(): void {
    const playback = this.#playback;
    this.#awaitRoom();
    const rung = this.#decide();
    const segment = this.#replaced < 0 ? playback.end : this.#replaced;
    this.#begin(segment, rung);
    const startMs = playback.playMs;
    const { bufferMs } = playback;
    this.#at.bufferMs = bufferMs;
    if (this.#options.abandonment) this.#downloadJudged(bufferMs);
    else {
      this.#transfer.firstByteMs = this.#link.awaitLatency();
      this.#transfer.ms = this.#transfer.firstByteMs + this.#link.carry(this.#transfer.sizeBits);
      this.#transfer.bits = this.#transfer.sizeBits;
    }
    playback.pass(this.#transfer.ms);
    this.#store();
    this.#transfers += 1;
    this.#look();
    this.#at.lastRung = rung;
    this.#core.arrived(this.#at, this.#transfer, this.#replaced >= 0);
    this.#measure();
    this.#log?.transferred(this.#transfer, this.#at, startMs, this.#replaced >= 0);
  }

  /** Plays until one more segment fits. */
  #awaitRoom(): void {
    const playback = this.#playback;
    const ms = playback.bufferMs + this.#movie.ladder.segmentMs - this.#options.bufferMaxMs;
    if (ms <= 0) return;
    this.#wait(ms);
    this.#core.waited(0, ms);
  }

  /** The rung to fetch, after the pause that the rule may want; sets the segment to replace, if any. */
  #decide(): number {
    this.#replaced = -1;
    if (this.#forcedRung !== KEEP) {
      const rung = this.#forcedRung;
      this.#forcedRung = KEEP;
      return rung;
    }
    this.#look();
    const rung = this.#core.decide(this.#at);
    this.#replaced = segmentToReplace(this.#options.replacement, this.#playback, rung);
    if (this.#replaced < 0 && this.#core.pauseMs > 0) this.#wait(this.#core.pauseMs);
    return rung;
  }

  #wait(ms: number): void {
    this.#playback.pass(ms);
    this.#link.idle(ms);
  }

  #begin(segment: number, rung: number): void {
    const transfer = this.#transfer;
    transfer.segment = segment;
    transfer.rung = rung;
    transfer.sizeBits = this.#movie.sizeBits(segment, rung);
    transfer.bits = 0;
    transfer.ms = 0;
    transfer.abandonTo = KEEP;
  }

  /** A transfer that is looked at every 50 ms or 12 kbit, whichever is longer, and may be given up. */
  #downloadJudged(bufferMs: number): void {
    const [transfer, link, core] = [this.#transfer, this.#link, this.#core];
    transfer.firstByteMs = link.awaitLatency();
    transfer.ms = transfer.firstByteMs;
    let leastMs = LEAST_PROGRESS_MS - transfer.ms;
    const leastBits = this.#options.looksByTimer === true ? 0 : LEAST_PROGRESS_BITS;
    while (transfer.bits < transfer.sizeBits && transfer.abandonTo === KEEP) {
      link.carrySome(transfer.sizeBits - transfer.bits, leastBits, leastMs);
      transfer.ms += link.stepMs;
      transfer.bits += link.stepBits;
      if (transfer.bits >= transfer.sizeBits) return;
      const leftMs = Math.max(0, bufferMs - transfer.ms);
      transfer.abandonTo = this.#replaced < 0
        ? core.abandon(this.#at, transfer, leftMs)
        : this.#tooLate(leftMs);
      leastMs = LEAST_PROGRESS_MS;
    }
  }

  /** A rung when the segment to replace has begun to play by now, else KEEP. */
  #tooLate(bufferMs: number): number {
    return bufferMs + this.#movie.ladder.segmentMs * (this.#replaced - this.#playback.end) <= 0 ? 0 : KEEP;
  }

  /** Puts what has come where it belongs; what was given up is lost. */
  #store(): void {
    const [transfer, playback] = [this.#transfer, this.#playback];
    if (transfer.abandonTo !== KEEP) {
      this.#abandoned += 1;
      const follows = this.#replaced < 0 && !this.#options.flaws.forgetsAbandonedRung;
      if (follows) this.#forcedRung = transfer.abandonTo;
    } else if (this.#replaced < 0) playback.append(transfer.rung);
    else if (playback.bufferMs + this.#movie.ladder.segmentMs * (this.#replaced - playback.end) >= 0) {
      playback.replace(this.#replaced, transfer.rung);
    }
  }

  /** Compares the estimate with the transfer, then lets the estimate learn from it. */
  #measure(): void {
    const { bits, ms, firstByteMs, abandonTo } = this.#transfer;
    const transferMs = ms - firstByteMs;
    const throughputKbps = bits / transferMs;
    const errorKbps = this.#history.throughputKbps - throughputKbps;
    if (errorKbps > 0) {
      this.#overCount += 1;
      this.#overKbps += (errorKbps - this.#overKbps) / this.#overCount;
    } else {
      this.#underCount += 1;
      this.#underKbps += (-errorKbps - this.#underKbps) / this.#underCount;
    }
    this.#errorKbps += (errorKbps - this.#errorKbps) / (this.#overCount + this.#underCount);
    if (abandonTo !== KEEP && this.#options.flaws.ignoresAbandonedTransfers) return;
    this.#history.push(bits, transferMs, firstByteMs);
  }

  /** Brings the situation up to date. */
  #look(): void {
    const [at, playback, history] = [this.#at, this.#playback, this.#history];
    at.nowMs = playback.playMs;
    at.bufferMs = playback.bufferMs;
    at.throughputKbps = history.throughputKbps;
    at.latencyMs = history.latencyMs;
    at.segment = playback.end;
    at.segmentsLeft = this.#movie.segments - playback.end;
  }
}

const LEAST_PROGRESS_MS = 50; // Sabre min_progress_time
const LEAST_PROGRESS_BITS = 12_000; // Sabre min_progress_size
