import type { GeographyData } from '../models/cdn/geography/geography.ts';
import type { CpuSpeeds } from '../models/transcode/fleet-pools.ts';
import type { PriceList } from '../models/cost/price-list.ts';
import type { Fidelity, InputFile, ParameterProvenance } from '../models/core/run-record.ts';
import type { MarkovModel } from '../models/network/markov.ts';
import type { SlowStart } from '../models/network/slow-start.ts';
import type { TraceTable } from '../models/network/trace.ts';
import type { ViewerCap } from '../models/network/viewer-caps.ts';
import type { RuleFile } from '../models/operations/alerts/rule-file.ts';
import type { SloDefinition } from '../models/operations/slo.ts';
import type { SegmentSizes } from '../models/storage/catalogue.ts';
import type { PartName } from '../models/operations/sli.ts';
import type { Scenario, TranscodingScenario, WatchedScenario } from './schema.ts';

/** A class of networks with the traces its links play. */
export interface NetworkClass {
  readonly name: string;
  readonly viewersPerLink: number;
  /** What viewers get at most, by share; none: what the link gives. */
  readonly caps: readonly ViewerCap[];
  readonly traces: readonly TraceTable[];
  /** What a run draws its traces from, in place of those above. */
  readonly markov: MarkovModel | undefined;
  /** Links play their trace by the clock of the run: a profile. */
  readonly inStep: boolean;
  /** How connections come up to the rate of the line; undefined when they have it at once. */
  readonly slowStart: SlowStart | undefined;
}

/** Everything a host needs to run a scenario: parsed, checked, its data files read. */
export interface ScenarioPlan {
  readonly scenario: Scenario;
  readonly networks: readonly NetworkClass[];
  readonly sizeTables: readonly SegmentSizes[];
  /** Durations to draw those of uploads from; empty: the law is used. [us] */
  readonly uploadDurations: Float64Array;
  /** Traces of which each upload's line plays one; empty: lines have the rates of a distribution. */
  readonly uploadLinks: readonly TraceTable[];
  /** undefined when the scenario is nowhere in particular. */
  readonly geography: GeographyData | undefined;
  readonly slos: readonly SloDefinition[];
  /** Rules of the monitoring. */
  readonly rules: readonly RuleFile[];
  /** undefined when the scenario names no price list. */
  readonly prices: PriceList | undefined;
  /** Speeds of software encoders: measured ones where the scenario names a calibration. */
  readonly cpuSpeeds: CpuSpeeds;
  /** Speed of a core while all of its machine are busy, relative to one that is busy alone. */
  readonly coreEfficiency: number;
  /** Spread of encoding time over contents, as a calibration has it; undefined: that of the scenario. */
  readonly contentSigma: number | undefined;
  readonly parameters: readonly ParameterProvenance[];
  readonly inputs: readonly InputFile[];
  /** SHA-256 over the parsed scenario and its data files. */
  readonly digest: string;
  /** Path of the clip a real run streams; undefined when the scenario is not made for one. */
  readonly clip: string | undefined;
  /** Name among the designs that the file compares; undefined when it compares none. */
  readonly variant: string | undefined;
}

/** A plan in which somebody watches. */
export type WatchedPlan = ScenarioPlan & { readonly scenario: WatchedScenario };

/** True when the scenario has an audience, and so needs what serves one. */
export function isWatched(plan: ScenarioPlan): plan is WatchedPlan {
  return plan.scenario.audience !== undefined;
}

/** A plan in which somebody uploads, and what is uploaded is transcoded. */
export type TranscodingPlan = ScenarioPlan & { readonly scenario: TranscodingScenario };

/** True when the scenario transcodes. */
export function isTranscoding(plan: ScenarioPlan): plan is TranscodingPlan {
  return plan.scenario.transcode !== undefined;
}

/** Parts that a scenario's runs have. */
export function partsOf(scenario: Scenario): PartName[] {
  const { audience, catalogue, transcode, metadata, search, recommendations } = scenario;
  const parts: PartName[] = [];
  if (audience !== undefined) parts.push('playback');
  if (audience !== undefined && catalogue.live !== undefined) parts.push('live');
  if (transcode !== undefined) parts.push('transcoding');
  if (metadata !== undefined) parts.push('metadata');
  if (search !== undefined) parts.push('search');
  if (recommendations !== undefined) parts.push('recommendations');
  return parts;
}

/** What one event stands for: of the audience where there is one, else of transcoding. */
export function fidelityOf({ audience, run, transcode }: Scenario): Fidelity {
  return audience === undefined && transcode !== undefined ? transcode.fidelity : run.fidelity;
}
