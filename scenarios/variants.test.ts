import { describe, expect, test } from 'vitest';
import { buildPlans } from './build.ts';
import { formatIssue, ScenarioError } from './errors.ts';
import { loadScenario, loadStudy } from './load.ts';
import { memoryFiles } from './memory-files.fixture.ts';

const BASE = `weir: 1
name: small
title: A small one
run: { duration: 10min, replications: 4 }
audience:
  arrivals: { law: poisson, peak: 30/min }
  networks:
    - { name: cable, traces: cable.csv }
    - { name: radio, traces: cable.csv }
cdn: { edge: { nodes: 2, capacity: 10 GB } }
`;
const TRACE = 'duration_ms,kbps,latency_ms\n1000,8000,20\n';

describe('variants', () => {
  test('are the scenario with some parameters changed, the scenario itself before them', () => {
    const { designs, rank } = load(`
variants:
  - { name: large, title: Twice as large, set: { cdn.edge.capacity: 20 GB } }
  - name: other
    set:
      cdn.edge: { policy: sieve }
      audience.networks[1].share: 20%
      catalogue.ladder: [{ name: only, bitrate: 1 Mbps, height: 360 }]
rank: { by: cache_hit_rate }
`);
    expect(designs.map(({ name, title }) => [name, title]))
      .toEqual([['base', 'A small one'], ['large', 'Twice as large'], ['other', 'other']]);
    const [base, large, other] = designs.map(({ loaded }) => loaded.scenario);
    expect(base!.cdn.edge).toMatchObject({ nodes: 2, capacity: 10e9, policy: 'lru' });
    expect(large!.cdn.edge).toEqual({ ...base!.cdn.edge, capacity: 20e9 });
    // A mapping merges, as --set does; a list replaces.
    expect(other!.cdn.edge).toEqual({ ...base!.cdn.edge, policy: 'sieve' });
    expect(other!.audience?.networks.map(({ share }) => share)).toEqual([1, 0.2]);
    expect(other!.catalogue.ladder).toHaveLength(1);
    expect(other!.title).toBe('A small one: other');
    expect(rank).toEqual({ by: 'cache_hit_rate', indifference: 0.05 });
  });

  test('leave no trace in the scenarios themselves, and say where a value comes from', () => {
    const { designs } = load('variants: [{ name: large, set: { cdn.edge.capacity: 20 GB } }]\n',
      ['cdn.edge.nodes=3']);
    expect(designs[0]!.loaded.scenario).toEqual(
      loadScenario('x.yaml', memoryFiles({ 'x.yaml': BASE }), ['cdn.edge.nodes=3']).scenario);
    const origins = designs.map(({ loaded }) => ['capacity', 'nodes', 'latency'].map((key) =>
      loaded.parameters.find(({ path }) => path === `cdn.edge.${key}`)!.origin));
    expect(origins).toEqual([['scenario', 'set', 'default'], ['variant', 'set', 'default']]);
    expect(designs.map(({ loaded }) => loaded.variant)).toEqual(['base', 'large']);
  });

  test('win over the command line where they set the same, and say so', () => {
    const { designs } = load('variants: [{ name: large, set: { cdn.edge: { capacity: 20 GB } } }]\n',
      ['cdn.edge.capacity=5GB', 'run.seed=7']);
    expect(designs.map(({ loaded }) => loaded.scenario.cdn.edge.capacity)).toEqual([5e9, 20e9]);
    expect(designs.map(({ loaded }) => loaded.scenario.run.seed)).toEqual([7, 7]);
    expect(designs.map(({ overruled }) => overruled)).toEqual([[], ['cdn.edge.capacity']]);
  });

  test('may stand in a file that extends the scenario', () => {
    const files = memoryFiles({
      'x.yaml': 'extends: base.yaml\nname: study\nbaseline: { name: now, title: As it is }\n'
        + 'variants: [{ name: one, set: { cdn.edge.nodes: 1 } }]\n',
      'base.yaml': BASE,
    });
    const { designs } = loadStudy('x.yaml', files);
    expect(designs.map(({ name, title }) => `${name}: ${title}`)).toEqual(['now: As it is', 'one: one']);
    expect(designs.map(({ loaded }) => loaded.scenario.cdn.edge.nodes)).toEqual([2, 1]);
  });

  test('share the data files that they share', () => {
    const { designs } = load('variants: [{ name: one, set: { cdn.edge.nodes: 1 } }]\n');
    const [base, one] = buildPlans(designs, memoryFiles({ 'cable.csv': TRACE }));
    expect(one!.networks[0]!.traces[0]).toBe(base!.networks[0]!.traces[0]);
    expect(one!.inputs).toEqual(base!.inputs);
    expect(one!.digest).not.toBe(base!.digest);
  });
});

describe('what is wrong with variants is told at its place:', () => {
  test.each([
    ['variants: [{ name: a, set: { cdn.edge.capcity: 5 GB } }]', [
      'x.yaml:11:30: cdn.edge.capcity: unknown key "capcity": did you mean "capacity"? (variant "a")',
    ]],
    ['variants:\n  - name: a\n    set:\n      cdn.edg.capacity: 5 GB\n      run.warmup: 11min', [
      'x.yaml:14:7: cdn.edg: unknown key "edg": did you mean "edge"? (variant "a")',
    ]],
    ['variants:\n  - name: a\n    set:\n      run.warmup: 11min', [
      'x.yaml:14:7: run.warmup: expected a warm-up shorter than the run (run.duration is 10min), got 11min '
        + '(variant "a")',
    ]],
    ['variants:\n  - name: a\n    set:\n      catalogue.ladder:\n'
      + '        - { name: b, bitrate: 5, height: 9 }', [
      'x.yaml:15:22: catalogue.ladder[0].bitrate: expected a data rate with its unit, such as 800 kbps, '
        + '5 Mbps or 10 Gbps, got 5 (variant "a")',
    ]],
    ['variants: [{ name: a, set: { "cdn edge": 5, run.seed: 3, title: B, '
      + '"audience.networks[4].share": 1 } }]', [
      'x.yaml:11:30: cdn edge: expected the path of a parameter, such as cdn.edge.capacity (variant "a")',
      'x.yaml:11:45: run.seed: expected the same for all variants (variant "a")',
      'x.yaml:11:58: title: expected a parameter of the run itself (variant "a")',
      'x.yaml:11:68: audience.networks[4].share: expected an index of at most 2: audience.networks has 2 '
        + 'entries (variant "a")',
    ]],
    ['variants: [{ name: base, set: {} }, { name: b, set: {} }, { name: b, set: {} }]', [
      'x.yaml:11:14: variants[0].name: expected a name of its own, got "base", the name of the baseline too',
      'x.yaml:11:61: variants[2].name: expected a name of its own, got "b", the name of variants[1] too',
    ]],
    ['variants: [{ name: A, seet: {} }]\nrank: { by: cach_hit_rate, indifference: 5 }', [
      'x.yaml:11:12: variants[0].set: expected a mapping of parameter paths to values, got nothing',
      'x.yaml:11:14: variants[0].name: expected lower-case letters, digits and dashes',
      'x.yaml:11:23: variants[0].seet: unknown key "seet": did you mean "set"?',
      'x.yaml:12:9: rank.by: unknown indicator "cach_hit_rate": did you mean "cache_hit_rate"?',
      'x.yaml:12:28: rank.indifference: expected at most 100%, got 5',
    ]],
  ])('%s', (text, expected) => {
    expect(problemsOf(text)).toEqual(expected);
  });

  test('a problem of the scenario is told once, not for every variant', () => {
    const text = BASE.replace('nodes: 2', 'nodes: 0');
    const variants = 'variants: [{ name: a, set: {} }, { name: b, set: { cdn.edge.nodes: 1.5 } }]\n';
    const problems = problemsOf(variants, text);
    expect(problems).toHaveLength(2);
    expect(problems.map((line) => line.replace(/: .*/, ''))).toEqual(['x.yaml:10:16', 'x.yaml:11:52']);
  });

  test('a file that only a variant names', () => {
    const set = '{ "audience.networks[0].traces": nowhere.csv }';
    const { designs } = load(`variants:\n  - name: a\n    set: ${set}\n`);
    const build = () => buildPlans(designs, memoryFiles({ 'cable.csv': TRACE }));
    expect(build).toThrow(/^x.yaml:13:12: audience.networks\[0\].traces: .*there is no nowhere.csv/);
  });
});

function load(variants: string, settings: readonly string[] = []) {
  return loadStudy('x.yaml', memoryFiles({ 'x.yaml': BASE + variants.replace(/^\n/, '') }), settings);
}

function problemsOf(variants: string, base = BASE): string[] {
  try {
    loadStudy('x.yaml', memoryFiles({ 'x.yaml': base + variants, 'cable.csv': TRACE }));
  } catch (error) {
    if (error instanceof ScenarioError) return error.issues.map(formatIssue);
    throw error;
  }
  return [];
}
