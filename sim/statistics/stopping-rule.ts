import { assert } from '../../models/core/assert.ts';
import { meanInterval, type StatedEstimate } from '../../models/core/statistics.ts';
import { Tally } from './tally.ts';

/** How well a figure must be known: half width of its interval, relative to the figure or in its unit. */
export type Precision = { readonly relative: number } | { readonly absolute: number };

/** When to stop adding replications. */
export interface StoppingOptions {
  /** Precision by figure; all must be reached. Figures that are not named here stop nothing. */
  readonly targets: Readonly<Record<string, Precision>>;
  /**
   * Replications before the first look; default 10, as a look at few stops by luck: see the test's
   * coverage.
   */
  readonly minimum?: number;
  /** Replications at most. Default 50. */
  readonly maximum?: number;
  /** Confidence of each interval. Default 0.95. */
  readonly confidence?: number;
  /** Whether the confidence is that of all intervals at once (Bonferroni). Default false: of each. */
  readonly joint?: boolean;
  /**
   * Replications for which the precision must hold on, times n / 100 from n = 100 (Hoad, Robinson and Davies
   * 2010 take 5). Default 0: stop at once.
   */
  readonly lookAhead?: number;
}

/** Go on or not, with a sentence for people; `reached` says whether all figures are as precise as asked. */
export type StoppingDecision =
  | { readonly kind: 'continue'; readonly replications: number; readonly reason: string }
  | {
    readonly kind: 'stop';
    readonly replications: number;
    readonly reached: boolean;
    readonly reason: string;
  };

/**
 * Sequential stopping: "until p99 is known to 5 %, or 50 replications". It decides from the values alone:
 * feed replications in their order, not in that of their arrival from workers, and any number of workers
 * stops at the same one; feed the same values again after a restart, and it stands where it stood.
 */
export class StoppingRule {
  readonly #targets: ReadonlyMap<string, Precision>;
  readonly #tallies: ReadonlyMap<string, Tally>;
  readonly #minimum: number;
  readonly #maximum: number;
  readonly #confidence: number;
  readonly #lookAhead: number;
  #replications = 0;
  /** Replications when the precision was reached and has held since; 0 while it is not. */
  #preciseSince = 0;

  constructor(options: StoppingOptions) {
    const { targets, minimum = 10, maximum = 50, confidence = 0.95, joint = false, lookAhead = 0 } = options;
    const names = Object.keys(targets);
    assert(names.length > 0, 'a stopping rule needs a figure');
    const possible = minimum >= 2 && maximum >= minimum;
    assert(possible, 'a stopping rule needs 2 <= minimum <= maximum', { minimum, maximum });
    assert(confidence > 0 && confidence < 1, 'confidence lies between 0 and 1', { confidence });
    this.#targets = new Map(Object.entries(targets));
    this.#tallies = new Map(names.map((name) => [name, new Tally()]));
    this.#minimum = minimum;
    this.#maximum = maximum;
    this.#confidence = joint ? 1 - (1 - confidence) / names.length : confidence;
    this.#lookAhead = lookAhead;
  }

  /** Takes the figures of the next replication, and decides; a figure that was not observed is left out. */
  add(values: Readonly<Record<string, number | undefined>>): StoppingDecision {
    this.#replications++;
    for (const [name, tally] of this.#tallies) {
      const value = values[name];
      if (value !== undefined) tally.add(value);
    }
    return this.#decide();
  }

  /** A figure as it is known by now; undefined while it was never observed. */
  estimate(name: string): StatedEstimate | undefined {
    const tally = this.#tallies.get(name);
    assert(tally !== undefined, 'no such figure in the stopping rule', { name });
    return tally.count === 0 ? undefined : meanInterval(tally, this.#confidence);
  }

  #decide(): StoppingDecision {
    const n = this.#replications;
    const worst = this.#worst();
    if (n < this.#minimum || worst.excess > 1) this.#preciseSince = 0;
    else if (this.#preciseSince === 0) this.#preciseSince = n;
    const since = this.#preciseSince;
    const ahead = Math.floor(this.#lookAhead * Math.max(1, since / 100));
    if (since > 0 && n >= since + ahead) {
      const held = ahead === 0 ? '' : `, and was for ${ahead} replications`;
      return { kind: 'stop', replications: n, reached: true, reason: `${worst.text}${held}` };
    }
    if (n >= this.#maximum) {
      const reached = since > 0;
      const limit = reached ? 'though not for long' : 'not as precise as asked';
      const reason = `${worst.text}: ${limit} within ${n} replications`;
      return { kind: 'stop', replications: n, reached, reason };
    }
    return { kind: 'continue', replications: n, reason: worst.text };
  }

  /** The figure farthest from its precision: `excess` is its half width over the one asked for. */
  #worst(): { readonly excess: number; readonly text: string } {
    let worst = { excess: -1, text: '' };
    for (const [name, precision] of this.#targets) {
      const one = lookAt(name, precision, this.estimate(name));
      if (one.excess > worst.excess) worst = one;
    }
    return worst;
  }
}

function lookAt(
  name: string, precision: Precision, estimate: StatedEstimate | undefined,
): { readonly excess: number; readonly text: string } {
  if (estimate === undefined || estimate.high === null) {
    return { excess: Infinity, text: `${name} was observed in ${estimate?.n ?? 0} replications` };
  }
  const half = estimate.high - estimate.value;
  const asked = 'relative' in precision ? precision.relative * Math.abs(estimate.value) : precision.absolute;
  // A figure that never varies is known, even if it is 0.
  const excess = half === 0 ? 0 : half / asked;
  const [known, wanted] = 'relative' in precision
    ? [percent(half / Math.abs(estimate.value)), percent(precision.relative)]
    : [half.toPrecision(3), String(precision.absolute)];
  return { excess, text: `${name} is known to ±${half === 0 ? '0' : known} (±${wanted} asked)` };
}

function percent(share: number): string {
  return Number.isFinite(share) ? `${Number((100 * share).toPrecision(3))} %` : 'any size';
}
