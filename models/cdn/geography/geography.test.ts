import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AliasTable } from '../../core/alias-table.ts';
import { RandomStreams } from '../../core/rng.ts';
import { viewerWeights, type Cities } from './cities.ts';
import { greatCircleKm, rttOverUs } from './distance.ts';
import { apportion, placePops } from './placement.ts';

const WORLD = world();

describe('distance', () => {
  test.each([
    // Great circles as flight planners give them: LHR-JFK and SYD-SIN, of the airports.
    ['London', 51.4775, -0.4614, 'New York', 40.6398, -73.7789, 5540],
    ['Sydney', -33.9461, 151.1772, 'Singapore', 1.3502, 103.9944, 6307],
  ])('%s to %s', (_a, latA, lonA, _b, latB, lonB, km) => {
    expect(Math.abs(greatCircleKm(latA, lonA, latB, lonB) - km) / km).toBeLessThan(0.005);
    expect(greatCircleKm(latA, lonA, latB, lonB)).toBeCloseTo(greatCircleKm(latB, lonB, latA, lonA), 9);
  });

  test('round trips: 1000 km of straight fibre take 10.007 ms, and 2.1 times that as routes go', () => {
    expect(rttOverUs(1000, 1)).toBe(10_007);
    expect(rttOverUs(1000, 2.1)).toBe(21_015);
    expect(rttOverUs(0, 2.1)).toBe(0);
  });
});

describe('apportionment', () => {
  test('is Sainte-Lague, worked by hand', () => {
    // Quotients: 53, 17.67, 10.6, 7.57; 24, 8; 23, 7.67: seven seats go to 53, 24, 23, 17.67, 10.6, 8, 7.67.
    expect(apportion([53, 24, 23], 7)).toEqual([3, 2, 2]);
    expect(apportion([100, 1, 0], 2)).toEqual([1, 1, 0]);
    expect(apportion([100, 1, 0], 1)).toEqual([1, 0, 0]);
  });
});

describe('placing points of presence', () => {
  const everywhere = viewerWeights(WORLD, []);

  test.each([1, 5, 50, 300, 5000])('%i of them: each in a city, region by region', (count) => {
    const pops = placePops(WORLD, everywhere, count);
    expect(pops).toHaveLength(count);
    const regions = [...pops].map((city) => WORLD.regionOf[city]!);
    expect(regions).toEqual([...regions].sort((a, b) => a - b));
    if (count >= WORLD.regions.length) expect(new Set(regions).size).toBe(WORLD.regions.length);
  });

  test('more of them are nearer: the mean distance goes down', () => {
    const distances = [11, 50, 300].map((count) => meanDistance(placePops(WORLD, everywhere, count)));
    expect(distances[1]).toBeLessThan(0.6 * distances[0]!);
    expect(distances[2]).toBeLessThan(0.6 * distances[1]!);
    // Fifty cities drawn at random by population do worse.
    const draws = new AliasTable(everywhere);
    const stream = new RandomStreams(1, 0).stream('x');
    const random = Int32Array.from({ length: 50 }, () => draws.sample(stream));
    expect(distances[1]).toBeLessThan(0.7 * meanDistance(random));
  });

  function meanDistance(pops: Int32Array): number {
    return everywhere.reduce((sum, weight, city) => {
      const nearest = Math.min(...[...pops].map((pop) => kmBetween(city, pop)));
      return sum + weight * nearest;
    }, 0);
  }
});

test('viewers come by population within a region, by share between regions', () => {
  const weights = viewerWeights(WORLD, [{ region: 'oceania', share: 1 }, { region: 'eu-west', share: 3 }]);
  const of = (name: string) => weights.reduce((sum, weight, city) =>
    sum + (WORLD.regions[WORLD.regionOf[city]!] === name ? weight : 0), 0);
  expect(of('oceania')).toBeCloseTo(0.25, 12);
  expect(of('eu-west')).toBeCloseTo(0.75, 12);
  const [sydney, melbourne] = [WORLD.names.indexOf('Sydney'), WORLD.names.indexOf('Melbourne')];
  expect(weights[sydney]! / weights[melbourne]!)
    .toBeCloseTo(WORLD.population[sydney]! / WORLD.population[melbourne]!, 9);
});

test('an alias table draws each index as often as its weight says', () => {
  const weights = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 12 })
    .filter((list) => list.some((weight) => weight > 0));
  fc.assert(fc.property(weights, fc.nat(), (list, seed) => {
    const table = new AliasTable(Float64Array.from(list));
    const stream = new RandomStreams(seed, 0).stream('alias');
    const drawn = list.map(() => 0);
    for (let i = 0; i < 4000; i++) drawn[table.sample(stream)]!++;
    const total = list.reduce((sum, weight) => sum + weight, 0);
    list.forEach((weight, i) => {
      const p = weight / total;
      // Six standard deviations.
      expect(Math.abs(drawn[i]! / 4000 - p)).toBeLessThanOrEqual(6 * Math.sqrt((p * (1 - p)) / 4000));
    });
  }), { seed: 1, numRuns: 30 });
});

function kmBetween(a: number, b: number): number {
  const { latitude: lat, longitude: lon } = WORLD;
  return greatCircleKm(lat[a]!, lon[a]!, lat[b]!, lon[b]!);
}

/** The shipped cities, read without the loader, which models do not know. */
function world(): Cities {
  const file = new URL('../../../scenarios/geography/world-cities.csv', import.meta.url);
  const rows = readFileSync(file, 'utf8').trim().split('\n').slice(1).map((line) => line.split(','));
  const regions = [...new Set(rows.map((row) => row[2]!))];
  const numbers = (column: number) => Float64Array.from(rows, (row) => Number(row[column]));
  return {
    names: rows.map((row) => row[0]!), countries: rows.map((row) => row[1]!), regions,
    regionOf: Int32Array.from(rows, (row) => regions.indexOf(row[2]!)),
    latitude: numbers(3), longitude: numbers(4), population: numbers(5),
  };
}
