import { expect, test } from 'vitest';
import { labelSet, NAME } from '../promql/labels.ts';
import { SeriesStore } from '../promql/series.ts';
import { runbookParams } from './params.ts';
import { Runbooks } from './runbook.ts';

const S = 1_000_000;
const BOOK = runbookParams.parse({
  name: 'book',
  steps: [
    { when: 'High', after: '2min', do: { action: 'shield' }, expect: 'x < 5', within: '3min' },
    { when: 'x > 8', after: '0s', do: { action: 'prewarm', videos: 3 }, expect: 'x < 1', within: '1min' },
  ],
});

test('a step is done once, after its time, when its alert fires or its probe finds something', () => {
  const { look, acts } = host();
  look(0, 9);
  look(60, 9, 'High');
  look(170, 9, 'High');
  expect(acts).toEqual(['0 prewarm']);
  look(180, 9);
  look(300, 9, 'High');
  expect(acts).toEqual(['0 prewarm', '180 shield']);
});

test('it has worked when its expectation comes true in time, and has failed when it does not', () => {
  const { look, reports } = host();
  look(0, 9, 'High');
  look(60, 9);
  look(120, 9);
  expect(reports()).toEqual(['done', 'failed']);
  look(240, 4);
  expect(reports()).toEqual(['worked', 'failed']);
});

test('a step with a diagnosis is done when both hold, for as long as it says', () => {
  const steps = [{
    when: 'High', if: 'x > 8', for: '1min', after: '0s', do: { action: 'announce', to: 'statusPage' },
  }];
  const { look, acts } = host(runbookParams.parse({ name: 'branch', steps }));
  look(0, 9);
  look(30, 1, 'High');
  look(60, 9, 'High');
  look(90, 9);
  look(120, 9, 'High');
  expect(acts).toEqual([]);
  look(180, 9, 'High');
  expect(acts).toEqual(['180 announce']);
});

test('saved and restored, it goes on as if nothing had happened', () => {
  const before = host();
  before.look(0, 9, 'High');
  const after = host();
  after.books.restore(structuredClone(before.books.save()));
  after.look(120, 1);
  expect(after.acts).toEqual(['120 shield']);
  expect(after.reports()).toEqual(['done', 'failed']);
});

function host(book = BOOK) {
  const store = new SeriesStore();
  const acts: string[] = [];
  let now = 0;
  const books = new Runbooks([book], store, { act: ({ action }) => acts.push(`${now} ${action}`) });
  const look = (seconds: number, x: number, ...firing: readonly string[]) => {
    now = seconds;
    store.append(labelSet({ [NAME]: 'x' }), seconds * 1000, x);
    books.looked(seconds * S, new Set(firing));
  };
  return { look, acts, books, reports: () => books.reports().map(({ state }) => state) };
}
