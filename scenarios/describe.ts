import type { z } from 'zod';
import { showValue } from '../models/core/quantity.ts';
import type { Place } from './document.ts';
import { formatPath, nearestName, suggest, type ScenarioIssue } from './errors.ts';
import { isRecord, knownKeys, knownValues, schemaAt, unwrap } from './schema-walk.ts';
import { scenarioSchema } from './schema.ts';

type Path = ReadonlyArray<string | number>;

/** What zod found wrong with an input, in the words of the user's file and at its places. */
export function describeProblems(
  problems: readonly z.core.$ZodIssue[],
  input: unknown,
  place: (path: Path) => Place,
  schema: z.ZodType = scenarioSchema,
): ScenarioIssue[] {
  const issues: ScenarioIssue[] = [];
  for (const problem of problems) {
    const path = problem.path.filter((key) => typeof key !== 'symbol');
    if (problem.code === 'unrecognized_keys') {
      const at = schemaAt(schema, path, input);
      const known = at === undefined ? [] : knownKeys(at.schema, at.value);
      for (const key of problem.keys) {
        const full = [...path, key];
        const message = `unknown key "${key}": ${suggest(key, known)}`;
        issues.push({ ...place(full), path: formatPath(full), message });
      }
      continue;
    }
    const message = describe(problem, path, input, schema);
    const words = problem.input === null ? message.replace(/got null$/, 'got nothing') : message;
    issues.push({ ...place(path), path: formatPath(path), message: words });
  }
  return issues;
}

/** What was expected and what was got, in the words of the user's file. */
function describe(problem: z.core.$ZodIssue, path: Path, input: unknown, root: z.ZodType): string {
  const got = shown(problem.input);
  // eslint-disable-next-line @typescript-eslint/switch-exhaustiveness-check -- zod's list, not ours
  switch (problem.code) {
    case 'invalid_type':
      return `expected ${withArticle(problem.expected)}, got ${got}`;
    case 'too_small':
      if (problem.origin === 'array') return `expected at least ${problem.minimum} in the list, got ${got}`;
      if (problem.origin === 'string') return 'expected a text that is not empty';
      return `expected ${problem.inclusive === false ? '>' : 'at least'} ${problem.minimum}, got ${got}`;
    case 'too_big':
      return problem.origin === 'array'
        ? `expected at most ${problem.maximum} entries`
        : `expected at most ${problem.maximum}, got ${got}`;
    case 'invalid_value':
      // A schema that knows why a value is no choice says so itself.
      if (!problem.message.startsWith('Invalid ')) return problem.message;
      return describeChoice(schemaAt(root, path, input)?.schema, problem.input, problem.message);
    case 'invalid_union': {
      // A discriminated union complains at its discriminator; quantities bring a message of their own.
      const union = schemaAt(root, path.slice(0, -1), input)?.schema;
      const name = path.at(-1)!;
      if (problem.discriminator === name && !problem.message.startsWith('Invalid ')) return problem.message;
      const given = isRecord(problem.input) ? problem.input[String(name)] : problem.input;
      return describeChoice(problem.discriminator === name ? union : undefined, given, problem.message);
    }
    default:
      return problem.message;
  }
}

function describeChoice(schema: z.ZodType | undefined, given: unknown, otherwise: string): string {
  const known = schema === undefined ? [] : knownValues(schema);
  if (schema === undefined || known.length === 0) return otherwise;
  const isNumber = unwrap(schema).definition.values?.some((value) => typeof value === 'number') === true;
  const expected = `expected ${known.map((name) => (isNumber ? name : `"${name}"`)).join(' or ')}`;
  const nearest = typeof given === 'string' ? nearestName(given, known) : undefined;
  return `${expected}, got ${shown(given)}${nearest === undefined ? '' : `: did you mean "${nearest}"?`}`;
}

/** A value as it stands in the file; a key with nothing behind it has none. */
function shown(value: unknown): string {
  if (value === null) return 'nothing';
  return typeof value === 'number' ? String(value) : showValue(value);
}

function withArticle(type: string): string {
  const names: Readonly<Record<string, string>> = {
    int: 'a whole number', number: 'a number', string: 'a text', object: 'a mapping', array: 'a list',
    boolean: 'true or false', record: 'a mapping of parameter paths to values',
  };
  return names[type] ?? type;
}
