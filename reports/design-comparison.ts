import type {
  ComparisonDocument, DesignDifference, DesignVerdict,
} from '../models/operations/design-comparison.ts';
import type { RankedDesign } from '../models/operations/design-ranking.ts';
import { indicatorOf } from '../models/operations/indicator.ts';
import { claimsBlock } from './claims.ts';
import {
  formatChange, formatDifference, formatFigureValue, formatInterval, formatValue, NOTHING,
} from './format.ts';
import { briefBlocks, joinBlocks, type TerminalOptions } from './terminal.ts';
import { painter, textTable, visibleLength, wrapText, type Painter } from './text-table.ts';

/** How the verdict of a comparison is told, with a sign, so that colour is not needed. */
export const DESIGN_VERDICTS: Readonly<Record<DesignVerdict, {
  readonly sign: string;
  readonly word: string;
}>> = {
  better: { sign: '+', word: 'better' },
  worse: { sign: '-', word: 'worse' },
  'no difference': { sign: '=', word: 'no difference shown' },
  identical: { sign: '=', word: 'identical' },
  inconclusive: { sign: '?', word: 'inconclusive' },
};

/** What `weir run` prints of a scenario with variants: baseline in brief, ranking, differences. */
export function renderDesigns(document: ComparisonDocument, again: string, options: TerminalOptions): string {
  const paint = painter(options.colour);
  const { baseline, variants } = document;
  const names = [baseline, ...variants].map(({ name, title }) =>
    (name === title ? name : `${name}: ${title}`));
  return joinBlocks([
    ...briefBlocks(baseline.run, options),
    [paint.bold('Designs'), ...names.flatMap((name) => wrapText(name, options.width, '  '))],
    ranking(document, paint, options.width),
    beside(document, paint, options.width),
    claimsBlock([baseline, ...variants].map(({ name, run }) => ({ name, claims: run.claims })), paint,
      options.width),
    footer(document, again, paint, options.width),
  ]);
}

/** A design's range of ranks as people read it: `1`, or `2-4` where it is tied. */
export function rankText({ rank }: RankedDesign): string {
  return rank.best === rank.worst ? String(rank.best) : `${rank.best}-${rank.worst}`;
}

/** How the tables came about, and what would make them surer, a sentence each. */
export function comparisonSentences(document: ComparisonDocument): string[] {
  const { replications, obtained, criterion, ranking: ranks, moreReplications } = document;
  const sentences: string[] = [];
  if (replications < 2) sentences.push('A single replication compares nothing: --replications 10 would.');
  else {
    const { ranked, ranks: pairs } = obtained.families;
    sentences.push(`Differences are paired over ${replications} replications on common random numbers; their `
      + `intervals are adjusted for ${ranked} comparisons (Holm), so that one leaves out 0 exactly if its `
      + `verdict is better or worse. A range of ranks is a tie: Holm over all ${pairs} pairs.`);
  }
  const tied = ranks.filter((one) => one.tied.length > 0);
  if (tied.length > 0 && replications > 1) {
    const names = tied.map((one) => one.design).join(', ');
    sentences.push(`Not separated, so not ranked among themselves: ${names}.`);
  }
  if (moreReplications !== null && moreReplications > 0 && replications > 1 && criterion !== null) {
    const zone = formatValue(criterion.zone, criterion.unit);
    sentences.push(`About ${moreReplications} more replications would tell whether what is inconclusive `
      + `differs from the baseline by more than ${zone}.`);
  }
  return sentences;
}

function ranking(document: ComparisonDocument, paint: Painter, width: number): string[] {
  const { criterion, baseline } = document;
  if (criterion === null) return [];
  const rows = document.ranking.map((ranked) => {
    const variant = document.variants.find((one) => one.name === ranked.design);
    const difference = variant?.differences.find((one) => one.indicator === criterion.by);
    return [
      `  ${rankText(ranked)}`,
      ranked.design,
      formatFigureValue(ranked),
      paint.dim(formatInterval(ranked) ?? ''),
      ...differenceCells(difference, paint, ranked.design === baseline.name ? 'baseline' : 'no data'),
    ];
  });
  const head = ['  rank', 'design', 'value', '95 %', `- ${baseline.name}`, 'adjusted interval', '']
    .map(paint.dim);
  const title = `${paint.bold('Ranking')}${paint.dim(`  by ${criterion.by}, ${criterion.better} is better`)}`;
  const notes = comparisonSentences(document).flatMap((text) => wrapText(text, width, '  '));
  return [title, ...textTable([head, ...rows], [2, 4]), ...notes.map(paint.dim)];
}

function differenceCells(one: DesignDifference | undefined, paint: Painter, otherwise: string): string[] {
  if (one === undefined || one.difference === null) return ['', '', paint.dim(otherwise)];
  const { difference, unit, verdict } = one;
  const { sign, word } = DESIGN_VERDICTS[verdict];
  const bounds = verdict === 'identical' || difference.low === null ? ''
    : `${formatDifference(difference.low, unit)} to ${formatDifference(difference.high, unit)}`;
  const told = paintVerdict(verdict, paint)(`${sign} ${word}`);
  return [formatDifference(difference.value, unit), paint.dim(bounds), told];
}

function paintVerdict(verdict: DesignVerdict, paint: Painter): (text: string) => string {
  const colours = {
    better: paint.good, worse: paint.bad, 'no difference': paint.dim, identical: paint.dim,
    inconclusive: paint.unsure,
  };
  return colours[verdict];
}

/** Other indicators: a row each, a column for every variant, as many columns at a time as fit. */
function beside(document: ComparisonDocument, paint: Painter, width: number): string[] {
  const { criterion, baseline, variants, obtained } = document;
  const names = variants[0]?.differences.map((one) => one.indicator)
    .filter((name) => name !== criterion?.by) ?? [];
  if (names.length === 0) return [];
  const base = names.map((name) => {
    const { value, unit } = indicatorOf(baseline.run, name);
    return formatValue(value, unit);
  });
  const columns = variants.map((variant) => [variant.name, ...names.map((name) =>
    differenceCell(variant.differences.find((one) => one.indicator === name)!, paint))]);
  const left = [['', ...names.map((name) => `  ${name}`)], [baseline.name, ...base]];
  const text = `difference to ${baseline.name}; `
    + `* beyond chance among these ${obtained.families.beside} (Holm), = identical`;
  return [
    `${paint.bold('Beside it')}  ${paint.dim(text)}`,
    ...inChunks(left, columns, width).flatMap((chunk) => {
      const rows = ['', ...names].map((_name, i) => chunk.map((column) => column[i]!));
      rows[0] = rows[0]!.map(paint.dim);
      return textTable(rows, chunk.map((_column, i) => i).slice(1));
    }),
  ];
}

function differenceCell(one: DesignDifference, paint: Painter): string {
  const { difference, relative, unit, verdict } = one;
  if (difference === null) return NOTHING;
  if (verdict === 'identical') return '= ';
  const points = unit === 'ratio' || unit === '%';
  const change = points ? null : relative;
  const text = change === null ? formatDifference(difference.value, unit) : formatChange(change);
  const told = verdict === 'better' || verdict === 'worse';
  return told ? paintVerdict(verdict, paint)(`${text} *`) : `${text}  `;
}

/** The left columns with as many of the others as fit into the width, again and again. */
function inChunks(
  left: readonly string[][], columns: readonly string[][], width: number,
): string[][][] {
  const wide = (column: readonly string[]) => 2 + Math.max(...column.map(visibleLength));
  const room = width - left.reduce((sum, column) => sum + wide(column), 0);
  const chunks: string[][][] = [];
  let free = 0;
  for (const column of columns) {
    if (chunks.length === 0 || free < wide(column)) {
      chunks.push([...left]);
      free = room;
    }
    chunks.at(-1)!.push(column);
    free -= wide(column);
  }
  return chunks;
}

function footer(
  document: ComparisonDocument, again: string, paint: Painter, width: number,
): string[] {
  const { run, name } = document.baseline;
  const facts = [
    `seed ${document.seed}`, `${document.variants.length + 1} designs`, `weir ${run.provenance.version}`,
    ...(document.rehearsal === undefined
      ? [`one design as an ordinary run: --variant ${document.variants[0]?.name ?? name}`] : []),
  ];
  return [...wrapText(facts.join(' · '), width), `again: ${again}`].map(paint.dim);
}
