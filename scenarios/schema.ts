import { z } from 'zod';
import { cdnParams } from '../models/cdn/params.ts';
import { geographyParams } from '../models/cdn/topology/params.ts';
import { quantity } from '../models/core/quantity.ts';
import { degradedParams } from '../models/operations/degraded/params.ts';
import { faultParams } from '../models/operations/faults/params.ts';
import { monitoringParams } from '../models/operations/monitoring/params.ts';
import { hypothesisParams, probeParams } from '../models/operations/rehearsal/params.ts';
import { runbookEntry } from '../models/operations/runbook/params.ts';
import { sloParams } from '../models/operations/slo.ts';
import { audienceParams } from '../models/player/audience.ts';
import { playerParams } from '../models/player/params.ts';
import { metadataParams } from '../models/services/metadata/params.ts';
import { recommendationsParams } from '../models/services/recommendations/params.ts';
import { searchParams } from '../models/services/search/params.ts';
import { contentParams } from '../models/storage/content-params.ts';
import { catalogueParams } from '../models/storage/params.ts';
import { transcodeParams } from '../models/transcode/params.ts';
import { uploadParams } from '../models/upload/params.ts';
import { studyParams, type Study } from './variants.ts';

/** How long, how often and with which random numbers a scenario runs. */
export const runParams = z.strictObject({
  duration: quantity('duration', { doc: 'Simulated time.', source: 'assumed', positive: true }),
  warmup: quantity('duration', {
    doc: 'Time at the start that indicators leave out, while caches fill.', source: 'assumed', min: '0s',
  }).prefault('0s'),
  sampleEvery: quantity('duration', { doc: 'Step of the time series.', source: 'assumed', min: '1s' })
    .prefault('1min'),
  seed: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
    .meta({ description: 'Seed all random streams derive from.', unit: 'integer', source: 'assumed' })
    .prefault(42),
  replications: z.number().int().min(1).max(10_000)
    .meta({ description: 'Independent replications; intervals need at least two.', unit: 'runs',
      source: 'assumed' })
    .prefault(1),
  first: z.number().int().min(0).max(1_000_000)
    .meta({
      description: 'Number of the first replication, from 0: to run one of many alone, as it was there.',
      unit: 'number', source: 'assumed',
    })
    .optional(),
  logs: z.number().int().min(1).max(200)
    .meta({
      description: 'Sessions of each class of networks, from the end of the warm-up on, whose log is kept.',
      unit: 'sessions', source: 'assumed',
    })
    .prefault(1),
  fidelity: z.enum(['segment'])
    .meta({ description: 'segment: every media segment of every viewer.', unit: 'name', source: 'assumed' })
    .prefault('segment'),
});

/** What a real run needs beside the scenario's parts. */
export const realParams = z.strictObject({
  clip: z.string().min(1)
    .meta({ description: 'The video to package and stream.', unit: 'path', source: 'assumed' }),
  encoders: z.enum(['auto', 'software'])
    .meta({
      description: 'How a real run transcodes. auto: with NVENC where a trial encode works; software: on '
        + 'cores.',
      unit: 'name', source: 'assumed',
    })
    .prefault('auto'),
});

/**
 * A scenario file; `checkLimits` holds what concerns more than one parameter. A part that is left out is not
 * simulated: without an audience nobody watches, and catalogue, player and CDN have nothing to do.
 */
export const scenarioSchema = z.strictObject({
  weir: z.literal(1).meta({ description: 'Version of the scenario format.', unit: 'version',
    source: 'assumed' }),
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'expected lower-case letters, digits and dashes')
    .meta({ description: 'Name of the scenario.', unit: 'name', source: 'assumed' }),
  title: z.string().min(1).meta({ description: 'What it is, in a few words.', unit: 'text',
    source: 'assumed' }),
  description: z.string().prefault('')
    .meta({ description: 'What it shows and why.', unit: 'text', source: 'assumed' }),
  run: runParams,
  catalogue: catalogueParams.prefault({}),
  audience: audienceParams.optional(),
  player: playerParams.prefault({}),
  cdn: cdnParams.prefault({}),
  geography: geographyParams.optional(),
  content: contentParams.prefault({}),
  upload: uploadParams.optional(),
  transcode: transcodeParams.optional(),
  metadata: metadataParams.optional(),
  search: searchParams.optional(),
  recommendations: recommendationsParams.optional(),
  slos: z.array(sloParams).max(100).optional(),
  prices: z.string().min(1).optional()
    .meta({ description: 'The price list that usage is paid by; without one a run has no costs.',
      unit: 'path', source: 'assumed' }),
  calibration: z.string().min(1).optional()
    .meta({ description: 'Measured speeds, content and noise of software encoders, and how cores share, as '
      + 'weir calibrate encoders writes them.',
      unit: 'path', source: 'assumed' }),
  monitoring: monitoringParams.optional(),
  faults: z.array(faultParams).max(100).prefault([]),
  runbooks: z.array(runbookEntry).max(100).prefault([]),
  degraded: degradedParams.prefault([]),
  hypothesis: hypothesisParams.optional(),
  // Conditions: a rehearsal stops as soon as one of them holds.
  abort: z.array(probeParams).max(50).prefault([]),
  real: realParams.optional(),
  ...studyParams,
});

/** A parsed scenario: every quantity in its base unit; what is to be compared with it stands apart. */
export type Scenario = Omit<z.output<typeof scenarioSchema>, keyof Study>;

/** A scenario in which somebody watches: catalogue, player and CDN are simulated. */
export type WatchedScenario = Scenario & { readonly audience: NonNullable<Scenario['audience']> };

/** A scenario in which somebody uploads, and what is uploaded is transcoded. */
export type TranscodingScenario = Scenario & {
  readonly upload: NonNullable<Scenario['upload']>;
  readonly transcode: NonNullable<Scenario['transcode']>;
};
