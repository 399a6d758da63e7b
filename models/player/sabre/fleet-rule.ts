import { US_PER_MS } from '../../core/units.ts';
import { isAbandoning, type TransferUnderWay } from '../abr/abandoning.ts';
import { KEEP, type Core, type Situation, type Transfer } from '../abr/core/core.ts';
import { createAbrRule, type AbrParams } from '../abr/registry.ts';
import type { AbrContext, AbrRule } from '../abr/rule.ts';
import type { SessionResult } from './figures.ts';
import type { History } from './history.ts';
import type { LinkTrace } from './link.ts';
import type { Movie } from './movie.ts';
import { Session, type SabreFlaws, type SessionLog } from './session.ts';

/** A session as it should be: none of Sabre's flaws. */
export const NO_FLAWS: SabreFlaws = {
  forgetsAbandonedRung: false, ignoresAbandonedTransfers: false, startsAtLowestRung: false,
};

/** A session played by a rule of the fleet, the very same class. */
export function fleetSession(
  params: AbrParams, movie: Movie, trace: LinkTrace, bufferMaxMs: number, abandonment: boolean,
  log?: SessionLog,
): { readonly core: Core; readonly session: Session } {
  const core = new FleetRule(createAbrRule(params, 1), movie);
  const options = {
    bufferMaxMs, abandonment: abandonment && core.abandons, looksByTimer: core.looksByTimer,
    replacement: 'none', flaws: NO_FLAWS,
  } as const;
  return { core, session: new Session(movie, trace, core, core, options, log) };
}

/** Plays such a session to its end. */
export function runFleetRule(
  params: AbrParams, movie: Movie, trace: LinkTrace, bufferMaxMs: number, abandonment: boolean,
): SessionResult {
  return fleetSession(params, movie, trace, bufferMaxMs, abandonment).session.run();
}

/** A rule of the fleet in a session: it decides and measures; times become whole microseconds. */
class FleetRule implements Core, History {
  readonly pauseMs = 0;
  /** Whether the rule judges transfers under way. */
  readonly abandons: boolean;
  readonly looksByTimer: boolean;
  readonly latencyMs = 0;
  readonly #rule: AbrRule;
  readonly #context: AbrContext;
  readonly #underWay: TransferUnderWay = { rendition: 0, size: 0, received: 0, firstByteUs: 0, elapsedUs: 0 };
  /** The rule has been told of the transfer already. */
  #told = false;

  constructor(rule: AbrRule, movie: Movie) {
    const { ladder } = movie;
    this.#rule = rule;
    this.abandons = isAbandoning(rule);
    this.looksByTimer = isAbandoning(rule) && rule.looksByTimer === true;
    this.#context = {
      now: 0, slot: 0, bufferUs: 0, bufferMaxUs: 0, lastRendition: -1, segment: 0,
      segmentsLeft: 0, segmentUs: wholeUs(ladder.segmentMs), rate: 1, latencyUs: NaN,
      sizes: { bytes: (segment, rung) => movie.sizeBits(segment, rung) / 8 },
      bitrates: [...ladder.kbps].map((kbps) => kbps * 1e3),
    };
  }

  get throughputKbps(): number {
    return this.#rule.estimate(0) / 1e3;
  }

  push(bits: number, transferMs: number, firstByteMs: number): void {
    if (!this.#told) this.#rule.observe(0, bits / 8, wholeUs(firstByteMs), wholeUs(transferMs));
    this.#told = false;
  }

  reset(): void {
    this.#rule.reset(0);
  }

  decide(at: Situation): number {
    return this.#rule.choose(this.#look(at, at.bufferMs));
  }

  waited(): void {
    // Rules of the fleet see by their clock how long they were not asked.
  }

  arrived(at: Situation, transfer: Transfer): void {
    const rule = this.#rule;
    if (transfer.abandonTo === KEEP || !isAbandoning(rule)) return;
    rule.abandoned(this.#look(at, at.bufferMs), this.#show(transfer), transfer.abandonTo);
    this.#told = true;
  }

  abandon(at: Situation, transfer: Transfer, bufferMs: number): number {
    const rule = this.#rule;
    return isAbandoning(rule) ? rule.abandon(this.#look(at, bufferMs), this.#show(transfer)) : KEEP;
  }

  calmMs(): number {
    return 0; // the session looks at every step
  }

  explain(): string {
    return this.#rule.explain(0);
  }

  save(prefix: string): Record<string, Float64Array> {
    const entries = Object.entries(this.#rule.save());
    return Object.fromEntries(entries.map(([name, column]) => [prefix + name, column]));
  }

  restore(prefix: string, state: Readonly<Record<string, Float64Array>>): void {
    const own = Object.entries(state).filter(([name]) => name.startsWith(prefix));
    this.#rule.restore(Object.fromEntries(own.map(([name, column]) => [name.slice(prefix.length), column])));
  }

  #look(at: Situation, bufferMs: number): AbrContext {
    const context = this.#context;
    context.now = wholeUs(at.nowMs);
    context.bufferUs = wholeUs(bufferMs);
    context.bufferMaxUs = wholeUs(at.bufferMaxMs);
    context.lastRendition = at.lastRung;
    context.segment = at.segment;
    context.segmentsLeft = at.segmentsLeft;
    return context;
  }

  #show(transfer: Transfer): TransferUnderWay {
    const shown = this.#underWay;
    shown.rendition = transfer.rung;
    shown.size = transfer.sizeBits / 8;
    shown.received = transfer.bits / 8;
    shown.firstByteUs = wholeUs(transfer.firstByteMs);
    shown.elapsedUs = wholeUs(transfer.ms);
    return shown;
  }
}

function wholeUs(ms: number): number {
  return Math.round(ms * US_PER_MS);
}
