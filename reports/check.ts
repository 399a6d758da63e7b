import type { GateResult, GateVerdict } from '../models/operations/gate/gate.ts';
import { formatFigure, formatValue } from './format.ts';
import type { TerminalOptions } from './terminal.ts';
import { painter, textTable, wrapText } from './text-table.ts';

/** What a gate found of one scenario. */
export interface CheckedScenario {
  readonly scenario: string;
  /** Its file, and how the user named it. */
  readonly file: string;
  readonly name: string;
  /** What it was compared with; null without a baseline. */
  readonly baseline: string | null;
  readonly replications: number;
  /** Times the gate looked, at growing numbers of replications. */
  readonly looks: number;
  /** True when both histories are identical, event by event. */
  readonly unchanged: boolean;
  readonly results: readonly GateResult[];
}

/** Longest summary that a CI job shows. [bytes] */
const SUMMARY_LIMIT = 1_000_000; // GitHub drops a step summary over 1 MiB as a whole
/** Most annotations that a CI step shows of one kind. */
const MOST_ANNOTATIONS = 10; // GitHub, limits of workflow commands

const SIGNS: Readonly<Record<GateVerdict, string>> = {
  pass: '✓', fail: '✗', inconclusive: '?', error: '!',
};
const WORST: readonly GateVerdict[] = ['fail', 'error', 'inconclusive', 'pass'];

/** What `weir check` prints. */
export function renderCheck(checked: readonly CheckedScenario[], { colour, width }: TerminalOptions): string {
  const paint = painter(colour);
  const paints = { pass: paint.good, fail: paint.bad, inconclusive: paint.unsure, error: paint.bad };
  const blocks = checked.map((one) => {
    const rows = worstFirst(one.results).map((result) => [
      `  ${paints[result.verdict](`${SIGNS[result.verdict]} ${result.verdict}`)}`,
      result.name, paint.dim(figures(result)), paint.dim(result.reason),
    ]);
    return [
      paint.bold(one.scenario),
      ...wrapText(how(one), width, '  ').map(paint.dim),
      ...textTable(rows, []),
    ].join('\n');
  });
  return `${blocks.join('\n\n')}\n`;
}

/** JUnit XML: a suite a scenario, a case an objective; `error` where the tool could not judge. */
export function junitXml(checked: readonly CheckedScenario[]): string {
  const count = (results: readonly GateResult[], verdict: GateVerdict) =>
    results.filter((one) => one.verdict === verdict).length;
  const suites = checked.map((one) => {
    const { results } = one;
    const cases = results.map((result) => {
      const text = escape(`${result.reason}. ${figures(result)}. ${how(one)}`);
      const inner: Readonly<Record<GateVerdict, string>> = {
        pass: '', fail: `<failure message="${escape(result.reason)}">${text}</failure>`,
        error: `<error message="${escape(result.reason)}">${text}</error>`,
        inconclusive: `<skipped message="inconclusive: ${escape(result.reason)}"/>`,
      };
      return `    <testcase classname="${escape(one.scenario)}" name="${escape(result.name)}">`
        + `${propertiesOf(one, result)}${inner[result.verdict]}<system-out>${text}</system-out></testcase>`;
    });
    return `  <testsuite name="${escape(one.scenario)}" tests="${results.length}" `
      + `failures="${count(results, 'fail')}" errors="${count(results, 'error')}" `
      + `skipped="${count(results, 'inconclusive')}">\n${cases.join('\n')}\n  </testsuite>`;
  });
  const head = '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="weir check">';
  return `${head}\n${suites.join('\n')}\n</testsuites>\n`;
}

/** The figures of a case; not every reader of JUnit XML shows properties, so its text has them too. */
function propertiesOf({ replications }: CheckedScenario, result: GateResult): string {
  const { unit, margin, deterioration, baselineMean, headMean } = result;
  const values = {
    verdict: result.verdict, unit, margin, baseline: baselineMean, head: headMean,
    worse: deterioration?.value, worseLow: deterioration?.low, worseHigh: deterioration?.high, replications,
  };
  const properties = Object.entries(values).flatMap(([name, value]) => {
    return value === null || value === undefined ? []
      : [`<property name="${name}" value="${escape(String(value))}"/>`];
  });
  return `<properties>${properties.join('')}</properties>`;
}

/** A summary in Markdown for the job's page, the worst first; cut with a note before it grows too long. */
export function checkSummary(checked: readonly CheckedScenario[]): string {
  const rank = (one: CheckedScenario) =>
    Math.min(...one.results.map(({ verdict }) => WORST.indexOf(verdict)), 9);
  const ordered = checked.toSorted((a, b) => rank(a) - rank(b));
  let text = '## weir check\n';
  let size = sizeOf(text);
  for (const one of ordered) {
    const rows = worstFirst(one.results).map(
      (result) =>
        `| ${SIGNS[result.verdict]} ${result.verdict} | ${result.name} | ${figures(result)} `
        + `| ${result.reason} |`,
    );
    const block = `\n### ${one.scenario}\n\n${how(one)}\n\n`
      + `| verdict | objective | change | why |\n|---|---|---|---|\n${rows.join('\n')}\n`;
    size += sizeOf(block);
    if (size > SUMMARY_LIMIT) {
      return `${text}\nMore scenarios were checked than a summary holds: see the JUnit file.\n`;
    }
    text += block;
  }
  return text;
}

/** Workflow commands that put failures on the lines of the scenario files, at most ten. */
export function annotations(
  checked: readonly CheckedScenario[],
  lineOf: (one: CheckedScenario, slo: string) => number,
): string {
  const found = checked.flatMap((one) =>
    worstFirst(one.results)
      .filter(({ verdict }) => verdict !== 'pass')
      .map((result) => {
        const kind = result.verdict === 'inconclusive' ? 'warning' : 'error';
        const message = `${result.name}: ${result.reason}. ${figures(result)}`.replaceAll('\n', '%0A');
        const place = `file=${one.file},line=${lineOf(one, result.name)}`;
        return `::${kind} ${place},title=weir check ${one.scenario}::${message}`;
      }),
  );
  return found.slice(0, MOST_ANNOTATIONS).join('\n');
}

function sizeOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

function worstFirst(results: readonly GateResult[]): readonly GateResult[] {
  return results.toSorted((a, b) => WORST.indexOf(a.verdict) - WORST.indexOf(b.verdict));
}

/** How a verdict was obtained. */
function how({ baseline, replications, looks, unchanged }: CheckedScenario): string {
  const runs = `${replications} replications${looks > 1 ? `, after ${looks} looks` : ''}`;
  if (unchanged) return `no behavioural change against ${baseline}: identical histories, ${runs}`;
  return baseline === null ? `by its own objectives, ${runs}`
    : `against ${baseline}, same seeds, paired, ${runs}`;
}

function figures({ unit, margin, deterioration, baselineMean, headMean }: GateResult): string {
  if (deterioration === null) return formatValue(headMean, unit);
  const change = formatFigure({ ...deterioration, unit });
  return `${formatValue(baselineMean, unit)} to ${formatValue(headMean, unit)}, worse by ${change}, `
    + `margin ${formatValue(margin, unit)}`;
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
