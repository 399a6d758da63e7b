import { describe, expect, test } from 'vitest';
import { labelSet, NAME } from '../promql/labels.ts';
import { parsePromql } from '../promql/parse.ts';
import { SeriesStore } from '../promql/series.ts';
import type { AlertChange } from './ports.ts';
import { RuleEngine } from './rule-engine.ts';
import type { AlertingRule, RuleGroup } from './rule.ts';

const S = 1_000_000;

describe('the rule engine', () => {
  test('A1 a group is evaluated at multiples of its interval, and a late timer skips what it missed', () => {
    const { engine } = host([group(30, alert('Up', 'x > 0'))]);
    expect(engine.wakeAt()).toBe(0);
    engine.woken(0);
    expect(engine.wakeAt()).toBe(30 * S);
    engine.woken(95 * S);
    expect(engine.wakeAt()).toBe(120 * S);
  });

  test('A2 a rule sees what those before it recorded at the same moment', () => {
    const double = {
      kind: 'record',
      record: 'x:double',
      query: '',
      labels: {},
      expression: parsePromql('2 * x'),
    } as const;
    const { engine, sample, changes } = host([group(30, double, alert('Big', 'x:double > 5'))]);
    sample(0, 3);
    engine.woken(0);
    expect(changes).toEqual(['0 Big inactive>pending 6', '0 Big pending>firing 6']);
  });

  test('A3 an alert fires at the first evaluation at which it has held for its time', () => {
    const { engine, sample, changes } = host([group(30, alert('High', 'x > 5', 60))]);
    [9, 9, 1, 9, 9, 9, 1].forEach((value, i) => {
      sample(30 * i, value);
      engine.woken(30 * i * S);
    });
    expect(changes).toEqual([
      '0 High inactive>pending 9',
      '60 High pending>inactive 9',
      '90 High inactive>pending 9',
      '150 High pending>firing 9',
      '180 High firing>inactive 9',
    ]);
  });

  test('A4 an alert goes on firing for keep_firing_for, unless it holds again meanwhile', () => {
    const { engine, sample, changes } = host([group(30, alert('High', 'x > 5', 0, 60))]);
    [9, 1, 9, 1, 1, 1, 1].forEach((value, i) => {
      sample(30 * i, value);
      engine.woken(30 * i * S);
    });
    expect(changes.slice(2)).toEqual(['150 High firing>inactive 9']);
  });

  test('A5 each series is an alert of its own', () => {
    const { engine, sample } = host([group(30, alert('High', 'x > 5'))]);
    sample(0, 9, { region: 'eu' });
    sample(0, 8, { region: 'us' });
    sample(0, 1, { region: 'ap' });
    engine.woken(0);
    expect(engine.active().map((one) => one.labels)).toEqual([
      { alertname: 'High', region: 'eu', severity: 'page' },
      { alertname: 'High', region: 'us', severity: 'page' },
    ]);
  });

  test('A6 a recorded series that is not given any more ends', () => {
    const some = {
      kind: 'record',
      record: 'x:big',
      query: '',
      labels: {},
      expression: parsePromql('x > 5'),
    } as const;
    const { engine, sample, changes } = host([group(30, some, alert('Any', 'x:big > 0'))]);
    sample(0, 9);
    engine.woken(0);
    sample(30, 1);
    engine.woken(30 * S);
    expect(changes.at(-1)).toBe('30 Any firing>inactive 9');
  });

  test('A7 a rule that cannot be evaluated is told, and its alerts stay', () => {
    const { engine, sample, changes, problems } = host([group(30, alert('Odd', 'x / on (region) y > 0'))]);
    sample(0, 1, { region: 'eu' });
    sample(0, 1, { region: 'eu' }, 'y');
    engine.woken(0);
    sample(30, 1, { region: 'eu', shard: 'b' }, 'y');
    engine.woken(30 * S);
    expect(problems).toEqual(['30 Odd: several series for one on the right side']);
    expect(changes).toHaveLength(2);
    expect(engine.active()).toHaveLength(1);
  });

  test('A8 saved and restored, it goes on as if nothing had happened', () => {
    const values = [9, 9, 1, 9, 9, 9, 9, 1, 1, 1];
    const rules = () => [group(30, alert('High', 'x > 5', 60, 60), alert('Now', 'x > 8'))];
    const whole = host(rules());
    const before = host(rules());
    const after = host(rules());
    values.forEach((value, i) => {
      whole.sample(30 * i, value);
      whole.engine.woken(30 * i * S);
      if (i === 4) {
        after.store.restore(before.store.save());
        after.engine.restore(structuredClone(before.engine.save()));
      }
      const half = i < 4 ? before : after;
      half.sample(30 * i, value);
      half.engine.woken(30 * i * S);
    });
    expect([...before.changes, ...after.changes]).toEqual(whole.changes);
    expect(after.store.save()).toEqual(whole.store.save());
  });
});

function alert(name: string, query: string, forS = 0, keepS = 0): AlertingRule {
  return {
    kind: 'alert',
    alert: name,
    query,
    expression: parsePromql(query),
    forMs: forS * 1000,
    keepFiringForMs: keepS * 1000,
    labels: { severity: 'page' },
    annotations: {},
  };
}

function group(intervalS: number, ...rules: RuleGroup['rules'][number][]): RuleGroup {
  return { name: 'test', intervalMs: intervalS * 1000, rules };
}

/** An engine with a store, whose port calls are written down. */
function host(groups: readonly RuleGroup[]) {
  const store = new SeriesStore();
  const changes: string[] = [];
  const problems: string[] = [];
  const line = ({ at, alert: name, from, to, value }: AlertChange) =>
    `${at / S} ${name} ${from}>${to} ${value}`;
  const engine = new RuleEngine(groups, store, {
    alertChanged: (change) => changes.push(line(change)),
    ruleFailed: (at, rule, problem) => problems.push(`${at / S} ${rule}: ${problem}`),
  });
  const sample = (atS: number, value: number, labels: Record<string, string> = {}, name = 'x') => {
    store.append(labelSet({ ...labels, [NAME]: name }), atS * 1000, value);
  };
  return { engine, store, sample, changes, problems };
}
