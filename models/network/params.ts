import { z } from 'zod';
import { quantity } from '../core/quantity.ts';
import type { Us } from '../core/units.ts';
import { slowStartParams } from './slow-start.ts';
import { viewerCapParams } from './viewer-caps.ts';
import type { TracePeriod } from './bandwidth.ts';

const profileStep = z.strictObject({
  at: quantity('duration', { doc: 'Time since the start of the run.', source: 'assumed', min: '0s' }),
  rate: quantity('rate', { doc: 'Capacity of each link from then on.', source: 'assumed', min: '0 kbps' }),
  rtt: quantity('duration', { doc: 'Round-trip time from then on.', source: 'assumed', min: '0s' })
    .prefault('20ms'),
});

/** A class of access networks: what its links can carry, who shares them, how many viewers have one. */
export const networkParams = z.strictObject({
  name: z.string().min(1).meta({
    description: 'Name of the class of networks.', unit: 'name', source: 'assumed',
  }),
  traces: z.string().min(1)
    .meta({ description: 'A trace file, or a folder of them: each link plays one from a random point on.',
      unit: 'path', source: 'assumed' })
    .optional(),
  rtt: quantity('duration', {
    doc: 'Round-trip time of traces that state none; without it they have none.', source: 'assumed',
    min: '0s', max: '1h',
  })
    .optional(),
  profile: z.array(profileStep).min(1).max(1000).optional(),
  markov: z.string().min(1)
    .meta({ description: 'A Markov model (weir networks fit): each replication draws links of it.',
      unit: 'path', source: 'assumed' })
    .optional(),
  share: quantity('ratio', {
    doc: 'Share of viewers; shares are scaled to sum to one.', source: 'assumed', positive: true,
  })
    .prefault('100%'),
  viewersPerLink: z.number().int().min(1).max(1000)
    .meta({ description: 'Most viewers on one link at a time.', unit: 'viewers', source: 'assumed' })
    .prefault(1),
  viewerCaps: z.array(viewerCapParams).min(1).max(20).optional(),
  slowStart: slowStartParams.optional(),
}).superRefine(({ traces, rtt, profile, markov, viewersPerLink, viewerCaps, slowStart }, context) => {
  if (rtt !== undefined && traces === undefined) {
    const message = 'expected traces beside it: the steps of a profile and a model say their own';
    context.addIssue({ code: 'custom', path: ['rtt'], message });
  }
  if (viewerCaps?.every(({ rate }) => rate === undefined) === true) {
    const message = 'expected a rate in one of them at least: these hold nobody back';
    context.addIssue({ code: 'custom', path: ['viewerCaps'], message });
  }
  if (slowStart !== undefined && viewersPerLink > 1) {
    const message = 'expected viewersPerLink 1 beside it: on shared links transfers begin at full rate';
    context.addIssue({ code: 'custom', path: ['slowStart'], message });
  }
  if ([traces, profile, markov].filter((given) => given !== undefined).length !== 1) {
    const message = 'expected one of traces (measured), profile (steps by the clock of the run) '
      + 'and markov (a model)';
    context.addIssue({ code: 'custom', path: [], message });
  }
  profile?.forEach(({ at }, i) => {
    if (i === 0 ? at === 0 : at > profile[i - 1]!.at) return;
    const message = i === 0
      ? 'expected the first step at 0s' : 'expected a time after that of the step before it';
    context.addIssue({ code: 'custom', path: ['profile', i, 'at'], message, input: at });
  });
  if (profile?.every(({ rate }) => rate === 0) === true) {
    context.addIssue({ code: 'custom', path: ['profile'], message: 'carries no bit: every step has rate 0' });
  }
});

type ProfileStep = z.output<typeof profileStep>;

/** The steps as a trace that does not come round again before `untilUs`. */
export function profilePeriods(profile: readonly ProfileStep[], untilUs: Us): TracePeriod[] {
  return profile.map(({ at, rate, rtt }, i) => {
    const end = profile[i + 1]?.at ?? Math.max(untilUs, at) + BEYOND_US;
    return { durationUs: end - at, rate, latencyUs: rtt };
  });
}

/** Transfers that are under way when the run ends still find a last step. */
const BEYOND_US = 3_600_000_000;
