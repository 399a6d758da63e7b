import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseCities } from './city-files.ts';
import { ScenarioError } from './errors.ts';

const HEADER = 'city,country,region,latitude,longitude,population\n';

describe('a table of cities', () => {
  test('as shipped: the totals of its SOURCE.md', () => {
    const folder = join(import.meta.dirname, 'geography');
    const cities = parseCities(readFileSync(join(folder, 'world-cities.csv'), 'utf8'), 'world-cities.csv');
    const people = cities.population.reduce((sum, count) => sum + count, 0);
    const source = readFileSync(join(folder, 'SOURCE.md'), 'utf8');
    expect(source).toContain(`| ${cities.names.length} | ${people.toLocaleString('en')} |`);
    expect(cities.regions).toHaveLength(11);
    expect(cities.names[0]).toBe('Shanghai');
  });

  test('may have its columns in any order', () => {
    const cities = parseCities('population,latitude,longitude,region,city,country\n5,1,2,r,A,DE\n', 'c.csv');
    expect(cities).toMatchObject({ names: ['A'], countries: ['DE'], regions: ['r'] });
    expect([...cities.latitude, ...cities.longitude, ...cities.population]).toEqual([1, 2, 5]);
  });

  test('may say what the time is in each, instead of its longitude', () => {
    const cities = parseCities('city,country,region,latitude,longitude,population,utcOffset\n'
      + 'A,IN,r,1,77,5,5.5\n', 'c.csv');
    expect([...cities.utcOffset!]).toEqual([5.5]);
    expect(messagesOf(`${HEADER.trim()},utcOffset\nA,IN,r,1,77,5,15\n`))
      .toEqual(['expected a utcOffset from -12 to 14, got "15"']);
  });

  test.each([
    ['', ['expected a header of city,country,region,latitude,longitude,population, got an empty file']],
    [HEADER, ['expected a city at least, got only a header']],
    ['town,country\nA,DE\n', ['unknown column "town"',
      'expected the columns city,country,region,latitude,longitude,population; missing: '
      + 'city, region, latitude, longitude, population']],
    [`${HEADER}A,DE,r,91,2,5\nB,DE,r,1,x,0\n`, ['expected a latitude from -90 to 90, got "91"',
      'expected a longitude from -180 to 180, got "x"',
      'expected a population from 1 to 1000000000, got "0"']],
  ])('that cannot be used is refused with every problem: %j', (text, messages) => {
    expect(messagesOf(text)).toEqual(messages);
  });
});

function messagesOf(text: string): string[] {
  try {
    parseCities(text, 'c.csv');
    return [];
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.issues.map((issue) => issue.message);
  }
}
