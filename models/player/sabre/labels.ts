import { BolaCore } from '../abr/core/bola.ts';
import { BolaECore } from '../abr/core/bolae.ts';
import type { Core } from '../abr/core/core.ts';
import { DynamicCore } from '../abr/core/dynamic.ts';
import { ThroughputCore } from '../abr/core/throughput.ts';
import type { SessionResult } from './figures.ts';
import { EwmaHistory, SlidingHistory } from './history.ts';
import type { LinkTrace } from './link.ts';
import type { Movie } from './movie.ts';
import type { ReplacementOrder } from './replacement.ts';
import { Session, type SabreFlaws, type SessionLog } from './session.ts';

/** A command line of Sabre, as far as it tells sessions apart. */
export interface SabreSetup {
  readonly rule: 'throughput' | 'bola' | 'bolae' | 'dynamic' | 'dynamicdash';
  /** `-ao`: climbs beyond the sustainable rung are held to it (BOLA-O) instead of the next (BOLA-U). */
  readonly avoidsOscillation: boolean;
  /** `-ab`: BOLA-BASIC. */
  readonly basic: boolean;
  /** Without `-noibr`. */
  readonly insufficientBuffer: boolean;
  /** Without `-noa`. */
  readonly abandonment: boolean;
  /** `-ma sliding` instead of `-ma ewma`. */
  readonly sliding: boolean;
  /** `-r left` or `-r right`; a file named there has no effect in Sabre, and no place here. */
  readonly replacement: ReplacementOrder;
}

/** The reference results' names for command lines of Sabre, and some more in their manner. */
export const SABRE_LABELS: ReadonlyMap<string, SabreSetup> = new Map(sabreLabels());

/** Sabre as it is. */
export const SABRE_FLAWS: SabreFlaws = {
  forgetsAbandonedRung: true, ignoresAbandonedTransfers: true, startsAtLowestRung: true,
};

/** A session such as Sabre plays it with this command line; `gp` is Sabre's -gp, 5 by default. */
export function sabreSession(
  setup: SabreSetup, movie: Movie, trace: LinkTrace, bufferMaxMs: number, log?: SessionLog,
): { readonly core: Core; readonly session: Session } {
  const core = sabreCore(setup);
  const history = setup.sliding ? new SlidingHistory() : new EwmaHistory(movie.ladder.segmentMs);
  const { abandonment, replacement } = setup;
  const options = { bufferMaxMs, abandonment, replacement, flaws: SABRE_FLAWS };
  return { core, session: new Session(movie, trace, core, history, options, log) };
}

/** Plays such a session to its end. */
export function runSabre(
  setup: SabreSetup, movie: Movie, trace: LinkTrace, bufferMaxMs: number,
): SessionResult {
  return sabreSession(setup, movie, trace, bufferMaxMs).session.run();
}

/** The rule of a command line, for one session. */
function sabreCore({ rule, avoidsOscillation, basic, insufficientBuffer }: SabreSetup): Core {
  const hold = avoidsOscillation ? 'O' : 'U';
  const throughput = (): Core => new ThroughputCore(1, { safety: THROUGHPUT_SAFETY, insufficientBuffer });
  const bola = (): Core => new BolaCore(1, { gp: SABRE_GP, basic, hold, trustsOwnDecisions: true });
  const levels = insufficientBuffer ? 'enhanced' : 'plain';
  const bolaE = (): Core => new BolaECore(1, { gp: SABRE_GP, hold, levels, insufficientBuffer });
  switch (rule) {
    case 'throughput':
      return throughput();
    case 'bola':
      return bola();
    case 'bolae':
      return bolaE();
    case 'dynamic':
      return new DynamicCore(1, bola(), throughput(), {
        bolaAboveMs: 10_000, throughputBelowMs: 10_000, compares: true, mostOfBuffer: Infinity,
        abandonsBy: 'throughput',
      });
    case 'dynamicdash':
      return new DynamicCore(1, bolaE(), throughput(), {
        bolaAboveMs: 10_000, throughputBelowMs: 5_000, compares: false, mostOfBuffer: Infinity,
        abandonsBy: 'active',
      });
    default:
      rule satisfies never;
      throw new Error('unreachable');
  }
}

function sabreLabels(): [string, SabreSetup][] {
  const plain = {
    avoidsOscillation: false, basic: false, insufficientBuffer: true, abandonment: true, sliding: false,
    replacement: 'none',
  } as const;
  const rules = ['throughput', 'bola', 'bolae', 'dynamic', 'dynamicdash'] as const;
  return [
    ...rules.map((rule): [string, SabreSetup] => [rule, { ...plain, rule }]),
    ...rules.map((rule): [string, SabreSetup] => [`${rule}-ao`, { ...plain, rule, avoidsOscillation: true }]),
    ...rules.map((rule): [string, SabreSetup] => [
      `${rule}-noabandon`, { ...plain, rule, abandonment: false },
    ]),
    ['bola-basic-ao', { ...plain, rule: 'bola', basic: true, avoidsOscillation: true }],
    ['dynamic-basic-ao', { ...plain, rule: 'dynamic', basic: true, avoidsOscillation: true }],
    ['bolapl-ao', { ...plain, rule: 'bolae', avoidsOscillation: true, insufficientBuffer: false }],
    ['bolae-sliding3', { ...plain, rule: 'bolae', sliding: true }],
    ['bolae-replace-left', { ...plain, rule: 'bolae', replacement: 'left' }],
    ['bolae-replace-right', { ...plain, rule: 'bolae', replacement: 'right' }],
  ];
}

/** gamma p of Sabre's command line (-gp), a utility; its score weighs stalls with it. */
export const SABRE_GP = 5;
const THROUGHPUT_SAFETY = 0.9; // Sabre ThroughputRule.safety_factor
