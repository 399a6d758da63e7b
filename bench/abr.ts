import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTraces } from '../cli/abr-files.ts';
import { HOME } from '../cli/files.ts';
import { SABRE_LABELS } from '../models/player/sabre/labels.ts';
import type { BenchOptions } from './hold.ts';
import { race, Racer, type Entrant } from './racers.ts';
import { benchRow, type BenchRow } from './rows.ts';

/**
 * Segments a second through single sessions as Sabre plays them, rule by rule: beside Sabre itself when
 * WEIR_SABRE names its sabre.py, else beside the rates published for it. The hash is what was played
 * [kbit/s, summed] and stalled [s]; Sabre's must be the same.
 */
export async function benchAbr(options: BenchOptions): Promise<BenchRow[]> {
  const sabre = process.env['WEIR_SABRE'];
  if (sabre !== undefined && !existsSync(sabre)) throw new Error(`WEIR_SABRE: there is no ${sabre}`);
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-'));
  try {
    const trace = join(folder, 'trace.json');
    writeFileSync(trace, sabreTrace());
    const rows: BenchRow[] = [];
    for (const [label, published] of PUBLISHED) {
      rows.push(await benchRule(label, published, trace, sabre, options));
    }
    return rows;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function benchRule(
  label: string, published: number, trace: string, sabre: string | undefined, { quick, seed }: BenchOptions,
): Promise<BenchRow> {
  const worker = join(import.meta.dirname, 'abr-worker.ts');
  const ours = new Racer(label, process.execPath, [worker, label, trace, VIDEO, String(BUFFER_S * 1e3)]);
  const entrants: Entrant[] = [{ racer: ours, lap: quick ? 2 : 400 }];
  if (sabre !== undefined) {
    const script = join(import.meta.dirname, 'peers', 'sabre_lap.py');
    const racer = new Racer('Sabre', 'python3', [script, sabre, ...sabreArguments(label, trace)]);
    entrants.push({ racer, lap: quick ? 1 : 8 });
  }
  try {
    const [mine, theirs] = await race(entrants, quick ? 1 : 5, 1);
    if (theirs !== undefined && theirs.first.hash !== mine!.first.hash) {
      throw new Error(`${label}: Sabre played ${theirs.first.hash}, we ${mine!.first.hash}`);
    }
    return benchRow({
      name: `abr/${label}`,
      value: (mine!.speed * SEGMENTS) / 1e3,
      unit: 'ksegments/s',
      peer: 'Sabre 09b03bb',
      peerValue: theirs === undefined ? published / 1e3 : (theirs.speed * SEGMENTS) / 1e3,
      seed,
      hash: mine!.last.hash,
      note: theirs === undefined
        ? 'peer: best rate published for any trace, other machine; WEIR_SABRE=.../sabre.py races it'
        : 'same trace, video and rule, same played and stalled',
    });
  } finally {
    for (const { racer } of entrants) racer.stop();
  }
}

function sabreArguments(label: string, trace: string): string[] {
  const { rule, abandonment } = SABRE_LABELS.get(label)!;
  const video = join(HOME, 'scenarios', 'videos', `${VIDEO}.json`);
  return ['-n', trace, '-m', video, '-a', rule, '-b', String(BUFFER_S), ...(abandonment ? [] : ['-noa'])];
}

/** The trace of the bench, in Sabre's form. */
function sabreTrace(): string {
  const path = join(HOME, 'scenarios', 'networks', 'norway-3g', 'report.2010-09-13_1003CEST.csv');
  return JSON.stringify(readTraces(path)[0]!.periods.map(({ durationUs, rate, latencyUs }) => ({
    duration_ms: durationUs / 1e3, bandwidth_kbps: rate / 1e3, latency_ms: latencyUs / 1e3,
  })));
}

const VIDEO = 'bbb';
const SEGMENTS = 199;
const BUFFER_S = 25;

/** The best rates measured for Sabre on CPython 3.11, session loop only. [segments/s] */
const PUBLISHED: readonly (readonly [label: string, rate: number])[] = [
  ['throughput', 7_900], ['bola', 3_800], ['bolae', 3_800], ['dynamic', 6_100], ['dynamicdash', 3_600],
  ['throughput-noabandon', 63_800], ['bolae-noabandon', 63_800], ['dynamicdash-noabandon', 63_800],
];
