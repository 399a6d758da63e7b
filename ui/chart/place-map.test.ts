import { expect, test } from 'vitest';
import type { PlaceRow } from '../../models/core/place-row.ts';
import { placesSummary } from '../../reports/places.ts';
import { mapMarks, placeMapStops, type MapData } from './place-map.ts';

const place = (
  city: string, longitude: number, latitude: number, bytes: number, tier = 'edge',
): PlaceRow => ({
  tier, place: 0, city, country: 'WW', region: 'r', latitude, longitude, requests: bytes === 0 ? 0 : 10,
  hits: 5, errors: 0, bytes, hitBytes: bytes / 2,
});
const MAP: MapData = {
  places: [place('east', 20, 50, 1e9), place('west', 0, 50, 4e9), place('south', 10, 40, 0),
    place('behind', 10, 45, 2e9, 'regional')],
  cities: { latitude: [50, 45], longitude: [0, 10] },
};
const SIZE = { width: 800, height: 400 };

test('places lie as on a map, their area as their traffic, edges before what is behind them', () => {
  const [west, east, behind] = mapMarks(MAP, SIZE);
  expect(mapMarks(MAP, SIZE).map(({ row }) => row.city)).toEqual(['west', 'east', 'behind']);
  expect(west!.x).toBeLessThan(east!.x);
  expect(west!.y).toBeCloseTo(east!.y, 0);
  expect(behind!.y).toBeGreaterThan(west!.y);
  expect((west!.radius / east!.radius) ** 2).toBeCloseTo(4, 9);
  for (const { x, y } of mapMarks(MAP, SIZE)) {
    expect(x > 0 && x < SIZE.width && y > 0 && y < SIZE.height).toBe(true);
  }
});

test('a map of one place is one of its surroundings; what a cursor reads says all in words', () => {
  const one = { ...MAP, places: [MAP.places[1]!] };
  const [mark] = mapMarks(one, SIZE);
  expect(mark!.x).toBeCloseTo(400, 0);
  expect(Number.isFinite(mark!.y)).toBe(true);
  expect(placeMapStops(one, SIZE)[0]!.readings).toEqual([
    { name: 'west, WW (edge, r)', text: '4 GB in 10 requests, 50.0 % hit, 0 failed' },
  ]);
  expect(placesSummary(MAP.places)).toBe('2 edges in 1 region; west sends most, 4 GB. From their own store '
    + 'they answer between west 50.0 % and east 50.0 %.');
});
