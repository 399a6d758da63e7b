import { expect, test } from 'vitest';
import type { MetricResult } from '../models/core/run-record.ts';
import { playbackCounts } from './playback-counts.ts';

const counter = (name: string, value: number, labels: Record<string, string> = {}): MetricResult =>
  ({ name, kind: 'counter', labels, unit: '', help: '', value });

test('starts and errors by type, means over replications among them', () => {
  const starts = counter('playback_starts_total', 3703);
  const errors = [counter('playback_errors', 0, { error_type: 'timeout' })];
  expect(playbackCounts([starts, ...errors])).toEqual(['playback starts 3,703, playback errors 0']);
  errors.push(counter('playback_errors', 2.5, { error_type: 'licence' }),
    counter('playback_errors', 12, { error_type: 'reset' }));
  expect(playbackCounts([starts, ...errors]))
    .toEqual(['playback starts 3,703, playback errors licence 2.50, reset 12']);
});

test('time at each rendition, as shares of all media fetched', () => {
  const levels = [
    counter('video_quality_level', 1800, { resolution: '240p' }),
    counter('video_quality_level', 5400, { resolution: '1080p' }),
  ];
  expect(playbackCounts(levels)).toEqual(['media fetched by rendition: 240p 25.0 % · 1080p 75.0 %, of 2 h']);
});

test('a run without players has nothing to say', () => {
  expect(playbackCounts([counter('jobs_total', 3), counter('video_quality_level', 0, { resolution: 'a' })]))
    .toEqual([]);
});
