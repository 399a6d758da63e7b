import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MissingRequirementError } from './missing-requirement.ts';
import { checkRequirements, installMissing, MINIO_MODULE, requireProgram, toolsFolder } from './setup.ts';

let folder: string;
const saved = { path: process.env['PATH'], home: process.env['WEIR_HOME'] };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-setup-'));
  process.env['WEIR_HOME'] = join(folder, 'home');
  process.env['PATH'] = join(folder, 'path');
  mkdirSync(join(folder, 'path'));
});

afterEach(() => {
  process.env['PATH'] = saved.path;
  if (saved.home === undefined) delete process.env['WEIR_HOME'];
  else process.env['WEIR_HOME'] = saved.home;
  rmSync(folder, { recursive: true });
});

test('on a bare machine everything is missing, and each remedy says what to do', () => {
  const requirements = checkRequirements();
  expect(requirements.map((one) => one.found)).toEqual([undefined, undefined, undefined]);
  expect(requirements[0]!.remedy).toContain('Install Go 1.24');
  expect(requirements[1]!.remedy).toContain('ffmpeg');
});

test('an absent program is an error that carries its remedy and exit status 5', () => {
  const error = catchError(() => requireProgram('minio'));
  expect(error).toBeInstanceOf(MissingRequirementError);
  expect(error).toMatchObject({ requirement: 'minio', exitStatus: 5 });
});

test('the tools folder is looked in before PATH', () => {
  const onPath = program('path', 'minio', 'echo path');
  expect(requireProgram('minio')).toBe(onPath);
  const own = program('home/bin', 'minio', 'echo "own 1.0"; echo more');
  expect(checkRequirements()[0]).toMatchObject({ found: own, version: 'own 1.0' });
});

test('an old Go is named, a recent one is offered as the remedy', () => {
  program('path', 'go', 'echo go1.21.3');
  expect(checkRequirements()[0]!.remedy).toContain('found go1.21.3');
  program('path', 'go', 'echo go1.24.0');
  expect(checkRequirements()[0]!.remedy).toContain(`go install ${MINIO_MODULE}`);
});

test('installation runs the commands it announces, in its own folder', async () => {
  program('path', 'ffmpeg', 'echo "ffmpeg version 9"');
  program('path', 'ffprobe', 'echo "ffprobe version 9"');
  program(
    'path',
    'go',
    `
    if [ "$1" = env ]; then echo go1.26.0; exit; fi
    echo "fetching $2"; printf '#!/bin/sh\\necho minio 2026\\n' > "$GOBIN/minio"
    /bin/chmod +x "$GOBIN/minio"`,
  );
  const log: string[] = [];
  const requirements = await installMissing((line) => log.push(line));
  expect(log.slice(1)).toEqual([
    `running: GOBIN=${toolsFolder()} go install ${MINIO_MODULE}`,
    `fetching ${MINIO_MODULE}`,
  ]);
  expect(requirements[0]).toMatchObject({ found: join(toolsFolder(), 'minio'), version: 'minio 2026' });
});

test('a failed installation says which command failed and how', async () => {
  program('path', 'ffmpeg', 'exit 0');
  program('path', 'ffprobe', 'exit 0');
  program('path', 'go', 'if [ "$1" = env ]; then echo go1.26.0; exit; fi; echo no network >&2; exit 7');
  const log: string[] = [];
  await expect(installMissing((line) => log.push(line))).rejects.toThrow(/ended with status 7.*go install/s);
  expect(log).toContain('no network');
});

function program(where: string, name: string, body: string): string {
  const path = join(folder, where, name);
  mkdirSync(join(folder, where), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

function catchError(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}
