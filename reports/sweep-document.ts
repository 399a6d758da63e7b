import type { RunDocument } from '../models/core/run-record.ts';
import type { Criterion } from '../models/operations/design-comparison.ts';
import { rankDesigns, type RankedDesign } from '../models/operations/design-ranking.ts';
import { indicatorOf } from '../models/operations/indicator.ts';

/** Version of the sweep document; a reader refuses another major. */
export const SWEEP_SCHEMA = 'weir.sweep/1';

/** A parameter with the values it was given. */
export interface SweepFactor {
  readonly path: string;
  readonly values: readonly string[];
}

/** One combination of values, run. */
export interface SweepPoint
  extends Pick<RunDocument, 'slis' | 'slos' | 'costs' | 'replications' | 'warnings'> {
  readonly name: string;
  readonly values: Readonly<Record<string, string>>;
  readonly scenarioDigest: string;
  readonly fingerprint: string;
}

/** How the best point was chosen, and what is promised of the choice. */
export interface SweepSelection {
  readonly method: 'KN' | 'OCBA';
  /** null when replications ran out first. */
  readonly design: string | null;
  readonly ties: readonly string[];
  readonly probability: number;
  readonly indifference: number | null;
  readonly reason: string;
  /** In words, with its conditions. */
  readonly guarantee: string;
}

/** A scenario over all combinations of some values, on common random numbers. */
export interface SweepDocument {
  readonly schema: typeof SWEEP_SCHEMA;
  readonly scenario: string;
  readonly title: string;
  readonly seed: number;
  readonly complete: boolean;
  readonly factors: readonly SweepFactor[];
  readonly criterion: Pick<Criterion, 'by' | 'unit' | 'better'> | null;
  readonly points: readonly SweepPoint[];
  /** Best first; empty when points were not run equally often. */
  readonly ranking: readonly RankedDesign[];
  readonly selection: SweepSelection | null;
  /** Replications behind the points, and how many of them were known from earlier sweeps. */
  readonly replications: number;
  readonly known: number;
  readonly provenance: Pick<RunDocument['provenance'], 'scenarioFile' | 'version' | 'gitRevision' | 'node'>;
}

/** What a sweep document is made from. */
export interface SweepParts {
  readonly factors: readonly SweepFactor[];
  readonly points: ReadonlyArray<Pick<SweepPoint, 'name' | 'values'>>;
  readonly runs: readonly RunDocument[];
  readonly by: string | undefined;
  readonly selection: SweepSelection | null;
  readonly complete: boolean;
  readonly replications: number;
  readonly known: number;
}

/** The document of a sweep; ranked by the first objective with data unless told by what. */
export function sweepDocument(parts: SweepParts): SweepDocument {
  const { runs, points, factors, selection, complete, replications, known } = parts;
  const first = runs[0]!;
  const by = parts.by ?? first.slos.find((slo) => slo.verdict !== 'no-data')?.sli;
  const equal = runs.every((run) => run.replications === first.replications);
  const { unit, better } = indicatorOf(first, by ?? '');
  const { scenarioFile, version, gitRevision, node } = first.provenance;
  return {
    schema: SWEEP_SCHEMA, scenario: first.scenario, title: first.title, seed: first.seed, complete, factors,
    criterion: by === undefined ? null : { by, unit, better },
    points: points.map(({ name, values }, i) => {
      const { slis, slos, costs, warnings, fingerprint, provenance } = runs[i]!;
      return {
        name, values, replications: runs[i]!.replications, slis, slos, costs, warnings, fingerprint,
        scenarioDigest: provenance.scenarioDigest,
      };
    }),
    ranking: by === undefined || !equal ? []
      : rankDesigns(points.map(({ name }, i) => ({ name, run: runs[i]! })), by, 0.05),
    selection, replications, known,
    provenance: { scenarioFile, version, gitRevision, node },
  };
}
