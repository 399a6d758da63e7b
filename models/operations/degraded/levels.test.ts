import { expect, test } from 'vitest';
import { NEVER } from '../../core/units.ts';
import { labelSet, NAME } from '../promql/labels.ts';
import { SeriesStore } from '../promql/series.ts';
import { actionText } from '../runbook/params.ts';
import { DegradedLevels } from './levels.ts';
import { levelParams } from './params.ts';

const S = 1_000_000;
const LEVELS = [
  levelParams.parse({
    level: 1, name: 'load', when: 'High', for: '1min', hold: '2min',
    do: [{ action: 'shield' }, { action: 'announce', to: 'team' }],
  }),
  levelParams.parse({
    level: 2, name: 'worse', when: 'x > 5', until: 'x < 2', hold: '0s', do: [{ action: 'shield' }],
  }),
];

test('a level is entered when its trigger has held for long enough, and left when it has been over', () => {
  const { look, acts } = host();
  look(0, 0, 'High');
  look(30, 0);
  look(60, 0, 'High');
  expect(acts).toEqual([]);
  look(120, 0, 'High');
  expect(acts).toEqual(['120 shield', '120 announce team']);
  look(150, 0);
  look(200, 0, 'High');
  look(230, 0);
  look(349, 0);
  expect(acts).toHaveLength(2);
  look(350, 0);
  expect(acts.slice(2)).toEqual(['350 shield off']);
});

test('a level with a condition of its own to be left stays between the two', () => {
  const { look, acts, levels } = host();
  look(0, 6);
  look(30, 3);
  expect(acts).toEqual(['0 shield']);
  look(60, 1);
  expect(acts).toEqual(['0 shield', '60 shield off']);
  expect(levels.reports(90 * S)[1]).toEqual({
    level: 2, name: 'worse', entered: 1, enteredAt: 0, leftAt: 60 * S, spent: 60 * S,
  });
});

test('what another level holds is not undone with the first of them', () => {
  const { look, acts } = host();
  look(0, 6, 'High');
  look(60, 6, 'High');
  look(90, 1, 'High');
  expect(acts).toEqual(['0 shield', '60 announce team']);
  look(100, 1);
  look(220, 1);
  expect(acts.slice(2)).toEqual(['220 shield off']);
});

test('people may enter and leave it, and a saved state goes on as if nothing had happened', () => {
  const first = host();
  first.levels.ordered(10 * S, 1, true);
  first.levels.ordered(11 * S, 1, true);
  first.levels.ordered(12 * S, 7, true);
  expect(first.acts).toEqual(['0 shield', '0 announce team']);
  const second = host();
  second.levels.restore(structuredClone(first.levels.save()));
  second.levels.ordered(30 * S, 1, false);
  expect(second.acts).toEqual(['0 shield off']);
  expect(first.levels.reports(20 * S)[0]).toMatchObject({ entered: 1, leftAt: NEVER, spent: 10 * S });
});

test('a level does not enter another', () => {
  const parsed = levelParams.safeParse({
    level: 1, name: 'loop', when: 'High', do: [{ action: 'degrade', level: 2 }],
  });
  expect(parsed.error!.issues[0]!.path).toEqual(['do', 0, 'action']);
});

function host() {
  const store = new SeriesStore();
  const acts: string[] = [];
  const on = new Set<string>();
  let now = 0;
  const levels = new DegradedLevels(LEVELS, store, {
    act: (action) => {
      const text = actionText(action);
      acts.push(`${now} ${text}`);
      if (text.endsWith(' off')) on.delete(action.action);
      else on.add(action.action);
    },
    isDone: (action) => on.has(action.action),
  });
  const look = (seconds: number, x: number, ...firing: readonly string[]) => {
    now = seconds;
    store.append(labelSet({ [NAME]: 'x' }), seconds * 1000, x);
    levels.looked(seconds * S, new Set(firing));
  };
  return { look, acts, levels };
}
