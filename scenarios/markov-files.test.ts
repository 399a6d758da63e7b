import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RandomStreams } from '../models/core/rng.ts';
import { US_PER_S } from '../models/core/units.ts';
import { fitMarkov } from '../models/network/markov-fit.ts';
import { drawLinks, modelStatistics } from '../models/network/markov.ts';
import { ScenarioError } from './errors.ts';
import { formatMarkov, isMarkov, markovLinks, parseMarkov } from './markov-files.ts';
import { parseTrace } from './trace-files.ts';

const GOOD = `weir-markov: 1
step: 500ms
states:
  - { kbps: 800, latencyMs: 60 }
  - { kbps: 4000 }
weights:
  - [9, 1]
  - [2, 8]
`;

test('reads a model written by hand', () => {
  expect(isMarkov(GOOD)).toBe(true);
  expect(parseMarkov(GOOD, 'm.yaml')).toEqual({
    stepUs: 500_000, weights: [[9, 1], [2, 8]],
    states: [{ rate: 8e5, latencyUs: 60_000 }, { rate: 4e6, latencyUs: 0 }],
  });
  expect(markovLinks(parseMarkov(GOOD, 'm.yaml'))).toHaveLength(32);
});

test('reads what a fit writes', () => {
  const rates = [1e6, 2e6, 2e6, 0, 1e6, 4e6, 1e6];
  const trace = rates.map((rate) => ({ durationUs: US_PER_S, rate, latencyUs: 25_000 }));
  const fit = fitMarkov([trace], 4, US_PER_S)!;
  const text = formatMarkov(fit, { date: '2026-11-26', traces: 'mine', files: 1 });
  expect(isMarkov(text)).toBe(true);
  const { stepUs, states, weights } = fit;
  expect(parseMarkov(text, 'm.json')).toEqual({ stepUs, states, weights });
  expect((JSON.parse(text) as { source: unknown }).source)
    .toEqual({ traces: 'mine', files: 1, steps: 7, transitions: 6 });
});

test('a trace is no model', () => {
  expect(isMarkov('duration_ms,kbps\n1000,800\n')).toBe(false);
  expect(isMarkov('[{"duration_ms": 1000, "bandwidth_kbps": 800}]')).toBe(false);
});

describe('problems stand at their file and place', () => {
  test.each([
    ['a row too few', '  - [2, 8]\n', '', 'm.yaml:6:1: weights: expected 2 rows, one a state, got 1'],
    ['a row too short', '[2, 8]', '[2]', 'm.yaml:8:5: weights[1]: expected 2 weights, one a state, got 1'],
    ['a row of nothing', '[2, 8]', '[0, 0]', 'm.yaml:8:5: weights[1]: expected a weight above 0'],
    ['a state for ever', '[2, 8]', '[0, 8]', 'm.yaml:8:5: weights[1]: expected every state to reach every '
      + 'other, but states[0] and states[1] do not'],
    ['a key unknown', 'latencyMs', 'latencyms', 'm.yaml:4:18: states[0].latencyms: unknown key "latencyms": '
      + 'did you mean "latencyMs"?'],
    ['a step without unit', '500ms', '500', 'm.yaml:2:1: step: expected a duration with its unit'],
    ['a weight below 0', '[9, 1]', '[9, -1]', 'm.yaml:7:9: weights[0][1]: expected'],
  ])('%s', (_name, from, to, expected) => {
    expect(() => parseMarkov(GOOD.replace(from, to), 'm.yaml')).toThrow(ScenarioError);
    expect(() => parseMarkov(GOOD.replace(from, to), 'm.yaml')).toThrow(expected);
  });

  test('a model that never carries a bit', () => {
    const text = GOOD.replace('800', '0').replace('4000', '0');
    expect(() => parseMarkov(text, 'm.yaml')).toThrow('m.yaml:3:1: states: carries no bit');
  });
});

test('N24 the 3G set of Norway: quantiles within 12 % and correlation within 0.02', () => {
  const folder = join(import.meta.dirname, 'networks', 'norway-3g');
  const traces = readdirSync(folder).filter((name) => name.endsWith('.csv')).sort()
    .map((name) => parseTrace(readFileSync(join(folder, name), 'utf8'), name));
  const fitted = fitMarkov(traces, 32, US_PER_S)!;
  const { ofTraces } = fitted;
  const model = modelStatistics(fitted);
  expect(Math.abs(model.mean / ofTraces.mean - 1)).toBeLessThan(0.02);
  expect(Math.abs(model.lag1 - ofTraces.lag1)).toBeLessThan(0.02);
  model.quantiles.forEach((rate, i) => {
    // Five of a hundred steps carry 2 kbit or less: next to nothing, of which a share says little.
    if (i > 0) expect(Math.abs(rate / ofTraces.quantiles[i]! - 1)).toBeLessThan(0.12);
    else expect(rate).toBeLessThan(3000);
  });
  // What is drawn has the model's mean, within four standard errors of links that know nothing of each other.
  const means = drawLinks(fitted, new RandomStreams(0, 0)).map((link) => {
    const lengthUs = link.reduce((sum, { durationUs }) => sum + durationUs, 0);
    return link.reduce((sum, { rate, durationUs }) => sum + (rate * durationUs) / lengthUs, 0);
  });
  const mean = means.reduce((a, b) => a + b, 0) / means.length;
  const variance = means.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (means.length - 1);
  expect(Math.abs(mean - model.mean)).toBeLessThan(4 * Math.sqrt(variance / means.length));
});
