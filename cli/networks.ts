import { existsSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Command } from 'commander';
import { parseQuantity, QuantityError } from '../models/core/quantity.ts';
import type { Us } from '../models/core/units.ts';
import { fitMarkov, type MarkovFit } from '../models/network/markov-fit.ts';
import { modelStatistics, RATE_QUANTILES, type RateStatistics } from '../models/network/markov.ts';
import { formatValue } from '../reports/format.ts';
import { textTable } from '../reports/text-table.ts';
import { formatMarkov, MOST_STATES } from '../scenarios/markov-files.ts';
import { readTraces } from './abr-files.ts';
import { UsageError } from './exit.ts';
import { note, print } from './terminal.ts';

interface FitOptions {
  readonly out: string;
  readonly states: string;
  readonly step: string;
  readonly json?: boolean;
}

/** `weir networks`: models of access networks. */
export function networksCommand(): Command {
  const command = new Command('networks').description('fit models of access networks to measured traces');
  command.addCommand(new Command('fit')
    .description('fit a Markov model to traces, and compare the rates of model and traces')
    .argument('<traces>', 'a folder of traces, a file, or the name of a shipped set such as norway-3g')
    .requiredOption('--out <file>', 'the model file to write')
    .option('--states <number>', 'bins of the logarithm of rates', '32')
    .option('--step <duration>', 'time between two draws', '1s')
    .option('--json', 'print the comparison as JSON')
    .addHelpText('after', `
States are bins of the logarithm of a step's rate; a state lasts by going on to itself. The model keeps how
rates are distributed and what a step says of the next, not what sets one trace apart from another.

Examples:
  weir networks fit norway-3g --out 3g.json
  weir abr 3g.json bbb --rule bola,throughput
  # and in a scenario, in place of traces: audience.networks: [{ name: 3g, markov: 3g.json }]`)
    .action(fit));
  return command;
}

async function fit(traces: string, options: FitOptions): Promise<void> {
  const [bins, stepUs] = [binsOf(options.states), stepOf(options.step)];
  if (!existsSync(dirname(options.out))) {
    throw new UsageError(`--out: there is no folder ${dirname(options.out)}`);
  }
  const read = readTraces(traces);
  const fitted = fitMarkov(read.map(({ periods }) => periods), bins, stepUs);
  if (fitted === undefined) {
    const expected = `traces of two steps of ${options.step} or more that carry bits`;
    throw new UsageError(`${traces}: expected ${expected}`);
  }
  const date = new Date().toISOString().slice(0, 10);
  try {
    writeFileSync(options.out, formatMarkov(fitted, { date, traces, files: read.length }));
  } catch (error) {
    throw new UsageError(`--out: ${error instanceof Error ? error.message : String(error)}`);
  }
  note(`Wrote ${options.out}: use it as markov: ${options.out} in a class of networks, or in weir abr`);
  await print(options.json === true ? toJson(fitted, traces, read.length) : toText(fitted, read.length));
}

function binsOf(text: string): number {
  const bins = Number(text);
  // A state of silence may come on top.
  if (Number.isInteger(bins) && bins >= 1 && bins < MOST_STATES) return bins;
  throw new UsageError(`--states: expected a whole number from 1 to ${MOST_STATES - 1}, got ${text}`);
}

function stepOf(text: string): Us {
  let stepUs: Us;
  try {
    stepUs = parseQuantity('duration', text);
  } catch (error) {
    if (error instanceof QuantityError) throw new UsageError(`--step: ${error.message}`);
    throw error;
  }
  if (stepUs >= 10_000 && stepUs <= 3_600_000_000) return stepUs;
  throw new UsageError(`--step: expected from 10ms to 1h, got ${text}`);
}

function toJson(fitted: MarkovFit, traces: string, files: number): string {
  return JSON.stringify({
    schema: 'weir.markov-fit/1', traces, files, states: fitted.states.length,
    steps: fitted.counts.reduce((sum, count) => sum + count, 0), transitions: fitted.transitions,
    quantiles: RATE_QUANTILES, ofTraces: fitted.ofTraces, ofModel: modelStatistics(fitted),
  }, null, 2);
}

function toText(fitted: MarkovFit, files: number): string {
  const [measured, model] = [fitted.ofTraces, modelStatistics(fitted)];
  const rate = (name: string, of: (statistics: RateStatistics) => number): string[] =>
    [name, formatValue(of(measured), 'bits/s'), formatValue(of(model), 'bits/s')];
  const rows = [
    ['rate of a step', 'traces', 'model'],
    rate('mean', ({ mean }) => mean),
    ...RATE_QUANTILES.map((q, i) => rate(`${100 * q} %`, ({ quantiles }) => quantiles[i]!)),
    ['correlation with the next', measured.lag1.toFixed(3), model.lag1.toFixed(3)],
  ];
  const foot = `${fitted.states.length} states; ${fitted.transitions} transitions in ${files} `
    + `${files === 1 ? 'trace' : 'traces'}. Figures of the model are exact, in the long run.`;
  return [...textTable(rows, [1, 2]), foot].join('\n');
}
