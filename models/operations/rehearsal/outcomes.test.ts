import { expect, test } from 'vitest';
import type { RunDocument } from '../../core/run-record.ts';
import type { SloDefinition } from '../slo.ts';
import { detectionsOf, distributionsOf, worstOf, type RehearsedRun } from './outcomes.ts';

const SLOS: readonly SloDefinition[] = [
  { name: 'starts', sli: 'playback_start_seconds_p99', direction: 'below', bound: 2, unit: 's', margin: 1 },
  { name: 'answers', sli: 'cdn_availability', direction: 'above', bound: 0.999, unit: 'ratio', margin: 0.01 },
];

test('quantiles and histograms are over seeds and timings, on one scale for all designs', () => {
  const runs = [
    run('runbook', 'as written', [1, 2, 3], [1, 1, 1]), run('runbook', '5min later', [4, 5, 11], [1, 1, 1]),
    run('no-fault', 'as written', [1, 1, 1], [1, 1, 1]),
  ];
  const [runbook, noFault] = distributionsOf(runs);
  // By hand: of 1 2 3 4 5 11 the median is 3.5, a tenth lies half way from 1 to 2, nine tenths from 5 to 11.
  expect(runbook).toMatchObject({ n: 6, least: 1, p10: 1.5, p50: 3.5, p90: 8, most: 11, unit: 's' });
  expect(runbook!.histogram).toEqual({ from: 1, until: 11, counts: [1, 1, 1, 1, 1, 0, 0, 0, 0, 1] });
  expect(noFault!.histogram).toEqual({ from: 1, until: 11, counts: [3, 0, 0, 0, 0, 0, 0, 0, 0, 0] });
});

test('the worst is that of what the faults hurt most in units of its margin, or of what is asked for', () => {
  const runs = [
    run('runbook', 'as written', [1.2, 1.9, 1.4], [0.9, 0.95, 0.7]),
    run('runbook', '5min later', [1.1, 1.1, 2.4], [0.9, 0.6, 0.8]),
    run('no-fault', 'as written', [1, 1, 1], [1, 1, 1]),
  ];
  expect(worstOf(runs, 'runbook', SLOS)).toMatchObject({
    indicator: 'cdn_availability', value: 0.6, replication: 1, timing: '5min later', seed: 7,
  });
  expect(worstOf(runs, 'runbook', SLOS, 'playback_start_seconds_p99')).toMatchObject({
    value: 2.4, replication: 2, timing: '5min later',
  });
});

test('times to detect leave out what was not detected, and say so', () => {
  const [own] = detectionsOf([run('runbook', 'as written', [1, 1, 1], [1, 1, 1], [60, null, 120])]);
  expect(own).toEqual({
    design: 'runbook', fault: 'edge down', n: 3, detectedIn: 2, p10: 66, p50: 90, p90: 114,
  });
});

/** The parts of a document that a rehearsal reads. */
function run(
  design: string, timing: string, starts: readonly number[], answers: readonly number[],
  detects: readonly (number | null)[] = [],
): RehearsedRun {
  const slos = SLOS.map(({ name, sli }) => ({ name, sli, verdict: 'met' }));
  const each = detects.map((detectSeconds) => ({ fromSeconds: 0, detectSeconds, clearSeconds: null }));
  const document = {
    seed: 7, replications: starts.length, slos, incidents: detects.length === 0 ? []
      : [{ fault: 'edge down', each }],
    slis: { playback_start_seconds_p99: { values: starts }, cdn_availability: { values: answers } },
  };
  return { design, timing, document: document as unknown as RunDocument };
}
