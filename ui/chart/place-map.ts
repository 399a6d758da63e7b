import { geoGraticule10, geoNaturalEarth1, geoPath, type GeoProjection } from 'd3';
import type { PlaceRow } from '../../models/core/place-row.ts';
import { formatCount, formatValue } from '../../reports/format.ts';
import { busiestPlaces, placeHitRate } from '../../reports/places.ts';
import type { CursorStop } from './cursor.ts';
import { createPlot, drawLabel, textWidth, type Plot, type PlotSize } from './plot.ts';

/** What a map shows: points of presence, and the cities of the scenario as its ground. */
export interface MapData {
  readonly places: readonly PlaceRow[];
  /** [degrees] */
  readonly cities: { readonly latitude: readonly number[]; readonly longitude: readonly number[] };
}

/** Where a place is drawn. */
export interface MapMark {
  readonly row: PlaceRow;
  readonly x: number;
  readonly y: number;
  /** Of the circle whose area is the place's traffic, or half the side of a square. */
  readonly radius: number;
}

/** Marks of all places that were asked, the busiest first within their tier. */
export function mapMarks(data: MapData, size: PlotSize): MapMark[] {
  const project = projectionOf(data, size);
  const rows = busiestPlaces(data.places);
  const largest = Math.max(1, ...rows.filter(({ tier }) => tier === 'edge').map(({ bytes }) => bytes));
  return rows.flatMap((row) => {
    const at = project([row.longitude, row.latitude]);
    if (at === null) return [];
    const radius = row.tier === 'edge' ? Math.max(LEAST, MOST * Math.sqrt(row.bytes / largest)) : SQUARE;
    return [{ row, x: at[0], y: at[1], radius }];
  });
}

/**
 * A map of where viewers were answered: edges as circles, their area by bytes, their colour by hit rate; the
 * tiers behind as squares; the cities of the scenario as dots, which is what the ground is made of.
 */
export function placeMap(data: MapData, size: PlotSize): SVGSVGElement {
  const plot = createPlot(size);
  const project = projectionOf(data, size);
  plot.append('path').attr('class', 'graticule').attr('d', geoPath(project)(geoGraticule10()))
    .style('fill', 'none').style('stroke', 'var(--grid)');
  const { latitude, longitude } = data.cities;
  const dots = latitude.flatMap((lat, i) => {
    const at = project([longitude[i]!, lat]);
    const inside = at !== null && at[0] >= 0 && at[0] <= size.width && at[1] >= 0 && at[1] <= size.height;
    return inside ? [`M${at[0].toFixed(1)},${at[1].toFixed(1)}h0`] : [];
  });
  plot.append('path').attr('class', 'cities').attr('d', dots.join(''))
    .style('stroke', 'var(--soft)').style('stroke-width', 2.4).style('stroke-linecap', 'round')
    .style('opacity', 0.4);
  const marks = mapMarks(data, size);
  // Small circles over large ones: none is hidden.
  for (const mark of [...marks].sort((a, b) => b.radius - a.radius)) drawMark(plot, mark);
  drawNames(plot, marks, size);
  return plot.node()!;
}

/** Places of a map at which its cursor can stand, the busiest first. */
export function placeMapStops(data: MapData, size: PlotSize): CursorStop[] {
  return mapMarks(data, size).map(({ row, x, y, radius }, key) => ({
    key, x, y, title: '',
    readings: [{
      name: `${row.city}, ${row.country} (${row.tier}, ${row.region})`,
      text: `${formatValue(row.bytes, 'bytes')} in ${formatCount(row.requests)} requests, `
        + `${formatValue(placeHitRate(row), 'ratio')} hit, ${formatCount(row.errors)} failed`,
    }],
    dots: [],
    box: { left: x - radius, right: x + radius, top: y - radius, bottom: y + radius },
  }));
}

/** Colour of a hit rate, between those of what passes on and what answers itself. */
export function hitColour(rate: number): string {
  return `color-mix(in oklab, var(--series-1) ${Math.round(100 * rate)}%, var(--bad))`;
}

/** The part of the world with the places in it, as large as fits; never closer than a large country. */
function projectionOf({ places }: MapData, { width, height }: PlotSize): GeoProjection {
  const [longitudes, latitudes] = [places.map((row) => row.longitude), places.map((row) => row.latitude)];
  const [west, east] = [Math.min(...longitudes), Math.max(...longitudes)];
  const [south, north] = [Math.min(...latitudes), Math.max(...latitudes)];
  const corners = [[west - 8, south - 5], [west - 8, north + 5], [east + 8, south - 5], [east + 8, north + 5]]
    .map(([longitude, latitude]) => [
      Math.min(179.9, Math.max(-179.9, longitude!)), Math.min(80, Math.max(-60, latitude!)),
    ]);
  return geoNaturalEarth1().rotate([-(west + east) / 2, 0])
    .fitExtent([[EDGE, EDGE], [width - EDGE, height - EDGE]], { type: 'MultiPoint', coordinates: corners })
    .clipExtent([[0, 0], [width, height]]);
}

function drawMark(plot: Plot, { row, x, y, radius }: MapMark): void {
  const rate = placeHitRate(row) ?? 0;
  const mark = row.tier === 'edge'
    ? plot.append('circle').attr('cx', x).attr('cy', y).attr('r', radius)
      .style('fill', hitColour(rate)).style('fill-opacity', 0.8).style('stroke', 'var(--surface)')
    : plot.append('rect').attr('x', x - radius).attr('y', y - radius).attr('width', 2 * radius)
      .attr('height', 2 * radius).style('fill', 'var(--surface)').style('fill-opacity', 0.6)
      .style('stroke', hitColour(rate)).style('stroke-width', 2.5);
  mark.attr('class', `place ${row.tier}`);
}

/** Names of the busiest edges with their hit rates, as many as do not cover each other. */
function drawNames(plot: Plot, marks: readonly MapMark[], { width }: PlotSize): void {
  const taken: Array<{ readonly left: number; readonly right: number; readonly y: number }> = [];
  for (const { row, x, y, radius } of marks) {
    if (taken.length === NAMED || row.tier !== 'edge') break;
    const text = `${row.city} ${formatValue(placeHitRate(row), 'ratio')}`;
    const room = textWidth(text);
    const atRight = x + radius + 4 + room < width;
    const left = atRight ? x + radius + 4 : x - radius - 4 - room;
    const isFree = taken.every((one) =>
      Math.abs(one.y - y) >= 13 || left >= one.right || left + room <= one.left);
    if (!isFree) continue;
    taken.push({ left, right: left + room, y });
    drawLabel(plot, { x: atRight ? left : left + room, y: y + 4, anchor: atRight ? 'start' : 'end' }, text,
      'text');
  }
}

const EDGE = 14;
const LEAST = 2.5;
const MOST = 17;
const SQUARE = 5;
const NAMED = 14;
