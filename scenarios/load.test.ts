import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildPlan } from './build.ts';
import { formatIssue, ScenarioError } from './errors.ts';
import { loadScenario } from './load.ts';
import { memoryFiles } from './memory-files.fixture.ts';

const TRACE = 'duration_ms,kbps,latency_ms\n1000,8000,20\n';

const GOOD = `weir: 1
name: small
title: A small one
run:
  duration: 10min
  warmup: 1min
audience:
  arrivals: { law: poisson, peak: 30/min }
  networks:
    - { name: cable, traces: cable.csv }
`;

describe('a scenario that is right', () => {
  test('is read with its quantities in base units', () => {
    const { scenario } = load(GOOD);
    expect(scenario.run).toMatchObject({ duration: 600_000_000, warmup: 60_000_000, seed: 42,
      replications: 1 });
    expect(scenario.audience!.arrivals).toMatchObject({ law: 'poisson', peak: 0.5 });
    expect(scenario.cdn.edge).toMatchObject({ capacity: 100e9, latency: 5000, uplink: 10e9 });
  });

  test.each([
    ['1h30min', 5_400_000_000], ['90min', 5_400_000_000], ['1.5h', 5_400_000_000], ['5400s', 5_400_000_000],
    ['2d', 172_800_000_000], ['61000ms', 61_000_000],
  ])('reads %s', (text, us) => {
    expect(load(GOOD, [`run.duration=${text}`]).scenario.run.duration).toBe(us);
  });
});

describe('a wrong parameter is refused at its place, with what was expected and got:', () => {
  test.each([
    ['unknown key', 'run:', 'runn:', [
      'x.yaml:1:1: run: expected a mapping, got nothing',
      'x.yaml:4:1: runn: unknown key "runn": did you mean "run"?',
    ]],
    ['unknown key near none', 'run:', 'zzzzzzzz: 1\nrun:', [
      /^x.yaml:4:1: zzzzzzzz: unknown key "zzzzzzzz": known: weir, name, title, .*, cdn, .*real/,
    ]],
    ['unknown key in a flow mapping', 'traces:', 'trace: a, traces:', [
      'x.yaml:10:22: audience.networks[0].trace: unknown key "trace": did you mean "traces"?',
    ]],
    ['wrong unit', 'duration: 10min', 'duration: 10 MB', [
      'x.yaml:5:3: run.duration: expected a duration such as 4s, 250ms or 1h30min, but "10 MB" has the unit '
        + '"MB" '
      + '(known: us, ms, s, min, h, d, w)',
    ]],
    ['bare number', 'duration: 10min', 'duration: 600', [
      'x.yaml:5:3: run.duration: expected a duration with its unit, such as 4s, 250ms or 1h30min, got 600',
    ]],
    ['bare number as a text', 'duration: 10min', 'duration: "600"', [
      'x.yaml:5:3: run.duration: expected a duration such as 4s, 250ms or 1h30min, but "600" has no unit '
      + '(known: us, ms, s, min, h, d, w)',
    ]],
    ['words', 'duration: 10min', 'duration: ten minutes', [
      'x.yaml:5:3: run.duration: expected a duration such as 4s, 250ms or 1h30min, got "ten minutes"',
    ]],
    ['key without a value', 'duration: 10min', 'duration:', [
      'x.yaml:5:3: run.duration: expected a duration with its unit, such as 4s, 250ms or 1h30min, got '
        + 'nothing',
    ]],
    ['missing key', '  duration: 10min\n', '', [
      'x.yaml:4:1: run.duration: expected a duration with its unit, such as 4s, 250ms or 1h30min, got '
        + 'nothing',
    ]],
    ['zero duration', 'duration: 10min', 'duration: 0s', ['x.yaml:5:3: run.duration: expected > 0, got 0s']],
    ['negative size', 'audience:', 'cdn: { edge: { capacity: -5 GB } }\naudience:', [
      'x.yaml:7:16: cdn.edge.capacity: expected > 0, got -5 GB',
    ]],
    ['size as a rate', 'audience:', 'cdn: { edge: { uplink: 5 GB } }\naudience:', [
      'x.yaml:7:16: cdn.edge.uplink: expected a data rate such as 800 kbps, 5 Mbps or 10 Gbps, but "5 GB" '
        + 'has the '
      + 'unit "GB" (known: bps, kbps, Kbps, Mbps, Gbps, Tbps, Pbps)',
    ]],
    ['enumeration', 'audience:', 'cdn: { edge: { policy: lruu } }\naudience:', [
      /^x.yaml:7:16: cdn.edge.policy: expected "lru" or .*, got "lruu": did you mean "lru"\?$/,
    ]],
    ['enumeration near none', 'audience:', 'cdn: { edge: { policy: optimal } }\naudience:', [
      /^x.yaml:7:16: cdn.edge.policy: expected "lru" or "fifo" or .* or "unbounded", got "optimal"$/,
    ]],
    ['tuning of another policy', 'audience:',
      'cdn: { edge: { policy: s3fifo, tuning: { smallShare: 20%, windowShare: 2% } } }\naudience:', [
        'x.yaml:7:59: cdn.edge.tuning.windowShare: expected a parameter of s3fifo (smallShare, ghostShare, '
        + 'promoteUses), got 2%',
      ]],
    ['enumeration with a reason', 'audience:', 'cdn: { edge: { policy: belady } }\naudience:', [
      /^x.yaml:7:16: cdn.edge.policy: expected "lru" .*, got "belady": it has to know the requests to come/,
    ]],
    ['discriminator with a reason', 'audience:', 'player: { abr: { rule: oracle } }\naudience:', [
      'x.yaml:7:18: player.abr.rule: expected a rule that a player can follow, got "oracle": it has to know '
        + 'what its link will carry, and is a bound in weir abr alone (weir abr TRACE VIDEO --rule oracle)',
    ]],
    ['discriminator', 'law: poisson', 'law: poison', [
      'x.yaml:8:15: audience.arrivals.law: expected "poisson" or "fixed", got "poison": did you mean '
        + '"poisson"?',
    ]],
    ['missing discriminator', 'law: poisson, ', '', [
      'x.yaml:8:3: audience.arrivals.law: expected "poisson" or "fixed", got nothing',
    ]],
    ['key of another branch', 'peak: 30/min', 'peak: 30/min, at: [1s]', [
      'x.yaml:8:43: audience.arrivals.at: unknown key "at": known: law, peak, shape',
    ]],
    ['version of the format', 'weir: 1', 'weir: 2', ['x.yaml:1:1: weir: expected 1, got 2']],
    ['name', 'name: small', 'name: Not Small',
      ['x.yaml:2:1: name: expected lower-case letters, digits and dashes']],
    ['empty title', 'title: A small one', 'title: ""',
      ['x.yaml:3:1: title: expected a text that is not empty']],
    ['empty list', '- { name: cable, traces: cable.csv }', '[]', [
      'x.yaml:9:3: audience.networks: expected at least 1 in the list, got []',
    ]],
    ['broken count', 'run:', 'run:\n  replications: 2.5', [
      'x.yaml:5:3: run.replications: expected a whole number, got 2.5',
    ]],
    ['count too small', 'run:', 'run:\n  replications: 0',
      ['x.yaml:5:3: run.replications: expected at least 1, got 0']],
    ['count too large', 'run:', 'run:\n  replications: 20000', [
      'x.yaml:5:3: run.replications: expected at most 10000, got 20000',
    ]],
    ['not a number', 'audience:', 'catalogue: { popularity: { exponent: .nan } }\naudience:', [
      'x.yaml:7:28: catalogue.popularity.exponent: expected a number, got NaN',
    ]],
    ['ratio above its bound', 'peak: 30/min', 'peak: 30/min, shape: [{ at: 0s, level: 150% }]', [
      'x.yaml:8:61: audience.arrivals.shape[0].level: expected at most 1, got 150%',
    ]],
    ['mapping for a list', '- { name: cable, traces: cable.csv }', '  name: cable', [
      'x.yaml:9:3: audience.networks: expected a list, got {"name":"cable"}',
    ]],
    ['objective with both bounds', 'run:',
      `slos: [{ name: a, sli: edge_hit_rate, below: 1, above: 0 }]\nrun:`, [
      'x.yaml:4:8: slos[0]: expected either "below" or "above"',
    ]],
    ['unknown indicator', 'run:', `slos: [{ name: a, sli: edge_hit_ratio, above: 0.9 }]\nrun:`, [
      /^x.yaml:4:19: slos\[0\].sli: expected .*"edge_hit_ratio": did you mean "edge_hit_rate"\?$/,
    ]],
    ['infinite duration', 'duration: 10min', 'duration: 1e400s',
      ['x.yaml:5:3: run.duration: expected a finite number']],
    ['endless duration', 'duration: 10min', 'duration: 1e15s', [
      'x.yaml:5:3: run.duration: expected at most 100 years, got more',
    ]],
  ] as const)('%s', (_what, from, to, expected) => {
    const found = problemsOf(GOOD.replace(from, to));
    expect(found).toHaveLength(expected.length);
    expected.forEach((line, i) => (typeof line === 'string' ? expect(found[i]).toBe(line)
      : expect(found[i]).toMatch(line)));
  });
});

describe('parameters that do not go together are refused, as they were written:', () => {
  const two = '- { name: cable, traces: cable.csv }\n    - { name: cable, traces: cable.csv }';
  test.each([
    ['warm-up as long as the run', 'warmup: 1min', 'warmup: 600s',
      'x.yaml:6:3: run.warmup: expected a warm-up shorter than the run (run.duration is 10min), got 600s'],
    ['buffer below a segment', 'audience:',
      'player: { bufferMax: 3s, startBuffer: 1s, resumeBuffer: 1s }\naudience:',
      'x.yaml:7:11: player.bufferMax: expected room for one segment (catalogue.segment is 4s), got 3s'],
    ['start goal above the buffer', 'audience:', 'player: { startBuffer: 31s }\naudience:',
      'x.yaml:7:11: player.startBuffer: expected at most player.bufferMax: play could never start'],
    ['median above the mean', 'audience:',
      'catalogue: { length: { law: lognormal, mean: 5min, median: 6min } }\naudience:',
      'x.yaml:7:52: catalogue.length.median: expected a median below the mean (a lognormal is skewed to the '
        + 'right)'],
    ['bounds upside down', 'audience:', 'audience:\n  watch: { law: uniform, low: 9s, high: 3s }',
      'x.yaml:8:26: audience.watch.low: expected a smallest value below the largest (high is 3s), got 9s'],
    ['times that do not ascend', 'peak: 30/min',
      'peak: 30/min, shape: [{ at: 2h, level: 1 }, { at: 1h, level: 1 }]',
      'x.yaml:8:75: audience.arrivals.shape[1].at: expected a time after that of the point before it'],
    ['a ladder that does not ascend', 'audience:',
      'catalogue: { ladder: [{ name: a, bitrate: 2 Mbps, height: 1 }, { name: b, bitrate: 1 Mbps, height: 2 '
        + '}] }\naudience:',
      'x.yaml:7:75: catalogue.ladder[1].bitrate: expected a rate above the rendition before it: a ladder '
        + 'ascends'],
    ['a name that stands twice', '- { name: cable, traces: cable.csv }', two,
      'x.yaml:11:9: audience.networks[1].name: expected a name of its own, got "cable", the name of '
        + 'networks[0] too'],
    ['more sessions than memory holds', 'peak: 30/min', 'peak: 100000/s',
      /x.yaml:8:3: audience.arrivals: expected at most 5,000,000 sessions in a run, got about 60,0/],
    ['more samples than memory holds', 'duration: 10min', 'duration: 2d\n  sampleEvery: 1s',
      'x.yaml:6:3: run.sampleEvery: expected at most 100,000 samples in a run, got about 172,800: sample '
        + 'less often'],
  ] as const)('%s', (_what, from, to, expected) => {
    const found = problemsOf(GOOD.replace(from, to));
    expect(found).toHaveLength(1);
    if (typeof expected === 'string') expect(found[0]).toBe(expected);
    else expect(found[0]).toMatch(expected);
  });
});

describe('parts that a scenario leaves out', () => {
  const bare = 'weir: 1\nname: bare\ntitle: Bare\nrun: { duration: 1min }\n';

  test('leave something to simulate', () => {
    const expected = 'x.yaml:1:1: expected a part to simulate: audience, transcode, metadata, search '
      + 'or recommendations';
    expect(problemsOf(bare)).toEqual([expected]);
  });

  test('are not those that another part serves', () => {
    expect(problemsOf(`${bare}cdn: { edge: { nodes: 2 } }\nplayer: {}\n`)).toEqual([
      'x.yaml:5:1: cdn: expected "audience" beside it: without one nobody watches',
      'x.yaml:6:1: player: expected "audience" beside it: without one nobody watches',
    ]);
  });

  test('and claims and outages are of what is there', () => {
    expect(problemsOf(`${GOOD}cdn: { claims: { together: 97% } }\n`)).toEqual([
      'x.yaml:11:8: cdn.claims: expected a claim of a tier: edge, regional or shield',
    ]);
    const outage = '{ at: 1s, duration: 1s, server: 2 }';
    expect(problemsOf(`${GOOD}cdn: { edge: { servers: 2 }, outages: [${outage}] }\n`))
      .toEqual([expect.stringContaining('cdn.outages[0].server: expected one of the 2 servers of a place, '
        + 'from 0 (cdn.edge.servers), got 2')]);
    expect(problemsOf(`${GOOD}faults: [{ kind: serverDown, at: 1s, duration: 1s, server: 1 }]\n`))
      .toEqual([expect.stringContaining('faults[0].server: expected one of the 1 servers of a place, '
        + 'from 0 (cdn.edge.servers), got 1')]);
    expect(problemsOf(`${GOOD}cdn: { claims: { shield: 90% } }\n`)).toEqual([
      'x.yaml:11:18: cdn.claims.shield: expected no claim of a shield that is off (cdn.shield.enabled), '
        + 'got 90%',
    ]);
  });
});

describe('a file that is no scenario is refused:', () => {
  test.each([
    ['empty', '', ['x.yaml: expected a mapping of keys to values, got an empty file']],
    ['only a remark', '# later\n', ['x.yaml: expected a mapping of keys to values, got an empty file']],
    ['a list', '- weir: 1\n', ['x.yaml: expected a mapping of keys to values, got a list']],
    ['a text', 'weir\n', ['x.yaml: expected a mapping of keys to values, got a single value']],
    ['bytes', '\0\u0001\u0002', ['x.yaml: expected a mapping of keys to values, got a single value']],
    ['a tab', 'run:\n\tduration: 1s\n', ['x.yaml:2:1: YAML: Tabs are not allowed as indentation']],
    ['keys twice', 'a: 1\nb: 2\na: 3\nb: 4\n', [
      'x.yaml:3:1: YAML: the key "a" stands here twice', 'x.yaml:4:1: YAML: the key "b" stands here twice',
    ]],
    ['two documents', 'a: 1\n---\nb: 2\n', ['x.yaml:2:1: YAML: expected one document, got another one after '
      + '"---"']],
    ['an alias of nothing', 'a: 1\nb: *c\n', ['x.yaml:2:4: YAML: *c stands for nothing: no &c comes before '
      + 'it']],
    ['an anchor that holds itself', 'description: &a [*a, *a]\n', [
      'x.yaml: expected at most 30 levels, got more, or an anchor that holds itself',
    ]],
    ['a bomb of anchors', bomb(), ['x.yaml: YAML: aliases multiply to more than can be read']],
    ['deep nesting', `a: ${'['.repeat(40)}${']'.repeat(40)}\n`, [
      'x.yaml: expected at most 30 levels, got more, or an anchor that holds itself',
    ]],
    ['too large', `# ${'x'.repeat(50_000_000)}`,
      ['x.yaml: a scenario file: expected at most 2.0 MB, got 50.0 MB']],
  ])('%s', (_what, text, expected) => {
    expect(problemsOf(text)).toEqual(expected);
  });

  test('nested beyond the parser', () => {
    expect(problemsOf(`a: ${'['.repeat(10_000)}`)[0])
      .toMatch(/^x.yaml:1:\d+: YAML: nested too deeply to be read$/);
  });

  test('an unknown tag', () => {
    expect(problemsOf('a: !secret x\n')).toEqual(['x.yaml:1:4: YAML: Unresolved tag: !secret']);
  });

  test('a file with a hundred errors names twenty and counts the rest', () => {
    const found = problemsOf(`a: 1\n${'a: 1\n'.repeat(100)}`);
    expect(found).toHaveLength(21);
    expect(found[20]).toBe('x.yaml: and 80 more');
  });

  test('two megabytes of keys are told from each other in one pass', () => {
    const text = Array.from({ length: 30_000 }, (_, i) => `key${i}: 1`).join('\n');
    expect(problemsOf(text).filter((line) => line.includes('unknown key'))).toHaveLength(30_000);
  });

  test('a missing one, and a folder', () => {
    const files = memoryFiles({ 'folder/x.yaml': GOOD });
    expect(problems(() => loadScenario('y.yaml', files))).toEqual([
      'y.yaml: expected a scenario file, but there is no such file',
    ]);
    expect(problems(() => loadScenario('folder', files)))
      .toEqual(['folder: expected a scenario file, but it is a folder']);
  });

  test('names that JavaScript gives a meaning are keys like any other', () => {
    const found = problemsOf(`${GOOD}__proto__: { seed: 1 }\nconstructor: 1\ntoString: 2\n`);
    expect(found.map((line) => line.slice(0, line.indexOf('": ')))).toEqual([
      'x.yaml:11:1: __proto__: unknown key "__proto__',
      'x.yaml:12:1: constructor: unknown key "constructor',
      'x.yaml:13:1: toString: unknown key "toString',
    ]);
    expect(problemsOf(GOOD.replace('run:', 'run:\n  __proto__: { warmup: 1s }'))).toHaveLength(1);
  });
});

describe('all problems are told at once', () => {
  test('in the order of the file, whatever finds them', () => {
    const text = GOOD
      .replace('name: small', 'name: Small')
      .replace('warmup: 1min', 'warmup: 1\n  sede: 3')
      .replace('law: poisson', 'law: poison')
      .replace('cable.csv', 'missing.csv');
    expect(problemsOf(text).map((line) => line.split(': ', 2).join(' '))).toEqual([
      'x.yaml:2:1 name', 'x.yaml:6:3 run.warmup', 'x.yaml:7:3 run.sede', 'x.yaml:9:15 audience.arrivals.law',
      'x.yaml:11:22 audience.networks[0].traces',
    ]);
  });

  test('settings first, wrong ones together', () => {
    const found = problemsOf(GOOD.replace('warmup: 1min', 'warmup: 1'),
      ['x', 'run.seed=high', 'audience.networks[3].share=1']);
    expect(found).toEqual(['--set x: expected path=value, such as cdn.edge.capacity=40GB']);
    expect(problemsOf(GOOD.replace('warmup: 1min', 'warmup: 1'),
      ['run.seed=high', 'audience.networks[3].share=1'])).toEqual([
      '--set audience.networks[3].share=1: audience.networks[3].share: expected an index of at most 1: '
      + 'audience.networks has one entry',
      '--set run.seed=high: run.seed: expected a number, got "high"',
      'x.yaml:6:3: run.warmup: expected a duration with its unit, such as 4s, 250ms or 1h30min, got 1',
    ]);
  });
});

describe('whatever is thrown at the loader', () => {
  const keys = ['weir', 'name', 'title', 'run', 'duration', 'audience', 'networks', 'law', 'cdn', 'edge',
    '__proto__', '<<'];
  const scalar = fc.constantFrom('1', '-5 GB', '4s', '*a', '&a b', '!!map x', '~', '.nan', '"', '[', '{a',
    '0x10', '1e999', '');
  const line = fc.tuple(fc.nat(4), fc.constantFrom(...keys), scalar)
    .map(([indent, key, value]) => `${'  '.repeat(indent)}${key}: ${value}`);

  test('as YAML, it is read or refused with a ScenarioError', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.array(line).map((lines) => lines.join('\n'))), (text) => {
      refusedOrRead(text);
    }), { seed: 7, numRuns: 1500 });
  });

  test('as a value in a scenario that is right otherwise', () => {
    const places = ['10min', '1min', 'poisson', '30/min', 'cable', '{ name: cable, traces: cable.csv }',
      'A small one'];
    fc.assert(fc.property(fc.constantFrom(...places), fc.oneof(fc.json(), fc.string()), (at, value) => {
      refusedOrRead(GOOD.replace(at, () => value));
    }), { seed: 7, numRuns: 1500 });
  });

  test('as a setting', () => {
    const path = fc.array(fc.constantFrom(...keys, 'networks[0]', 'networks[4294967296]'),
      { minLength: 1, maxLength: 4 });
    fc.assert(fc.property(path, fc.oneof(fc.json(), fc.string(), scalar), (names, value) => {
      refusedOrRead(GOOD, [`${names.join('.')}=${value}`]);
    }), { seed: 7, numRuns: 1500 });
  });
});

function refusedOrRead(text: string, settings: readonly string[] = []): void {
  try {
    buildPlan(load(text, settings), files(text));
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    expect(error.issues.length).toBeGreaterThan(0);
    for (const issue of error.issues) expect(issue.message).not.toMatch(/undefined|\[object/);
  }
}

function bomb(): string {
  const lines = ['a: &a [x, x, x, x, x, x, x, x, x]'];
  for (const [name, of] of [['b', 'a'], ['c', 'b'], ['d', 'c'], ['e', 'd']] as const) {
    lines.push(`${name}: &${name} [${Array.from({ length: 9 }, () => `*${of}`).join(', ')}]`);
  }
  return lines.join('\n');
}

function files(text: string) {
  return memoryFiles({ 'x.yaml': text, 'cable.csv': TRACE });
}

function load(text: string, settings: readonly string[] = []) {
  return loadScenario('x.yaml', files(text), settings);
}

function problemsOf(text: string, settings: readonly string[] = []): string[] {
  return problems(() => load(text, settings));
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
