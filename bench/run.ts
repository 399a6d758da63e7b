import { parseArgs } from 'node:util';
import { benchAbr } from './abr.ts';
import { benchCache } from './cache.ts';
import { benchCarrier } from './carrier.ts';
import { benchGate } from './gate.ts';
import { benchHold, benchLaws, benchLoop, benchTimers, type BenchOptions } from './hold.ts';
import { benchMm1 } from './mm1.ts';
import { benchPlayers } from './players.ts';
import { benchRandom } from './random.ts';
import { formatRows, type BenchRow } from './rows.ts';
import { benchTranscode } from './transcode.ts';

type Bench = (options: BenchOptions) => Promise<BenchRow[]>;

/** Benches by name; `kernel` is all that concern the event list. */
const BENCHES: Readonly<Record<string, readonly Bench[]>> = {
  hold: [benchHold],
  laws: [benchLaws],
  timers: [benchTimers],
  loop: [benchLoop],
  mm1: [benchMm1],
  random: [benchRandom],
  kernel: [benchHold, benchLaws, benchTimers, benchLoop, benchMm1],
  abr: [benchAbr],
  cache: [benchCache],
  transcode: [benchTranscode],
  players: [benchPlayers],
  gate: [benchGate],
  carrier: [benchCarrier],
};

const USAGE = `usage: npm run bench -- NAME... [--json] [--quick] [--seed N] [--cachesim PATH]
--cachesim (or WEIR_CACHESIM): the command line of libCacheSim, built elsewhere, for the bench of caches
benches: ${Object.keys(BENCHES).join(', ')} (default: kernel)`;

/** Runs the benches named on the command line; returns the exit status. */
async function main(args: readonly string[]): Promise<number> {
  const parsed = parse(args);
  if (typeof parsed === 'string') {
    process.stderr.write(`${parsed}\n${USAGE}\n`);
    return 2;
  }
  const benches = new Set(parsed.names.flatMap((name) => BENCHES[name]!));
  const rows: BenchRow[] = [];
  for (const bench of benches) rows.push(...(await bench(parsed)));
  const text = parsed.json ? JSON.stringify(rows, null, 2) : `${formatRows(rows)}\n${foot(parsed)}`;
  process.stdout.write(`${text}\n`);
  return 0;
}

interface CommandLine extends BenchOptions {
  readonly names: readonly string[];
  readonly json: boolean;
}

/** The command line, or what is wrong with it. */
function parse(args: readonly string[]): CommandLine | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
        seed: { type: 'string', default: '1' },
        cachesim: { type: 'string' },
      },
    });
    const names = positionals.length > 0 ? positionals : ['kernel'];
    const unknown = names.filter((name) => !Object.hasOwn(BENCHES, name));
    if (unknown.length > 0) return `unknown bench: ${unknown.join(', ')}`;
    if (!/^\d{1,15}$/.test(values.seed)) return `--seed: expected a whole number, got ${values.seed}`;
    const cachesim = values.cachesim ?? process.env['WEIR_CACHESIM'];
    return {
      names, json: values.json, quick: values.quick, seed: Number(values.seed),
      ...(cachesim === undefined ? {} : { cachesim }),
    };
  } catch (error) {
    return (error as Error).message;
  }
}

function foot({ seed, quick }: CommandLine): string {
  const caution = quick ? ' Quick: these figures mean nothing.' : '';
  return `Best of interleaved laps, processor time; Node ${process.version}, seed ${seed}.${caution}`;
}

process.exitCode = await main(process.argv.slice(2));
