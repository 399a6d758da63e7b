import { Command } from 'commander';
import { compareRuns, comparisonNotes, renderComparison } from '../reports/compare.ts';
import { readRun } from './output.ts';
import { print, terminalOptions } from './terminal.ts';

/** `weir compare`: two runs side by side. */
export function compareCommand(): Command {
  return new Command('compare')
    .description('print two runs side by side, every indicator with its difference')
    .argument('<run-a>', 'a folder written with --out, or a file with a run document')
    .argument('<run-b>', 'the other one')
    .option('--json', 'print the comparison as JSON')
    .addHelpText('after', `
Examples:
  weir compare runs/base runs/small-edge
  weir compare runs/simulated runs/real`)
    .action(async (pathA: string, pathB: string, options: { readonly json?: boolean }) => {
      const a = readRun(pathA);
      const b = readRun(pathB);
      await print(options.json === true
        ? JSON.stringify({ rows: compareRuns(a, b), notes: comparisonNotes(a, b) }, null, 2)
        : renderComparison(a, b, terminalOptions(process.stdout)));
    });
}
