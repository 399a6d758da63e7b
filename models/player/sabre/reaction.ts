interface Rise {
  readonly atMs: number;
  readonly rung: number;
  /** When a segment of the rung began to play, or the link fell below it again; NaN until then. */
  doneMs: number;
}

/** How long play took to follow the link upwards: Sabre's reaction time, summed over a session's rises. */
export class ReactionMeter {
  /** Sum of the reaction times of the rises that are settled. [ms] */
  totalMs = 0;
  readonly #mostMs: number;
  readonly #rises: Rise[] = [];

  /** A reaction counts as `mostMs` at most: the buffer, after which no rung of before the rise is left. */
  constructor(mostMs: number) {
    this.#mostMs = mostMs;
  }

  /** Counts the rises that lie a buffer or more in the past. */
  settle(nowMs: number): void {
    const rises = this.#rises;
    while (rises.length > 0 && rises[0]!.atMs < nowMs - this.#mostMs) {
      const { atMs, doneMs } = rises.shift()!;
      this.totalMs += Number.isNaN(doneMs) ? this.#mostMs : Math.min(this.#mostMs, doneMs - atMs);
    }
  }

  /** A segment of this rung begins to play: the rises up to it are followed. */
  plays(rung: number, nowMs: number): void {
    for (const rise of this.#rises) if (Number.isNaN(rise.doneMs) && rung >= rise.rung) rise.doneMs = nowMs;
  }

  /** The link bears this rung only: rises beyond it need no reaction any more. */
  fellTo(rung: number, nowMs: number): void {
    for (const rise of this.#rises) if (Number.isNaN(rise.doneMs) && rise.rung > rung) rise.doneMs = nowMs;
  }

  /** The link bears a rung that nothing in the buffer has; it counts unless a rise to as much is open. */
  roseTo(rung: number, nowMs: number): void {
    if (this.#rises.some((rise) => rung <= rise.rung)) return;
    this.#rises.push({ atMs: nowMs, rung, doneMs: NaN });
  }
}
