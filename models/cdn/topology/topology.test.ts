import { describe, expect, test } from 'vitest';
import type { Cities } from '../geography/cities.ts';
import { Geography } from '../geography/geography.ts';
import { Router } from './router.ts';
import { ORIGIN, Topology } from './topology.ts';

/*
 * Two regions on the equator: in the west cities at 0, 1 and 5 degrees east, in the east at 60 and 61. A
 * degree is 111.19 km, and with straight routes a round trip over it takes 1113 us.
 */
const LONGITUDES = [0, 1, 5, 60, 61];
const CITIES: Cities = {
  names: ['A', 'B', 'C', 'Y', 'Z'], countries: ['WW', 'WW', 'WW', 'EE', 'EE'], regions: ['west', 'east'],
  regionOf: Int32Array.of(0, 0, 0, 1, 1), latitude: new Float64Array(5),
  longitude: Float64Array.from(LONGITUDES), population: Float64Array.of(50, 20, 10, 30, 10),
};
const GEOGRAPHY = new Geography({ cities: CITIES, shares: [], startsAt: 0, routeInflation: 1 });
const SIZES = { edge: 5, regional: 2, shield: 0, origins: 1, providers: 1 };

describe('a topology', () => {
  test('without a geography spreads edges over regionals in turn, and nothing is far', () => {
    const topology = new Topology({ ...SIZES, regional: 2, shield: 1 }, undefined);
    expect([...topology.parentOf]).toEqual([5, 6, 5, 6, 5, 7, 7, ORIGIN]);
    expect([...topology.parentWithoutShield]).toEqual([5, 6, 5, 6, 5, ORIGIN, ORIGIN, ORIGIN]);
    expect(Math.max(...topology.rttUp, ...topology.rttOrigin)).toBe(0);
    expect(topology.regions).toEqual(['all']);
  });

  test('with one puts an edge into each city and asks in its own region', () => {
    const topology = new Topology(SIZES, GEOGRAPHY);
    expect([...topology.cityOf].map((city) => CITIES.names[city]).slice(0, 5).sort())
      .toEqual(['A', 'B', 'C', 'Y', 'Z']);
    // The regionals stand where most of their regions' viewers are near.
    expect([...topology.cityOf.slice(5)].map((city) => CITIES.names[city])).toEqual(['A', 'Y']);
    for (let edge = 0; edge < 5; edge++) {
      expect(topology.regionOf[topology.parentOf[edge]!]).toBe(topology.regionOf[edge]);
    }
    const b = [...topology.cityOf].indexOf(1);
    expect(topology.rttUp[b]).toBe(1113);
    expect(topology.rtt(2, b)).toBe(4451);
    // The one origin is in A, where half the world is.
    expect([...topology.originCities]).toEqual([0]);
    expect(topology.rttUp[6]).toBe(GEOGRAPHY.rtt(3, 0));
    expect(topology.rttOrigin[b]).toBe(1113);
  });

  test('of several providers has tiers for each, at the same places', () => {
    const topology = new Topology({ ...SIZES, providers: 2 }, GEOGRAPHY);
    expect([topology.edges, topology.regionals, topology.pops]).toEqual([10, 4, 14]);
    expect([...topology.cityOf.slice(0, 5)]).toEqual([...topology.cityOf.slice(5, 10)]);
    for (let pop = 0; pop < 10; pop++) {
      expect(topology.providerOf[topology.parentOf[pop]!]).toBe(topology.providerOf[pop]);
    }
  });
});

describe('a router', () => {
  const topology = new Topology(SIZES, GEOGRAPHY);
  const edgeIn = (name: string) => [...topology.cityOf].indexOf(CITIES.names.indexOf(name));

  test('sends a viewer to the nearest edge, to the next when it is down, and back', () => {
    const router = new Router(topology, 5, false);
    const edge = () => router.edgeFor(1, 0, 0);
    expect(edge()).toBe(edgeIn('B'));
    router.setHealth(edgeIn('B'), false);
    expect(edge()).toBe(edgeIn('A'));
    router.setHealth(edgeIn('A'), false);
    expect(edge()).toBe(edgeIn('C'));
    router.setHealth(edgeIn('B'), true);
    expect(edge()).toBe(edgeIn('B'));
  });

  test('passes by what is full, unless everything is', () => {
    const router = new Router(topology, 5, false);
    router.setFull(edgeIn('B'), true);
    expect(router.edgeFor(1, 0, 0)).toBe(edgeIn('A'));
    router.setFull(edgeIn('A'), true);
    router.setFull(edgeIn('C'), true);
    expect(router.edgeFor(1, 0, 0)).toBe(edgeIn('B'));
  });

  test('keeps a viewer in their region, unless it may not or there is none', () => {
    const down = (router: Router) => ['A', 'B', 'C'].forEach((name) => router.setHealth(edgeIn(name), false));
    const [within, across] = [new Router(topology, 5, false), new Router(topology, 5, true)];
    down(within);
    down(across);
    expect(within.edgeFor(1, 0, 0)).toBe(-1);
    expect(across.edgeFor(1, 0, 0)).toBe(edgeIn('Y'));
    const west = new Topology({ ...SIZES, edge: 1 }, GEOGRAPHY);
    expect(new Router(west, 1, false).edgeFor(4, 0, 0)).toBe(0);
  });

  test('without a geography takes the edge drawn, or those after it', () => {
    const router = new Router(new Topology({ ...SIZES, providers: 2 }, undefined), 5, false);
    expect([router.edgeFor(0, 0, 4), router.edgeFor(0, 1, 4)]).toEqual([4, 9]);
    router.setHealth(9, false);
    expect(router.edgeFor(0, 1, 4)).toBe(5);
    const other = new Router(new Topology({ ...SIZES, providers: 2 }, undefined), 5, false);
    other.restore(structuredClone(router.save()));
    expect([other.edgeFor(0, 1, 4), other.isDown(9)]).toEqual([5, true]);
  });
});
