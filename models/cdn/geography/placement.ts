import { assert } from '../../core/assert.ts';
import type { Cities } from './cities.ts';
import { greatCircleKm } from './distance.ts';

/** A city with its weight while places are handed out. */
interface Spot {
  readonly city: number;
  readonly weight: number;
}

/**
 * Cities of `count` points of presence, region by region (so that a region's are neighbours in the list). A
 * region gets its number by its weight (Webster; at least one while there are enough), and within it
 * each next one goes where it shortens the viewers' distance to their nearest most (greedy k-median); once
 * every city has one, the rest go to the cities with most weight for each they have.
 */
export function placePops(cities: Cities, weights: Float64Array, count: number): Int32Array {
  assert(count >= 1, 'a tier has a place', { count });
  const spots: Spot[][] = cities.regions.map(() => []);
  weights.forEach((weight, city) => {
    if (weight > 0) spots[cities.regionOf[city]!]!.push({ city, weight });
  });
  const seats = apportion(spots.map((list) => list.reduce((sum, { weight }) => sum + weight, 0)), count);
  const placed: number[] = [];
  spots.forEach((list, region) => placed.push(...placeIn(cities, list, seats[region]!)));
  return Int32Array.from(placed);
}

/** Webster (Sainte-Lague): seats by weight; everybody with weight gets one while there are enough. */
export function apportion(weights: readonly number[], seats: number): number[] {
  const given = weights.map(() => 0);
  const withWeight = weights.filter((weight) => weight > 0).length;
  let left = seats;
  if (seats >= withWeight) {
    weights.forEach((weight, i) => {
      if (weight > 0) given[i] = 1;
    });
    left -= withWeight;
  }
  for (; left > 0; left--) {
    let best = -1;
    weights.forEach((weight, i) => {
      if (weight <= 0) return;
      if (best < 0 || weight / (2 * given[i]! + 1) > weights[best]! / (2 * given[best]! + 1)) best = i;
    });
    given[best]!++;
  }
  return given;
}

function placeIn(cities: Cities, spots: readonly Spot[], count: number): number[] {
  if (count === 0) return [];
  const distances = distancesOf(cities, spots);
  const nearest = new Float64Array(spots.length).fill(Infinity);
  const placed: number[] = [];
  for (let i = 0; i < Math.min(count, spots.length); i++) {
    const at = bestSpot(spots, distances, nearest);
    placed.push(at);
    for (let to = 0; to < spots.length; to++) {
      nearest[to] = Math.min(nearest[to]!, distances[at * spots.length + to]!);
    }
  }
  if (count > spots.length) {
    const more = apportion(spots.map(({ weight }) => weight), count);
    // Everybody has one by now, and Webster's first ones are among them.
    more.forEach((seats, at) => {
      for (let extra = 1; extra < seats; extra++) placed.push(at);
    });
  }
  return placed.map((at) => spots[at]!.city);
}

/** The spot that brings the weighted distance to the nearest place down most; the first of equals. */
function bestSpot(spots: readonly Spot[], distances: Float64Array, nearest: Float64Array): number {
  let best = -1;
  let most = -Infinity;
  for (let at = 0; at < spots.length; at++) {
    if (nearest[at] === 0) continue;
    let gain = 0;
    for (let to = 0; to < spots.length; to++) {
      const now = Math.min(nearest[to]!, FARTHEST_KM);
      gain += spots[to]!.weight * Math.max(0, now - distances[at * spots.length + to]!);
    }
    if (gain > most) {
      most = gain;
      best = at;
    }
  }
  return best;
}

function distancesOf({ latitude, longitude }: Cities, spots: readonly Spot[]): Float64Array {
  const distances = new Float64Array(spots.length * spots.length);
  spots.forEach((from, a) => spots.forEach((to, b) => {
    if (from === to) return;
    const km = greatCircleKm(latitude[from.city]!, longitude[from.city]!, latitude[to.city]!,
      longitude[to.city]!);
    distances[a * spots.length + b] = Math.max(km, 0.001); // two cities at one place are two all the same
  }));
  return distances;
}

/** Half the Earth's girth: nobody is farther away. [km] */
const FARTHEST_KM = 20_016;
