import type { z } from 'zod';
import type { ParameterProvenance } from '../models/core/run-record.ts';
import { formatPath } from './errors.ts';
import { branchOf, isRecord, unwrap, valueAt } from './schema-walk.ts';

type Path = ReadonlyArray<string | number>;

/** Every parameter of a valid input with its value as written, its unit, where it was set and what it rests on. */
export function listParameters(
  schema: z.ZodType,
  input: unknown,
  isSet: (path: Path) => boolean,
): ParameterProvenance[] {
  const parameters: ParameterProvenance[] = [];
  walk(schema, input, [], false, (path, value, meta, isDefault) => {
    const origin = isSet(path) ? 'set' : isDefault ? 'default' : 'scenario';
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    parameters.push({
      path: formatPath(path), value: text, unit: meta.unit ?? '', origin, source: meta.source ?? 'assumed',
    });
  });
  return parameters;
}

type Visit = (
  path: Path,
  value: unknown,
  meta: { readonly unit?: string; readonly source?: string },
  isDefault: boolean,
) => void;

function walk(schema: z.ZodType, given: unknown, path: Path, inherited: boolean, visit: Visit): void {
  const { definition, meta, defaultValue } = unwrap(schema);
  const value = given ?? defaultValue;
  // Inside a mapping that defaults to {} each key has a default of its own.
  const isDefault = inherited || given === undefined;
  if (value === undefined) return;
  if (meta.source !== undefined && !(isRecord(value) && definition.type !== 'literal')) {
    visit(path, value, meta, isDefault);
    return;
  }
  if (definition.type === 'object') {
    for (const [key, child] of Object.entries(definition.shape ?? {})) {
      walk(child, valueAt(value, key), [...path, key], isDefault, visit);
    }
  } else if (definition.type === 'array' && Array.isArray(value)) {
    value.forEach((entry: unknown, i) => walk(definition.element!, entry, [...path, i], isDefault, visit));
  } else if (definition.type === 'union') {
    const branch = branchOf(schema, value);
    if (branch !== undefined) walk(branch, value, path, isDefault, visit);
  }
}
