import { spawnSync } from 'node:child_process';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { describeExit, Supervisor } from './children.ts';
import { InterruptedError, MissingRequirementError } from './missing-requirement.ts';

/** A program real mode needs, and where it was found. */
export interface Requirement {
  readonly name: 'minio' | 'ffmpeg' | 'ffprobe' | 'redis-server';
  /** Path of the program; undefined when it is missing. */
  readonly found: string | undefined;
  /** First line of what it says of its version; empty when it is missing. */
  readonly version: string;
  /** How to get it: a command, or what to do first. */
  readonly remedy: string;
}

/** Weir's own folder on this machine: `$WEIR_HOME`, else `.weir` in the repository. */
export function weirHome(): string {
  const home = process.env['WEIR_HOME'];
  return home === undefined || home === '' ? join(REPOSITORY, '.weir') : resolve(home);
}

/** Weir's own folder for the programs it installs. */
export function toolsFolder(): string {
  return join(weirHome(), 'bin');
}

/** Looks for everything real mode needs, in Weir's own tools folder first and then on PATH. */
export function checkRequirements(): Requirement[] {
  return [
    requirement('minio', '--version', minioRemedy()),
    requirement('ffmpeg', '-version', ffmpegRemedy()),
    requirement('ffprobe', '-version', ffmpegRemedy()),
  ];
}

/** Looks for what only some real runs need. */
export function checkExtras(): Requirement[] {
  return [requirement('redis-server', '--version', redisRemedy())];
}

/** Path of a program real mode needs; throws MissingRequirementError when it is not there. */
export function requireProgram(name: Requirement['name']): string {
  const path = findProgram(name);
  if (path !== undefined) return path;
  throw new MissingRequirementError(name, 'not found on PATH nor in the tools folder', REMEDIES[name]());
}

/**
 * Installs what is missing and says through `log` each command before it runs it. Throws
 * MissingRequirementError when something cannot be installed from here or its installation fails.
 */
export async function installMissing(
  log: (line: string) => void,
  signal?: AbortSignal,
): Promise<Requirement[]> {
  const missing = new Set(
    checkRequirements()
      .filter((one) => one.found === undefined)
      .map((one) => one.name),
  );
  if (missing.has('minio')) await installMinio(log, signal);
  if (missing.has('ffmpeg') || missing.has('ffprobe')) await installFfmpeg(log, signal);
  for (const name of missing) requireProgram(name);
  return checkRequirements();
}

/** The MinIO Weir is tested with: the last commit of the archived repository; it has no binary releases. */
export const MINIO_MODULE = 'github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c';

async function installMinio(log: (line: string) => void, signal: AbortSignal | undefined): Promise<void> {
  const go = goProblem();
  if (go !== undefined) throw new MissingRequirementError('minio', 'cannot be installed', go);
  const folder = toolsFolder();
  mkdirSync(folder, { recursive: true });
  log('MinIO comes as source only: compiling it takes some minutes');
  await run(['go', 'install', MINIO_MODULE], { GOBIN: folder }, log, signal);
}

async function installFfmpeg(log: (line: string) => void, signal: AbortSignal | undefined): Promise<void> {
  const commands = ffmpegCommands();
  if (commands === undefined)
    throw new MissingRequirementError('ffmpeg', 'cannot be installed', ffmpegRemedy());
  if (commands[0]![0] === 'sudo' && spawnSync('sudo', ['-n', 'true']).status !== 0) {
    throw new MissingRequirementError(
      'ffmpeg',
      'installing it needs rights this user has not',
      ffmpegRemedy(),
    );
  }
  for (const command of commands) await run(command, {}, log, signal);
}

function requirement(name: Requirement['name'], versionFlag: string, remedy: string): Requirement {
  const found = findProgram(name);
  if (found === undefined) return { name, found, version: '', remedy };
  const said = spawnSync(found, [versionFlag], { encoding: 'utf8', timeout: 20_000 });
  return { name, found, version: (said.stdout ?? '').split('\n')[0]!.trim(), remedy };
}

function findProgram(name: string): string | undefined {
  const folders = [toolsFolder(), ...(process.env['PATH'] ?? '').split(delimiter)];
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function minioRemedy(): string {
  return goProblem() ?? `Run: weir real setup --install (GOBIN=${toolsFolder()} go install ${MINIO_MODULE})`;
}

/** What keeps `go install` from working, as a remedy; undefined when nothing does. */
function goProblem(): string | undefined {
  const need =
    'Install Go 1.24 or later (https://go.dev/dl), then run: weir real setup --install; or give ' +
    'another S3 endpoint with --s3 URL';
  if (findProgram('go') === undefined) return need;
  const said = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8', timeout: 20_000 }).stdout ?? '';
  const version = /^go(\d+)\.(\d+)/.exec(said.trim());
  const recent = version !== null && (Number(version[1]) > 1 || Number(version[2]) >= OLDEST_GO_MINOR);
  return recent ? undefined : `${need} (found ${said.trim() || 'an unknown version'})`;
}

function redisRemedy(): string {
  return 'Install Redis or Valkey (apt-get install redis-server, brew install redis), or give the URL of a '
    + 'server with --redis URL';
}

function ffmpegRemedy(): string {
  const commands = ffmpegCommands();
  if (commands === undefined) return 'Install ffmpeg with ffprobe (https://ffmpeg.org/download.html)';
  return `Run: ${commands.map((command) => command.join(' ')).join(' && ')}`;
}

/** The commands by which the system's package manager installs ffmpeg; undefined when none is known. */
function ffmpegCommands(): string[][] | undefined {
  const rights = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  if (findProgram('apt-get') !== undefined) {
    return [
      [...rights, 'apt-get', 'update'],
      [...rights, 'apt-get', 'install', '-y', 'ffmpeg'],
    ];
  }
  if (findProgram('dnf') !== undefined) return [[...rights, 'dnf', 'install', '-y', 'ffmpeg-free']];
  if (findProgram('brew') !== undefined) return [['brew', 'install', 'ffmpeg']];
  return undefined;
}

async function run(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  log: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const shown = [...Object.entries(env).map(([name, value]) => `${name}=${value}`), ...command].join(' ');
  log(`running: ${shown}`);
  const limit = AbortSignal.timeout(INSTALL_LIMIT_MS);
  const either = signal === undefined ? limit : AbortSignal.any([signal, limit]);
  const supervisor = new Supervisor();
  const stop = () => void supervisor.stop();
  either.addEventListener('abort', stop);
  try {
    const child = supervisor.spawn({ name: command[0]!, command: command[0]!, args: command.slice(1), env });
    if (either.aborted) stop();
    child.onLine(log);
    const exit = await child.closed;
    if (signal?.aborted === true) throw new InterruptedError('the installation was interrupted');
    if (exit.code === 0) return;
    const problem = limit.aborted ? 'the installation took over 20 minutes' : describeExit(exit);
    throw new MissingRequirementError(command[0]!, problem, `Run it by hand to see more: ${shown}`);
  } finally {
    either.removeEventListener('abort', stop);
    await supervisor.stop();
  }
}

const REMEDIES: Readonly<Record<Requirement['name'], () => string>> = {
  'minio': minioRemedy, 'ffmpeg': ffmpegRemedy, 'ffprobe': ffmpegRemedy, 'redis-server': redisRemedy,
};
const REPOSITORY = resolve(import.meta.dirname, '..');
const OLDEST_GO_MINOR = 24; // go.mod of the pinned MinIO: go 1.24.0
const INSTALL_LIMIT_MS = 20 * 60_000; // a cold build of MinIO takes minutes on two cores
