import { writeFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { Command, Option } from 'commander';
import type { CreatePolicy } from '../models/cdn/analysis/curve.ts';
import { traceTotals, withoutSizes } from '../models/cdn/analysis/trace.ts';
import {
  CACHE_REPLAY_SCHEMA, drawCacheReplay, pageOfCacheReplay, renderCacheReplay, type CacheReplayDocument,
  type CacheReplayRow,
} from '../reports/cache-replay.ts';
import { TRACE_FORMATS } from '../scenarios/cache-traces/formats.ts';
import { EXIT } from './exit.ts';
import { parseCacheOptions, readCapacities, REPLAY_POLICIES, type CacheOptions } from './cache-options.ts';
import { replayRows } from './cache-rows.ts';
import { replayInThread, shared } from './cache-threads.ts';
import type { CacheWorkerData } from './cache-worker.ts';
import { interruptible } from './interrupt.ts';
import { ProgressLine } from './progress.ts';
import { note, print, terminalOptions } from './terminal.ts';
import { readTraceFile, shippedTraces } from './trace-file.ts';

/** `weir cache`: puts a recorded trace through caches. */
export function cacheCommand(): Command {
  const collect = (value: string, before: readonly string[]) => [...before, value];
  return new Command('cache')
    .description('replay a trace of requests through caches: miss ratios by policy and size')
    .argument('<trace>', `a file (${TRACE_FORMATS.join(', ')}; gzip or not), or a shipped trace`)
    .option('--policy <names>', `eviction policies: ${REPLAY_POLICIES.join(', ')}, or all`, 'lru')
    .option('--size <sizes>', 'cache sizes, such as 100MB, or 1% of all objects (default: 1%,10%)')
    .option('--ignore-size', 'count every object as one; sizes are then in objects')
    .option('--curve', '16 sizes from 0.1 % of the objects to all: lru in one pass, others sampled if long')
    .option('--sample <rate>', 'replay samples of this share of the objects, such as 10%')
    .option('--admission <rule>', 'store only some misses: size:1MB, probability:0.1, second-hit, tiny-lfu')
    .option('--ttl <duration>', 'objects expire so long after they were stored, such as 60s')
    .option('--ttl-reset', 'or after their last use')
    .addOption(new Option('--set <path=value>', 'a parameter, such as s3fifo.smallShare=0.2; repeatable')
      .argParser(collect).default([], 'none'))
    .addOption(new Option('--format <name>', 'format of the trace (default: told from the file)')
      .choices([...TRACE_FORMATS]))
    .option('--columns <names>', 'columns of a CSV trace, such as time=ts,id=url,size=bytes')
    .option('--seed <integer>', 'seed of --admission probability', '1')
    .option('--plot <file>', 'draw the miss ratios as an SVG picture, or, to a name in .html, as --html')
    .option('--html <file>', 'a page in one file: totals, the picture and the table')
    .option('--json', `print the result as JSON (schema ${CACHE_REPLAY_SCHEMA})`)
    .addHelpText('after', () => `\nShipped traces: ${shippedTraces().join(', ')}
(what to expect of them: scenarios/cache-traces/SOURCE.md)

Examples:
  weir cache webcachesim-test --policy lru,sieve,s3fifo,belady --size 1%,10%
  weir cache access.log.gz --curve --policy all --plot curve.svg
  weir cache access.log --curve --policy lru,sieve --html curve.html
  weir cache access.log --policy unbounded --ttl 1h
  weir cache requests.csv --columns time=ts,id=url,size=bytes --size 10GB,100GB --json`)
    .action(async (trace: string, options: CacheOptions) => {
      process.exitCode = await cache(trace, options);
    });
}

async function cache(name: string, options: CacheOptions): Promise<number> {
  const request = parseCacheOptions(options);
  const { file, format, trace: read } = await readTraceFile(name, request.format, request.columns);
  const trace = options.ignoreSize === true ? withoutSizes(read) : read;
  const totals = traceTotals(trace);
  const capacities = readCapacities(options, totals.objectBytes);
  const ways = request.policies.map((policy) => request.wayOf(policy, trace.objects.length));
  const { signal, restore } = interruptible('Stopping: what was replayed so far is reported');
  const progress = new ProgressLine();
  const rows: CacheReplayRow[] = [];
  const total = request.policies.length * capacities.length;
  // Several policies get a thread each; one alone needs none.
  const common = request.policies.length > 1 ? shared(trace) : trace;
  try {
    for (const [i, policy] of request.policies.entries()) {
      await setImmediate();
      if (signal.aborted) break;
      progress.update(rows.length / total, policy);
      const data = { options, policy, trace: common, capacities, way: ways[i]! };
      const found = request.policies.length > 1
        ? await replayInThread(data, signal)
        : await replayHere(data, request.creator(policy), signal);
      rows.push(...found ?? []);
    }
  } finally {
    progress.clear();
    restore();
  }
  const document: CacheReplayDocument = {
    schema: CACHE_REPLAY_SCHEMA,
    trace: { file, format, ...totals, skipped: read.skipped },
    unit: options.ignoreSize === true ? 'objects' : 'bytes',
    admission: options.admission ?? null,
    sampling: rows.some(({ method }) => method === 'samples') ? ways[0]!.sampling : null,
    complete: rows.length === total,
    rows,
  };
  if (options.plot !== undefined && rows.length > 0) {
    const isPage = /\.html?$/i.test(options.plot);
    writeFileSync(options.plot, isPage ? pageOfCacheReplay(document) : drawCacheReplay(document));
    note(`Wrote ${options.plot}`);
  }
  if (options.html !== undefined && rows.length > 0) {
    writeFileSync(options.html, pageOfCacheReplay(document));
    note(`Wrote ${options.html}`);
  }
  await print(options.json === true
    ? JSON.stringify(document, null, 2)
    : renderCacheReplay(document, terminalOptions(process.stdout)));
  return document.complete ? EXIT.good : EXIT.interrupted;
}

/** Whole replays can be stopped after each size. */
async function replayHere(
  { trace, policy, capacities, way }: CacheWorkerData, create: CreatePolicy, signal: AbortSignal,
): Promise<CacheReplayRow[]> {
  if (way.sampling !== null || way.onePass) return replayRows(trace, policy, capacities, create, way);
  const rows: CacheReplayRow[] = [];
  for (const capacity of capacities) {
    await setImmediate();
    if (signal.aborted) break;
    rows.push(...replayRows(trace, policy, [capacity], create, way));
  }
  return rows;
}
