import { formatClock, formatValue, scaleFor } from '../../reports/format.ts';
import type { CursorStop } from '../chart/cursor.ts';
import type { PlotArea } from '../chart/plot.ts';

/** A chart with all that goes with it, as the element that shows it wants it. */
export interface ChartModel {
  /** Name of its files, unique in the page. */
  readonly id: string;
  readonly title: string;
  /** One sentence for those who do not see the chart, and for those who want to be told. */
  readonly summary: string;
  readonly legend: readonly LegendEntry[];
  /** Whether its cursor has more to tell than the legend holds, such as a reason. */
  readonly hasNotes: boolean;
  readonly height: number;
  readonly draw: (width: number) => SVGSVGElement;
  readonly area: (width: number) => PlotArea;
  readonly stops: (width: number) => CursorStop[];
  readonly table: () => ChartTable;
}

/** A name with the look of its line, or the colour of its area. */
export interface LegendEntry {
  readonly name: string;
  readonly look?: number;
  readonly colour?: string;
}

/** The figures behind a chart. */
export interface ChartTable {
  readonly columns: ReadonlyArray<{
    readonly label: string;
    /** Unit of its numbers; `clock` for seconds shown as a time. */
    readonly unit: string;
  }>;
  readonly rows: ReadonlyArray<ReadonlyArray<number | string | null>>;
}

/** A cell as people read it. */
export function cellText(value: number | string | null, unit: string): string {
  if (typeof value === 'string') return value;
  if (unit === 'clock') return value === null ? formatValue(null, '') : formatClock(value);
  return formatValue(value, isCounted(unit) ? '' : unit);
}

/** Heading of a column; what is counted stands there once rather than in every cell. */
export function columnHeading({ label, unit }: ChartTable['columns'][number]): string {
  return isCounted(unit) ? `${label} (${unit})` : label;
}

function isCounted(unit: string): boolean {
  // Units with a scale of their own (s, %) are short or change with the magnitude; words stay as they are.
  return unit.length > 2 && unit !== 'clock' && scaleFor(unit, 1).suffix === unit;
}

/** A table as comma-separated values, its numbers unrounded in their base units (RFC 4180). */
export function tableCsv(table: ChartTable): string {
  const quote = (cell: number | string | null): string => {
    const text = cell === null ? '' : String(cell);
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const head = table.columns.map(({ label, unit }) => {
    const base = unit === 'clock' ? 's' : unit;
    return quote(base === '' ? label : `${label} [${base}]`);
  });
  return [head, ...table.rows.map((row) => row.map(quote))].map((row) => `${row.join(',')}\r\n`).join('');
}
