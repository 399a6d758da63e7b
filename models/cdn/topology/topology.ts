import { assert } from '../../core/assert.ts';
import type { Us } from '../../core/units.ts';
import type { Geography } from '../geography/geography.ts';
import { placePops } from '../geography/placement.ts';

/** How many places a CDN has; of each tier, as one provider has them. */
export interface TopologySizes {
  readonly edge: number;
  readonly regional: number;
  /** 0 without a shield. */
  readonly shield: number;
  readonly origins: number;
  /** Networks among which viewers are split, each with tiers of its own. */
  readonly providers: number;
}

/** In place of a parent: the origin. */
export const ORIGIN = -1;
/** In place of a city: nowhere in particular. */
export const NOWHERE = -1;

/**
 * Points of presence and who asks whom. They are numbered tier by tier (edges first, then regionals, then
 * shields), within a tier provider by provider, and with a geography region by region. An edge's parent is in
 * its region as long as there is one, so that a region is whole in itself down to the shield or the origin.
 */
export class Topology {
  readonly edges: number;
  readonly regionals: number;
  readonly shields: number;
  /** All of them. */
  readonly pops: number;
  /** City of each, or NOWHERE. */
  readonly cityOf: Int32Array;
  /** Region of each, an index into `regions`. */
  readonly regionOf: Int32Array;
  readonly providerOf: Int32Array;
  /** Whom each asks: a point of presence, or ORIGIN. */
  readonly parentOf: Int32Array;
  /** Whom each asks while the shield is off. */
  readonly parentWithoutShield: Int32Array;
  /** Round-trip time to the parent. [us] */
  readonly rttUp: Float64Array;
  /** Round-trip time to the nearest origin. [us] */
  readonly rttOrigin: Float64Array;
  readonly regions: readonly string[];
  /** Cities of the origins; empty without a geography. */
  readonly originCities: Int32Array;
  readonly #geography: Geography | undefined;
  readonly #perProvider: TopologySizes;
  /** Made when first asked for. */
  readonly #sitesOf: (readonly number[] | undefined)[] = [];

  constructor(sizes: TopologySizes, geography: Geography | undefined) {
    const { providers } = sizes;
    this.#geography = geography;
    this.#perProvider = sizes;
    this.edges = sizes.edge * providers;
    this.regionals = sizes.regional * providers;
    this.shields = sizes.shield * providers;
    this.pops = this.edges + this.regionals + this.shields;
    this.regions = geography?.cities.regions ?? ['all'];
    this.cityOf = new Int32Array(this.pops).fill(NOWHERE);
    this.regionOf = new Int32Array(this.pops);
    this.providerOf = new Int32Array(this.pops);
    this.parentOf = new Int32Array(this.pops).fill(ORIGIN);
    this.parentWithoutShield = new Int32Array(this.pops).fill(ORIGIN);
    this.rttUp = new Float64Array(this.pops);
    this.rttOrigin = new Float64Array(this.pops);
    this.originCities = geography === undefined ? new Int32Array(0)
      : placePops(geography.cities, geography.weights, sizes.origins);
    this.#place(0, sizes.edge);
    this.#place(this.edges, sizes.regional);
    if (sizes.shield > 0) this.#place(this.edges + this.regionals, sizes.shield);
    for (let pop = 0; pop < this.pops; pop++) this.#connect(pop);
  }

  /** Round-trip time between a viewer's city and a point of presence; 0 without a geography. */
  rtt(city: number, pop: number): Us {
    return this.#geography === undefined ? 0 : this.#geography.rtt(city, this.cityOf[pop]!);
  }

  /** Sites of the origin, the nearest to a place first; without a geography they are taken in turn. */
  sitesOf(pop: number): readonly number[] {
    return (this.#sitesOf[pop] ??= this.#sitesByDistance(pop));
  }

  /** Round-trip time between a place and a site of the origin; 0 without a geography. [us] */
  rttSite(pop: number, site: number): Us {
    return this.#geography?.rtt(this.cityOf[pop]!, this.originCities[site]!) ?? 0;
  }

  /** Region of a site of the origin, an index into `regions`. */
  regionOfSite(site: number): number {
    return this.#geography?.cities.regionOf[this.originCities[site]!] ?? 0;
  }

  /**
   * Edges of a provider that serve a city, the nearest first: those of its region, then, if wanted, others.
   */
  edgesFor(city: number, provider: number, acrossRegions: boolean): Int32Array {
    const geography = this.#geography;
    assert(geography !== undefined, 'only a place is near');
    const home = geography.cities.regionOf[city]!;
    const first = provider * this.#perProvider.edge;
    const all = Array.from({ length: this.#perProvider.edge }, (_, i) => first + i);
    const own = all.filter((pop) => this.regionOf[pop] === home);
    const others = acrossRegions || own.length === 0
      ? all.filter((pop) => this.regionOf[pop] !== home) : [];
    const byDistance = (pops: readonly number[]) => pops
      .map((pop) => ({ pop, km: geography.km(city, this.cityOf[pop]!) }))
      .sort((a, b) => a.km - b.km || a.pop - b.pop).map(({ pop }) => pop);
    return Int32Array.from([...byDistance(own), ...byDistance(others)]);
  }

  #place(first: number, count: number): void {
    const { providers } = this.#perProvider;
    const geography = this.#geography;
    const cities = geography && placePops(geography.cities, geography.weights, count);
    for (let provider = 0; provider < providers; provider++) {
      for (let i = 0; i < count; i++) {
        const pop = first + provider * count + i;
        this.providerOf[pop] = provider;
        if (cities === undefined) continue;
        this.cityOf[pop] = cities[i]!;
        this.regionOf[pop] = geography!.cities.regionOf[cities[i]!]!;
      }
    }
  }

  #connect(pop: number): void {
    const { edge, regional, shield } = this.#perProvider;
    const provider = this.providerOf[pop]!;
    const regionals = this.edges + provider * regional;
    const shields = this.edges + this.regionals + provider * shield;
    const city = this.cityOf[pop]!;
    this.rttOrigin[pop] = this.#nearestOrigin(city);
    if (pop < this.edges) {
      const parent = this.#nearest(pop, regionals, regional, (pop - provider * edge) % regional);
      this.parentOf[pop] = parent;
      this.parentWithoutShield[pop] = parent;
    } else if (pop < this.edges + this.regionals && shield > 0) {
      this.parentOf[pop] = this.#nearest(pop, shields, shield, (pop - regionals) % shield);
    }
    const parent = this.parentOf[pop]!;
    this.rttUp[pop] = parent === ORIGIN ? this.rttOrigin[pop]! : this.between(pop, parent);
  }

  /**
   * The nearest of `count` from `first` on, one of the same region before all others; `otherwise` nowhere.
   */
  #nearest(pop: number, first: number, count: number, otherwise: number): number {
    if (this.#geography === undefined) return first + otherwise;
    let best = first;
    let least = Infinity;
    for (let other = first; other < first + count; other++) {
      const abroad = this.regionOf[other] === this.regionOf[pop] ? 0 : ABROAD_US;
      const distance = abroad + this.between(pop, other);
      if (distance < least) {
        least = distance;
        best = other;
      }
    }
    return best;
  }

  #sitesByDistance(pop: number): number[] {
    const { edge, regional, shield, origins } = this.#perProvider;
    const sites = Array.from({ length: origins }, (_, site) => site);
    if (this.#geography === undefined) {
      const tierSize = pop < this.edges ? edge : pop < this.edges + this.regionals ? regional : shield;
      return sites.map((site) => (site + (pop % tierSize)) % origins);
    }
    return sites.sort((a, b) => this.rttSite(pop, a) - this.rttSite(pop, b) || a - b);
  }

  #nearestOrigin(city: number): Us {
    if (city === NOWHERE) return 0;
    return Math.min(...[...this.originCities].map((origin) => this.#geography!.rtt(city, origin)));
  }

  /** Time of day at a point of presence when the run begins; midnight without a geography. [us] */
  startOf(pop: number): Us {
    return this.#geography?.startOf(this.cityOf[pop]!) ?? 0;
  }

  /** Round-trip time between two points of presence. [us] */
  between(a: number, b: number): Us {
    return this.#geography === undefined ? 0 : this.#geography.rtt(this.cityOf[a]!, this.cityOf[b]!);
  }
}

/** More than any round trip on Earth: the own region comes first. [us] */
const ABROAD_US = 1e9;
