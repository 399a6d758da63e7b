import { describe, expect, test } from 'vitest';
import { loadScenario } from './load.ts';
import { memoryFiles } from './memory-files.fixture.ts';

const BASE = `weir: 1
name: small
title: A small one
run: { duration: 10min, seed: 9 }
audience:
  arrivals: { law: poisson, peak: 30/min }
  networks: [{ name: cable, traces: cable.csv }]
cdn: { edge: { nodes: 2 } }
`;

describe('the list of parameters', () => {
  test('says of each value where it was set, as it was written, in which unit and on what grounds', () => {
    expect(parameter('run.duration')).toEqual({
      path: 'run.duration', value: '10min', unit: 'us', origin: 'scenario', source: 'assumed',
    });
    expect(parameter('cdn.origin.latency')).toEqual({
      path: 'cdn.origin.latency', value: '150ms', unit: 'us', origin: 'default',
      source: 'cited: platform design document, section 8.1: 100 to 300 ms',
    });
    expect(parameter('cdn.edge.capacity', ['cdn.edge.capacity=4GB']))
      .toMatchObject({ value: '4GB', origin: 'set', unit: 'bytes' });
  });

  test('a file that is extended is the scenario as well, and a setting wins over both', () => {
    expect(parameter('run.seed', [], 'extends: base.yaml\nname: other\n'))
      .toMatchObject({ value: '9', origin: 'scenario' });
    expect(parameter('run.seed', ['run.seed=3'], 'extends: base.yaml\n'))
      .toMatchObject({ value: '3', origin: 'set' });
  });

  test('what a mapping on the command line leaves alone keeps its origin', () => {
    const settings = ['cdn.edge={capacity: 1 GB}'];
    expect(parameter('cdn.edge.capacity', settings)).toMatchObject({ value: '1 GB', origin: 'set' });
    expect(parameter('cdn.edge.nodes', settings)).toMatchObject({ value: '2', origin: 'scenario' });
    expect(parameter('cdn.edge.policy', settings)).toMatchObject({ value: 'lru', origin: 'default' });
  });

  test('what a setting fills in beside itself is a default', () => {
    const settings = ['player.abr.safety=0.9', 'catalogue.ladder[0].bitrate=700 kbps'];
    expect(parameter('player.abr.safety', settings)).toMatchObject({ value: '0.9', origin: 'set' });
    expect(parameter('player.abr.rule', settings)).toMatchObject({ value: 'hybrid', origin: 'default' });
    expect(parameter('catalogue.ladder[0].bitrate', settings))
      .toMatchObject({ value: '700 kbps', origin: 'set' });
    expect(parameter('catalogue.ladder[1].bitrate', settings))
      .toMatchObject({ value: '2.8 Mbps', origin: 'default' });
  });

  test('holds every number the run rests on once, and each with a unit and a ground', () => {
    const all = parameters();
    const paths = all.map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
    expect(paths).toEqual(expect.arrayContaining([
      'run.warmup', 'catalogue.videos', 'catalogue.popularity.exponent', 'catalogue.length.mean',
        'catalogue.ladder[3].bitrate',
      'audience.arrivals.peak', 'audience.networks[0].share', 'audience.watch.mean',
        'audience.startupPatience',
      'player.abr.safety', 'player.bufferMax', 'cdn.edge.uplink', 'cdn.regional.capacity',
    ]));
    for (const { path, unit, source } of all) {
      expect(source, path).toMatch(/^(assumed|cited: |calibrated: )/);
      if (!/(law|rule)$/.test(path)) expect(unit, path).not.toBe('');
    }
  });
});

function parameters(settings: readonly string[] = [], text = BASE) {
  const files = memoryFiles({ 'x.yaml': text, 'base.yaml': BASE });
  return loadScenario('x.yaml', files, settings).parameters;
}

function parameter(path: string, settings: readonly string[] = [], text = BASE) {
  return parameters(settings, text).find((one) => one.path === path);
}
