import type { Distribution } from '../../reports/distributions.ts';
import type { Panel } from '../../reports/panels.ts';
import { busiestPlaces, placeHitRate, placesSummary } from '../../reports/places.ts';
import type { SessionTimeline } from '../../reports/session-timeline.ts';
import type { CacheTier } from '../../reports/tiers.ts';
import { cumulative, cumulativeLayout, cumulativeStops } from '../chart/cumulative.ts';
import { hitColour, placeMap, placeMapStops, type MapData } from '../chart/place-map.ts';
import { sessionPlot, sessionPlotLayout, sessionPlotStops } from '../chart/session-plot.ts';
import {
  RESULT_WORDS, tierFlow, tierFlowHeight, tierFlowLegend, tierFlowParts, tierFlowStops,
} from '../chart/tier-flow.ts';
import { timePanel, timePanelLayout, timePanelStops, type TimePanelOptions } from '../chart/time-panel.ts';
import type { ChartModel, ChartTable } from './chart-model.ts';

/** A panel over time as a chart. */
export function panelModel(panel: Panel, frame: Omit<TimePanelOptions, 'width'>): ChartModel {
  const options = (width: number): TimePanelOptions => ({ ...frame, width });
  return {
    id: panel.id, title: panel.title, summary: panel.summary, height: frame.height, hasNotes: false,
    legend: panel.lines.map(({ name }, look) => ({ name, look })),
    draw: (width) => timePanel(panel, options(width)),
    area: (width) => timePanelLayout(panel, options(width)).area,
    stops: (width) => timePanelStops(panel, options(width)),
    table: () => panelTable(panel),
  };
}

/** A distribution as a chart. */
export function distributionModel(distribution: Distribution): ChartModel {
  const height = 300;
  const { unit, curves } = distribution;
  return {
    id: distribution.id, title: distribution.title, summary: distribution.summary, height,
    hasNotes: false,
    legend: curves.map(({ name }, look) => ({ name, look })),
    draw: (width) => cumulative(distribution, { width, height }),
    area: (width) => cumulativeLayout(distribution, { width, height }).area,
    stops: (width) => cumulativeStops(distribution, { width, height }),
    table: () => ({
      columns: [
        { label: distribution.counted, unit: '' }, { label: 'at most', unit },
        { label: 'share', unit: 'ratio' },
      ],
      rows: curves.flatMap(({ name, points }) => points.map(({ value, share }) => [name, value, share])),
    }),
  };
}

/** What the cache tiers answered and passed on, as a chart. */
export function tierModel(
  tiers: readonly CacheTier[],
  measure: 'requests' | 'bytes',
  summary: string,
): ChartModel {
  const height = tierFlowHeight(tiers);
  return {
    id: `tiers-${measure}`, title: `Cache tiers by ${measure}`, summary, height,
    hasNotes: true,
    legend: tierFlowLegend(tiers),
    draw: (width) => tierFlow(tiers, { width, measure }),
    area: (width) => ({ left: 0, right: width, top: 0, bottom: height }),
    stops: (width) => tierFlowStops(tiers, { width, measure }),
    table: () => ({
      columns: [
        { label: 'tier', unit: '' }, { label: 'result', unit: '' }, { label: measure, unit: measure },
        { label: 'share of the tier', unit: 'ratio' },
      ],
      rows: tierFlowParts(tiers, { width: 1, measure })
        .map(({ tier, result, amount, share }) => [tier, RESULT_WORDS[result], amount, share]),
    }),
  };
}

/** Where viewers were answered, as a map. */
export function mapModel(data: MapData): ChartModel {
  const height = 460;
  return {
    id: 'places', title: 'Where viewers were answered', summary: placesSummary(data.places), height,
    hasNotes: true,
    legend: [
      ...[0, 0.5, 1].map((rate) => ({ name: `${100 * rate} % hit`, colour: hitColour(rate) })),
      { name: 'circles: edges, by bytes', colour: 'none' }, { name: 'squares: tiers behind', colour: 'none' },
    ],
    draw: (width) => placeMap(data, { width, height }),
    area: (width) => ({ left: 0, right: width, top: 0, bottom: height }),
    stops: (width) => placeMapStops(data, { width, height }),
    table: () => ({
      columns: [
        { label: 'city', unit: '' }, { label: 'country', unit: '' }, { label: 'region', unit: '' },
        { label: 'tier', unit: '' }, { label: 'latitude', unit: '' }, { label: 'longitude', unit: '' },
        { label: 'requests', unit: '' }, { label: 'hit', unit: 'ratio' }, { label: 'failed', unit: '' },
        { label: 'sent', unit: 'bytes' },
      ],
      rows: busiestPlaces(data.places).map((row) => [
        row.city, row.country, row.region, row.tier, row.latitude, row.longitude, row.requests,
        placeHitRate(row), row.errors, row.bytes,
      ]),
    }),
  };
}

/** One session as a chart. */
export function sessionModel(timeline: SessionTimeline): ChartModel {
  const height = 400;
  return {
    id: 'session', title: timeline.title, summary: timeline.summary, height, hasNotes: true,
    legend: ['rendition', 'estimate', 'buffer'].map((name, look) => ({ name, look })),
    draw: (width) => sessionPlot(timeline, { width, height }),
    area: (width) => sessionPlotLayout(timeline, { width, height }).area,
    stops: (width) => sessionPlotStops(timeline, { width, height }),
    table: () => ({
      columns: [
        { label: 'time', unit: 's' }, { label: 'event', unit: '' }, { label: 'segment', unit: '' },
        { label: 'rendition', unit: 'bits/s' }, { label: 'buffer', unit: 's' },
        { label: 'estimate', unit: 'bits/s' }, { label: 'reason', unit: '' },
      ],
      rows: timeline.events.map((event) => [
        event.seconds, event.kind, event.segment >= 0 ? event.segment : null, event.bitrate,
        event.bufferSeconds, event.throughput > 0 ? event.throughput : null, event.reason,
      ]),
    }),
  };
}

function panelTable(panel: Panel): ChartTable {
  const { unit, lines } = panel;
  const name = (line: string, figure: string): string => (lines.length > 1 ? `${line}, ${figure}` : figure);
  const columns = lines.flatMap((line) => ['median', 'low', 'high'].map((figure) =>
    ({ label: name(line.name, figure), unit })));
  const rows = lines[0]!.points.map(({ seconds }, i) =>
    [seconds, ...lines.flatMap(({ points }) => [points[i]!.median, points[i]!.low, points[i]!.high])]);
  return { columns: [{ label: 'time', unit: 'clock' }, ...columns], rows };
}
