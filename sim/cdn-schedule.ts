import type { CdnParams } from '../models/cdn/params.ts';
import type { Geography } from '../models/cdn/geography/geography.ts';
import { TIERS, type TierName } from '../models/cdn/topology/places.ts';
import type { Router } from '../models/cdn/topology/router.ts';
import type { Topology } from '../models/cdn/topology/topology.ts';
import { NEVER, type Us } from '../models/core/units.ts';
import type { SimulatedCdn } from './cdn.ts';
import { CODES } from './codes.ts';
import type { EventLoop } from './kernel/event-loop.ts';

const GOES_DOWN = 0;
const COMES_BACK = 1;
const KNOWN_DOWN = 2;
const KNOWN_BACK = 3;
/** Added to them when it is a server that goes down or comes back. */
const OF_SERVER = 4;

/** What schedules are made of. */
export interface ScheduleSetup {
  readonly params: CdnParams;
  readonly topology: Topology;
  readonly geography: Geography | undefined;
  readonly cdn: SimulatedCdn;
  readonly router: Router;
  readonly loop: EventLoop;
  /** Viewers must not be followed past the moment at which they are sent elsewhere. */
  readonly expectLook: (who: string, at: Us) => void;
}

/** Schedules outages and what is found out about them, and the probes that tell the router of full edges. */
export function scheduleCdn(setup: ScheduleSetup): void {
  const { params, topology, geography, cdn, router, loop } = setup;
  const { detection, probeEvery, spillAt } = params.routing;
  const known: Us[] = [];
  const expect = () => {
    const next = known.find((at) => at > loop.now) ?? NEVER;
    const probeAt = cdn.books.limited ? (Math.floor(loop.now / probeEvery) + 1) * probeEvery : NEVER;
    setup.expectLook('routing', Math.min(next, probeAt));
  };
  const avoid = (pop: number, avoided: boolean) => {
    cdn.ways.setAvoided(pop, avoided);
    if (pop < topology.edges) router.setHealth(pop, !avoided);
  };
  loop.on(CODES.cdnSwitch, (what, pop) => {
    if (what >= OF_SERVER) switchServer(cdn, what - OF_SERVER, pop, avoid);
    else if (what === GOES_DOWN || what === COMES_BACK) cdn.ways.setDown(pop, what === GOES_DOWN);
    else avoid(pop, what === KNOWN_DOWN);
    expect();
  });
  for (const outage of params.outages) {
    const ends = outage.at + outage.duration;
    known.push(outage.at + detection, ends + detection);
    const { server } = outage;
    for (const pop of placesOf(outage, topology, geography)) {
      const [kind, which] = server === undefined ? [0, pop] : [OF_SERVER, cdn.places.firstOf[pop]! + server];
      loop.schedule(outage.at, CODES.cdnSwitch, kind + GOES_DOWN, which);
      loop.schedule(outage.at + detection, CODES.cdnSwitch, kind + KNOWN_DOWN, which);
      loop.schedule(ends, CODES.cdnSwitch, kind + COMES_BACK, which);
      loop.schedule(ends + detection, CODES.cdnSwitch, kind + KNOWN_BACK, which);
    }
  }
  known.sort((a, b) => a - b);
  expect();
  if (!cdn.books.limited) return;
  loop.on(CODES.cdnProbe, () => {
    for (let edge = 0; edge < topology.edges; edge++) {
      router.setFull(edge, cdn.books.sendingShare(edge, loop.now) >= spillAt);
    }
    loop.schedule(loop.now + probeEvery, CODES.cdnProbe, 0, 0);
    expect();
  });
  loop.schedule(probeEvery, CODES.cdnProbe, 0, 0);
}

/** A place whose last server is known to be down is one that is down itself. */
function switchServer(
  cdn: SimulatedCdn, what: number, node: number, avoid: (pop: number, avoided: boolean) => void,
): void {
  if (what === GOES_DOWN || what === COMES_BACK) return cdn.ways.setServerDown(node, what === GOES_DOWN);
  const { places } = cdn;
  const pop = places.popOf[node]!;
  const before = places.aliveIn(pop);
  places.setOut(node, what === KNOWN_DOWN);
  const after = places.aliveIn(pop);
  if ((before === 0) !== (after === 0)) avoid(pop, after === 0);
}

/** Which places of a tier something is about. */
export interface PlaceScope {
  readonly tier: TierName;
  readonly place?: number | undefined;
  readonly city?: string | undefined;
  readonly region?: string | undefined;
}

/** Places that something is about: one by number, those of a city or a region, or all of the tier. */
export function placesOf(
  { tier, place, city, region }: PlaceScope, topology: Topology,
  geography: Geography | undefined,
): number[] {
  const index = TIERS.indexOf(tier);
  const counts = [topology.edges, topology.regionals, topology.shields];
  const first = counts.slice(0, index).reduce((sum, count) => sum + count, 0);
  const all = Array.from({ length: counts[index]! }, (_, i) => first + i);
  return all.filter((pop) => {
    if (place !== undefined && pop - first !== place) return false;
    if (city !== undefined && geography?.cities.names[topology.cityOf[pop]!] !== city) return false;
    return region === undefined || topology.regions[topology.regionOf[pop]!] === region;
  });
}
