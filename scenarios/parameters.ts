import type { z } from 'zod';
import type { ParameterProvenance } from '../models/core/run-record.ts';
import { formatPath } from './errors.ts';
import { branchOf, isRecord, unwrap, valueAt, type ParameterMeta } from './schema-walk.ts';

type Path = ReadonlyArray<string | number>;

/** Where a value was set. */
export type Origin = ParameterProvenance['origin'];

/**
 * Every parameter of a valid input with its value as written, its unit, where it was set and what it rests
 * on.
 */
export function listParameters(
  schema: z.ZodType,
  input: unknown,
  originOf: (path: Path) => Origin,
): ParameterProvenance[] {
  const parameters: ParameterProvenance[] = [];
  walk(schema, input, [], (path, value, meta) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    parameters.push({
      path: formatPath(path), value: text, unit: meta.unit
        ?? '', origin: originOf(path), source: meta.source ?? 'assumed',
    });
  });
  return parameters;
}

type Visit = (path: Path, value: unknown, meta: ParameterMeta) => void;

function walk(schema: z.ZodType, given: unknown, path: Path, visit: Visit): void {
  const { definition, meta, defaultValue } = unwrap(schema);
  const value = given ?? defaultValue;
  if (value === undefined) return;
  if (meta.source !== undefined && !(isRecord(value) && definition.type !== 'literal')) {
    visit(path, value, meta);
    return;
  }
  if (definition.type === 'object') {
    for (const [key, child] of Object.entries(definition.shape ?? {})) {
      walk(child, valueAt(value, key), [...path, key], visit);
    }
  } else if (definition.type === 'array' && Array.isArray(value)) {
    value.forEach((entry: unknown, i) => walk(definition.element!, entry, [...path, i], visit));
  } else if (definition.type === 'union') {
    const branch = branchOf(schema, value);
    if (branch !== undefined) walk(branch, value, path, visit);
  }
}
