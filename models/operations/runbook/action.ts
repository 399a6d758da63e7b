import { z } from 'zod';

/** Where what is done about failures comes from. */
export const SEED = 'cited: platform design document, sections 9.2 to 9.4';

/** The name of something that can be done. */
export const action = <Name extends string>(name: Name, description: string) =>
  z.literal(name).meta({ description, unit: 'name', source: SEED });

/** Whether something is done, or undone. */
export const on = z.boolean()
  .meta({ description: 'false: it is undone.', unit: 'flag', source: 'assumed' }).prefault(true);
