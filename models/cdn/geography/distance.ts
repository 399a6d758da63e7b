import type { Us } from '../../core/units.ts';

/** Mean radius of the Earth (IUGG). [km] */
const EARTH_KM = 6371.0088;
/** Speed of light in vacuum. [km/s] */
const LIGHT_KM_PER_S = 299_792.458;
/** Light in fibre takes one and a half times as long as in vacuum (refractive index of about 1.5). */
const FIBRE = 2 / 3;

/** Great-circle distance of two places given in degrees (haversine). [km] */
export function greatCircleKm(latA: number, lonA: number, latB: number, lonB: number): number {
  const rad = Math.PI / 180;
  const dLat = Math.sin(((latB - latA) * rad) / 2);
  const dLon = Math.sin(((lonB - lonA) * rad) / 2);
  const h = dLat * dLat + Math.cos(latA * rad) * Math.cos(latB * rad) * dLon * dLon;
  return 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(h)));
}

/**
 * Round-trip time over a distance: there and back at the speed of light in fibre, times the inflation of
 * routes over the straight line (Bozkurt et al., "Dissecting Latency in the Internet's Fiber Infrastructure",
 * 2018, state the rule with 2.1; Singla et al., HotNets 2014, measure pings of 3.2 times the time of light in
 * vacuum, which is the same). Access networks are not in it: their round trip is that of a viewer's trace.
 */
export function rttOverUs(km: number, inflation: number): Us {
  return Math.round(((2 * km * inflation) / (LIGHT_KM_PER_S * FIBRE)) * 1e6);
}
