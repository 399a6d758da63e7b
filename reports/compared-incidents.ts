import type { AlertResult, IncidentResult, RunDocument } from '../models/core/run-record.ts';
import { formatClock, formatDuration, formatFigure } from './format.ts';
import { textTable, type Painter } from './text-table.ts';

/** Faults and alerts of two runs side by side; nothing when neither has any. */
export function comparedIncidents(a: RunDocument, b: RunDocument, paint: Painter): string[] {
  const faults = namesOf(a.incidents, b.incidents, ({ fault }) => fault).flatMap((name) => {
    const of = ({ incidents = [] }: RunDocument) => incidents.find(({ fault }) => fault === name);
    const when = ({ faults: all = [] }: RunDocument) => all.find((one) => one.name === name);
    const span = (document: RunDocument) => {
      const found = when(document);
      return found === undefined ? '–'
        : `${formatClock(found.fromSeconds)} to ${formatClock(found.untilSeconds)}`;
    };
    return [
      [`  ${name}`, span(a), span(b)],
      ['    detected after', detected(of(a)), detected(of(b))],
    ];
  });
  const alerts = namesOf(a.alerts, b.alerts, ({ name }) => name).map((name) => {
    const of = (document: RunDocument) => document.alerts.filter((alert) => alert.name === name);
    return [`  ${name}`, fired(of(a)), fired(of(b))];
  });
  if (faults.length + alerts.length === 0) return [];
  return textTable([
    [paint.bold('Faults and alerts'), paint.dim('A'), paint.dim('B')], ...faults, ...alerts,
  ]);
}

function namesOf<Item>(
  a: readonly Item[] | undefined, b: readonly Item[] | undefined, nameOf: (item: Item) => string,
): string[] {
  return [...new Set([...(a ?? []), ...(b ?? [])].map(nameOf))];
}

function detected(incident: IncidentResult | undefined): string {
  if (incident === undefined) return '–';
  return incident.detectSeconds === null ? 'never' : formatFigure({ ...incident.detectSeconds, unit: 's' });
}

/** When the alert first fired in the first replication that it did, and for how long in all. */
function fired(alerts: readonly AlertResult[]): string {
  const all = alerts.flatMap(({ transitions }) => transitions).filter(({ state }) => state === 'firing');
  if (all.length === 0) return 'not fired';
  const first = all.reduce((least, one) => Math.min(least, one.seconds), Infinity);
  const span = alerts.reduce((sum, { firingSeconds }) => sum + firingSeconds, 0);
  return `at ${formatClock(first)}${span > 0 ? `, for ${formatDuration(span)}` : ''}`;
}
