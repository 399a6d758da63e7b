import { z } from 'zod';
import { quantity } from '../models/core/quantity.ts';
import { RandomStreams } from '../models/core/rng.ts';
import type { TracePeriod } from '../models/network/bandwidth.ts';
import type { MarkovFit } from '../models/network/markov-fit.ts';
import { drawLinks, unconnectedStates, type MarkovModel } from '../models/network/markov.ts';
import { describeProblems } from './describe.ts';
import { parseYamlFile } from './document.ts';
import { formatPath, ScenarioError, type ScenarioIssue } from './errors.ts';

/** Most states of a model: a matrix of them is worked out in well under a second. */
export const MOST_STATES = 200;

const count = (description: string) => z.number().int().min(1).meta({ description, unit: '1' });

const modelSchema = z.strictObject({
  'weir-markov': z.literal(1).meta({ description: 'Version of the form of models.', unit: 'version' }),
  name: z.string().min(1).meta({ description: 'What the model is of.', unit: 'text' }).optional(),
  date: z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'expected a day such as 2026-11-25')
    .meta({ description: 'When it was fitted.', unit: 'date' }).optional(),
  source: z.strictObject({
    traces: z.string().min(1).meta({ description: 'What it was fitted to.', unit: 'path' }),
    files: count('Traces in it.'),
    steps: count('Steps of the traces.'),
    transitions: count('Steps that follow another in their trace.'),
  }).optional(),
  step: quantity('duration', { doc: 'Time between two draws.', source: 'assumed', min: '10ms', max: '1h' }),
  states: z.array(z.strictObject({
    kbps: z.number().min(0).max(1e9).meta({ description: 'What the link carries.', unit: 'kbit/s' }),
    latencyMs: z.number().min(0).max(1e5).meta({ description: 'Round-trip time.', unit: 'ms' }).prefault(0),
    steps: z.number().int().min(0).meta({ description: 'Steps of the traces in it.', unit: '1' }).optional(),
  })).min(1).max(MOST_STATES),
  weights: z.array(z.array(
    z.number().min(0).max(1e12).meta({ description: 'Weight of a transition.', unit: '1' }))).min(1),
});

/** Whether a file's text is a Markov model rather than a trace. */
export function isMarkov(text: string): boolean {
  return /^[\s{]*["']?weir-markov["']?\s*:/m.test(text);
}

/** Reads a Markov model; throws ScenarioError with every problem at its path and line. */
export function parseMarkov(text: string, file: string): MarkovModel {
  const document = parseYamlFile(text, file);
  const place = (path: ReadonlyArray<string | number>) =>
    document.place(path)?.place ?? { file, line: 1, column: 1 };
  const parsed = modelSchema.safeParse(document.value, { reportInput: true });
  if (!parsed.success) {
    throw new ScenarioError(describeProblems(parsed.error.issues, document.value, place, modelSchema));
  }
  const { step, states, weights } = parsed.data;
  const issues: ScenarioIssue[] = [];
  const problem = (path: ReadonlyArray<string | number>, message: string) => {
    issues.push({ ...place(path), path: formatPath(path), message });
  };
  const n = states.length;
  if (weights.length !== n) problem(['weights'], `expected ${n} rows, one a state, got ${weights.length}`);
  weights.forEach((row, i) => {
    if (row.length !== n) problem(['weights', i], `expected ${n} weights, one a state, got ${row.length}`);
    else if (row.every((weight) => weight === 0)) problem(['weights', i], 'expected a weight above 0');
  });
  if (states.every(({ kbps }) => kbps === 0)) problem(['states'], 'carries no bit: every state has 0 kbps');
  if (issues.length === 0) {
    for (const i of unconnectedStates(weights)) {
      const but = `states[0] and states[${i}] do not`;
      problem(['weights', i], `expected every state to reach every other, but ${but}`);
    }
  }
  if (issues.length > 0) throw new ScenarioError(issues);
  return {
    stepUs: step, weights,
    states: states.map(({ kbps, latencyMs }) =>
      ({ rate: kbps * 1e3, latencyUs: Math.round(latencyMs * 1e3) })),
  };
}

/** Links that stand for a model where nothing is replicated: always the same ones. */
export function markovLinks(model: MarkovModel): TracePeriod[][] {
  return drawLinks(model, new RandomStreams(0, 0));
}

/** A fitted model as the text of a file that `parseMarkov` reads; `traces` as the user named them. */
export function formatMarkov(
  fit: MarkovFit,
  { date, traces, files }: { readonly date: string; readonly traces: string; readonly files: number },
): string {
  const steps = fit.counts.reduce((sum, one) => sum + one, 0);
  const rounded = (value: number) => Number(value.toPrecision(6));
  const states = fit.states.map(({ rate, latencyUs }, i) =>
    JSON.stringify({ kbps: rounded(rate / 1e3), latencyMs: latencyUs / 1e3, steps: fit.counts[i] }));
  const rows = fit.weights.map((row) => JSON.stringify(row.map(rounded)));
  const list = (lines: readonly string[]) => `[\n    ${lines.join(',\n    ')}\n  ]`;
  const entries = [
    '"weir-markov": 1', `"date": ${JSON.stringify(date)}`,
    `"source": ${JSON.stringify({ traces, files, steps, transitions: fit.transitions })}`,
    `"step": "${fit.stepUs}us"`, `"states": ${list(states)}`, `"weights": ${list(rows)}`,
  ];
  return `{\n  ${entries.join(',\n  ')}\n}\n`;
}
