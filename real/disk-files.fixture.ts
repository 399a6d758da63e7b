import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type { Provenance } from '../models/core/run-record.ts';
import { buildPlan } from '../scenarios/build.ts';
import type { FileSource } from '../scenarios/files.ts';
import { loadScenario } from '../scenarios/load.ts';
import type { ScenarioPlan } from '../scenarios/plan.ts';

/** The disk as the scenario loader sees it, for tests of this folder. */
const FILES: FileSource = {
  library: join(import.meta.dirname, '..', 'scenarios'),
  readText: (path) => (stat(path)?.isFile() === true ? readFileSync(path, 'utf8') : undefined),
  list: (path) => (stat(path)?.isDirectory() === true ? readdirSync(path).sort() : undefined),
  exists: existsSync,
  resolve: (from, path) => (isAbsolute(path) ? path : join(dirname(from), path)),
  sha256: (text) => createHash('sha256').update(text).digest('hex'),
};

/** Reads a scenario of a test. */
export function readPlan(file: string, ...settings: string[]): ScenarioPlan {
  return buildPlan(loadScenario(file, FILES, settings), FILES);
}

/** The provenance of runs that are only tests. */
export const PROVENANCE: Provenance = {
  version: '0.0.0',
  gitRevision: 'test',
  node: process.versions.node,
  scenarioDigest: '',
  scenarioFile: 'x',
  streamDerivation: 1,
  inputs: [],
  parameters: [],
  unvalidated: [],
};

function stat(path: string) {
  return statSync(path, { throwIfNoEntry: false });
}
