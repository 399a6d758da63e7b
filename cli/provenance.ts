import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { STREAM_DERIVATION } from '../models/core/rng.ts';
import type { Provenance } from '../models/core/run-record.ts';
import type { ScenarioPlan } from '../scenarios/plan.ts';
import { HOME } from './files.ts';

/** Version of Weir, from package.json. */
export function weirVersion(): string {
  const text = readFileSync(join(HOME, 'package.json'), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}

/** Revision of the checkout Weir runs from, `+changes` when it has been edited; `unknown` outside one. */
export function gitRevision(): string {
  try {
    const git = (...words: readonly string[]) =>
      execFileSync('git', words, { cwd: HOME, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    const revision = git('rev-parse', '--short=12', 'HEAD');
    const changes = git('status', '--porcelain', '--untracked-files=no');
    return changes === '' ? revision : `${revision}+changes`;
  } catch {
    return 'unknown';
  }
}

/** Stands for edits of the checkout that its revision does not show; empty when there are none. */
export function checkoutChanges(): string {
  try {
    const edits = execFileSync('git', ['diff', 'HEAD'],
      { cwd: HOME, maxBuffer: 1e9, stdio: ['ignore', 'pipe', 'ignore'] });
    return edits.length === 0 ? '' : createHash('sha256').update(edits).digest('hex');
  } catch {
    return '';
  }
}

/** What made a run of this plan what it is; `scenarioFile` as the user named it. */
export function provenanceOf(plan: ScenarioPlan, scenarioFile: string): Provenance {
  return {
    scenarioFile,
    ...(plan.variant === undefined ? {} : { variant: plan.variant }),
    version: weirVersion(),
    gitRevision: gitRevision(),
    node: process.versions.node,
    scenarioDigest: plan.digest,
    streamDerivation: STREAM_DERIVATION,
    inputs: plan.inputs,
    parameters: plan.parameters,
    unvalidated: [],
  };
}
