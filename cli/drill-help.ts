import type { z } from 'zod';
import { actionParams } from '../models/operations/runbook/params.ts';
import { unwrap } from '../scenarios/schema-walk.ts';

/** All that can be done in a drill, with what it does, its parameters and their defaults. */
export function actionsInFull(): string {
  return actionParams.options.map(({ shape: { action, ...rest } }) => {
    const params = Object.entries<z.ZodType>(rest).map(([key, schema]) => {
      const { defaultValue } = unwrap(schema);
      return defaultValue === undefined ? `${key}=...` : `[${key}=${defaultValue as string}]`;
    });
    return `  do ${[action.value, ...params].join(' ')}\n      ${action.meta()?.description ?? ''}`;
  }).join('\n');
}
