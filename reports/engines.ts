import type { RunDocument } from '../models/core/run-record.ts';

/** What the engines of one type did over the measured span, mean over replications. [s] */
export interface EngineType {
  /** `L4`, `T4`, `cpu`. */
  readonly engine: string;
  /** Engine time that was there, and that encoded. */
  readonly available: number;
  readonly busy: number;
  /** Media put out; every rung counts for itself. */
  readonly output: number;
  /** Engine time whose result was lost. */
  readonly lost: number;
}

/** The engines of a run by type; empty when the scenario has no fleet. */
export function engineTypes(document: RunDocument): EngineType[] {
  const names = new Set<string>();
  for (const { name, labels } of document.metrics) {
    if (name === 'transcoding_engine_seconds_total') names.add(labels['engine'] ?? '');
  }
  const of = (what: string, engine: string) => document.metrics
    .filter(({ name, labels }) => name === `transcoding_engine_${what}_total` && labels['engine'] === engine)
    .reduce((sum, metric) => sum + metric.value, 0);
  return [...names].map((engine) => ({
    engine, available: of('seconds', engine), busy: of('busy_seconds', engine),
    output: of('output_seconds', engine), lost: of('lost_seconds', engine),
  }));
}
