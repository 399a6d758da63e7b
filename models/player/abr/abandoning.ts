import type { Bytes, Us } from '../../core/units.ts';
import { KEEP } from './core/core.ts';
import type { AbrContext, AbrRule } from './rule.ts';

/** A transfer under way, as a host that can stop one shows it to a rule. */
export interface TransferUnderWay {
  rendition: number;
  /** Size of the segment at its rendition. */
  size: Bytes;
  /** What has come so far. */
  received: Bytes;
  /** From the request to the first byte; `elapsedUs` while nothing has come. */
  firstByteUs: Us;
  /** Since the request. */
  elapsedUs: Us;
}

/**
 * A rule that also judges transfers under way. A host that can stop one asks `abandon` as it progresses and
 * tells `abandoned` when it has stopped; a host that cannot uses the rule like any other.
 */
export interface AbandoningRule extends AbrRule {
  /** Whether its player looks by a timer, and not as bytes come: an outage does not keep it from looking. */
  readonly looksByTimer?: boolean;
  /** The lower rendition to stop the transfer for, or KEEP; the context is as of now, the buffer included. */
  abandon(context: AbrContext, transfer: TransferUnderWay): number;
  /** Least time until `abandon` may say other than KEEP, whatever comes meanwhile; NEVER if it cannot. */
  calmUs(context: AbrContext, transfer: TransferUnderWay): Us;
  /** The transfer was stopped; the segment is fetched at `rendition` next, without asking again. */
  abandoned(context: AbrContext, transfer: TransferUnderWay, rendition: number): void;
}

/** Whether a rule judges transfers under way. */
export function isAbandoning(rule: AbrRule): rule is AbandoningRule {
  return 'abandon' in rule;
}

export { KEEP };
