import { holm, type HolmResult, type PairedComparison } from '../core/comparison.ts';
import type { RunDocument } from '../core/run-record.ts';
import type { StatedEstimate } from '../core/statistics.ts';
import { rankDesigns, type RankedDesign } from './design-ranking.ts';
import { indicatorOf, shareOf } from './indicator.ts';
import { pairIndicator } from './pairing.ts';
import type { RehearsalDocument } from './rehearsal/outcomes.ts';

/** Version of the comparison document; a reader refuses another major. */
export const COMPARISON_SCHEMA = 'weir.comparison/1';

/**
 * What a comparison says of a variant: better or worse, beyond chance; `no difference` that matters;
 * `identical` in every replication; inconclusive, when these replications cannot tell.
 */
export type DesignVerdict = 'better' | 'worse' | 'no difference' | 'identical' | 'inconclusive';

/** One design, run. */
export interface DesignRun {
  readonly name: string;
  readonly title: string;
  /** What it changes of the baseline, by parameter path. */
  readonly set: Readonly<Record<string, unknown>>;
  readonly run: RunDocument;
}

/** How a variant differs from the baseline in one indicator, replication by replication. */
export interface DesignDifference {
  readonly indicator: string;
  readonly unit: string;
  /**
   * Variant minus baseline; its interval leaves out 0 exactly if the verdict is better or worse, as it has
   * the confidence at which Holm judged it. null when a replication lacks the indicator.
   */
  readonly difference: StatedEstimate | null;
  /** Difference as a share of the baseline; null when that is 0. */
  readonly relative: number | null;
  readonly pValue: number | null;
  /** Smallest level at which it would be significant among all that were judged with it. */
  readonly adjusted: number | null;
  readonly verdict: DesignVerdict;
  readonly correlation: number | null;
  /** Share of the variance that common random numbers removed. */
  readonly varianceRemoved: number | null;
}

/** A variant with its differences: the ranked indicator first, then those beside it. */
export interface ComparedVariant extends DesignRun {
  readonly differences: readonly DesignDifference[];
}

/** What designs are ranked by. */
export interface Criterion {
  readonly by: string;
  readonly unit: string;
  readonly better: 'lower' | 'higher';
  /** Share of the baseline below which a difference does not matter, and what it is in the unit. */
  readonly indifference: number;
  readonly zone: number;
}

/** A baseline and its variants, compared on common random numbers. */
export interface ComparisonDocument {
  readonly schema: typeof COMPARISON_SCHEMA;
  readonly scenario: string;
  readonly title: string;
  readonly seed: number;
  /** Replications that every design has finished. */
  readonly replications: number;
  readonly complete: boolean;
  /** null when no indicator has data. */
  readonly criterion: Criterion | null;
  readonly obtained: {
    readonly pairing: 'replications on common random numbers';
    readonly confidence: number;
    /** Comparisons judged together, by Holm's step-down each. */
    readonly families: { readonly ranked: number; readonly beside: number; readonly ranks: number };
  };
  readonly baseline: DesignRun;
  readonly variants: readonly ComparedVariant[];
  /** Best first. */
  readonly ranking: readonly RankedDesign[];
  /** About how many more replications would settle what the ranked indicator leaves open; null: unknown. */
  readonly moreReplications: number | null;
  /** Of a rehearsal: how outcomes are distributed over seeds and timings. */
  readonly rehearsal?: RehearsalDocument;
}

/** What to compare designs by. */
export interface ComparisonOptions {
  /** The ranked indicator. Default: that of the first objective with data. */
  readonly by?: string;
  /** Others. Default: those of the objectives with data. */
  readonly beside?: readonly string[] | undefined;
  /** Share of the baseline below which a difference does not matter. Default 0.05. */
  readonly indifference?: number;
}

const CONFIDENCE = 0.95;

/** Compares variants with a baseline that was run with the same seed and as many replications. */
export function compareDesigns(
  baseline: DesignRun, variants: readonly DesignRun[], options: ComparisonOptions = {},
): ComparisonDocument {
  const { run } = baseline;
  const { indifference = 0.05 } = options;
  const objectives = run.slos.filter((slo) => slo.verdict !== 'no-data').map((slo) => slo.sli);
  const by = options.by ?? objectives[0];
  const beside = [...new Set(options.beside ?? objectives)].filter((name) => name !== by);
  const designs = [baseline, ...variants];
  const ranked = by === undefined ? [] : judge(run, cellsOf(variants, [by]), indifference);
  const others = judge(run, cellsOf(variants, beside), indifference);
  const criterion = by === undefined ? null : criterionOf(run, by, indifference);
  const cells = [...ranked, ...others];
  return {
    schema: COMPARISON_SCHEMA,
    scenario: run.scenario, title: run.title, seed: run.seed, replications: run.replications,
    complete: designs.every((design) => design.run.complete),
    criterion,
    obtained: {
      pairing: 'replications on common random numbers',
      confidence: CONFIDENCE,
      families: {
        ranked: ranked.length, beside: others.length, ranks: (designs.length * (designs.length - 1)) / 2,
      },
    },
    baseline,
    variants: variants.map((variant) => {
      const differences = cells.filter((cell) => cell.variant === variant).map((cell) => cell.difference);
      return { ...variant, differences };
    }),
    ranking: by === undefined ? [] : rankDesigns(designs, by, 1 - CONFIDENCE),
    moreReplications: criterion === null ? null
      : moreReplications(ranked.map((cell) => cell.difference), criterion.zone),
  };
}

interface Cell {
  readonly variant: DesignRun;
  readonly indicator: string;
}

function cellsOf(variants: readonly DesignRun[], indicators: readonly string[]): Cell[] {
  return variants.flatMap((variant) => indicators.map((indicator) => ({ variant, indicator })));
}

/** Compares every cell with the baseline; all of them are one family. */
function judge(baseline: RunDocument, cells: readonly Cell[], indifference: number) {
  const pairs = cells.map(({ variant, indicator }) => pairAt(baseline, variant.run, indicator));
  const results = holm(pairs.flatMap((pair) => pair?.paired.pValue ?? []), 1 - CONFIDENCE);
  let next = 0;
  return cells.map(({ variant, indicator }, i) => {
    const pair = pairs[i];
    const result = pair === undefined ? undefined : results[next++]!;
    return { variant, difference: differenceOf(baseline, indicator, indifference, pair, result) };
  });
}

/** A pairing at any confidence. */
interface Pair {
  readonly paired: PairedComparison;
  readonly at: (confidence: number) => PairedComparison;
}

function pairAt(a: RunDocument, b: RunDocument, indicator: string): Pair | undefined {
  const paired = pairIndicator(a, b, indicator, CONFIDENCE);
  if (paired === undefined) return undefined;
  return { paired, at: (confidence) => pairIndicator(a, b, indicator, confidence)! };
}

function differenceOf(
  baseline: RunDocument, name: string, indifference: number, pair: Pair | undefined,
  result: HolmResult | undefined,
): DesignDifference {
  const indicator = indicatorOf(baseline, name);
  const { unit, value } = indicator;
  if (pair === undefined || result === undefined) {
    return {
      indicator: name, unit, difference: null, relative: null, pValue: null, adjusted: null,
      verdict: 'inconclusive', correlation: null, varianceRemoved: null,
    };
  }
  const { difference, verdict, pValue, correlation, varianceRemoved } = pair.at(1 - result.level);
  const relative = value === null || value === 0 ? null : difference.value / Math.abs(value);
  const zone = shareOf(indicator, indifference);
  const within = difference.low !== null && difference.low > -zone && difference.high! < zone;
  const better = (difference.value < 0) === (indicator.better === 'lower');
  const open = within ? 'no difference' : 'inconclusive';
  const told = result.significant ? (better ? 'better' : 'worse') : open;
  const judged = verdict === 'identical' ? verdict : told;
  return {
    indicator: name, unit, difference, relative, pValue, adjusted: result.adjusted, verdict: judged,
    correlation, varianceRemoved,
  };
}

function criterionOf(run: RunDocument, by: string, indifference: number): Criterion {
  const indicator = indicatorOf(run, by);
  const { unit, better } = indicator;
  return { by, unit, better, indifference, zone: shareOf(indicator, indifference) };
}

/** Half widths shrink with the square root of the replications: as many as narrow the widest to the zone. */
function moreReplications(differences: readonly DesignDifference[], zone: number): number | null {
  const open = differences.filter((one) => one.verdict === 'inconclusive');
  if (open.length === 0) return 0;
  let most = 0;
  for (const { difference } of open) {
    if (difference === null || difference.high === null || zone === 0) return null;
    const half = difference.high - difference.value;
    most = Math.max(most, Math.ceil(difference.n * ((half / zone) ** 2 - 1)));
  }
  return Math.max(1, most);
}
