// What has to be in place before Weir runs: npm's packages, the Node that package.json names, the report
// page. Shared by the launcher and the test runner. Plain JavaScript on Node 18 without dependencies.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { supervise } from './supervise.mjs';

/** The folder of the checkout. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Something needed is missing and could not be installed, or the user stopped the installation. */
export class SetupError extends Error {
  constructor(message, status = 5) {
    super(message);
    this.status = status;
  }
}

/**
 * Installs the packages of package-lock.json unless they are there, and returns the path of the Node to
 * run Weir on. `development` asks for what the tests need too. Throws SetupError.
 */
export async function ensureInstalled({ development = false } = {}) {
  if (!isInstalled(development)) {
    await withLock(async () => {
      if (!isInstalled(development)) await installPackages(development);
    });
  }
  return runtimePath();
}

/**
 * Builds the page that reports are made of when it is missing or older than its sources. A page that
 * cannot be built does not stop a simulation: it is said on stderr, and the old page, if any, stays.
 */
export async function ensureReportPage(runtime) {
  if (isReportPageCurrent()) return;
  await withLock(async () => {
    if (isReportPageCurrent()) return;
    const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
    const build = await quietly('building the report page', runtime, [vite, 'build', '--logLevel', 'warn']);
    if (build.status === 0) return;
    process.stderr.write('weir: that failed (`npm run build` shows why); reports have no up-to-date page\n');
  });
}

/** The environment Weir runs in: this process's own, and a folder for compiled code, for a quick start. */
export function runtimeEnvironment() {
  const cache = join(root, 'node_modules', '.cache', 'compile');
  return { ...process.env, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? cache };
}

/**
 * Whether every package of package-lock.json is installed in its version, by npm's own account in
 * node_modules/.package-lock.json; packages for other platforms may be absent.
 */
function isInstalled(development) {
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const present = packagesOf(join(root, 'node_modules', '.package-lock.json'));
  if (!wanted) throw new SetupError(`package-lock.json in ${root} is missing or damaged; restore it`);
  if (!present) return false;
  return Object.entries(wanted).every(([path, wantedPackage]) => {
    if (path === '' || wantedPackage.optional || wantedPackage.devOptional) return true;
    if (wantedPackage.dev && !development) return true;
    const found = present[path];
    return found?.version === wantedPackage.version && found.integrity === wantedPackage.integrity;
  });
}

function packagesOf(lockFile) {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

async function installPackages(development) {
  const args = ['ci', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  if (development) args.push('--include=dev');
  const npm = await quietly('installing dependencies (about half a minute)', 'npm', args).catch((error) => {
    if (error.code !== 'ENOENT') throw error;
    throw new SetupError('npm is not installed; it comes with Node.js (https://nodejs.org, apt install npm)');
  });
  if (npm.status === 0) return;
  process.stderr.write(npm.output);
  throw new SetupError(
    `\`npm ci\` in ${root} failed with status ${npm.status}; its output is above. ` +
      'It needs the npm registry (a network, a proxy?) and space on the disk; then try again.',
  );
}

function runtimePath() {
  const installed = join(root, 'node_modules', 'node', 'bin', 'node');
  if (existsSync(installed)) return installed;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  throw new SetupError(
    'the Node.js that Weir runs on did not install: its install script was not allowed to run. ' +
      `Run \`npm rebuild node --ignore-scripts=false\` in ${root}, or start Weir with Node 24.`,
  );
}

function isReportPageCurrent() {
  const page = join(root, 'ui', 'dist', 'report.html');
  if (!existsSync(page)) return false;
  const builtMs = statSync(page).mtimeMs;
  return REPORT_PAGE_SOURCES.every((source) => newestMs(join(root, source)) <= builtMs);
}

function newestMs(path) {
  const status = statSync(path, { throwIfNoEntry: false });
  if (!status) return 0;
  if (!status.isDirectory()) return status.mtimeMs;
  const entries = readdirSync(path).filter((name) => name !== 'dist' && !name.includes('.test.'));
  return Math.max(0, ...entries.map((name) => newestMs(join(path, name))));
}

/** Runs a command in the checkout with its output kept; says what is going on in one line on stderr. */
async function quietly(what, command, args) {
  const startMs = Date.now();
  process.stderr.write(`weir: ${what} ...`);
  const result = await supervise(command, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: pathWithoutOwnPackages() },
  }).catch((error) => {
    process.stderr.write('\n');
    throw error;
  });
  process.stderr.write(result.status === 0 ? ` ${((Date.now() - startMs) / 1000).toFixed(0)} s\n` : '\n');
  if (result.interruptedBy) throw new SetupError(`interrupted while ${what}`, 130);
  return result;
}

/** npx puts node_modules/.bin first, whose `node` npm would run on while it deletes it. */
function pathWithoutOwnPackages() {
  const own = join(root, 'node_modules', '.bin');
  return (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== own).join(delimiter);
}

/** Runs `work` while no other process of this checkout installs or builds. */
async function withLock(work) {
  const lock = join(root, '.weir', 'install.lock');
  mkdirSync(dirname(lock), { recursive: true });
  let waiting = false;
  while (!tryLock(lock)) {
    if (!waiting) process.stderr.write('weir: waiting for another start of Weir to finish installing\n');
    waiting = true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  try {
    await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function tryLock(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw new SetupError(`cannot write in ${root}: ${error.message}`);
  }
  if (isHolderAlive(lock)) return false;
  rmSync(lock, { force: true });
  return tryLock(lock);
}

function isHolderAlive(lock) {
  try {
    process.kill(Number(readFileSync(lock, 'utf8')), 0);
    return true;
  } catch (error) {
    // ESRCH: gone. ENOENT: released meanwhile. EPERM: alive, and somebody else's.
    return error.code === 'EPERM';
  }
}

const REPORT_PAGE_SOURCES = ['ui', 'reports', 'models', 'vite.config.ts', 'package-lock.json'];
