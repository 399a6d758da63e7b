import type { Geography } from '../models/cdn/geography/geography.ts';
import type { PlaceCounts } from '../models/cdn/topology/place-counts.ts';
import { TIERS, type Places } from '../models/cdn/topology/places.ts';
import type { Topology } from '../models/cdn/topology/topology.ts';
import type { PlaceRow } from '../models/core/place-row.ts';

/** Every place of a topology that lies somewhere, with what it has answered. */
export function placeRows(
  topology: Topology, places: Places, { cities }: Geography, counts: PlaceCounts,
): PlaceRow[] {
  const firstOf = [0, topology.edges, topology.edges + topology.regionals];
  return Array.from({ length: topology.pops }, (_, pop): PlaceRow => {
    const tier = places.tierOf[pop]!;
    const city = topology.cityOf[pop]!;
    return {
      tier: TIERS[tier]!, place: pop - firstOf[tier]!, city: cities.names[city]!,
      country: cities.countries[city]!, region: topology.regions[topology.regionOf[pop]!]!,
      latitude: cities.latitude[city]!, longitude: cities.longitude[city]!, ...counts.since(pop),
    };
  });
}
