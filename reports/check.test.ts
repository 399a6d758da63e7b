import { expect, test } from 'vitest';
import type { GateResult } from '../models/operations/gate/gate.ts';
import { annotations, checkSummary, junitXml, type CheckedScenario } from './check.ts';

const FAILED: GateResult = {
  name: 'start <fast>', unit: 's', verdict: 'fail', reason: 'worse than the margin allows', margin: 0.1,
  deterioration: { value: 0.4, low: 0.3, high: 0.5, n: 10, confidence: 0.95, method: 'paired replications' },
  baselineMean: 2, headMean: 2.4,
};
const PASSED: GateResult = { ...FAILED, name: 'hits', verdict: 'pass', reason: 'not worse by the margin' };

test('a summary of many scenarios has the worst first and stays under a mebibyte, with a note', () => {
  const many = Array.from({ length: 9000 }, (_, i) => checked(`scenario-${i}`, i === 8999 ? FAILED : PASSED));
  const text = checkSummary(many);
  expect(Buffer.byteLength(text)).toBeLessThan(2 ** 20);
  expect(Buffer.byteLength(text)).toBeGreaterThan(900_000);
  expect(text.indexOf('### scenario-8999')).toBeLessThan(text.indexOf('### scenario-0'));
  expect(text).toMatch(/More scenarios were checked than a summary holds: see the JUnit file\.\n$/);
});

test('at most ten annotations, the failures, on their lines', () => {
  const many = Array.from({ length: 30 }, (_, i) => checked(`scenario-${i}`, FAILED, PASSED));
  const lines = annotations(many, (one) => Number(one.scenario.slice(9)) + 1).split('\n');
  expect(lines).toHaveLength(10);
  const place = 'file=scenario-3.yaml,line=4,title=weir check scenario-3';
  expect(lines[3]).toContain(`::error ${place}::start <fast>: `);
});

test('JUnit: figures as properties and as text, markup escaped', () => {
  const odd = { ...PASSED, name: 'odd', verdict: 'inconclusive' } as const;
  const xml = junitXml([checked('shop', FAILED, PASSED, odd)]);
  expect(xml).toContain('<testsuite name="shop" tests="3" failures="1" errors="0" skipped="1">');
  expect(xml).toContain('name="start &lt;fast&gt;"><properties><property name="verdict" value="fail"/>');
  expect(xml).toContain('<property name="worse" value="0.4"/><property name="worseLow" value="0.3"/>');
  expect(xml).toMatch(/<failure message="worse than the margin allows">[^<]*2 s to 2\.40 s/);
});

function checked(scenario: string, ...results: readonly GateResult[]): CheckedScenario {
  return {
    scenario, file: `${scenario}.yaml`, name: scenario, baseline: 'main', replications: 10, looks: 2,
    unchanged: false, results,
  };
}
