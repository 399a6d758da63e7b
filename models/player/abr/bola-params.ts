import { z } from 'zod';

/** How a climb of BOLA beyond what throughput sustains is held. */
export const holdParam = z.enum(['O', 'U'])
  .meta({
    description: 'A climb beyond the sustained rendition is held to it (O) or to the next above it (U).',
    unit: 'variant', source: 'cited: Sabre (U; O with -ao); dash.js 5.1.1 has O',
  })
  .prefault('U');

/** Weight of the buffer in BOLA's score. */
export const gammaParam = z.number().positive().max(100)
  .meta({
    description: 'Weight of the buffer against utility (gamma p): more keeps more buffer and a lower rate.',
    unit: 'utility', source: 'cited: Sabre (-gp 5)',
  })
  .prefault(5);
