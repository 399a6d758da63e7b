import type { TracePeriod } from '../models/network/bandwidth.ts';
import type { MarkovModel } from '../models/network/markov.ts';
import type { SlowStart } from '../models/network/slow-start.ts';
import { TraceTable } from '../models/network/trace.ts';
import type { ViewerCap } from '../models/network/viewer-caps.ts';
import type { SegmentSizes } from '../models/storage/catalogue.ts';
import type { ScenarioPlan } from './plan.ts';
import { SizeTable } from './size-table.ts';

/** A plan as plain data, to be handed to another thread or process. */
export interface PackedPlan {
  readonly plan: Omit<ScenarioPlan, 'networks' | 'sizeTables' | 'uploadLinks'>;
  readonly networks: ReadonlyArray<{
    readonly name: string;
    readonly viewersPerLink: number;
    readonly caps: readonly ViewerCap[];
    readonly inStep: boolean;
    readonly markov: MarkovModel | undefined;
    readonly slowStart: SlowStart | undefined;
    readonly traces: ReadonlyArray<readonly TracePeriod[]>;
  }>;
  readonly sizeTables: ReadonlyArray<{
    readonly segmentUs: number;
    readonly bitrates: readonly number[];
    /** Sizes by segment, then rung. [bits] */
    readonly rows: ReadonlyArray<readonly number[]>;
  }>;
  readonly uploadLinks: ReadonlyArray<readonly TracePeriod[]>;
}

/** A plan as plain data; plans that share a trace share what it is packed as. */
export function packPlan(full: ScenarioPlan): PackedPlan {
  const { networks, sizeTables, uploadLinks, ...plan } = full;
  return {
    plan,
    networks: networks.map(({ traces, ...network }) => {
      return { ...network, traces: traces.map(periodsOf) };
    }),
    sizeTables: sizeTables.map((table) => {
      return { segmentUs: table.segmentUs, bitrates: table.bitrates, rows: rowsOf(table) };
    }),
    uploadLinks: uploadLinks.map(periodsOf),
  };
}

/** The plan that was packed. */
export function unpackPlan({ plan, networks, sizeTables, uploadLinks }: PackedPlan): ScenarioPlan {
  return {
    ...plan,
    networks: networks.map(({ traces, ...network }) => {
      return { ...network, traces: traces.map((periods) => new TraceTable(periods)) };
    }),
    sizeTables: sizeTables.map(({ segmentUs, bitrates, rows }) =>
      new SizeTable('', segmentUs, rows, bitrates)),
    uploadLinks: uploadLinks.map((periods) => new TraceTable(periods)),
  };
}

/** Periods of tables that were packed before: copied to a thread, they are one object still. */
const packed = new WeakMap<TraceTable, readonly TracePeriod[]>();

function periodsOf(table: TraceTable): readonly TracePeriod[] {
  const known = packed.get(table);
  if (known !== undefined) return known;
  const periods = Array.from(table.rate, (rate, i) => {
    return { durationUs: table.startUs[i + 1]! - table.startUs[i]!, rate, latencyUs: table.latencyUs[i]! };
  });
  packed.set(table, periods);
  return periods;
}

function rowsOf(table: SegmentSizes): number[][] {
  return Array.from({ length: table.segments }, (_row, segment) =>
    table.bitrates.map((_rate, rung) => table.sizeBits(segment, rung)));
}
