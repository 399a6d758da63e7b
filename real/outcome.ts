import type { CacheInput } from '../models/cdn/events.ts';
import { Fingerprint } from '../models/core/fingerprint.ts';
import type { ParameterProvenance } from '../models/core/run-record.ts';
import { MetricSet } from '../models/core/metrics.ts';
import { US_PER_MS, US_PER_S } from '../models/core/units.ts';
import { Monitor } from '../models/operations/monitoring/monitor.ts';
import { bucketsOf, monitoredOutcome } from '../models/operations/monitoring/outcome.ts';
import { computeSlis, sliSeries, type ReplicationOutcome } from '../models/operations/run-summary.ts';
import type { PlayerInput } from '../models/player/events.ts';
import type { ScenarioPlan } from '../scenarios/plan.ts';
import { joinTapes } from './metric-tape.ts';
import type { PackagedVideo } from './package-hls.ts';
import { PLAYERS } from './player-host.ts';
import { formatRecording, RECORDING_SCHEMA, type RecordingEntry } from './recording.ts';
import type { Played } from './play.ts';
import { checkRequirements } from './setup.ts';
import type { Stage } from './stage.ts';

/** What a real run leaves behind, in the same form as a replication of a simulation. */
export function outcomeOf(plan: ScenarioPlan, stage: Stage, played: Played): ReplicationOutcome {
  const { host, reports, tape, endedAt, faults } = played;
  const metrics = new MetricSet();
  const { monitoring, run } = plan.scenario;
  // The same monitor as in the simulation reads what was measured, moment by moment, after the run.
  const monitor = monitoring === undefined ? undefined
    : new Monitor(metrics, monitoring.scrapeEvery, plan.rules, bucketsOf(plan.slos));
  joinTapes([tape.data(), ...reports.map((report) => report.tape)], metrics, (atUs) => {
    if (monitor !== undefined && monitor.wakeAt() <= atUs) monitor.woken(atUs);
  });
  const { series = [], warnings = [], ...monitored } = monitor === undefined ? {}
    : monitoredOutcome({ rules: plan.rules, slos: plan.slos, run }, monitor, endedAt);
  const { fingerprint, events } = fingerprintOf(entriesOf(played).flat());
  return {
    slis: computeSlis(metrics.view(endedAt)),
    metrics: metrics.export(endedAt),
    series: [...metrics.series(), ...sliSeries(metrics.windows()), ...series],
    ...monitored,
    ...(plan.scenario.faults.length === 0 ? {} : { faults }),
    sessions: host.rows,
    logs: host.logs(),
    fingerprint,
    events,
    simulatedSeconds: endedAt / US_PER_S,
    warnings: [...stage.package.warnings, ...played.warnings, ...warnings],
  };
}

/** The recording of a real run: what every component was given and what it asked for. */
export function recordingOf(plan: ScenarioPlan, stage: Stage, played: Played): string {
  const { rungs, segmentUs, segments } = stage.package;
  const { player } = plan.scenario;
  const caches = played.tiers.configs().map(({ component, tier, storage, capacity, behaviour }) => {
    return { component, tier, storage, capacity, behaviour };
  });
  return formatRecording(
    {
      schema: RECORDING_SCHEMA,
      scenario: plan.scenario.name,
      caches,
      players: {
        component: PLAYERS,
        params: player,
        slots: played.host.fleet.slots,
        segmentUs,
        segments,
        renditions: rungs.map((rung) => rung.name),
        bitrates: rungs.map((rung) => rung.bitrate),
        heights: rungs.map((rung) => rung.height),
      },
    },
    entriesOf(played),
  );
}

/** The segment sizes of a package in the form scenarios read: `{segment_duration_ms, bitrates_kbps, ...}`. */
export function sizeTableOf(made: PackagedVideo, clip: string): string {
  const table = {
    note: `${clip} packaged by weir with ${made.encoder}`,
    segment_duration_ms: made.segmentUs / US_PER_MS,
    bitrates_kbps: made.rungs.map((rung) => rung.bitrate / 1000),
    segment_sizes_bits: made.sizes.map((row) => row.map((bytes) => bytes * 8)),
  };
  return `${JSON.stringify(table, null, 1)}\n`;
}

/** What the machine made of the scenario: encoder, object store and programs, for the record. */
export function realParameters(stage: Stage): ParameterProvenance[] {
  const parameter = (path: string, value: string, source: string): ParameterProvenance => {
    return { path, value, unit: 'name', origin: 'default', source };
  };
  const others = stage.probes
    .filter((probe) => !probe.usable)
    .map((probe) => `${probe.name}: ${probe.absence}`);
  const store = stage.minio !== undefined ? 'MinIO started for the run' : stage.endpoint.url;
  const programs = checkRequirements().filter(
    (one) => one.found !== undefined && (stage.minio !== undefined || one.name !== 'minio'),
  );
  return [
    parameter(
      'real.encoder',
      stage.package.encoder,
      `probed on this machine${others.map((one) => `; ${one}`).join('')}`,
    ),
    parameter('real.objectStore', store, 'command line'),
    ...programs.map((one) => parameter(`real.${one.name}`, one.version, 'as the program says')),
  ];
}

function entriesOf({ host, reports }: Played): (readonly RecordingEntry[])[] {
  return [host.recorder.entries, ...reports.map((report) => report.entries)];
}

/**
 * A hash over the inputs in the order of their times: it tells two real runs apart, and one is never
 * repeated.
 */
function fingerprintOf(entries: readonly RecordingEntry[]): { fingerprint: string; events: number } {
  const inputs = entries.filter((entry) => 'input' in entry).sort((a, b) => a.now - b.now);
  const hash = new Fingerprint();
  for (const { now, input } of inputs) {
    hash.add(now, KINDS.indexOf(input.kind), subjectOf(input));
  }
  return { fingerprint: hash.digest(), events: inputs.length };
}

const KINDS: readonly (PlayerInput | CacheInput)['kind'][] = [
  'sessionStarted',
  'manifestArrived',
  'segmentArrived',
  'fetchFailed',
  'woken',
  'requested',
  'headArrived',
  'parentFailed',
  'fetchEnded',
  'prefetched',
  'purged',
];

/** The slot, object or fetch an input is about. */
function subjectOf(input: PlayerInput | CacheInput): number {
  if ('slot' in input) return input.slot;
  if ('fetch' in input) return input.fetch;
  return 'object' in input ? input.object : 0;
}
