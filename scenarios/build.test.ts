import { describe, expect, test } from 'vitest';
import { RandomStreams } from '../models/core/rng.ts';
import { buildPlan } from './build.ts';
import { drawnNetworks } from './drawn-networks.ts';
import { formatIssue, ScenarioError } from './errors.ts';
import { DATA_LIMIT } from './files.ts';
import { loadScenario } from './load.ts';
import { TRACE_ENDINGS } from './trace-files.ts';
import { memoryFiles } from './memory-files.fixture.ts';

const TRACE = 'duration_ms,kbps,latency_ms\n1000,8000,20\n';
const SIZES = 'segment_ms,bytes_low,bytes_high\n4000,400000,1400000\n';

const GOOD = `weir: 1
name: small
title: A small one
run:
  duration: 10min
audience:
  arrivals: { law: poisson, peak: 30/min }
  networks:
    - { name: cable, traces: cable.csv }
`;

describe('a plan', () => {
  test('reads traces beside the scenario before those of the library', () => {
    const files = memoryFiles({ 'a/x.yaml': GOOD, 'a/cable.csv': TRACE,
      'lib/cable.csv': TRACE.replace('20', '99') });
    const plan = buildPlan(loadScenario('a/x.yaml', files), files);
    expect(plan.networks[0]!.traces[0]!.latencyUs[0]).toBe(20_000);
    expect(plan.inputs).toEqual([{ path: 'cable.csv', sha256: TRACE }]);
    expect(plan.clip).toBeUndefined();
  });

  test('reads all traces of a folder in the library, in the order of their names', () => {
    const text = GOOD.replace('cable.csv', 'networks/cable');
    const files = memoryFiles({
      'a/x.yaml': text, 'lib/networks/cable/2.csv': TRACE.replace('20', '2'),
        'lib/networks/cable/1.csv': TRACE,
      'lib/networks/cable/SOURCE.md': '#',
    });
    const plan = buildPlan(loadScenario('a/x.yaml', files), files);
    expect(plan.networks[0]!.traces.map((trace) => trace.latencyUs[0])).toEqual([20_000, 2000]);
    expect(plan.inputs.map((input) => input.path)).toEqual(['networks/cable/1.csv', 'networks/cable/2.csv']);
  });

  test('draws the links of a Markov model anew for each replication, and says what is wrong with one', () => {
    const text = GOOD.replace('traces: cable.csv', 'markov: m.yaml');
    const model = 'weir-markov: 1\nstep: 1s\n'
      + 'states: [{ kbps: 900 }, { kbps: 50 }]\nweights: [[9, 1], [1, 1]]\n';
    const files = memoryFiles({ 'x.yaml': text, 'm.yaml': model });
    const { networks, inputs } = buildPlan(loadScenario('x.yaml', files), files);
    expect(networks[0]!.traces).toEqual([]);
    const drawn = (replication: number) =>
      drawnNetworks(networks, new RandomStreams(1, replication))[0]!.traces;
    expect(drawn(0)).toHaveLength(128);
    expect(new Set(drawn(0).flatMap(({ rate }) => [...rate]))).toEqual(new Set([9e5, 5e4]));
    expect(drawn(0)).toEqual(drawn(0));
    expect(drawn(1).map(({ lengthBits }) => lengthBits)).not.toEqual(drawn(0).map((one) => one.lengthBits));
    expect(inputs).toEqual([{ path: 'm.yaml', sha256: model }]);
    const wrong = memoryFiles({ 'x.yaml': text, 'm.yaml': model.replace('[1, 1]', '[1]') });
    expect(() => buildPlan(loadScenario('x.yaml', wrong), wrong))
      .toThrow('m.yaml:4:19: weights[1]: expected 2 weights, one a state, got 1');
  });

  test('reads a folder that two classes of networks share once', () => {
    const text = GOOD.replace('- { name: cable, traces: cable.csv }',
      '- { name: a, traces: cable.csv }\n    - { name: b, traces: cable.csv }');
    const files = memoryFiles({ 'x.yaml': text, 'cable.csv': TRACE });
    const plan = buildPlan(loadScenario('x.yaml', files), files);
    expect(plan.networks[1]!.traces).toBe(plan.networks[0]!.traces);
    expect(plan.inputs).toHaveLength(1);
  });
});

describe('data files that cannot be used are refused where they are named:', () => {
  const named = 'x.yaml:9:22: audience.networks[0].traces';
  test.each([
    ['missing', {}, [
      `${named}: ${NOT_FOUND}cable.csv; `
      + 'known: networks, videos',
    ]],
    ['empty', { 'cable.csv': '\n' }, ['cable.csv: expected a bandwidth trace, got an empty file']],
    ['header only', { 'cable.csv': 'duration_ms,kbps\n' }, ['cable.csv: expected periods, got none']],
    ['zero for ever', { 'cable.csv': 'duration_ms,kbps\n1000,0\n2000,0\n' }, [
      'cable.csv: carries no bit: every period has bandwidth 0',
    ]],
    ['too large', { 'cable.csv': `#${'x'.repeat(DATA_LIMIT)}` },
      [`${named}: cable.csv: expected at most 32.0 MB, got 32.0 MB`]],
    ['folder without traces', { 'cable.csv/README.md': '' }, [
      `${named}: expected trace files (${TRACE_ENDINGS}) in cable.csv, got none`,
    ]],
    ['several at fault in one folder', { 'cable.csv/a.csv': '', 'cable.csv/b.json': '{}',
      'cable.csv/c.csv': TRACE }, [
      'cable.csv/a.csv: expected a bandwidth trace, got an empty file',
      'cable.csv/b.json: expected a list of periods, got an object',
    ]],
  ])('trace %s', (_what, texts: Readonly<Record<string, string>>, expected) => {
    expect(problemsOf({ ...LIBRARY, 'x.yaml': GOOD, ...texts })).toEqual(expected);
  });

  test('a misspelt folder of the library, with the nearest', () => {
    const texts = { ...LIBRARY, 'x.yaml': GOOD.replace('cable.csv', 'networks/cabel') };
    expect(problemsOf(texts)).toEqual([
      `${named}: ${NOT_FOUND}networks/cabel; `
      + 'did you mean "networks/cable"?',
    ]);
  });

  test.each([
    ['missing', 'tables: [t.csv]', {}, [
      /^x.yaml:10:30: catalogue.sizes.tables\[0\]: expected a file or folder .*, but there is no t.csv/,
    ]],
    ['empty', 'tables: [t.csv]', { 't.csv': '' },
      [/^t.csv: expected a table of segment sizes, got an empty file$/]],
    ['a folder', 'tables: [t.csv]', { 't.csv/a': '' }, [/expected a file, but t.csv is a folder$/]],
    ['none for exact', 'use: exact', {}, [/^x.yaml:10:21: catalogue.sizes.use: "exact" needs a table$/]],
    ['exact and another ladder', 'use: exact, tables: [t.csv]', { 't.csv': SIZES }, [
      /^x.yaml:10:21: catalogue.sizes.use: "exact" needs .* duration of t.csv: 4 s at 800 kbps, 2800 kbps$/,
    ]],
  ])('sizes %s', (_what, sizes, texts: Readonly<Record<string, string>>, expected) => {
    const found = problemsOf({ 'x.yaml': `${GOOD}catalogue: {sizes: {${sizes}}}\n`, 'cable.csv': TRACE,
      ...texts });
    expect(found).toHaveLength(expected.length);
    expected.forEach((pattern, i) => expect(found[i]).toMatch(pattern));
  });

  test('a trace that states no round trip has that of its class', () => {
    const files = memoryFiles({
      'x.yaml': GOOD.replace(/traces: cable.csv/, 'traces: cable.csv, rtt: 30ms'),
      'cable.csv': 'duration_ms,kbps\n1000,500\n',
    });
    const [network] = buildPlan(loadScenario('x.yaml', files), files).networks;
    expect([...network!.traces[0]!.latencyUs]).toEqual([30_000]);
  });

  test('exact with the ladder and duration of the table is right', () => {
    const ladder = '[{ name: a, bitrate: 800 kbps, height: 1 }, { name: b, bitrate: 2.8 Mbps, height: 2 }]';
    const text = `${GOOD}catalogue: { ladder: ${ladder}, sizes: { use: exact, tables: [t.csv] } }\n`;
    const files = memoryFiles({ 'x.yaml': text, 'cable.csv': TRACE, 't.csv': SIZES });
    expect(buildPlan(loadScenario('x.yaml', files), files).sizeTables).toHaveLength(1);
  });

  test('a clip that is missing or a folder', () => {
    const text = `${GOOD}real: { clip: clip.mp4 }\n`;
    expect(problemsOf({ 'x.yaml': text, 'cable.csv': TRACE })[0])
      .toMatch(/^x.yaml:10:9: real.clip: .* there is no clip.mp4$/);
    expect(problemsOf({ 'x.yaml': text, 'cable.csv': TRACE, 'clip.mp4/x': '' })).toEqual([
      'x.yaml:10:9: real.clip: expected a file, but clip.mp4 is a folder',
    ]);
  });

  test('all of them at once, in the order of the file', () => {
    const text = GOOD.replace('run:', 'catalogue: { sizes: { tables: [t.csv] } }\nreal: { clip: c.mp4 '
      + '}\nrun:');
    expect(problemsOf({ 'x.yaml': text, 't.csv': '' })
      .map((line) => line.split(': ').slice(0, 2).join(' '))).toEqual([
      't.csv expected a table of segment sizes, got an empty file', 'x.yaml:5:9 real.clip',
      'x.yaml:11:22 audience.networks[0].traces',
    ]);
  });
});

describe('extends', () => {
  const over = 'extends: ../base/b.yaml\nname: other\n';
  const base = { 'base/b.yaml': GOOD, 'base/cable.csv': TRACE };

  test('merges mappings, replaces lists and values, and finds data beside the file that names it', () => {
    const text = `${over}run: { seed: 7 }\ncdn: { edge: { nodes: 2 } }\n`;
    const files = memoryFiles({ ...base, 'own/x.yaml': text });
    const { scenario, networks } = buildPlan(loadScenario('own/x.yaml', files), files);
    expect(scenario).toMatchObject({ name: 'other', title: 'A small one',
      run: { duration: 600_000_000, seed: 7 } });
    expect(scenario.cdn.edge.nodes).toBe(2);
    expect(networks[0]!.traces).toHaveLength(1);
    const list = `${over}audience: { networks: [{ name: dsl, traces: d.csv }] }\n`;
    const replaced = memoryFiles({ ...base, 'own/x.yaml': list, 'own/d.csv': TRACE });
    expect(buildPlan(loadScenario('own/x.yaml', replaced), replaced).networks.map((one) => one.name))
      .toEqual(['dsl']);
  });

  test('a new law replaces the mapping of the old one', () => {
    const text = `${over}audience: { arrivals: { law: fixed, at: [1s, 2s] } }\n`;
    const { scenario } = loadScenario('own/x.yaml', memoryFiles({ ...base, 'own/x.yaml': text }));
    expect(scenario.audience!.arrivals).toEqual({ law: 'fixed', at: [1_000_000, 2_000_000] });
    const same = `${over}audience: { arrivals: { law: poisson, shape: [{ at: 0s, level: 0.5 }] } }\n`;
    const kept = loadScenario('own/x.yaml', memoryFiles({ ...base, 'own/x.yaml': same }))
      .scenario.audience!.arrivals;
    expect(kept).toMatchObject({ law: 'poisson', peak: 0.5, shape: [{ at: 0, level: 0.5 }] });
  });

  test('places a problem in the file that holds it, the particular file first', () => {
    const text = `${over}run:\n  seed: high\n`;
    const found = problemsOf({
      'own/x.yaml': text, 'base/b.yaml': GOOD.replace('10min', '10'), 'base/cable.csv': '',
    }, 'own/x.yaml');
    expect(found).toEqual([
      'own/x.yaml:4:3: run.seed: expected a number, got "high"',
      'base/b.yaml:5:3: run.duration: expected a duration with its unit, such as 4s, 250ms or 1h30min, got '
        + '10',
      'cable.csv: expected a bandwidth trace, got an empty file',
    ]);
  });

  test('a value that is replaced is not a problem any more', () => {
    const text = `${over}run: { duration: 1min }\n`;
    const files = memoryFiles({ ...base, 'base/b.yaml': GOOD.replace('10min', '10'), 'own/x.yaml': text });
    expect(loadScenario('own/x.yaml', files).scenario.run.duration).toBe(60_000_000);
  });

  test.each([
    ['a missing base', { 'x.yaml': 'extends: gone.yaml\n' },
      ['x.yaml:1:1: extends: expected a scenario file, but there is no gone.yaml']],
    ['a folder', { 'x.yaml': 'extends: lib\n' },
      ['x.yaml:1:1: extends: expected a scenario file, but lib is a folder']],
    ['no path', { 'x.yaml': 'name: a\nextends: [b.yaml]\n' },
      ['x.yaml:2:1: extends: expected the path of a scenario file']],
    ['itself', { 'x.yaml': 'extends: ./x.yaml\n' },
      ['x.yaml:1:1: extends: expected another file: ./x.yaml extends itself']],
    ['a circle', { 'x.yaml': 'extends: y.yaml\n', 'y.yaml': 'name: y\nextends: x.yaml\n' }, [
      'y.yaml:2:1: extends: expected another file: x.yaml extends itself',
    ]],
    ['a syntax error in the base', { 'x.yaml': 'extends: y.yaml\n', 'y.yaml': 'a: *b\n' }, [
      'y.yaml:1:4: YAML: *b stands for nothing: no &b comes before it',
    ]],
  ])('refuses %s', (_what, texts: Readonly<Record<string, string>>, expected) => {
    expect(problemsOf({ ...LIBRARY, ...texts })).toEqual(expected);
  });

  test('refuses a chain without end', () => {
    const texts = Object.fromEntries(Array.from({ length: 12 }, (_, i) =>
      [`${i}.yaml`, `extends: ${i + 1}.yaml\n`]));
    expect(problemsOf(texts, '0.yaml')).toEqual(['9.yaml:1:1: extends: expected at most 10 files that '
      + 'extend each other']);
  });
});

describe('--set', () => {
  const files = memoryFiles({ 'x.yaml': GOOD, 'cable.csv': TRACE, 'dsl.csv': TRACE });
  const set = (...settings: string[]) => loadScenario('x.yaml', files, settings).scenario;

  test('sets values, nested ones, entries of lists, whole mappings and lists', () => {
    expect(set('cdn.edge.nodes=3').cdn.edge.nodes).toBe(3);
    expect(set('audience.networks[0].share=20%').audience!.networks[0])
      .toMatchObject({ name: 'cable', share: 0.2 });
    expect(set('audience.networks[1]={name: dsl, traces: dsl.csv}').audience!.networks).toHaveLength(2);
    expect(set('cdn.edge={nodes: 2, capacity: 1 GB}').cdn.edge)
      .toMatchObject({ nodes: 2, capacity: 1e9, latency: 5000 });
    expect(set('catalogue.ladder=[{name: a, bitrate: 1 Mbps, height: 1}]').catalogue.ladder).toHaveLength(1);
    expect(set('run.seed=1', 'run.seed=2').run.seed).toBe(2);
  });

  test('changes a part of a default', () => {
    expect(set('player.abr.safety=0.9').player.abr)
      .toMatchObject({ rule: 'hybrid', safety: 0.9, lowFactor: 0.5 });
    expect(set('audience.watch.mean=5min').audience!.watch)
      .toEqual({ law: 'exponential', mean: 300_000_000 });
    expect(set('catalogue.ladder[0].bitrate=700 kbps').catalogue.ladder.map((one) => one.bitrate))
      .toEqual([700e3, 2.8e6, 5e6, 14e6]);
  });

  test('a new law replaces the mapping of the old one', () => {
    expect(set('audience.watch={law: constant, value: 1min}').audience!.watch)
      .toEqual({ law: 'constant', value: 60_000_000 });
    expect(set('audience.arrivals={law: fixed, at: [1s]}').audience!.arrivals)
      .toEqual({ law: 'fixed', at: [1_000_000] });
  });

  test.each([
    ['no value', ['cdn.edge.nodes'], ['--set cdn.edge.nodes: expected path=value, such as '
      + 'cdn.edge.capacity=40GB']],
    ['no path', ['=3'], ['--set =3: expected path=value, such as cdn.edge.capacity=40GB']],
    ['a broken path', ['cdn..nodes=3', 'a[x]=1'], [
      '--set cdn..nodes=3: expected path=value, such as cdn.edge.capacity=40GB',
      '--set a[x]=1: expected path=value, such as cdn.edge.capacity=40GB',
    ]],
    ['an unknown key', ['cdn.edge.capcity=3 GB'], [
      '--set cdn.edge.capcity=3 GB: cdn.edge.capcity: unknown key "capcity": did you mean "capacity"?',
    ]],
    ['an unknown part', ['cdnn.edge.nodes=3'],
      ['--set cdnn.edge.nodes=3: cdnn: unknown key "cdnn": did you mean "cdn"?']],
    ['a wrong unit', ['cdn.edge.capacity=3 Mbps'], [
      /^--set cdn.edge.capacity=3 Mbps: cdn.edge.capacity.*"3 Mbps" has the unit "Mbps"/,
    ]],
    ['an empty value', ['run.seed='], ['--set run.seed=: run.seed: expected a number, got nothing']],
    ['an index beyond the end', ['audience.networks[4000000000].share=1'], [
      '--set audience.networks[4000000000].share=1: audience.networks[4000000000].share: expected an index '
        + 'of at most 1: '
      + 'audience.networks has one entry',
    ]],
    ['a key of a list', ['audience.networks.share=1'], [
      '--set audience.networks.share=1: audience.networks: expected a list, got {"share":1}',
    ]],
    ['an index of a mapping', ['run[0]=1'], ['--set run[0]=1: run: expected a mapping, got [1]']],
    ['extends', ['extends=y.yaml'], [/^--set extends=y.yaml: extends: unknown key "extends"/]],
    ['what makes another parameter wrong', ['run.warmup=20min'], [
      '--set run.warmup=20min: run.warmup: expected a warm-up shorter than the run (run.duration is 10min), '
        + 'got 20min',
    ]],
  ])('refuses %s', (_what, settings, expected) => {
    const found = problems(() => set(...settings));
    expect(found).toHaveLength(expected.length);
    expected.forEach((line, i) => (typeof line === 'string' ? expect(found[i]).toBe(line)
      : expect(found[i]).toMatch(line)));
  });

  test('a file that a setting names is sought where the command runs', () => {
    const deep = memoryFiles({ 'deep/x.yaml': GOOD, 'deep/cable.csv': TRACE,
      'here.csv': TRACE.replace('20', '7') });
    const loaded = loadScenario('deep/x.yaml', deep, ['audience.networks[0].traces=here.csv']);
    expect(buildPlan(loaded, deep).networks[0]!.traces[0]!.latencyUs[0]).toBe(7000);
  });
});

describe('the digest', () => {
  const digest = (text: string, settings: readonly string[] = [], trace = TRACE) => {
    const files = memoryFiles({ 'x.yaml': text, 'cable.csv': trace });
    return buildPlan(loadScenario('x.yaml', files, settings), files).digest;
  };

  test('is the same for keys in another order, other units, remarks, and defaults written out', () => {
    const text = 'name: small # here\ntitle: A small one\nweir: 1\naudience:\n  networks: [{ traces: '
      + 'cable.csv, name: cable }]\n'
      + '  arrivals: { peak: 0.5/s, law: poisson }\nrun: { seed: 42, duration: 600s }\n';
    expect(digest(text)).toBe(digest(GOOD));
    expect(digest(GOOD, ['run.duration=1h']).length).toBeGreaterThan(0);
    expect(digest(GOOD.replace('10min', '1h'))).toBe(digest(GOOD, ['run.duration=60min']));
  });

  test('is another one when a value or a data file changes', () => {
    expect(digest(GOOD.replace('30/min', '31/min'))).not.toBe(digest(GOOD));
    expect(digest(GOOD, ['cdn.origin.latency=151ms'])).not.toBe(digest(GOOD));
    expect(digest(GOOD, [], TRACE.replace('20', '21'))).not.toBe(digest(GOOD));
  });
});

const NOT_FOUND = 'expected a file or folder beside the scenario or in Weir\'s library, but there is no ';
const LIBRARY = { 'lib/networks/cable/1.csv': TRACE, 'lib/videos/v.json': '' };

function problemsOf(texts: Readonly<Record<string, string>>, file = 'x.yaml'): string[] {
  const files = memoryFiles(texts);
  return problems(() => buildPlan(loadScenario(file, files), files));
}

/** What a step finds wrong, as the user reads it. */
function problems(step: () => unknown): string[] {
  try {
    step();
  } catch (error) {
    if (error instanceof ScenarioError) return error.issues.map(formatIssue);
    throw error;
  }
  throw new Error('expected problems, found none');
}
