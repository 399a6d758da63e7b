/** A point of presence, where it is, and what it answered over the measured span. */
export interface PlaceRow {
  readonly tier: string;
  /** Number within its tier, from 0. */
  readonly place: number;
  readonly city: string;
  readonly country: string;
  readonly region: string;
  /** [degrees] */
  readonly latitude: number;
  readonly longitude: number;
  readonly requests: number;
  /** Requests answered from its own store. */
  readonly hits: number;
  /** Requests answered with an error, or not at all. */
  readonly errors: number;
  readonly bytes: number;
  readonly hitBytes: number;
}

/** Places of several lists by their order: sums, divided by `over` (the means of as many replications). */
export function joinPlaceRows(lists: ReadonlyArray<readonly PlaceRow[]>, over = 1): PlaceRow[] {
  return (lists[0] ?? []).map((row, i) => {
    const of = (pick: (one: PlaceRow) => number) =>
      lists.reduce((sum, list) => sum + pick(list[i]!), 0) / over;
    return {
      ...row,
      requests: of((one) => one.requests), hits: of((one) => one.hits), errors: of((one) => one.errors),
      bytes: of((one) => one.bytes), hitBytes: of((one) => one.hitBytes),
    };
  });
}
