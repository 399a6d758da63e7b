import { AliasTable } from '../../core/alias-table.ts';
import type { RandomStream } from '../../core/rng.ts';
import type { Us } from '../../core/units.ts';
import { viewerWeights, type Cities, type RegionShare } from './cities.ts';
import { greatCircleKm, rttOverUs } from './distance.ts';
import { zoneOffset } from './local-time.ts';

/** A geography as data: plain, so that it crosses threads with a plan. */
export interface GeographyData {
  readonly cities: Cities;
  readonly shares: readonly RegionShare[];
  /** Routes over straight lines. */
  readonly routeInflation: number;
  /** Time of day at which the run begins, in UTC. [us] */
  readonly startsAt: Us;
}

/** Where viewers and caches are, and how far apart. */
export class Geography {
  readonly cities: Cities;
  /** Share of the viewers in each city. */
  readonly weights: Float64Array;
  readonly #inflation: number;
  readonly #startsAt: Us;
  readonly #draws: AliasTable;

  constructor({ cities, shares, routeInflation, startsAt }: GeographyData) {
    this.cities = cities;
    this.weights = viewerWeights(cities, shares);
    this.#inflation = routeInflation;
    this.#startsAt = startsAt;
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

  /** Time of day in a city when the run begins. [us] */
  startOf(city: number): Us {
    const { utcOffset, longitude } = this.cities;
    const zone = utcOffset === undefined ? zoneOffset(longitude[city]!) : utcOffset[city]! * 3_600e6;
    return this.#startsAt + zone;
  }

  /** Great-circle distance of two cities. [km] */
  km(a: number, b: number): number {
    const { latitude, longitude } = this.cities;
    return greatCircleKm(latitude[a]!, longitude[a]!, latitude[b]!, longitude[b]!);
  }
}
