import { z } from 'zod';
import { scenarioSchema } from './schema.ts';

/** JSON Schema (draft 2020-12) of a scenario file, made from the same source as the loader's checks. */
export function scenarioJsonSchema(): Record<string, unknown> {
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
  }) as Record<string, unknown>;
  const properties = schema['properties'] as Record<string, unknown>;
  properties['extends'] = {
    type: 'string',
    description: 'A scenario file this one builds on: mappings merge, everything else is replaced.',
  };
  return { title: 'Weir scenario', ...schema, required: ['weir', 'name', 'title'] };
}
