import type { BudgetFigure, ClaimsResult } from '../models/core/run-record.ts';
import { formatFigureValue, formatInterval, formatValue, NOTHING } from './format.ts';
import { textTable, wrapText, type Painter } from './text-table.ts';

/** Columns of what is said of claimed hit rates. */
export const CLAIM_COLUMNS = [
  'tier', 'servers', 'each holds', 'hits', 'claimed', 'each needs', '95 %', 'of all asked', 'at most',
] as const;

const INTERVAL = CLAIM_COLUMNS.indexOf('95 %');

/** One line of that table, a cell for each column. */
export type ClaimRow = readonly string[];

/** What a run says of the hit rates claimed of its caches: a row a tier, and one for all of them. */
export function claimRows({ tiers, together }: ClaimsResult): ClaimRow[] {
  const rows = tiers.map((tier): ClaimRow => {
    const { neededBytes: needed, most, askedBytes, claimed } = tier;
    const size = needed === null ? null : figure(needed, 'bytes');
    const none = claimed === null ? NOTHING : 'no size';
    const interval = size === null ? '' : formatInterval(size) ?? 'single run';
    return [
      tier.tier, String(tier.servers), formatValue(tier.statedBytes, 'bytes'),
      formatFigureValue(figure(tier.simulated ?? tier.replayed, 'ratio')), share(claimed),
      size === null ? none : formatFigureValue(size), interval,
      needed === null ? NOTHING : formatValue(needed.value / askedBytes, 'ratio'),
      formatValue(most.value, 'ratio'),
    ];
  });
  if (tiers.length < 2) return rows;
  const hits = together.simulated === null ? NOTHING : formatFigureValue(figure(together.simulated, 'ratio'));
  return [...rows, ['together', '', '', hits, share(together.claimed ?? together.ofTiers), '', '', '', '']];
}

/** Whether the claims of the tiers make that of all together, and how the sizes were obtained: sentences. */
export function claimSentences({ together, method }: ClaimsResult): string[] {
  const { claimed, ofTiers } = together;
  if (claimed === null || ofTiers === null) return [method];
  const made = `The tiers' claims together are ${share(ofTiers)}`;
  const agree = Math.abs(claimed - ofTiers) < 0.0005;
  return [agree ? `${made}, as claimed.` : `${made}, not the ${share(claimed)} that are claimed.`, method];
}

/** The table as lines for a terminal, for one run or for several by their names. */
export function claimsBlock(
  runs: ReadonlyArray<{ readonly name: string; readonly claims?: ClaimsResult | undefined }>,
  paint: Painter, width: number,
): string[] {
  const told = runs.flatMap(({ name, claims }) => (claims === undefined ? [] : [{ name, claims }]));
  if (told.length === 0) return [];
  const several = runs.length > 1;
  // Beside the names of designs there is no room for intervals.
  const cells = (name: string, row: ClaimRow) => (several
    ? [`  ${name}`, ...row.filter((_cell, i) => i !== INTERVAL)] : [`  ${row[0]!}`, ...row.slice(1)]);
  const head = cells(several ? 'design' : '', CLAIM_COLUMNS).map(paint.dim);
  const rows = told.flatMap(({ name, claims }) =>
    claimRows(claims).map((row, i) => cells(i === 0 ? name : '', row)));
  const from = several ? 2 : 1;
  const right = CLAIM_COLUMNS.slice(1).map((_column, i) => from + i);
  const notes = claimSentences(told[0]!.claims).flatMap((text) => wrapText(text, width, '  '));
  const title = 'Claimed hit rates';
  return [
    `${paint.bold(title)}${paint.dim('  what follows from the stated sizes, and the sizes the claims take')}`,
    ...textTable([head, ...rows], right), ...notes.map(paint.dim),
  ];
}

function share(ratio: number | null): string {
  return ratio === null ? NOTHING : `${Number((100 * ratio).toPrecision(6))} %`;
}

function figure({ value, low, high }: BudgetFigure, unit: string) {
  return { value, low, high, unit };
}
