// `npm test`: installs what is lacking, then types, lint and tests; `npm test -- models/player` runs only the
// tests that match. The last line is the tally. Plain JavaScript, as nothing may be installed yet.

import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { ensureInstalled, ensureReportPage, root, runtimeEnvironment, SetupError } from '../cli/install.mjs';
import { supervise } from '../cli/supervise.mjs';

const requirements = JSON.parse(readFileSync(join(root, 'tests', 'requirements.json'), 'utf8'));
const mayInstall = isSet('CI') || isSet('WEIR_TEST_INSTALL');

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`weir: ${error.message}`);
  process.exitCode = error.status;
}

async function main(filters) {
  const runtime = await ensureInstalled({ development: true });
  await ensureReportPage(runtime);
  if (mayInstall) await installMissing(runtime);
  for (const { name, serves, remedy } of missing()) {
    const outcome = mayInstall ? 'fail' : 'be skipped';
    console.log(`not installed: ${name}, so tests of ${serves} will ${outcome} (${remedy})`);
  }
  const failedChecks = filters.length > 0 ? [] : await check(runtime);
  const { status, tally } = await runTests(runtime, filters);
  for (const { test, reason } of tally.skipped) console.log(`skipped: ${test} (${reason})`);
  for (const name of failedChecks) console.log(`failed: ${name}`);
  // A run that fails without naming a failed test still shows one in the tally.
  const failed = Math.max(tally.failed, status === 0 ? 0 : 1) + failedChecks.length;
  console.log(`${tally.passed} passed, ${failed} failed, ${tally.skipped.length} skipped`);
  return failed > 0 ? 1 : 0;
}

/** Installs what of requirements.json is missing, as far as this user and this system can. */
async function installMissing(runtime) {
  const packages = missing().flatMap((one) => one.aptPackage ?? []);
  if (packages.length > 0 && process.getuid?.() === 0 && find('apt-get')) {
    const variables = { DEBIAN_FRONTEND: 'noninteractive' };
    const install = ['install', '-y', '-qq', '--no-install-recommends', ...packages];
    await run('system packages: update', 'apt-get', ['update', '-qq'], variables);
    await run(`system packages: ${packages.join(' ')}`, 'apt-get', install, variables);
  }
  if (missing().some((one) => one.name === 'minio')) {
    await run('MinIO', runtime, [join(root, 'cli', 'main.ts'), 'real', 'setup', '--install']);
  }
}

/** Types and lint, side by side; returns the names of those that failed. */
async function check(runtime) {
  const modules = join(root, 'node_modules');
  const results = await Promise.all([
    run('types', runtime, [join(modules, 'typescript', 'bin', 'tsc'), '--noEmit', '--pretty', 'false']),
    run('lint', runtime, [join(modules, 'eslint', 'bin', 'eslint.js'), '--max-warnings', '0', '.']),
  ]);
  return results.filter((result) => result.status !== 0).map((result) => result.name);
}

async function runTests(runtime, filters) {
  const folder = mkdtempSync(join(tmpdir(), 'weir-test-'));
  const tallyFile = join(folder, 'tally.json');
  try {
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
    const reporters = ['--reporter=default', '--reporter=./tests/tally-reporter.ts'];
    const { status, interruptedBy } = await supervise(runtime, [vitest, 'run', ...reporters, ...filters], {
      cwd: root,
      stdio: 'inherit',
      env: environment({ WEIR_TEST_TALLY: tallyFile }),
    });
    if (interruptedBy) throw new SetupError('the tests were interrupted', 130);
    const tally = existsSync(tallyFile) ? JSON.parse(readFileSync(tallyFile, 'utf8')) : NOTHING;
    return { status, tally };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs one step with its output kept, and shows the output when it fails. */
async function run(name, command, args, variables = {}) {
  const startMs = Date.now();
  const result = await supervise(command, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment(variables),
  });
  if (result.interruptedBy) throw new SetupError(`interrupted: ${name}`, 130);
  const verdict = result.status === 0 ? 'done' : `failed with status ${result.status}`;
  console.log(`${name}: ${verdict} in ${((Date.now() - startMs) / 1000).toFixed(1)} s`);
  if (result.status !== 0) console.log(result.output);
  return { name, status: result.status };
}

/** `node` is the Node that Weir runs on, for tests that start it by name. */
function environment(variables) {
  const path = [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
  return { ...runtimeEnvironment(), PATH: path, ...variables };
}

function missing() {
  return requirements.filter((one) => !one.commands.some(find));
}

function find(command) {
  const tools = join(process.env.WEIR_HOME || join(root, '.weir'), 'bin');
  return [tools, ...(process.env.PATH ?? '').split(delimiter)].some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}

function isSet(variable) {
  return !['', '0', 'false', undefined].includes(process.env[variable]);
}

const NOTHING = { passed: 0, failed: 0, skipped: [] };
