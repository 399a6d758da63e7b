/** A series as a unit test of rules gets it: one value a scrape, null where there was none. */
export interface InputSeries {
  /** As it stands in a query: `cache_requests_total{tier="edge"}`. */
  readonly series: string;
  readonly values: ReadonlyArray<number | null>;
}

/** A query and the moments it is asked at. [s] */
export interface TestQuery {
  readonly query: string;
  readonly seconds: readonly number[];
}

/** One sample of a query's result. */
export interface ResultSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * A unit test file for `promtool test rules` that expects nothing of its queries, so that promtool prints
 * what each comes to. YAML, written as JSON, of which YAML is a superset.
 */
export function promtoolTest(options: {
  readonly ruleFiles: readonly string[];
  readonly scrapeSeconds: number;
  readonly evaluationSeconds: number;
  readonly series: readonly InputSeries[];
  readonly queries: readonly TestQuery[];
}): string {
  const { scrapeSeconds, evaluationSeconds, series, queries } = options;
  return JSON.stringify({
    rule_files: options.ruleFiles,
    evaluation_interval: milliseconds(evaluationSeconds),
    tests: [
      {
        interval: milliseconds(scrapeSeconds),
        input_series: series.map((one) => ({ series: one.series, values: one.values.map(word).join(' ') })),
        promql_expr_test: queries.flatMap(({ query, seconds }) =>
          seconds.map((at) => {
            return { expr: query, eval_time: milliseconds(at), exp_samples: [] };
          }),
        ),
      },
    ],
  });
}

/**
 * What promtool says it got: samples by query and time. A query that came to nothing is what was expected of
 * it, and is not named.
 */
export function parsePromtoolOutput(output: string): Map<string, ResultSample[]> {
  const results = new Map<string, ResultSample[]>();
  const block = /expr: ("(?:[^"\\]|\\.)*"), time: (\S+?),\s+exp: .*\s+got: ?(.*)/g;
  for (const [, query, time, got] of output.matchAll(block)) {
    results.set(resultKey(JSON.parse(query!) as string, durationSeconds(time!)), samplesOf(got!));
  }
  return results;
}

/** Key of a query's result at a moment in what `parsePromtoolOutput` returns. */
export function resultKey(query: string, seconds: number): string {
  return `${seconds} ${query}`;
}

function samplesOf(text: string): ResultSample[] {
  const samples: ResultSample[] = [];
  for (const [, inner, value] of text.matchAll(/\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\} (\S+?)(?=, \{|$|\s)/g)) {
    const labels: Record<string, string> = {};
    for (const [, name, quoted] of inner!.matchAll(/([\w.:]+)=("(?:[^"\\]|\\.)*")/g)) {
      labels[name!] = JSON.parse(quoted!) as string;
    }
    samples.push({ labels, value: numberOf(value!) });
  }
  return samples;
}

function numberOf(text: string): number {
  if (/^\+?Inf$/.test(text)) return Infinity;
  return text === '-Inf' ? -Infinity : Number(text);
}

function word(value: number | null): string {
  if (value === null) return '_';
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Inf' : '-Inf';
  return String(value);
}

function milliseconds(seconds: number): string {
  return `${Math.round(seconds * 1000)}ms`;
}

function durationSeconds(text: string): number {
  const factors: Readonly<Record<string, number>> = {
    ms: 0.001,
    s: 1,
    m: 60,
    h: 3600,
    d: 86_400,
    w: 604_800,
  };
  let total = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|[smhdw])/g)) total += Number(count) * factors[unit!]!;
  return total;
}
