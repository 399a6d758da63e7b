import { expect, test } from 'vitest';
import { combine, parseFactor, shortNames } from './factors.ts';

test.each([
  ['a.b=1,2', ['1', '2']],
  ['a.b = 4 GB, 8 GB', ['4 GB', '8 GB']],
  ['a.b=[1, 2],[3]', ['[1, 2]', '[3]']],
  ['a.b={law: poisson, peak: 1/s},{law: fixed, at: [0s, 1s]}', ['{law: poisson, peak: 1/s}',
    '{law: fixed, at: [0s, 1s]}']],
  [`a.b="x,y",'z,'`, ['"x,y"', `'z,'`]],
  ['a.b=', ['']],
  ['a.b=x=1,y', ['x=1', 'y']],
])('%s', (text, values) => {
  expect(parseFactor(text)).toEqual({ path: 'a.b', values });
});

test('what is no setting is none', () => {
  expect([parseFactor('a.b'), parseFactor('=1')]).toEqual([undefined, undefined]);
});

test('every combination once, the last factor varying fastest, named by what tells paths apart', () => {
  const factors = [
    { path: 'cdn.edge.capacity', values: ['1', '2'] }, { path: 'cdn.regional.capacity', values: ['3', '4'] },
    { path: 'player.abr', values: ['5'] },
  ];
  expect(shortNames(factors)).toEqual(['edge.capacity', 'regional.capacity', 'abr']);
  const combinations = combine(factors);
  expect(combinations.map(({ name }) => name)).toEqual([
    'edge.capacity=1 regional.capacity=3 abr=5', 'edge.capacity=1 regional.capacity=4 abr=5',
    'edge.capacity=2 regional.capacity=3 abr=5', 'edge.capacity=2 regional.capacity=4 abr=5',
  ]);
  expect(combinations[1]).toMatchObject({
    values: { 'cdn.edge.capacity': '1', 'cdn.regional.capacity': '4', 'player.abr': '5' },
    settings: ['cdn.edge.capacity=1', 'cdn.regional.capacity=4', 'player.abr=5'],
  });
  expect(combine([])).toHaveLength(1);
});
