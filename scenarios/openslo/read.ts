import { parsePromql } from '../../models/operations/promql/parse.ts';
import { PromqlError } from '../../models/operations/promql/syntax.ts';
import type { SliEvents } from '../../models/operations/sli-events.ts';
import { eventsOf } from '../../models/operations/sli-events.ts';
import { findSli, SLIS } from '../../models/operations/sli.ts';
import type { SloDefinition } from '../../models/operations/slo.ts';
import { describeProblems } from '../describe.ts';
import { parseYamlDocuments, type ScenarioFile } from '../document.ts';
import { formatPath, ScenarioError, suggest, type ScenarioIssue } from '../errors.ts';
import { openSloSchema, type OpenSlo, type OpenSloIndicator } from './schema.ts';

type Path = ReadonlyArray<string | number>;
type Objective = OpenSlo['spec']['objectives'][number];
type Source = NonNullable<OpenSloIndicator['thresholdMetric']>;

const DAY_S = 86_400;
const SECONDS: Readonly<Record<string, number>> = {
  m: 60, h: 3600, d: DAY_S, w: 7 * DAY_S, M: 30 * DAY_S, Q: 90 * DAY_S, Y: 365 * DAY_S,
};

/**
 * The objectives of an OpenSLO v1 file (one or several YAML documents). Queries are PromQL over the metrics
 * of a run (`spec.query`), or name an indicator (`spec.sli`). Throws ScenarioError with all problems.
 */
export function parseOpenSlo(text: string, file: string): SloDefinition[] {
  const documents = parseYamlDocuments(text, file);
  const issues: ScenarioIssue[] = [];
  const parsed = documents.map((document) => parseOne(document, issues));
  const indicators = new Map<string, OpenSloIndicator>();
  for (const one of parsed) if (one?.kind === 'SLI') indicators.set(one.metadata.name, one.spec);
  const slos = parsed.flatMap((one, i) => {
    if (one?.kind !== 'SLO') return [];
    return new Reader(documents[i]!, one, indicators, issues).slos();
  });
  if (issues.length > 0) {
    throw new ScenarioError(issues.sort((a, b) => a.line - b.line || a.column - b.column));
  }
  return slos;
}

function parseOne(document: ScenarioFile, issues: ScenarioIssue[]) {
  const place = (path: Path) => document.place(path)?.place ?? { file: document.file, line: 1, column: 1 };
  const version = document.value['apiVersion'];
  if (version !== 'openslo/v1') {
    const living = version === 'openslo.com/v2alpha' ? ', which is a living draft' : '';
    const message = `expected "openslo/v1", got ${JSON.stringify(version) ?? 'nothing'}${living}`;
    issues.push({ ...place(['apiVersion']), path: 'apiVersion', message });
    return undefined;
  }
  const result = openSloSchema.safeParse(document.value, { reportInput: true });
  if (result.success) return result.data;
  issues.push(...describeProblems(result.error.issues, document.value, place, openSloSchema));
  return undefined;
}

/** Reads one SLO document. */
class Reader {
  readonly #document: ScenarioFile;
  readonly #slo: OpenSlo;
  readonly #indicators: ReadonlyMap<string, OpenSloIndicator>;
  readonly #issues: ScenarioIssue[];

  constructor(
    document: ScenarioFile,
    slo: OpenSlo,
    indicators: ReadonlyMap<string, OpenSloIndicator>,
    issues: ScenarioIssue[],
  ) {
    this.#document = document;
    this.#slo = slo;
    this.#indicators = indicators;
    this.#issues = issues;
  }

  /** A definition for each objective; several are told apart by their place. */
  slos(): SloDefinition[] {
    const { metadata, spec } = this.#slo;
    const inline = spec.indicator !== undefined;
    const indicator = inline ? spec.indicator!.spec : this.#indicators.get(spec.indicatorRef!);
    if (indicator === undefined) {
      const known = [...this.#indicators.keys()];
      const hint = known.length === 0 ? 'the file has no SLI' : suggest(spec.indicatorRef!, known);
      this.#problem(['spec', 'indicatorRef'], `unknown SLI "${spec.indicatorRef}": ${hint}`);
      return [];
    }
    return spec.objectives.flatMap((objective, i) => {
      const target = objective.target ?? Number((objective.targetPercent! / 100).toPrecision(12));
      const events = this.#events(indicator, objective, target, ['spec', 'objectives', i]);
      if (events === undefined) return [];
      const name = spec.objectives.length === 1 ? metadata.name : `${metadata.name}-${i + 1}`;
      const window = spec.timeWindow?.[0]!.duration ?? '30d';
      return [
        {
          name,
          sli: `slo:${name}`,
          direction: 'above' as const,
          bound: target,
          unit: 'ratio',
          service: spec.service,
          events,
          budget: {
            method: METHODS[spec.budgetingMethod],
            target,
            windowSeconds: secondsOf(window),
            sliceSeconds: secondsOf(objective.timeSliceWindow ?? '1m'),
            sliceTarget: objective.timeSliceTarget ?? target,
          },
        },
      ];
    });
  }

  #events(
    indicator: OpenSloIndicator,
    objective: Objective,
    target: number,
    at: Path,
  ): SliEvents | undefined {
    const { ratioMetric, thresholdMetric } = indicator;
    if (thresholdMetric !== undefined) return this.#threshold(thresholdMetric, objective, target, at);
    const { good, bad } = ratioMetric!;
    const counted = this.#query((good ?? bad)!, good === undefined ? 'bad' : 'good');
    const total = this.#query(ratioMetric!.total!, 'total');
    if (counted === undefined || total === undefined) return undefined;
    return { bad: good === undefined ? counted : `${total} - ${counted}`, total, target };
  }

  /** An indicator of Weir's below or above a value: the events behind it that are beyond. */
  #threshold(source: Source, objective: Objective, target: number, at: Path): SliEvents | undefined {
    const name = source.metricSource.spec['sli'];
    const path = this.#indicatorPath('thresholdMetric', 'spec');
    const sli = typeof name === 'string' ? findSli(name) : undefined;
    if (sli === undefined) {
      const known = SLIS.map((one) => one.name).filter((one) => eventsOf(one, 1) !== undefined);
      const got = typeof name === 'string' ? `"${name}": ${suggest(name, known)}` : 'nothing';
      this.#problem(path, `expected "sli", the name of an indicator, got ${got}`);
      return undefined;
    }
    if (objective.op === undefined || objective.value === undefined) {
      this.#problem(at, 'expected "op" and "value" beside the target of a threshold');
      return undefined;
    }
    if (objective.op.startsWith('l') !== (sli.better === 'lower')) {
      this.#problem([...at, 'op'], `${sli.name} is good when it is ${sli.better}: expected the other side`);
      return undefined;
    }
    const events = eventsOf(sli.name, objective.value);
    if (events === undefined) {
      this.#problem(path, `${sli.name} does not count events: use a ratioMetric, or slos of the scenario`);
      return undefined;
    }
    return { ...events, target };
  }

  #query(source: Source, key: 'good' | 'bad' | 'total'): string | undefined {
    const query = source.metricSource.spec['query'];
    const path = this.#indicatorPath('ratioMetric', key, 'metricSource', 'spec', 'query');
    if (typeof query !== 'string') {
      this.#problem(path, 'expected "query", a PromQL expression for a cumulative count');
      return undefined;
    }
    try {
      parsePromql(query);
      return query;
    } catch (error) {
      if (!(error instanceof PromqlError)) throw error;
      this.#problem(path, error.message);
      return undefined;
    }
  }

  #indicatorPath(...rest: readonly string[]): Path {
    return this.#slo.spec.indicator === undefined
      ? ['spec', 'indicatorRef']
      : ['spec', 'indicator', 'spec', ...rest];
  }

  #problem(path: Path, message: string): void {
    const place = this.#document.place(path)?.place ?? { file: this.#document.file, line: 1, column: 1 };
    this.#issues.push({ ...place, path: formatPath(path), message });
  }
}

const METHODS = {
  Occurrences: 'occurrences', Timeslices: 'timeslices', RatioTimeslices: 'ratioTimeslices',
} as const;

function secondsOf(text: string): number {
  return Number(text.slice(0, -1)) * SECONDS[text.slice(-1)]!;
}
