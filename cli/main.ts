import { Command, CommanderError } from 'commander';
import { ScenarioError } from '../scenarios/errors.ts';
import { abrCommand } from './abr.ts';
import { cacheCommand } from './cache.ts';
import { checkCommand } from './check.ts';
import { calibrateCommand } from './calibrate.ts';
import { compareCommand } from './compare.ts';
import { EXIT, MissingError, UsageError } from './exit.ts';
import { exportCommand } from './export.ts';
import { weirVersion } from './provenance.ts';
import { networksCommand } from './networks.ts';
import { realCommand } from './real.ts';
import { rehearseCommand } from './rehearse.ts';
import { rulesCommand } from './rules.ts';
import { runCommand } from './run.ts';
import { schemaCommand } from './schema.ts';
import { serveCommand } from './serve.ts';
import { note } from './terminal.ts';
import { sweepCommand } from './sweep.ts';
import { validateCommand } from './validate.ts';

const program = new Command('weir')
  .description('Weir simulates video platforms: size them, rehearse their failures, hold them to objectives.')
  .version(weirVersion(), '-V, --version', 'print the version')
  .helpOption('-h, --help', 'show help')
  .showSuggestionAfterError()
  .addHelpText('after', `
Start with:  weir run evening-peak
Exit status: 0 good, 1 internal error, 2 wrong command line or file, 3 objective or gate failed,
             4 inconclusive, 5 something needed is missing, 130 interrupted`);

const verbs = [
  runCommand(), sweepCommand(), realCommand(), calibrateCommand(), compareCommand(), checkCommand(),
  rehearseCommand(), abrCommand(), cacheCommand(), serveCommand(), validateCommand(), schemaCommand(),
  exportCommand(), rulesCommand(), networksCommand(),
];
for (const verb of verbs) program.addCommand(verb);
for (const command of [program, ...verbs, ...verbs.flatMap((verb) => verb.commands)]) {
  command.exitOverride().showHelpAfterError('(--help says what there is)');
}

// A reader that has seen enough (`weir run ... | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? EXIT.good : EXIT.internal);
});

try {
  if (process.argv.length <= 2) program.outputHelp();
  else await program.parseAsync();
} catch (error) {
  process.exitCode = statusOf(error);
}

/** Says what went wrong, unless commander has said it already, and maps it to an exit status. */
function statusOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.good : EXIT.usage;
  if (error instanceof ScenarioError) {
    const { length } = error.issues;
    note(`${error.message}\nweir: ${length} ${length === 1 ? 'problem' : 'problems'}`);
    return EXIT.usage;
  }
  if (error instanceof UsageError) {
    note(`weir: ${error.message}`);
    return EXIT.usage;
  }
  if (error instanceof MissingError) {
    note(`weir: ${error.message}`);
    return EXIT.missing;
  }
  // Errors of the real world carry the status they deserve and the remedy in their message.
  if (error instanceof Error && 'exitStatus' in error && typeof error.exitStatus === 'number') {
    note(`weir: ${error.message}`);
    return error.exitStatus;
  }
  note(`weir: internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  note('This is a bug in Weir. The message above and the scenario file would help to find it.');
  return EXIT.internal;
}
