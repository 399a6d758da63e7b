import { z } from 'zod';
import { scenarioSchema } from './schema.ts';

type Json = Record<string, unknown>;

/** JSON Schema (draft 2020-12) of a scenario file, made from the same source as the loader's checks. */
export function scenarioJsonSchema(): Json {
  const schema = z.toJSONSchema(scenarioSchema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      const kind = jsonSchema['quantity'];
      if (kind === undefined) return;
      // A bare number is refused for every quantity but a ratio.
      delete jsonSchema.anyOf;
      jsonSchema.type = kind === 'ratio' ? ['string', 'number'] as never : 'string';
      delete jsonSchema['quantity'];
    },
  }) as Json;
  const properties = schema['properties'] as Record<string, Json>;
  properties['extends'] = {
    type: 'string',
    minLength: 1,
    description: 'A scenario file this one builds on: mappings merge, everything else is replaced.',
  };
  const whole = takeRequired(schema);
  return { title: 'Weir scenario', ...schema, if: { required: ['extends'] }, else: whole };
}

/**
 * Takes what is required out of a schema and the mappings below it, and returns it as a schema of its own:
 * a file that extends another may leave everything to it. Entries of lists and branches of unions are never
 * merged, so theirs stays.
 */
function takeRequired(schema: Json): Json {
  const taken: Json = {};
  if (schema['required'] !== undefined) taken['required'] = schema['required'];
  delete schema['required'];
  const below: Json = {};
  for (const [key, child] of Object.entries((schema['properties'] ?? {}) as Record<string, Json>)) {
    const required = takeRequired(child);
    if (Object.keys(required).length > 0) below[key] = required;
  }
  if (Object.keys(below).length > 0) taken['properties'] = below;
  return taken;
}
