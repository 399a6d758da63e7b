import { z } from 'zod';
import { quantity } from '../../core/quantity.ts';
import { APPLIANCES, type ApplianceName } from './appliances.ts';

const NAMES = Object.keys(APPLIANCES) as [ApplianceName, ...ApplianceName[]];

/** What a server can do at most; what is left out is that of the appliance, or without limit. */
export const serverParams = z.strictObject({
  appliance: z.enum(NAMES).meta({
    description: 'A known server, whose network and CPU these are; set its storage as capacity.',
    unit: 'name',
    source: 'cited: Netflix Open Connect and others, each in models/cdn/topology/appliances.ts',
  }).optional(),
  nic: quantity('rate', {
    doc: 'What a server sends at most; answers queue beyond it. Without it: no limit.', source: 'assumed',
    positive: true,
  }).optional(),
  disk: quantity('rate', {
    doc: 'What a server reads from disk at most, with a memory level before it. Without it: no limit.',
    source: 'assumed', positive: true,
  }).optional(),
  cpuPerRequest: quantity('duration', {
    doc: 'CPU of a whole server that a request takes, whatever its size.',
    source: 'assumed', min: '0s', max: '1s',
  }).prefault('20us'),
  cpuPerGB: quantity('duration', {
    doc: 'CPU of a whole server that sending a GB takes. Default: the appliance\'s.',
    source: 'cited: Netflix: 90 Gb/s with TLS at 55 % is 49 ms', min: '0s', max: '10s',
  }).optional(),
});

/** How requests find an edge. */
export const routingParams = z.strictObject({
  detection: quantity('duration', {
    doc: 'From the moment a place goes down, or comes back, until requests are routed accordingly.',
    source: 'assumed; health checks every few seconds, of which several have to fail', min: '0s',
  }).prefault('10s'),
  spillAt: quantity('ratio', {
    doc: 'Load of its network from which an edge gets no new viewers while another can take them.',
    source: 'assumed', positive: true, max: '10',
  }).prefault('90%'),
  probeEvery: quantity('duration', {
    doc: 'How often edges say what they send.', source: 'assumed', min: '1s',
  }).prefault('10s'),
  acrossRegions: z.boolean()
    .meta({
      description: 'Whether viewers may be sent to another region while their own has an edge.', unit: 'flag',
      source: 'assumed',
    })
    .prefault(false),
});

/** How the servers of a place share objects. */
export const hashingParams = z.strictObject({
  epsilon: z.number().positive().max(100)
    .meta({
      description: 'How far above the mean a server may be loaded before its keys go to the next.',
      unit: '1', source: 'assumed; the method: Mirrokni et al., SODA 2018',
    })
    .prefault(0.25),
  window: quantity('duration', {
    doc: 'Span over which requests are counted as load.', source: 'assumed', min: '1ms',
  }).prefault('10s'),
});

/** One of several networks among which viewers are split. */
export const providerParams = z.strictObject({
  name: z.string().min(1).meta({ description: 'Name of the network.', unit: 'name', source: 'assumed' }),
  share: quantity('ratio', {
    doc: 'Share of viewers; shares are scaled to sum to one.', source: 'assumed', positive: true,
  }),
  egress: z.string().min(1)
    .meta({
      description: 'Item of the price list for what its edges send; the market is appended '
        + '(us, eu, in, jp, sa).', unit: 'name', source: 'assumed',
    })
    .prefault('cloudfront.egress'),
});

const linkItem = (what: string) => z.string().min(1).optional().meta({
  description: `Item of the price list for ${what}, beside the egress of the provider, to which the market `
    + 'is appended; without it, nothing is paid by link.', unit: 'name', source: 'assumed',
});

/** How viewers reach edges. */
export const peeringParams = z.strictObject({
  share: quantity('ratio', {
    doc: 'Share of viewers whose access network connects to the edge directly.', min: '0', max: '1',
    source: 'assumed; Netflix: about 90 % (2016) to 95 % over direct connections',
  }).prefault('100%'),
  transitRtt: quantity('duration', {
    doc: 'What the way over a transit network adds to the round trip of the others.', source: 'assumed',
    min: '0s',
  }).prefault('20ms'),
  item: linkItem('what goes to viewers over direct connections'),
  transitItem: linkItem('what goes to viewers over transit networks'),
});

/** A place, all of a tier's, or a server of them, that is down for a while. */
export const outageParams = z.strictObject({
  tier: z.enum(['edge', 'regional', 'shield'])
    .meta({ description: 'Tier of the place.', unit: 'name', source: 'assumed' }).prefault('edge'),
  at: quantity('duration', { doc: 'When it goes down.', source: 'assumed', min: '0s' }),
  duration: quantity('duration', { doc: 'For how long.', source: 'assumed', positive: true }),
  place: z.number().int().min(0)
    .meta({ description: 'Number of the place in its tier, from 0.', unit: 'number', source: 'assumed' })
    .optional(),
  city: z.string().min(1)
    .meta({ description: 'City whose places go down.', unit: 'name', source: 'assumed' }).optional(),
  region: z.string().min(1)
    .meta({ description: 'Region whose places go down.', unit: 'name', source: 'assumed' }).optional(),
  server: z.number().int().min(0)
    .meta({
      description: 'Number of the server of each of these places that goes down, from 0; without it, all.',
      unit: 'number', source: 'assumed',
    }).optional(),
});

/** Where viewers and caches are. */
export const geographyParams = z.strictObject({
  cities: z.string().min(1)
    .meta({
      description: 'File of cities; viewers come by their population, places of the CDN are put there.',
      unit: 'path', source: 'cited: GeoNames, CC BY 4.0 (the shipped file)',
    })
    .prefault('geography/world-cities.csv'),
  startsAt: quantity('duration', {
    doc: 'Time of day at which the run begins, in UTC; a place\'s time follows from its longitude, or from '
      + 'the column utcOffset of the file.', source: 'assumed', min: '0h', max: '24h',
  }).prefault('0h'),
  regions: z.array(z.strictObject({
    region: z.string().min(1).meta({ description: 'Name of the region.', unit: 'name', source: 'assumed' }),
    share: quantity('ratio', {
      doc: 'Share of viewers; shares are scaled to sum to one.', source: 'assumed', positive: true,
    }),
  })).max(100).prefault([]),
  routeInflation: z.number().min(1).max(10)
    .meta({
      description: 'Length of a route over the straight line.', unit: '1',
      source: 'cited: Bozkurt et al. 2018, over the speed of light in fibre; Singla et al., HotNets 2014',
    })
    .prefault(2.1),
});

export type ServerParams = z.output<typeof serverParams>;
export type RoutingParams = z.output<typeof routingParams>;
export type OutageParams = z.output<typeof outageParams>;
export type GeographyParams = z.output<typeof geographyParams>;
