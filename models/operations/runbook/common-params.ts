import { z } from 'zod';
import { action, on, SEED } from './action.ts';

/** What is done about failures of any part of the platform. */
export const commonActions = [
  z.strictObject({
    action: action('announce', 'People are told: it stands in the timeline, and changes nothing else.'),
    to: z.enum(['statusPage', 'incident', 'provider', 'team'])
      .meta({
        description: 'Who: users by the status page, all hands by an incident, the CDN\'s provider, a team.',
        unit: 'name', source: SEED,
      }),
    text: z.string().max(500)
      .meta({ description: 'What they are told.', unit: 'text', source: 'assumed' }).prefault(''),
  }),
  z.strictObject({
    action: action('degrade', 'A degraded level of the scenario is entered by hand, or left.'),
    level: z.number().int().min(1).max(9)
      .meta({ description: 'Number of the level.', unit: 'number', source: SEED }),
    on,
  }),
] as const;
