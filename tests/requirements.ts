import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { TestContext } from 'vitest';
import programs from './requirements.json' with { type: 'json' };

/**
 * Says that a test cannot run because something is not installed: a failure in CI, where everything has to be
 * there; elsewhere a skip that names the reason.
 */
export function missingRequirement(ctx: TestContext, reason: string): never {
  const all = isSet('CI') || isSet('WEIR_TEST_INSTALL');
  if (all) throw new Error(`CI must have everything tests need: ${reason}`);
  return ctx.skip(reason);
}

/** Path of a program of requirements.json that a test needs; without it, missingRequirement ends the test. */
export function requiredProgram(ctx: TestContext, name: string): string {
  const program = programs.find((one) => one.name === name);
  if (!program) throw new Error(`${name} is not in tests/requirements.json`);
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const paths = program.commands.flatMap((command) => folders.map((folder) => join(folder, command)));
  return paths.find(isExecutable) ?? missingRequirement(ctx, `${name} is not installed (${program.remedy})`);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isSet(variable: string): boolean {
  return !['', '0', 'false', undefined].includes(process.env[variable]);
}
