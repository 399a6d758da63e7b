import type { Movie } from './movie.ts';
import { ReactionMeter } from './reaction.ts';

/**
 * The buffer of a session and what has been played of it: whole segments from `#first` up to `end`, the first
 * of them played in part. Times are in ms, sums in the order of Sabre's, so that they round alike.
 */
export class Playback {
  /** Segments from 0 to here have come. */
  end = 0;
  /** Start-up of the first segment, play and stalls. [ms] */
  playMs = 0;
  rebufferMs = 0;
  rebufferEvents = 0;
  playedUtility = 0;
  /** Sum of the nominal rates of the segments played. [kbit/s] */
  playedKbps = 0;
  /** Sum of the steps between the nominal rates of segments played one after the other. [kbit/s] */
  changeKbps = 0;
  /** Sum of the logarithms of the ratios of those rates. */
  changeLog = 0;
  /** Changes of rung between segments played one after the other. */
  switches = 0;
  /** When the first segment of the rung the link could bear began to play; NaN until then. [ms] */
  rampUpMs = NaN;
  /** The rung the link bears at present, as the session knows it. */
  bearable = 0;
  readonly reaction: ReactionMeter;
  readonly #movie: Movie;
  readonly #rungs: Uint8Array;
  #first = 0;
  /** What has been played of the first segment in the buffer. [ms] */
  #intoFirstMs = 0;
  #lastRung = -1;

  constructor(movie: Movie, bufferMaxMs: number) {
    this.#movie = movie;
    this.#rungs = new Uint8Array(movie.segments);
    this.reaction = new ReactionMeter(bufferMaxMs);
  }

  /** Media ahead of the playhead. [ms] */
  get bufferMs(): number {
    return this.#movie.ladder.segmentMs * (this.end - this.#first) - this.#intoFirstMs;
  }

  /** Number of segments in the buffer, the one being played included. */
  get held(): number {
    return this.end - this.#first;
  }

  /** Segments at the playhead that are too late to be replaced. */
  get beingPlayed(): number {
    return Math.ceil(1.5 + this.#intoFirstMs / this.#movie.ladder.segmentMs);
  }

  /** Rung of a segment in the buffer, counted from its first. */
  heldRung(index: number): number {
    return this.#rungs[this.#first + index]!;
  }

  /** The next segment has come. */
  append(rung: number): void {
    this.#rungs[this.end++] = rung;
  }

  /** A segment of the buffer has come again at another rung. */
  replace(segment: number, rung: number): void {
    this.#rungs[segment] = rung;
  }

  /** Lets time pass: plays what there is, stalls for the rest. [ms] */
  pass(ms: number): void {
    const { segmentMs } = this.#movie.ladder;
    if (this.#first === this.end) {
      this.rebufferMs += ms;
      this.playMs += ms;
      return;
    }
    let leftMs = ms;
    if (this.#intoFirstMs > 0) {
      if (leftMs + this.#intoFirstMs < segmentMs) {
        this.#intoFirstMs += leftMs;
        this.playMs += leftMs;
        return;
      }
      leftMs -= segmentMs - this.#intoFirstMs;
      this.playMs += segmentMs - this.#intoFirstMs;
      this.#first += 1;
      this.#intoFirstMs = 0;
    }
    while (leftMs > 0 && this.#first < this.end) {
      this.#begin(this.#rungs[this.#first]!);
      if (leftMs >= segmentMs) {
        this.#first += 1;
        this.playMs += segmentMs;
        leftMs -= segmentMs;
      } else {
        this.#intoFirstMs = leftMs;
        this.playMs += leftMs;
        leftMs = 0;
      }
    }
    if (leftMs > 0) {
      this.rebufferMs += leftMs;
      this.playMs += leftMs;
      this.rebufferEvents += 1;
    }
    this.reaction.settle(this.playMs);
  }

  /** Plays the rest of the buffer. */
  playOut(): void {
    this.pass(this.bufferMs);
    this.#first = this.end;
    this.#intoFirstMs = 0;
  }

  /** The link bears another rung from now on. */
  bearableChanged(rung: number, before: number, nowMs: number): void {
    this.bearable = rung;
    this.reaction.settle(nowMs);
    this.reaction.fellTo(rung, nowMs);
    if (rung <= before) return;
    for (let segment = this.#first; segment < this.end; segment++) {
      if (rung <= this.#rungs[segment]!) return;
    }
    this.reaction.roseTo(rung, nowMs);
  }

  /** A segment begins to play. */
  #begin(rung: number): void {
    const { ladder, utilities, logRatios } = this.#movie;
    this.playedUtility += utilities[rung]!;
    this.playedKbps += ladder.kbps[rung]!;
    const last = this.#lastRung;
    if (rung !== last && last >= 0) {
      this.changeKbps += Math.abs(ladder.kbps[rung]! - ladder.kbps[last]!);
      this.changeLog += logRatios[rung * ladder.rungs + last]!;
      this.switches += 1;
    }
    this.#lastRung = rung;
    if (Number.isNaN(this.rampUpMs) && rung >= this.bearable) this.rampUpMs = this.playMs;
    this.reaction.plays(rung, this.playMs);
  }
}
