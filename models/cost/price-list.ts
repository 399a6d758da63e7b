/** What one item is counted in when it is paid for; a GB is 10^9 bytes, a month 730 hours. */
export const PRICE_UNITS = ['hour', 'GB', 'GB-month', 'GB-hour', 'request', 'minute'] as const;

/** Name of a unit of `PRICE_UNITS`. */
export type PriceUnit = (typeof PRICE_UNITS)[number];

/** A price that holds up to a quantity a month. */
export interface PriceTier {
  /** End of the tier, in the price's unit a month; Infinity for the last. */
  readonly upTo: number;
  /** Dollars a unit within the tier. */
  readonly price: number;
}

/** The price of one item, with where and when it was read. */
export interface Price {
  /** `ec2.g4dn.xlarge`, `cloudfront.egress.us`. */
  readonly item: string;
  readonly unit: PriceUnit;
  /** Ascending; the last has no end. */
  readonly tiers: readonly PriceTier[];
  /** The day the price held, ISO 8601. */
  readonly asOf: string;
  readonly source: string;
}

/** A list of prices in US dollars; plain data, so that it crosses threads with a plan. */
export interface PriceList {
  readonly name: string;
  readonly prices: readonly Price[];
}

/** The price of an item; undefined when the list has none. */
export function priceOf(list: PriceList, item: string): Price | undefined {
  return list.prices.find((price) => price.item === item);
}

/** Hours in a month as clouds bill it: 365 days over 12. */
export const HOURS_PER_MONTH = 730;

/** Dollars for a quantity used in one month: each tier pays for what falls into it. */
export function monthlyCost(price: Price, quantity: number): number {
  let cost = 0;
  let from = 0;
  for (const tier of price.tiers) {
    if (quantity <= from) break;
    cost += (Math.min(quantity, tier.upTo) - from) * tier.price;
    from = tier.upTo;
  }
  return cost;
}

/**
 * Dollars for a quantity used in `spanHours`, paid as its share of a month that goes on like this: tiers are
 * a month's, and a run is seldom one.
 */
export function costOf(price: Price, quantity: number, spanHours: number): number {
  if (quantity <= 0 || spanHours <= 0) return 0;
  if (price.tiers.length === 1) return quantity * price.tiers[0]!.price; // the month cancels but for rounding
  const months = spanHours / HOURS_PER_MONTH;
  return monthlyCost(price, quantity / months) * months;
}
