import { formatValue, humanise } from '../../reports/format.ts';
import type { CacheTier, TierShares } from '../../reports/tiers.ts';
import type { CursorStop } from './cursor.ts';
import { createPlot, drawText, textWidth, type Plot, type PlotArea } from './plot.ts';

/** What flows, and how wide the drawing is. */
export interface TierFlowOptions {
  readonly width: number;
  readonly measure: 'requests' | 'bytes';
}

/** One part of a tier's bar. */
export interface TierFlowPart {
  readonly tier: string;
  readonly result: keyof TierShares;
  readonly amount: number;
  readonly share: number;
  readonly box: PlotArea;
}

/** Where every part of every tier is drawn: a tier's bar is as wide as the plot, whatever reached it. */
export function tierFlowParts(tiers: readonly CacheTier[], options: TierFlowOptions): TierFlowPart[] {
  return tiers.flatMap((tier, row) => {
    const shares = tier[options.measure];
    const top = FIRST + row * PITCH;
    let left = 0;
    return RESULTS.flatMap((result) => {
      const share = shares.total > 0 ? shares[result] / shares.total : 0;
      if (share === 0) return [];
      const box = { left, right: left + share * options.width, top, bottom: top + BAR };
      left = box.right;
      return [{ tier: tier.tier, result, amount: shares[result], share, box }];
    });
  });
}

/** Height that the flow takes. */
export function tierFlowHeight(tiers: readonly CacheTier[]): number {
  return FIRST + tiers.length * PITCH + 30;
}

/**
 * What each tier answered itself and what it passed on. Every bar shows all that reached its tier; the funnel
 * under its last part opens into the next bar, so that small shares stay readable down to the origin.
 */
export function tierFlow(tiers: readonly CacheTier[], options: TierFlowOptions): SVGSVGElement {
  const plot = createPlot({ width: options.width, height: tierFlowHeight(tiers) });
  const parts = tierFlowParts(tiers, options);
  tiers.forEach((tier, row) => {
    const top = FIRST + row * PITCH;
    const total = formatValue(tier[options.measure].total, options.measure);
    drawText(plot, { x: 0, y: top - 7 }, `${humanise(tier.tier)} tier`).style('fill', 'var(--text)')
      .style('font-weight', 600);
    drawText(plot, { x: options.width, y: top - 7, anchor: 'end' }, `${total} arrive`);
    const own = parts.filter((part) => part.tier === tier.tier);
    const miss = own.find((part) => part.result === 'miss');
    if (miss !== undefined) drawFunnel(plot, miss.box, options.width);
    for (const part of own) drawPart(plot, part);
  });
  const last = tiers.at(-1)?.[options.measure];
  const bottom = FIRST + tiers.length * PITCH;
  drawText(plot, { x: 0, y: bottom - 7 }, 'Origin').style('fill', 'var(--text)').style('font-weight', 600);
  drawText(plot, { x: options.width, y: bottom - 7, anchor: 'end' },
    `${formatValue(last?.miss ?? 0, options.measure)} arrive`);
  plot.append('rect').attr('x', 0).attr('y', bottom).attr('width', options.width).attr('height', 6)
    .style('fill', 'var(--soft)').style('opacity', 0.6);
  return plot.node()!;
}

/** Places at which the cursor of the flow can stand: the parts of the bars. */
export function tierFlowStops(tiers: readonly CacheTier[], options: TierFlowOptions): CursorStop[] {
  return tierFlowParts(tiers, options).map((part, key) => ({
    key,
    x: (part.box.left + part.box.right) / 2,
    y: part.box.top,
    title: '',
    readings: [{
      name: `${humanise(part.tier)} tier, ${RESULT_WORDS[part.result]}`,
      text: `${formatValue(part.amount, options.measure)}, ${formatValue(part.share, 'ratio')}`,
    }],
    dots: [],
    box: part.box,
  }));
}

function drawPart(plot: Plot, { result, share, box }: TierFlowPart): void {
  const look = LOOKS[result];
  const width = box.right - box.left;
  plot.append('rect').attr('class', `part ${result}`)
    .attr('x', box.left).attr('y', box.top).attr('width', Math.max(1, width - 1)).attr('height', BAR)
    .style('fill', look.fill);
  const text = `${RESULT_WORDS[result]} ${formatValue(share, 'ratio')}`;
  const short = formatValue(share, 'ratio');
  const label = [text, short].find((one) => textWidth(one) + 6 < width);
  if (label !== undefined) {
    drawText(plot, { x: box.left + 5, y: box.top + BAR / 2 + 4 }, label).style('fill', look.text);
  }
}

function drawFunnel(plot: Plot, miss: PlotArea, width: number): void {
  const next = miss.top + PITCH;
  plot.append('path').attr('class', 'funnel')
    .attr('d', `M${miss.left},${miss.bottom}L${miss.right},${miss.bottom}L${width},${next}L0,${next}Z`)
    .style('fill', 'var(--bad)').style('opacity', 0.13);
}

/** Colours of what the bars show, for a legend. */
export function tierFlowLegend(
  tiers: readonly CacheTier[],
): Array<{ readonly name: string; readonly colour: string }> {
  return RESULTS.filter((result) => tiers.some((tier) => tier.requests[result] > 0))
    .map((result) => ({ name: RESULT_WORDS[result], colour: LOOKS[result].fill }));
}

/** What a tier did with a request, in words. */
export const RESULT_WORDS: Readonly<Record<keyof TierShares, string>> = {
  total: 'all', hit: 'hit', coalesced: 'waited for one fetch', miss: 'passed on', error: 'failed',
};

const RESULTS = ['hit', 'coalesced', 'error', 'miss'] as const;
const FIRST = 24;
const BAR = 30;
const PITCH = 92;

const LOOKS: Readonly<Record<keyof TierShares, { readonly fill: string; readonly text: string }>> = {
  total: { fill: 'var(--soft)', text: 'var(--surface)' },
  hit: { fill: 'var(--series-1)', text: 'var(--surface)' },
  coalesced: { fill: 'var(--series-2)', text: 'var(--surface)' },
  miss: { fill: 'var(--bad)', text: 'var(--surface)' },
  error: { fill: 'var(--series-4)', text: 'var(--surface)' },
};
