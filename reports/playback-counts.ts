import type { MetricResult } from '../models/core/run-record.ts';
import { playbackErrors, playbackStarts, qualityLevel } from '../models/player/metrics.ts';
import { formatCount, formatDuration, formatValue } from './format.ts';

/**
 * How often play began and failed, and at which renditions the media was fetched, each as a sentence without
 * its full stop and with what its shares are of; none of what was not measured.
 */
export function playbackCounts(metrics: readonly MetricResult[]): string[] {
  return [startsText(metrics), renditionsText(metrics)].filter((text) => text !== '');
}

function startsText(metrics: readonly MetricResult[]): string {
  const starts = metrics.find(({ name }) => name === playbackStarts.name);
  if (starts === undefined) return '';
  const errors = metrics.filter(({ name, value }) => name === playbackErrors.name && (value ?? 0) > 0);
  const kinds = errors.map(({ labels, value }) => `${labels['error_type'] ?? '?'} ${about(value ?? 0)}`);
  return `playback starts ${about(starts.value ?? 0)}, playback errors ${kinds.join(', ') || '0'}`;
}

function renditionsText(metrics: readonly MetricResult[]): string {
  const levels = metrics.filter(({ name }) => name === qualityLevel.name);
  const total = levels.reduce((sum, { value }) => sum + (value ?? 0), 0);
  if (total <= 0) return '';
  const shares = levels.map(({ labels, value }) =>
    `${labels['resolution'] ?? '?'} ${formatValue((value ?? 0) / total, 'ratio')}`);
  return `media fetched by rendition: ${shares.join(' · ')}, of ${formatDuration(total)}`;
}

/** A count, which is a mean over replications. */
function about(count: number): string {
  return Number.isInteger(count) || count >= 10 ? formatCount(count) : formatValue(count, '');
}
