import { spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import {
  cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

/** A checkout with the real launcher, whose npm, Node and command line say what they were asked. */
let checkout: string;

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'weir launcher-'));
  write('package-lock.json', lockFile({ 'node_modules/yaml': '2.0.0' }));
  write('node_modules/.package-lock.json', lockFile({ 'node_modules/yaml': '2.0.0' }));
  write('node_modules/vite/bin/vite.js', `console.log('vite broke'); process.exit(1);`);
  write('cli/main.ts', `console.log(JSON.stringify(process.argv.slice(2))); process.exitCode = 3;`);
  write('ui/dist/report.html', '');
  for (const name of readdirSync(join(root, 'cli')).filter((one) => one.endsWith('.mjs'))) {
    cpSync(join(root, 'cli', name), join(checkout, 'cli', name));
  }
  cpSync(join(root, 'weir'), join(checkout, 'weir'));
  mkdirSync(join(checkout, 'node_modules/node/bin'), { recursive: true });
  symlinkSync(process.execPath, join(checkout, 'node_modules/node/bin/node'));
  mkdirSync(join(checkout, 'bin'));
  symlinkSync(process.execPath, join(checkout, 'bin/node'));
});

afterEach(() => rmSync(checkout, { recursive: true }));

test('arguments and exit status pass through, and nothing is installed twice', () => {
  const run = weir(['run', 'two words', '']);
  expect(run).toMatchObject({ status: 3, stdout: '["run","two words",""]\n', stderr: '' });
});

test('a link to the launcher finds its folder', () => {
  symlinkSync(join(checkout, 'weir'), join(checkout, 'bin/first'));
  symlinkSync('first', join(checkout, 'bin/second'));
  expect(weir(['x'], 'bin/second')).toMatchObject({ status: 3, stdout: '["x"]\n' });
});

test.each([
  ['missing', undefined],
  ['of another version', { 'node_modules/yaml': '1.0.0' }],
])('a package that is %s is installed first', (_, present) => {
  if (present) write('node_modules/.package-lock.json', lockFile(present));
  else rmSync(join(checkout, 'node_modules/.package-lock.json'));
  npm('echo "npm $*" > npm-was-called; echo noise');
  const run = weir(['x']);
  expect(run).toMatchObject({ status: 3, stdout: '["x"]\n' });
  expect(run.stderr).toMatch(/^weir: installing dependencies \(.*\) \.\.\. \d+ s\n$/);
  expect(existsSync(join(checkout, 'npm-was-called'))).toBe(true);
  expect(existsSync(join(checkout, '.weir/install.lock'))).toBe(false);
});

test('a failed installation shows the output, says what to do and ends with status 5', () => {
  rmSync(join(checkout, 'node_modules/.package-lock.json'));
  npm('echo "no route to host" >&2; exit 7');
  const run = weir(['x']);
  expect(run).toMatchObject({ status: 5, stdout: '' });
  expect(run.stderr).toMatch(/no route to host[^]*`npm ci` in .* failed with status 7.*try again/);
});

test('without npm, and without Node, it says what to install and ends with status 5', () => {
  rmSync(join(checkout, 'node_modules/.package-lock.json'));
  expect(weir(['x']).stderr).toContain('npm is not installed');
  rmSync(join(checkout, 'bin/node'));
  const run = weir(['x']);
  expect(run.status).toBe(5);
  expect(run.stderr).toContain('Node.js is not installed');
});

test('a report page that cannot be built is told and stops nothing', () => {
  rmSync(join(checkout, 'ui/dist/report.html'));
  const run = weir(['x']);
  expect(run.status).toBe(3);
  expect(run.stderr).toMatch(/building the report page[^]*npm run build/);
});

test('a start that died while installing does not block the next', () => {
  rmSync(join(checkout, 'node_modules/.package-lock.json'));
  write('.weir/install.lock', '4194305'); // above the kernel's largest process id
  npm('true');
  expect(weir(['x']).status).toBe(3);
});

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
test.each(signals)('%s reaches the command line once, which ends in its own way', async (name) => {
  write('cli/main.ts', `
    process.on('${name}', () => { console.log('got it'); setTimeout(() => process.exit(130), 100); });
    setInterval(() => undefined, 1000);
    console.log('ready');`);
  // Detached, as in the foreground of a terminal an interrupt is left to the terminal.
  const stdio = ['ignore', 'pipe', 'inherit'] as const;
  const run = spawn(join(checkout, 'weir'), ['x'], { env: environment(), stdio: [...stdio], detached: true });
  let output = '';
  run.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (text.startsWith('ready')) run.kill(name);
  });
  const status = await new Promise((resolve) => run.on('close', resolve));
  expect({ status, output }).toEqual({ status: 130, output: 'ready\ngot it\n' });
});

test('a command line that a signal ends shows as 128 and its number', () => {
  write('cli/main.ts', `process.kill(process.pid, 'SIGKILL'); setInterval(() => undefined, 1000);`);
  expect(weir(['x']).status).toBe(137);
});

function weir(args: readonly string[], command = 'weir'): SpawnSyncReturns<string> {
  return spawnSync(join(checkout, command), args, { encoding: 'utf8', env: environment() });
}

/** A PATH with the tools of the system that the launcher uses, and neither the system's node nor its npm. */
function environment(): NodeJS.ProcessEnv {
  for (const tool of ['readlink', 'dirname']) {
    const found = spawnSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).stdout.trim();
    if (!existsSync(join(checkout, 'bin', tool))) symlinkSync(found, join(checkout, 'bin', tool));
  }
  return { PATH: join(checkout, 'bin') };
}

function npm(script: string): void {
  write('bin/npm', `#!/bin/sh\n${script}\n`, 0o755);
}

function lockFile(versions: Readonly<Record<string, string>>): string {
  const packages = Object.entries(versions).map(([path, version]) => [path, { version }]);
  return JSON.stringify({ packages: Object.fromEntries(packages) as unknown });
}

function write(path: string, text: string, mode = 0o644): void {
  mkdirSync(join(checkout, path, '..'), { recursive: true });
  writeFileSync(join(checkout, path), text, { mode });
}
