import type { RunDocument } from '../models/core/run-record.ts';
import { MARKETS } from '../models/cdn/topology/markets.ts';
import { formatCount, formatValue, NOTHING } from './format.ts';
import { textTable, type Painter } from './text-table.ts';

/** What the edges of a region did over the measured span, mean over replications. */
export interface RegionRow {
  readonly region: string;
  readonly requests: number;
  /** Shares of requests and of bytes from the edges' own store; null without any. */
  readonly hitRate: number | null;
  readonly byteHitRate: number | null;
  /** Share of the requests that came to nothing. */
  readonly errors: number | null;
  /** [Gbit/s], over the measured span. */
  readonly bandwidth: number;
  readonly bytes: number;
  /** Share of the bytes that went over transit networks. */
  readonly transit: number | null;
  /** Its part of what egress and links to viewers cost; null without a price list. [$] */
  readonly cost: number | null;
}

/** The regions in which viewers were answered, the busiest first; empty unless there are several. */
export function regionRows(document: RunDocument): RegionRow[] {
  const sums = new Map<string, Map<string, number>>();
  const ofMarket = new Map<string, number>();
  const seconds = document.simulatedSeconds - document.warmupSeconds;
  for (const { name, labels, value } of document.metrics) {
    const { region, result, link } = labels;
    if (region === undefined || !NAMES.includes(name)) continue;
    const row = sums.get(region) ?? new Map<string, number>();
    sums.set(region, row);
    const kind = result ?? link ?? name;
    row.set(kind, (row.get(kind) ?? 0) + value);
    if (name !== SENT && name !== LINKS) continue;
    const key = `${link ?? SENT} ${marketOf(region)}`;
    ofMarket.set(key, (ofMarket.get(key) ?? 0) + value);
  }
  const rows = [...sums].map(([region, row]): RegionRow => {
    const of = (kind: string) => row.get(kind) ?? 0;
    const requests = of('hit') + of('miss') + of('error');
    const bytes = of(SENT);
    return {
      region, requests, hitRate: share(of('hit'), requests), byteHitRate: share(of(HIT_BYTES), bytes),
      errors: share(of('error'), requests), bandwidth: seconds > 0 ? (8e-9 * bytes) / seconds : 0, bytes,
      transit: share(of('transit'), bytes), cost: costOf(document, region, of, ofMarket),
    };
  }).filter(({ requests }) => requests > 0);
  return rows.length > 1 ? rows.sort((a, b) => b.requests - a.requests) : [];
}

/** Columns of the table of regions. */
export const REGION_COLUMNS = [
  'region', 'requests', 'hit', 'byte hit', 'errors', 'bandwidth', 'egress', 'transit', 'cost',
] as const;

/** The cells of a region's row. */
export function regionCells(row: RegionRow): string[] {
  return [
    row.region, formatCount(row.requests), formatValue(row.hitRate, 'ratio'),
    formatValue(row.byteHitRate, 'ratio'), formatValue(row.errors, 'ratio'),
    formatValue(row.bandwidth * 1e9, 'bits/s'), formatValue(row.bytes, 'bytes'),
    formatValue(row.transit, 'ratio'), row.cost === null ? NOTHING : formatValue(row.cost, '$'),
  ];
}

/** The table of regions as lines for a terminal; none for a single region. */
export function regionsBlock(document: RunDocument, paint: Painter): string[] {
  const rows = regionRows(document);
  if (rows.length === 0) return [];
  const head = REGION_COLUMNS.map((name, i) => paint.dim(i === 0 ? `  ${name}` : name));
  const cells = rows.map((row) => regionCells(row).map((cell, i) => (i === 0 ? `  ${cell}` : cell)));
  return [
    `${paint.bold('Regions')}${paint.dim('  what edges answered viewers with')}`,
    ...textTable([head, ...cells], REGION_COLUMNS.map((_name, i) => i).slice(1)),
  ];
}

/**
 * A region's part of each cost of egress and of links: that of its bytes among those of its market, which is
 * what the item is billed by.
 */
function costOf(
  { costs }: RunDocument, region: string, of: (kind: string) => number, ofMarket: ReadonlyMap<string, number>,
): number | null {
  if (costs.length === 0) return null;
  const market = marketOf(region);
  return costs.reduce((sum, { part, item, value }) => {
    const kind = part === 'peering' || part === 'transit' ? part : part === 'cdn' ? SENT : undefined;
    if (kind === undefined || !item.endsWith(`.${market}`)) return sum;
    const all = ofMarket.get(`${kind} ${market}`) ?? 0;
    return all > 0 ? sum + (value * of(kind)) / all : sum;
  }, 0);
}

const marketOf = (region: string): string => MARKETS.get(region) ?? 'us';

function share(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}

const SENT = 'edge_sent_bytes_total';
const HIT_BYTES = 'edge_hit_bytes_total';
const LINKS = 'edge_link_bytes_total';
const NAMES: readonly string[] = ['edge_requests_total', SENT, HIT_BYTES, LINKS];
