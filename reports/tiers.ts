import { OWN_RESULTS } from '../models/cdn/metrics.ts';
import type { MetricResult, RunDocument } from '../models/core/run-record.ts';
import { formatValue } from './format.ts';

/** What one cache tier did over the measured span, mean over replications. */
export interface CacheTier {
  readonly tier: string;
  readonly requests: TierShares;
  readonly bytes: TierShares;
}

/** An amount by how a tier came by its answer: its store, a fetch under way, upstream, or not at all. */
export interface TierShares {
  readonly total: number;
  readonly hit: number;
  readonly coalesced: number;
  readonly miss: number;
  readonly error: number;
}

/** The cache tiers of a run from the viewer to the origin; empty when the scenario has no CDN. */
export function cacheTiers(document: RunDocument): CacheTier[] {
  const names = new Set<string>();
  for (const metric of document.metrics) {
    if (metric.name === REQUESTS && metric.labels['tier'] !== undefined) names.add(metric.labels['tier']);
  }
  const tiers = [...names].map((tier) => ({
    tier,
    requests: shares(document.metrics, REQUESTS, tier),
    bytes: shares(document.metrics, BYTES, tier),
  }));
  const place = ({ tier }: CacheTier): number => (ORDER.indexOf(tier) + ORDER.length) % ORDER.length;
  return tiers.filter((tier) => tier.requests.total > 0)
    .sort((a, b) => place(a) - place(b) || b.requests.total - a.requests.total);
}

/** Sum of a metric over all its label sets; null when the run does not have it. */
export function metricTotal(document: RunDocument, name: string): number | null {
  const found = document.metrics.filter((metric) => metric.name === name);
  return found.length === 0 ? null : found.reduce((sum, metric) => sum + metric.value, 0);
}

/** Bytes fetched from the origin, as it counted or as the tier before it missed them; null without a CDN. */
export function originBytes(document: RunDocument): number | null {
  return metricTotal(document, 'origin_sent_bytes_total') ?? cacheTiers(document).at(-1)?.bytes.miss ?? null;
}

/** What a tier sent, and what that cost. */
export interface TierEgress {
  readonly tier: string;
  readonly bytes: number;
  /** null without a price list. [$] */
  readonly cost: number | null;
}

/**
 * Bytes that each tier sent and what was paid for them, from the edges to the origin: edges pay by the byte,
 * the request and the link to viewers, the others by what they sent.
 */
export function tierEgress(document: RunDocument): TierEgress[] {
  const { costs } = document;
  const paid = (tier: string) => (costs.length === 0 ? null : costs.reduce((sum, { part, value }) =>
    ((PART_TIERS.get(part) ?? part) === tier ? sum + value : sum), 0));
  const tiers = cacheTiers(document)
    .map(({ tier, bytes }) => ({ tier, bytes: bytes.total, cost: paid(tier) }));
  const origin = originBytes(document);
  if (tiers.length === 0 || origin === null) return tiers;
  return [...tiers, { tier: 'origin', bytes: origin, cost: paid('origin') }];
}

/** Tier of the parts that costs are told by; the others are named as their tier. */
const PART_TIERS: ReadonlyMap<string, string> = new Map([
  ['cdn', 'edge'], ['peering', 'edge'], ['transit', 'edge'],
]);

/** One sentence on what the tiers answered themselves. */
export function tierSummary(tiers: readonly CacheTier[], measure: 'requests' | 'bytes'): string {
  const parts = tiers.map((tier) => {
    const { hit, total } = tier[measure];
    const share = formatValue(total > 0 ? hit / total : null, 'ratio');
    return `${tier.tier} tier answers ${share} from its own store`;
  });
  const last = tiers.at(-1)![measure].miss;
  const share = formatValue(last / tiers[0]![measure].total, 'ratio');
  return `The ${parts.join(', the ')}; ${share} of the ${measure} reach the origin.`;
}

function shares(metrics: readonly MetricResult[], name: string, tier: string): TierShares {
  const own = metrics.filter((metric) => metric.name === name && metric.labels['tier'] === tier);
  const of = (result: string): number =>
    own.reduce((sum, metric) => sum + (metric.labels['result'] === result ? metric.value : 0), 0);
  // What may not be kept was fetched for the one who asked, as a miss is.
  const [hit, miss] = [OWN_RESULTS.reduce((sum, result) => sum + of(result), 0), of('miss') + of('pass')];
  const [coalesced, error] = [of('coalesced'), of('error')];
  return { total: hit + coalesced + miss + error, hit, coalesced, miss, error };
}

/** Tiers from the viewers on; others follow by what reaches them. */
const ORDER = ['edge', 'regional', 'shield', 'other'];
const REQUESTS = 'cache_requests_total';
const BYTES = 'cache_bytes_total';
