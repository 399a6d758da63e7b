import { Command } from 'commander';
import { buildPlans } from '../scenarios/build.ts';
import { ScenarioError, suggest, type ScenarioIssue } from '../scenarios/errors.ts';
import { loadStudy } from '../scenarios/load.ts';
import { EXIT } from './exit.ts';
import { diskFiles, findScenario, libraryScenarios } from './files.ts';
import { addScenarioOptions, type ScenarioOptions } from './scenario-options.ts';
import { note, print } from './terminal.ts';

interface FileResult {
  readonly file: string;
  readonly valid: boolean;
  readonly issues: readonly ScenarioIssue[];
}

/** `weir validate`: checks scenario files and everything they name, without running them. */
export function validateCommand(): Command {
  const command = new Command('validate')
    .description('check scenario files and the data they name, without running them')
    .argument('<files...>', 'scenario files, or names of shipped ones')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nEvery problem is listed with its file, line and path; the exit status is then '
      + '2.')
    .action(async (names: readonly string[], options: ScenarioOptions & { readonly json?: boolean }) => {
      const results = names.map((name) => validate(name, options.set));
      process.exitCode = results.every((result) => result.valid) ? EXIT.good : EXIT.usage;
      if (options.json === true) {
        await print(JSON.stringify(results, null, 2));
        return;
      }
      for (const { file, valid, issues } of results) {
        if (valid) await print(`${file}: valid`);
        else note(new ScenarioError(issues).message);
      }
      const problems = results.reduce((sum, { issues }) => sum + issues.length, 0);
      if (problems > 0) note(`weir: ${problems} ${problems === 1 ? 'problem' : 'problems'}`);
    });
  return addScenarioOptions(command);
}

function validate(name: string, settings: readonly string[]): FileResult {
  const file = findScenario(name);
  if (file === undefined) {
    const message =
      `expected a scenario file or the name of a shipped one: ${suggest(name, libraryScenarios())}`;
    return { file: name, valid: false, issues: [{ file: name, line: 0, column: 0, path: '', message }] };
  }
  try {
    buildPlans(loadStudy(file, diskFiles, settings).designs, diskFiles);
    return { file, valid: true, issues: [] };
  } catch (error) {
    if (error instanceof ScenarioError) return { file, valid: false, issues: error.issues };
    throw error;
  }
}
