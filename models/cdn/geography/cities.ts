/** Cities as columns: plain data, which can be handed to another thread. */
export interface Cities {
  readonly names: readonly string[];
  /** ISO 3166-1 alpha-2. */
  readonly countries: readonly string[];
  /** Names of the regions, in the order in which they first occur. */
  readonly regions: readonly string[];
  /** Region of each city, an index into `regions`. */
  readonly regionOf: Int32Array;
  /** [degrees] */
  readonly latitude: Float64Array;
  /** [degrees] */
  readonly longitude: Float64Array;
  readonly population: Float64Array;
  /** What its time is ahead of UTC [h]; absent: by its longitude. */
  readonly utcOffset?: Float64Array;
}

/** Share of a region's viewers, among all; undefined for all regions means: by population alone. */
export interface RegionShare {
  readonly region: string;
  readonly share: number;
}

/**
 * Viewers expected in each city, summing to one: by population within a region, by the stated shares
 * between regions. Regions that are not named have no viewers when any is.
 */
export function viewerWeights(cities: Cities, shares: readonly RegionShare[]): Float64Array {
  const people = new Float64Array(cities.regions.length);
  cities.regionOf.forEach((region, city) => (people[region]! += cities.population[city]!));
  const everybody = people.reduce((sum, count) => sum + count, 0);
  const shareOf = cities.regions.map((name, region) => {
    if (shares.length === 0) return people[region]! / everybody;
    return shares.find((entry) => entry.region === name)?.share ?? 0;
  });
  const total = shareOf.reduce((sum, share) => sum + share, 0);
  return Float64Array.from(cities.regionOf, (region, city) =>
    (shareOf[region]! / total) * (cities.population[city]! / people[region]!));
}
