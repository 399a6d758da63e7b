import type { Labels } from './labels.ts';
import type { MetricKind, SeriesPoint } from './metrics.ts';
import type { PlaceRow } from './place-row.ts';
import type { TraceEvent } from './trace.ts';

/** Version of the run document; a reader refuses another major. */
export const RUN_DOCUMENT_SCHEMA = 'weir.run/1';

/** Where a run took place: in virtual time, or on real programs. */
export type World = 'sim' | 'real';
/**
 * What one event of the audience stands for: a media segment, a whole session, a flow of many; without an
 * audience, what one of transcoding does: a chunk, or the chunks of a rendition that start together.
 */
export type Fidelity = 'segment' | 'session' | 'flow' | 'chunk' | 'rendition';
/** What a run says of an objective; inconclusive when the interval holds the target. */
export type Verdict = 'met' | 'missed' | 'inconclusive' | 'no-data';

/** A service level indicator with its 95 % confidence interval over replications. */
export interface SliResult {
  /** null when the run made no observation. */
  readonly value: number | null;
  /** null for a single run. */
  readonly low: number | null;
  readonly high: number | null;
  readonly unit: string;
  /** What it is divided by, or counted over; absent where that goes without saying. */
  readonly over?: string;
  /** Independent replications behind the interval. */
  readonly n: number;
  /** The value of each replication, in their order; what a paired comparison of two runs is made from. */
  readonly values: readonly number[];
}

/** An objective held against its indicator. */
export interface SloResult {
  readonly name: string;
  readonly sli: string;
  /** As people read it: `< 2 s`, `> 95 %`. */
  readonly target: string;
  /**
   * The target as a number, in `unit`, so that a chart can draw it: the indicator is to be below or above
   * it.
   */
  readonly bound: number;
  readonly direction: 'below' | 'above';
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly unit: string;
  readonly verdict: Verdict;
  readonly note: string;
  /** Replication by replication, of an imported objective, which is no indicator of Weir's. */
  readonly values?: readonly number[];
  /** Present when the run was monitored and the objective counts events. */
  readonly budget?: BudgetResult;
}

/** What a run did to the error budget of an objective; means over replications with 95 % intervals. */
export interface BudgetResult {
  readonly method: 'occurrences' | 'timeslices' | 'ratioTimeslices';
  /** Share of events, or of slices of time, that has to be good. */
  readonly target: number;
  readonly windowSeconds: number;
  readonly errorRate: BudgetFigure;
  /** At 1 the budget is spent exactly when its window ends. */
  readonly burnRate: BudgetFigure;
  /** Share of the window's budget that the measured span spent. */
  readonly spent: BudgetFigure;
  /** How long a whole budget would last at the burn rate; null when nothing burns. [s] */
  readonly exhaustedAfterSeconds: number | null;
}

/** A figure with its interval; null bounds for a single run. */
export interface BudgetFigure {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** A metric over the whole measured span, the mean over replications. */
export interface MetricResult {
  readonly name: string;
  readonly kind: MetricKind;
  readonly labels: Labels;
  readonly unit: string;
  readonly help: string;
  /** Counter, gauge, time average of a level: mean over replications; mean of a tally's observations. */
  readonly value: number;
  /** Only for levels: the extremes held in any replication. */
  readonly least?: number;
  readonly most?: number;
  /** Only for tallies: observations a replication, and quantiles over all of them. */
  readonly count?: number;
  readonly quantiles?: Readonly<Record<'p50' | 'p90' | 'p95' | 'p99', number>>;
  /** Of tallies whose whole distribution is shown: shares of observations, and the value each lies below. */
  readonly curve?: ReadonlyArray<readonly [share: number, value: number]>;
  /**
   * How the quantiles were obtained: 0 when from every observation, exactly; else the largest relative error
   * of the sketch that took their place.
   */
  readonly quantileError?: number;
}

/** Where a parameter's value comes from. */
export interface ParameterProvenance {
  readonly path: string;
  readonly value: string;
  readonly unit: string;
  /** default: Weir's own; scenario: the file or a file it extends; variant, set: the command line. */
  readonly origin: 'default' | 'scenario' | 'variant' | 'set';
  /** `assumed`, `cited: ...` or `calibrated: ...`. */
  readonly source: string;
}

/** Everything that made a run what it is. */
export interface Provenance {
  /** The scenario as the user named it: a shipped one, or the path of a file. */
  readonly scenarioFile: string;
  /** Which of the designs that the file compares; absent when it compares none. */
  readonly variant?: string;
  readonly version: string;
  readonly gitRevision: string;
  readonly node: string;
  readonly scenarioDigest: string;
  readonly streamDerivation: number;
  readonly inputs: readonly InputFile[];
  readonly parameters: readonly ParameterProvenance[];
  /** Components that no run has compared with the real world yet. */
  readonly unvalidated: readonly string[];
}

/** A data file a run has read. */
export interface InputFile {
  readonly path: string;
  readonly sha256: string;
}

/** One viewer's session; times in seconds, rates in bits per second. */
export interface SessionRow {
  readonly replication: number;
  readonly session: number;
  readonly startSeconds: number;
  readonly network: string;
  readonly video: number;
  readonly outcome: string;
  /** null when the session never started to play. */
  readonly startupSeconds: number | null;
  readonly playedSeconds: number;
  readonly stallCount: number;
  readonly stallSeconds: number;
  readonly meanBitrate: number;
  readonly switches: number;
  readonly segments: number;
  /** Transfers given up under way for a lower rendition. */
  readonly abandoned: number;
  /** Mean rate a segment less stalls and steps [Mbit/s], and the same by logarithms of rates. */
  readonly qoeLin: number;
  readonly qoeLog: number;
}

/** One moment in the life of the session drawn in the report. */
export interface SessionEvent {
  readonly seconds: number;
  readonly kind: string;
  readonly segment: number;
  readonly rendition: number;
  readonly bufferSeconds: number;
  readonly throughput: number;
  /** Media played a second from here on; absent at 1. */
  readonly rate?: number;
  readonly reason: string;
  /** Common Media Client Data of a request, as text. */
  readonly cmcd?: string;
}

/** What a logged session showed, as models of quality of experience take it. */
export interface ShownMedia {
  /** Codec, by its place in the catalogue's list. */
  readonly codec: number;
  readonly segmentSeconds: number;
  /** Lines by rendition; empty where they are not known. */
  readonly heights: readonly number[];
  /** null when no frame was shown. */
  readonly startupSeconds: number | null;
  readonly playedSeconds: number;
  readonly seeks: number;
  /** By the media that had been played before them. */
  readonly stalls: ReadonlyArray<{ readonly mediaSeconds: number; readonly seconds: number }>;
}

/** The sessions whose whole log is kept, to show what a player saw and why it decided so. */
export interface SessionLog {
  readonly session: number;
  /** When the viewer pressed play; the times of `events` count from then. */
  readonly startSeconds: number;
  readonly network: string;
  readonly ladder: readonly number[];
  readonly events: readonly SessionEvent[];
  /** Absent in records of earlier versions. */
  readonly shown?: ShownMedia;
}

/** A series of samples of the first replication, as its monitoring scraped it. */
export interface ScrapedSeries {
  readonly metric: string;
  readonly labels: Labels;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** [s] */
  readonly seconds: Float64Array;
  readonly values: Float64Array;
}

/** A fault that was injected: what it was, and when. [s from the start of the run] */
export interface FaultResult {
  readonly name: string;
  readonly kind: string;
  readonly scope: string;
  readonly fromSeconds: number;
  readonly untilSeconds: number;
}

/** How a fault was met: by alerts, and by the steps of runbooks. */
export interface IncidentResult {
  readonly fault: string;
  readonly kind: string;
  readonly scope: string;
  /** Replications in which an alert began to fire during the fault or its aftermath. */
  readonly detectedIn: number;
  /** From the onset to that alert, mean with interval over those replications; null when there were none. */
  readonly detectSeconds: BudgetFigure | null;
  /** From the end of the fault until its alerts were quiet, over replications in which they became so. */
  readonly clearSeconds: BudgetFigure | null;
  /** Replication by replication: onset since the run began, and both times; null: never. [s] */
  readonly each: ReadonlyArray<{
    readonly fromSeconds: number; readonly detectSeconds: number | null; readonly clearSeconds: number | null;
  }>;
}

/** A step of a runbook over all replications. */
export interface StepResult {
  readonly runbook: string;
  readonly step: number;
  readonly action: string;
  /** Replications in which it was done, and in which its expectation came true in time. */
  readonly doneIn: number;
  readonly workedIn: number;
  /** When it was done, mean over those replications; null when it never was. [s] */
  readonly doneSeconds: number | null;
}

/** A degraded level over all replications. */
export interface LevelResult {
  readonly level: number;
  readonly name: string;
  /** Replications in which it was entered, and in which it was off again at the end. */
  readonly enteredIn: number;
  readonly leftIn: number;
  /** When it was entered first, and how long it was on: means over the replications that entered it. [s] */
  readonly enteredSeconds: number | null;
  readonly spentSeconds: number | null;
}

/** A change of an alert's state, in seconds from the start of the run. */
export interface AlertTransition {
  readonly replication: number;
  readonly seconds: number;
  readonly state: 'inactive' | 'pending' | 'firing';
}

/** An alert: one of its rule for each series that raised it, or the rule alone when none did. */
export interface AlertResult {
  readonly name: string;
  /** Its label `severity`; empty without one. */
  readonly severity: string;
  /** Its other labels. */
  readonly labels: Labels;
  /** Replications in which it fired after the warm-up. */
  readonly firedIn: number;
  /** Time it was firing after the warm-up, mean over replications. */
  readonly firingSeconds: number;
  readonly transitions: readonly AlertTransition[];
}

/** What a part of the platform cost over the measured span, for one priced item: mean over replications. */
export interface CostResult {
  readonly name: string;
  readonly value: number;
  /** null for a single run. */
  readonly low: number | null;
  readonly high: number | null;
  readonly unit: string;
  readonly part: string;
  readonly item: string;
  /** What was used of the item, in `quantityUnit`. */
  readonly quantity: number;
  readonly quantityUnit: string;
  /** The price list, and where and when the price was read. */
  readonly list: string;
  readonly asOf: string;
  readonly source: string;
  /** The amount of each replication, in their order. */
  readonly values: readonly number[];
}

/**
 * What the size of a tier of caches brings, and what size the hit rate claimed of it would take; means over
 * replications.
 */
export interface TierClaimResult {
  readonly tier: string;
  /** Hit rate that was claimed; null for a tier between others without a claim of its own. */
  readonly claimed: number | null;
  readonly policy: string;
  readonly servers: number;
  /** What each server holds, as stated. */
  readonly statedBytes: number;
  /** Hit rate of the run itself; null when nothing reached the tier. */
  readonly simulated: BudgetFigure | null;
  /** Hit rate of its requests when they are replayed through caches of the stated sizes. */
  readonly replayed: BudgetFigure;
  /** What each server would have to hold; null where no size brings the claim in every replication. */
  readonly neededBytes: BudgetFigure | null;
  /** Hit rate of caches without limits. */
  readonly most: BudgetFigure;
  /** Bytes of all objects that a server was asked for. */
  readonly askedBytes: number;
}

/** What a run says of the hit rates claimed of its caches. */
export interface ClaimsResult {
  readonly tiers: readonly TierClaimResult[];
  /** Of requests that do not reach the origin: claimed outright, by the tiers' claims together, and got. */
  readonly together: {
    readonly claimed: number | null;
    readonly ofTiers: number | null;
    readonly simulated: BudgetFigure | null;
  };
  /** How the sizes were obtained, in a sentence or two. */
  readonly method: string;
}

/** The one JSON document of a run: what `weir run --json` prints and `summary.json` holds. */
export interface RunDocument {
  readonly schema: typeof RUN_DOCUMENT_SCHEMA;
  readonly scenario: string;
  readonly title: string;
  readonly world: World;
  readonly seed: number;
  readonly replications: number;
  readonly fidelity: Fidelity;
  readonly scale: number;
  readonly fingerprint: string;
  /** false when the run was interrupted: the figures cover what was done. */
  readonly complete: boolean;
  readonly simulatedSeconds: number;
  readonly warmupSeconds: number;
  readonly wallSeconds: number;
  readonly events: number;
  readonly slis: Readonly<Record<string, SliResult>>;
  readonly slos: readonly SloResult[];
  readonly metrics: readonly MetricResult[];
  readonly alerts: readonly AlertResult[];
  /** Faults of the first replication; absent when there were none. */
  readonly faults?: readonly FaultResult[];
  readonly incidents?: readonly IncidentResult[];
  readonly steps?: readonly StepResult[];
  readonly levels?: readonly LevelResult[];
  /** Present when the scenario claims hit rates. */
  readonly claims?: ClaimsResult;
  readonly costs: readonly CostResult[];
  readonly warnings: readonly string[];
  readonly provenance: Provenance;
}

/** A run with its bulk: what the report draws and `--out` writes beside the document. */
export interface RunRecord {
  readonly document: RunDocument;
  /** Long form; `replication` counts from 0. */
  readonly series: ReadonlyArray<SeriesPoint & { readonly replication: number }>;
  readonly sessions: readonly SessionRow[];
  readonly logs: readonly SessionLog[];
  /** What was followed through the first replication beside the logged sessions. */
  readonly trace?: readonly TraceEvent[];
  /** What each place answered, mean over replications; absent without a geography. */
  readonly places?: readonly PlaceRow[];
  /** Where the cities of the scenario are, to draw a map on. [degrees] */
  readonly cities?: { readonly latitude: readonly number[]; readonly longitude: readonly number[] };
  /** Absent when the run was not monitored. */
  readonly scrapes?: readonly ScrapedSeries[];
}
