import type { PlaceRow } from '../models/core/place-row.ts';
import { formatCount, formatValue } from './format.ts';

/** Share of a place's requests that it answered from its own store; null when there were none. */
export function placeHitRate({ requests, hits }: PlaceRow): number | null {
  return requests > 0 ? hits / requests : null;
}

/** The places of a run that were asked, the busiest first, edges before the tiers behind them. */
export function busiestPlaces(places: readonly PlaceRow[]): PlaceRow[] {
  const tier = (row: PlaceRow) => TIER_ORDER.indexOf(row.tier);
  return places.filter(({ requests }) => requests > 0)
    .sort((a, b) => tier(a) - tier(b) || b.bytes - a.bytes || a.place - b.place);
}

/** One sentence on where viewers were answered. */
export function placesSummary(places: readonly PlaceRow[]): string {
  const edges = busiestPlaces(places).filter(({ tier }) => tier === 'edge');
  const [first] = edges;
  if (first === undefined) return 'No edge was asked.';
  const regions = new Set(edges.map(({ region }) => region)).size;
  const rated = [...edges].sort((a, b) => placeHitRate(a)! - placeHitRate(b)!);
  const [least, most] = [rated[0]!, rated.at(-1)!];
  const told = (row: PlaceRow) => `${row.city} ${formatValue(placeHitRate(row), 'ratio')}`;
  const where = `${formatCount(edges.length)} ${edges.length === 1 ? 'edge' : 'edges'} in `
    + `${regions} ${regions === 1 ? 'region' : 'regions'}`;
  const busiest = `${first.city} sends most, ${formatValue(first.bytes, 'bytes')}`;
  if (edges.length === 1) return `${where}: ${told(first)} from its own store.`;
  return `${where}; ${busiest}. From their own store they answer between ${told(least)} and ${told(most)}.`;
}

const TIER_ORDER = ['edge', 'regional', 'shield'];
