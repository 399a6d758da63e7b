import { AliasTable } from '../../core/alias-table.ts';
import type { RandomStream } from '../../core/rng.ts';
import type { Us } from '../../core/units.ts';
import { viewerWeights, type Cities, type RegionShare } from './cities.ts';
import { greatCircleKm, rttOverUs } from './distance.ts';

/** A geography as data: plain, so that it crosses threads with a plan. */
export interface GeographyData {
  readonly cities: Cities;
  readonly shares: readonly RegionShare[];
  /** Routes over straight lines. */
  readonly routeInflation: number;
}

/** Where viewers and caches are, and how far apart. */
export class Geography {
  readonly cities: Cities;
  /** Share of the viewers in each city. */
  readonly weights: Float64Array;
  readonly #inflation: number;
  readonly #draws: AliasTable;

  constructor({ cities, shares, routeInflation }: GeographyData) {
    this.cities = cities;
    this.weights = viewerWeights(cities, shares);
    this.#inflation = routeInflation;
    this.#draws = new AliasTable(this.weights);
  }

  /** City of a viewer. */
  drawCity(stream: RandomStream): number {
    return this.#draws.sample(stream);
  }

  /** Round-trip time between two cities, by their distance. */
  rtt(a: number, b: number): Us {
    return a === b ? 0 : rttOverUs(this.km(a, b), this.#inflation);
  }

  /** Great-circle distance of two cities. [km] */
  km(a: number, b: number): number {
    const { latitude, longitude } = this.cities;
    return greatCircleKm(latitude[a]!, longitude[a]!, latitude[b]!, longitude[b]!);
  }
}
