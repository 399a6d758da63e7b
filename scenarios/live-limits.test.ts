import { expect, test } from 'vitest';
import { formatIssue, ScenarioError } from './errors.ts';
import { loadScenario } from './load.ts';
import { memoryFiles } from './memory-files.fixture.ts';

const BASE = `weir: 1
name: x
title: X
run: { duration: 1h }
catalogue:
  videos: 3
  segment: 4s
  live: {}
audience:
  arrivals: { law: poisson, peak: 1/min }
  networks: [{ name: a, traces: a.csv }]
`;

const LINE = 'duration_ms,kbps,latency_ms\n1000,8000,20\n';

function problemsOf(live: string, ...more: readonly string[]): string[] {
  const text = BASE.replace('live: {}', `live: ${live}`);
  try {
    loadScenario('x.yaml', memoryFiles({ 'x.yaml': text, 'a.csv': LINE }), more);
    return [];
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.issues.map(formatIssue);
  }
}

test.each([
  ['{}', []],
  ['{ videos: 2, part: 500ms, holdBack: 1500ms, maxLatency: 6s }', []],
  ['{ prat: 1s }', ['x.yaml:8:11: catalogue.live.prat: unknown key "prat": did you mean "part"?']],
  ['{ part: 4s }', ['x.yaml:8:11: catalogue.live.part: expected a duration that segments fall into evenly '
    + '(catalogue.segment is 4s), got 4s']],
  ['{ part: 300ms }', ['x.yaml:8:11: catalogue.live.part: expected a duration that segments fall into evenly '
    + '(catalogue.segment is 4s), got 300ms']],
  ['{ videos: 4 }', ['x.yaml:8:11: catalogue.live.videos: expected at most all videos (catalogue.videos is '
    + '3), got 4']],
  ['{ from: 2h }', ['x.yaml:8:11: catalogue.live.from: expected a time within the run (run.duration is 1h), '
    + 'got 2h']],
  ['{ holdBack: 11s }', ['x.yaml:8:11: catalogue.live.holdBack: expected at least 3 segments, as RFC 8216bis '
    + 'has it (catalogue.segment is 4s), got 11s']],
  ['{ part: 1s, holdBack: 2s }', ['x.yaml:8:21: catalogue.live.holdBack: expected at least 3 parts, as RFC '
    + '8216bis has it (catalogue.live.part is 1s), got 2s']],
  ['{ window: 10s }', [
    'x.yaml:8:11: catalogue.live.window: expected room for 3 segments (catalogue.segment is 4s), got 10s',
    'x.yaml:8:11: catalogue.live.window: expected at least the hold-back, got 10s']],
  ['{ window: 1min, maxLatency: 90s }', ['x.yaml:8:25: catalogue.live.maxLatency: expected at most what '
    + 'playlists list (catalogue.live.window is 1min), got 90s']],
  ['{ maxLatency: 12s }', ['x.yaml:8:11: catalogue.live.maxLatency: expected at least the hold-back and the '
    + 'drift (catalogue.live.drift is 500ms), got 12s']],
  ['{ playbackRate: { max: 0.9 } }', ['x.yaml:8:27: catalogue.live.playbackRate.max: expected at least 1, '
    + 'got 0.9']],
])('live: %s', (live, expected) => {
  expect(problemsOf(live)).toEqual(expected);
});

test('a single manifest lets players be nearer than three segments, but not nearer than one', () => {
  expect(problemsOf('{ holdBack: 4s }', 'player.playlists=one')).toEqual([]);
  expect(problemsOf('{ holdBack: 3s }', 'player.playlists=one')).toEqual([
    'x.yaml:8:11: catalogue.live.holdBack: expected at least 1 segment (catalogue.segment is 4s), got 3s',
  ]);
});

test.each([
  ['audience.speeds', '[{ rate: 1.5, share: 100% }]'],
  ['audience.pauses', '{ every: { law: constant, value: 1min }, length: { law: constant, value: 1s } }'],
  ['audience.seeks', '{ every: { law: constant, value: 1min }, by: { law: constant, value: 1s } }'],
  ['audience.resume', '{ share: 10%, from: { law: constant, value: 1min } }'],
])('%s is refused beside live videos', (path, value) => {
  expect(problemsOf('{}', `${path}=${value}`)).toEqual([
    `--set ${path}=${value}: ${path}: expected none beside catalogue.live: `
      + 'live viewers hold their distance from the live edge',
  ]);
});

test('sizes of segments to come are refused beside live videos', () => {
  expect(problemsOf('{}', 'player.knowsSizes=true')).toEqual([
    '--set player.knowsSizes=true: player.knowsSizes: expected false beside catalogue.live: nobody knows the '
    + 'sizes of segments to come',
  ]);
});
