import { Command } from 'commander';
import { scenarioJsonSchema } from '../scenarios/json-schema.ts';
import { print } from './terminal.ts';

/** `weir schema`: the JSON Schema of scenario files, for editors. */
export function schemaCommand(): Command {
  return new Command('schema')
    .description('print the JSON Schema of scenario files, for editors')
    .addHelpText('after', `
Example, for an editor with the YAML language server:
  weir schema > weir.schema.json
  # and as the first line of a scenario:
  # yaml-language-server: $schema=./weir.schema.json`)
    .action(async () => {
      await print(JSON.stringify(scenarioJsonSchema(), null, 2));
    });
}
