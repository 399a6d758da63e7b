import { holm } from '../core/comparison.ts';
import { indicatorOf, type Figures } from './indicator.ts';
import { pairIndicator } from './pairing.ts';

/** The place of a design; `best` and `worst` differ where it is not separated from others. */
export interface RankedDesign {
  readonly design: string;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly unit: string;
  readonly rank: { readonly best: number; readonly worst: number };
  /** Designs it is not separated from. */
  readonly tied: readonly string[];
}

/**
 * Ranks designs by an indicator, best first. Every pair is compared, and Holm's step-down over all pairs says
 * which are separated; a design's rank then lies between one more than the designs that beat it and those it
 * does not beat: all these ranges hold at once with probability 1 - level (Mogstad, Romano, Shaikh and
 * Wilhelm, Inference for Ranks, Review of Economic Studies 91(1), 2024). What cannot be paired is tied.
 */
export function rankDesigns(
  designs: ReadonlyArray<{ readonly name: string; readonly run: Figures }>, by: string, level: number,
): RankedDesign[] {
  const indicators = designs.map(({ run }) => indicatorOf(run, by));
  const sign = indicators[0]!.better === 'lower' ? 1 : -1;
  const pairs: { readonly winner: number; readonly loser: number; readonly pValue: number }[] = [];
  designs.forEach((a, i) => {
    designs.slice(0, i).forEach((b, j) => {
      const pair = pairIndicator(a.run, b.run, by);
      if (pair === undefined) return;
      const [winner, loser] = sign * pair.difference.value > 0 ? [i, j] : [j, i];
      pairs.push({ winner, loser, pValue: pair.pValue });
    });
  });
  const results = holm(pairs.map((pair) => pair.pValue), level);
  const separated = pairs.filter((_pair, i) => results[i]!.significant);
  const beats = (a: number, b: number) =>
    separated.some(({ winner, loser }) => winner === a && loser === b);
  const all = designs.map((_design, i) => i);
  const ranked = designs.map(({ name }, i): RankedDesign => {
    const { value, low, high, unit } = indicators[i]!;
    const best = 1 + all.filter((other) => beats(other, i)).length;
    const worst = designs.length - all.filter((other) => beats(i, other)).length;
    const tied = all.filter((other) => other !== i && !beats(i, other) && !beats(other, i));
    const names = tied.map((other) => designs[other]!.name);
    return { design: name, value, low, high, unit, rank: { best, worst }, tied: names };
  });
  const order = ({ value }: RankedDesign) => (value === null ? Infinity : sign * value);
  return ranked.sort((a, b) => (order(a) === order(b) ? 0 : order(a) - order(b)));
}
