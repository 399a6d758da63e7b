import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { scenarioJsonSchema } from './json-schema.ts';

type Json = Readonly<Record<string, unknown>>;

const schema = scenarioJsonSchema();
const library = join(import.meta.dirname, 'library');
const names = readdirSync(library).filter((name) => name.endsWith('.yaml'));

describe('the JSON Schema', () => {
  test.each(names)('takes the shipped %s', (name) => {
    expect(violations(schema, parse(readFileSync(join(library, name), 'utf8')))).toEqual([]);
  });

  test('is JSON that says which draft it is', () => {
    expect(schema['$schema']).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
  });

  test('allows no unknown key in any mapping', () => {
    const open = mappings(schema, '').filter(([, one]) => one['additionalProperties'] !== false);
    // Its keys are paths of parameters, which the loader checks.
    expect(open.map(([path]) => path)).toEqual(['.variants[].set']);
    expect(violations(schema, { ...SMALL, runn: {} })).toEqual(['runn: unknown']);
    expect(violations(schema, { ...SMALL, cdn: { edge: { capcity: '1 GB' } } }))
      .toEqual(['cdn.edge.capcity: unknown']);
  });

  test('describes every parameter with its unit and what it rests on', () => {
    const bare = leaves(schema, '').filter(([path, leaf]) => path !== '.extends' && !/law$|rule$/.test(path)
      && (typeof leaf['description'] !== 'string' || typeof leaf['unit'] !== 'string'
        || typeof leaf['source'] !== 'string'));
    expect(bare.map(([path]) => path)).toEqual([]);
  });

  test('takes a quantity as a text only, a ratio as a number too', () => {
    expect(violations(schema, { ...SMALL, run: { duration: 5 } })).toEqual(['run.duration: type']);
    expect(violations(schema, { ...SMALL, player: { abr: { rule: 'hybrid', safety: 0.9 } } })).toEqual([]);
  });

  test('asks for what is required, but not of a file that extends another', () => {
    expect(violations(schema, { weir: 1, run: {} }))
      .toEqual(['name: missing', 'title: missing', 'run.duration: missing']);
    expect(violations(schema, { extends: 'base.yaml', run: { seed: 3 } })).toEqual([]);
    expect(violations(schema, { extends: 'base.yaml', run: { sede: 3 } })).toEqual(['run.sede: unknown']);
  });
});

const SMALL = {
  weir: 1, name: 'a', title: 'A', run: { duration: '1min' },
  audience: { arrivals: { law: 'fixed', at: ['1s'] }, networks: [{ name: 'a', traces: 'a.csv' }] },
};

/** What of a value breaks a schema: the keywords that zod emits, no more. */
function violations(schemaAt: unknown, value: unknown, path = ''): string[] {
  const one = schemaAt as Json;
  const at = (key: string) => (path === '' ? key : `${path}.${key}`);
  const found: string[] = [];
  if (one['oneOf'] !== undefined || one['anyOf'] !== undefined) {
    const branches = ((one['oneOf'] ?? one['anyOf']) as readonly unknown[])
      .map((branch) => violations(branch, value, path));
    return branches.reduce((best, branch) => (branch.length < best.length ? branch : best));
  }
  const types = (Array.isArray(one['type']) ? one['type'] : [one['type'] ?? []].flat()) as readonly string[];
  if (types.length > 0 && !types.some((type) => isOf(type, value))) return [`${path}: type`];
  if (one['const'] !== undefined && value !== one['const']) found.push(`${path}: const`);
  if (Array.isArray(one['enum']) && !one['enum'].includes(value)) found.push(`${path}: enum`);
  if (typeof value === 'number') {
    if (value < Number(one['minimum'] ?? -Infinity)
      || value > Number(one['maximum'] ?? Infinity)) found.push(`${path}: bounds`);
  }
  if (typeof value === 'string' && !new RegExp((one['pattern'] ?? '') as string)
    .test(value)) found.push(`${path}: pattern`);
  if (Array.isArray(value)) value.forEach((entry, i) =>
    found.push(...violations(one['items'], entry, `${path}[${i}]`)));
  else if (typeof value === 'object' && value !== null) {
    const properties = (one['properties'] ?? {}) as Json;
    for (const key of (one['required']
      ?? []) as readonly string[]) if (!(key in value)) found.push(`${at(key)}: missing`);
    for (const [key, entry] of Object.entries(value)) {
      if (properties[key] !== undefined) found.push(...violations(properties[key], entry, at(key)));
      else if (one['additionalProperties'] === false) found.push(`${at(key)}: unknown`);
    }
  }
  if (one['if'] !== undefined && violations(one['if'], value, path)
    .length > 0) found.push(...violations(one['else'], value, path));
  return found;
}

function isOf(type: string, value: unknown): boolean {
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'array') return Array.isArray(value);
  return type === 'object' ? typeof value === 'object' && value !== null && !Array.isArray(value)
    : typeof value === type;
}

/** All mappings of a schema with their paths. */
function mappings(one: Json, path: string): (readonly [string, Json])[] {
  const own = one['type'] === 'object' ? [[path, one] as const] : [];
  return [...own, ...children(one, path).flatMap(([key, child]) => mappings(child, key))];
}

/** All parameters of a schema with their paths: what has neither keys nor entries that are mappings. */
function leaves(one: Json, path: string): (readonly [string, Json])[] {
  const below = children(one, path);
  return below.length === 0 ? [[path, one]] : below.flatMap(([key, child]) => leaves(child, key));
}

function children(one: Json, path: string): (readonly [string, Json])[] {
  const properties = Object.entries((one['properties'] ?? {}) as Record<string, Json>);
  const branches = (one['oneOf'] ?? []) as readonly Json[];
  const items = one['items'] as Json | undefined;
  return [
    ...properties.map(([key, child]) => [`${path}.${key}`, child] as const),
    ...branches.map((branch) => [path, branch] as const),
    ...(items !== undefined && one['description'] === undefined ? [[`${path}[]`, items] as const] : []),
  ];
}
