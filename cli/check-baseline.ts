import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { RunDocument } from '../models/core/run-record.ts';
import { EXIT, MissingError, UsageError } from './exit.ts';
import { readScenarioFile } from '../scenarios/document.ts';
import { diskFiles, HOME } from './files.ts';
import { readRun } from './output.ts';

/** The other side of a gate: what a scenario came to before the change. */
export interface Baseline {
  /** As people read it: a revision, or a file. */
  readonly name: string;
  /** Most replications it can tell of. */
  readonly most: number;
  /** Its run with a number of replications. */
  run(replications: number): Promise<RunDocument>;
}

/** Revisions that were checked out, and how to leave nothing behind. */
export class Baselines {
  readonly #folders: { readonly repository: string; readonly tree: string }[] = [];
  readonly #scratch = mkdtempSync(join(tmpdir(), 'weir-gate-'));
  #checkpoints = 0;

  /** A file for finished replications of one side: a later look goes on from them. */
  checkpoint(): string {
    return join(this.#scratch, `checkpoint-${this.#checkpoints++}`);
  }

  /**
   * The baseline of a scenario: a folder or file written by `weir run`, else a git revision, whose scenario,
   * and whose Weir where it is part of the repository, is run with the same seeds.
   */
  open(reference: string, scenarioFile: string, passOn: readonly string[]): Baseline {
    if (existsSync(reference)) return fromFile(reference);
    const folder = dirname(resolve(scenarioFile));
    const git = (...words: readonly string[]) =>
      execFileSync('git', words, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
    let revision: string;
    let repository: string;
    try {
      repository = git('rev-parse', '--show-toplevel');
      revision = git('rev-parse', '--verify', '--quiet', `${reference}^{commit}`);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
        throw new MissingError('git is not installed: apt-get install git, brew install git');
      }
      throw new UsageError(`--baseline: expected a run or a git revision, but there is no "${reference}"`);
    }
    const tree = this.#checkOut(repository, revision);
    const file = join(tree, relative(repository, resolve(scenarioFile)));
    if (!existsSync(file)) {
      throw new UsageError(`--baseline: ${reference} has no ${relative(repository, resolve(scenarioFile))}`);
    }
    const weir = weirOf(tree);
    const words = [...passOn, ...variantOf(file, passOn), '--checkpoint', this.checkpoint()];
    return {
      name: `${reference} (${revision.slice(0, 9)})`, most: Infinity,
      run: (replications) => runChild(weir, [file, '--replications', String(replications), ...words]),
    };
  }

  /** Removes what was checked out. */
  close(): void {
    for (const { repository, tree } of this.#folders.splice(0)) {
      try {
        execFileSync('git', ['worktree', 'remove', '--force', tree], { cwd: repository, stdio: 'ignore' });
      } catch {
        rmSync(tree, { recursive: true, force: true });
      }
    }
    rmSync(this.#scratch, { recursive: true, force: true });
  }

  #checkOut(repository: string, revision: string): string {
    const known = this.#folders.find((one) => one.repository === repository);
    if (known !== undefined) return known.tree;
    const tree = join(mkdtempSync(join(tmpdir(), 'weir-check-')), 'tree');
    execFileSync('git', ['worktree', 'add', '--quiet', '--detach', tree, revision], {
      cwd: repository,
      stdio: 'ignore',
    });
    this.#folders.push({ repository, tree });
    return tree;
  }
}

/** Of a scenario with variants its baseline, unless one is asked for: a gate judges one design. */
function variantOf(file: string, passOn: readonly string[]): string[] {
  const hasVariants = readScenarioFile(file, diskFiles).value['variants'] !== undefined;
  return hasVariants && !passOn.includes('--variant') ? ['--variant', 'base'] : [];
}

/** The Weir of a checkout where it has one, with the packages it names; else this one. */
function weirOf(tree: string): string {
  const main = join(tree, 'cli', 'main.ts');
  if (!existsSync(main)) return join(HOME, 'cli', 'main.ts');
  const lock = (home: string) => readFileSync(join(home, 'package-lock.json'), 'utf8');
  const modules = join(tree, 'node_modules');
  if (!existsSync(modules) && lock(tree) === lock(HOME)) symlinkSync(join(HOME, 'node_modules'), modules);
  if (!existsSync(modules)) {
    execFileSync(process.execPath, [join(tree, 'cli', 'launch.mjs'), '--version'], { stdio: 'ignore' });
  }
  return main;
}

async function runChild(weir: string, args: readonly string[]): Promise<RunDocument> {
  const words = [weir, 'run', ...args, '--json'];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, words, { maxBuffer: 2 ** 29 });
    return JSON.parse(stdout) as RunDocument;
  } catch (error) {
    const { code, stderr = '' } = error as { readonly code?: number; readonly stderr?: string };
    if (code !== EXIT.usage) throw error;
    throw new UsageError(`the baseline does not take this scenario:\n${stderr.trim()}`);
  }
}

function fromFile(path: string): Baseline {
  const document = readRun(path);
  const name = statSync(path).isDirectory() ? `the run in ${path}` : path;
  return {
    name, most: document.replications,
    run: (replications) => Promise.resolve(firstOf(document, replications)),
  };
}

/** The run as it was after its first replications. */
function firstOf(document: RunDocument, replications: number): RunDocument {
  if (replications === document.replications) return document;
  const slis = Object.fromEntries(Object.entries(document.slis).map(([name, sli]) => {
    return [name, { ...sli, values: sli.values.slice(0, replications) }];
  }));
  return { ...document, replications, slis, fingerprint: '' };
}
