import { expect, test } from 'vitest';
import { compileRules } from '../models/operations/alerts/compile.ts';
import { parseRuleFile } from './rule-files.ts';

test('a rule file becomes groups', () => {
  const groups = read(`
groups:
  - name: g
    interval: 30s
    labels: { team: video }
    rules:
      - { record: a:b, expr: sum(a) }
      - { alert: A, expr: a:b > 1, for: 5m, labels: { severity: page } }
`);
  expect(groups).toMatchObject([
    {
      name: 'g',
      intervalMs: 30_000,
      rules: [
        { kind: 'record', record: 'a:b', query: 'sum(a)' },
        {
          kind: 'alert',
          alert: 'A',
          forMs: 300_000,
          keepFiringForMs: 0,
          labels: { team: 'video', severity: 'page' },
        },
      ],
    },
  ]);
});

test('all problems at once, each at its place', () => {
  const text = `groups:
  - name: g
    intervall: 30s
    rules:
      - { alert: A, expr: "a >", for: 5 minutes }
      - { record: "a b", expr: a, for: 5m }
`;
  expect(() => read(text)).toThrow(
    [
      'rules.yml:3:5: groups[0].intervall: unknown key "intervall": did you mean "interval"?',
      'rules.yml:5:34: groups[0].rules[0].for: expected a duration such as 30s, 5m or 1h30m',
      'rules.yml:6:11: groups[0].rules[1].record: expected a metric name: letters, digits, _ and :',
      'rules.yml:6:35: groups[0].rules[1].for: is for alerts, not for recording rules',
    ].join('\n'),
  );
});

test('an expression that is wrong stands with its place', () => {
  const text = 'groups:\n  - name: g\n    rules:\n' + '      - { alert: A, expr: "rate(a)" }\n  - name: g\n';
  expect(() => read(text)).toThrow(
    [
      'rules.yml:4:21: groups[0].rules[0].expr: rate() takes a range such as x[5m], '
        + 'at character 1 of "rate(a)"',
      'rules.yml:5:5: groups[1].name: another group is named "g"',
    ].join('\n'),
  );
});

function read(text: string) {
  return compileRules(parseRuleFile(text, 'rules.yml'));
}
