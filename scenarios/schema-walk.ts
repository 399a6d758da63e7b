import type { z } from 'zod';

/** The parts of zod's definitions that a walk over a schema needs. */
interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly element?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly discriminator?: string;
  readonly in?: z.ZodType;
  readonly innerType?: z.ZodType;
  readonly defaultValue?: unknown;
  readonly values?: readonly unknown[];
  readonly entries?: Readonly<Record<string, string>>;
}

/** What Weir notes with each parameter. */
export interface ParameterMeta {
  readonly description?: string;
  readonly unit?: string;
  readonly source?: string;
  readonly quantity?: string;
}

/** A schema without its wrappers, with the default and the notes found on the way. */
export interface Unwrapped {
  readonly schema: z.ZodType;
  readonly definition: Definition;
  readonly meta: ParameterMeta;
  readonly defaultValue: unknown;
}

/** Peels defaults, optionals and transforms off a schema. */
export function unwrap(schema: z.ZodType): Unwrapped {
  let current = schema;
  let meta: ParameterMeta = {};
  let defaultValue: unknown;
  for (;;) {
    const definition = definitionOf(current);
    meta = { ...(current.meta() as ParameterMeta | undefined), ...meta };
    if (definition.defaultValue !== undefined) defaultValue ??= definition.defaultValue;
    const inner = definition.innerType ?? (definition.type === 'pipe' ? definition.in : undefined);
    if (inner === undefined) return { schema: current, definition, meta, defaultValue };
    current = inner;
  }
}

/**
 * The schema of one key of a value, given the value (which picks the branch of a union); undefined when
 * unknown.
 */
export function childSchema(schema: z.ZodType, key: string | number, value: unknown): z.ZodType | undefined {
  const { definition } = unwrap(schema);
  if (definition.type === 'array') return typeof key === 'number' ? definition.element : undefined;
  if (definition.type === 'object') {
    const shape = definition.shape ?? {};
    return Object.hasOwn(shape, key) ? shape[String(key)] : undefined;
  }
  const branch = branchOf(schema, value);
  return branch === undefined ? undefined : childSchema(branch, key, value);
}

/** Keys an object of this schema may have; empty for anything else. */
export function knownKeys(schema: z.ZodType, value: unknown): readonly string[] {
  const { definition } = unwrap(schema);
  if (definition.type === 'object') return Object.keys(definition.shape ?? {});
  const branch = branchOf(schema, value);
  return branch === undefined ? [] : knownKeys(branch, value);
}

/** Branch of a discriminated union that a value belongs to. */
export function branchOf(schema: z.ZodType, value: unknown): z.ZodType | undefined {
  const { definition } = unwrap(schema);
  if (definition.type !== 'union' || definition.discriminator === undefined
    || !isRecord(value)) return undefined;
  const name = definition.discriminator;
  return definition.options?.find((option) => {
    const literal = unwrap(option).definition.shape?.[name];
    return literal !== undefined && (unwrap(literal).definition.values ?? []).includes(value[name]);
  });
}

/** Values the discriminator of a union, an enumeration or a literal may have. */
export function knownValues(schema: z.ZodType): readonly string[] {
  const { definition } = unwrap(schema);
  if (definition.entries !== undefined) return Object.values(definition.entries);
  if (definition.values !== undefined) return definition.values.map(String);
  const name = definition.discriminator;
  if (name === undefined) return [];
  return (definition.options ?? []).flatMap((option) => {
    const literal = unwrap(option).definition.shape?.[name];
    return literal === undefined ? [] : knownValues(literal);
  });
}

/** The schema at a path into a value; undefined where the path leaves the schema. */
export function schemaAt(
  schema: z.ZodType,
  path: ReadonlyArray<string | number>,
  value: unknown,
): { readonly schema: z.ZodType; readonly value: unknown } | undefined {
  let at = { schema, value };
  for (const key of path) {
    const child = childSchema(at.schema, key, at.value);
    if (child === undefined) return undefined;
    at = { schema: child, value: valueAt(at.value, key) };
  }
  return at;
}

/** One key of an object or array, or undefined. */
export function valueAt(value: unknown, key: string | number): unknown {
  if (Array.isArray(value)) return typeof key === 'number' ? (value as unknown[])[key] : undefined;
  return isRecord(value) && Object.hasOwn(value, key) ? value[String(key)] : undefined;
}

/** The value at a path, or undefined. */
export function valueAtPath(value: unknown, path: ReadonlyArray<string | number>): unknown {
  return path.reduce<unknown>(valueAt, value);
}

/** How many keys of a path a value holds. */
export function depthHeld(value: unknown, path: ReadonlyArray<string | number>): number {
  let at = value;
  for (const [depth, key] of path.entries()) {
    at = valueAt(at, key);
    if (at === undefined) return depth;
  }
  return path.length;
}

/** True for plain objects. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function definitionOf(schema: z.ZodType): Definition {
  return schema._zod.def as unknown as Definition;
}
