import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { assert } from '../models/core/assert.ts';
import { LineTail } from './line-tail.ts';

/** How a child process is started. */
export interface ChildOptions {
  /** As messages call it: `minio`, `edge cache`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Opens an IPC channel; only for children that are Node programs. */
  readonly ipc?: boolean;
  /** Between SIGTERM and SIGKILL. [ms] Default 5000. */
  readonly graceMs?: number;
}

/** How a child process ended; `error` when it could not be started at all. */
export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly error?: NodeJS.ErrnoException;
}

/** How a child ended, in words: `ended with status 1`. */
export function describeExit(exit: ChildExit): string {
  if (exit.error !== undefined) return `could not be started: ${exit.error.message}`;
  return exit.code === null ? `was ended by ${String(exit.signal)}` : `ended with status ${exit.code}`;
}

/** A child process that its supervisor stops, and the last lines it said. */
export class SupervisedChild {
  readonly name: string;
  readonly process: ChildProcess;
  /** Resolves, never rejects, once the process is gone. */
  readonly exited: Promise<ChildExit>;
  /** Resolves, never rejects, once the process is gone and all it wrote has been read. */
  readonly closed: Promise<ChildExit>;
  readonly #graceMs: number;
  readonly #tail = new LineTail(40);
  readonly #errors = new LineTail(40);
  #gone = false;

  constructor(options: ChildOptions) {
    const stdio: StdioOptions = ['ignore', 'pipe', 'pipe', ...(options.ipc === true ? ['ipc' as const] : [])];
    this.name = options.name;
    this.#graceMs = options.graceMs ?? 5_000;
    // A process group of its own: Ctrl-C reaches the parent alone, and a child's own children go with it.
    this.process = spawn(options.command, options.args, {
      stdio,
      serialization: 'advanced', // an Infinity must not become null on its way
      detached: true,
      env: { ...process.env, ...options.env },
    });
    this.process.stdout!.on('data', (chunk: Buffer) => this.#tail.add(chunk));
    this.process.stderr!.on('data', (chunk: Buffer) => {
      this.#tail.add(chunk);
      this.#errors.add(chunk);
    });
    this.exited = this.#ending('exit');
    this.closed = this.#ending('close');
    void this.exited.then(() => {
      this.#gone = true;
      this.kill('SIGKILL'); // what it may have left behind in its group
    });
  }

  /** The last lines of its standard output and error, together. */
  lastLines(): string[] {
    return this.#tail.lines();
  }

  /** The last lines of its standard error alone. */
  lastErrors(): string[] {
    return this.#errors.lines();
  }

  /** Calls back with every line of its standard output and error as it comes. */
  onLine(callback: (line: string) => void): void {
    for (const output of [this.process.stdout!, this.process.stderr!]) {
      createInterface({ input: output, crlfDelay: Infinity }).on('line', callback);
    }
  }

  /** Whether the process has ended. */
  get gone(): boolean {
    return this.#gone;
  }

  /** Asks it to end by SIGTERM, insists by SIGKILL after its grace, and returns when it is gone. */
  async stop(): Promise<ChildExit> {
    if (this.#gone) return this.exited;
    this.kill('SIGTERM');
    const insist = setTimeout(() => this.kill('SIGKILL'), this.#graceMs);
    const exit = await this.exited;
    clearTimeout(insist);
    return exit;
  }

  /** Sends a signal to the child and to every process of its group. */
  kill(signal: NodeJS.Signals): void {
    if (this.process.pid !== undefined) killGroup(this.process.pid, signal);
  }

  #ending(event: 'exit' | 'close'): Promise<ChildExit> {
    return new Promise((resolve) => {
      this.process.once('error', (error: NodeJS.ErrnoException) => {
        if (this.process.pid === undefined) resolve({ code: null, signal: null, error });
      });
      this.process.once(event, (code: number | null, signal: NodeJS.Signals | null) =>
        resolve({ code, signal }),
      );
    });
  }
}

/**
 * Owns every child process and temporary folder of a run and leaves none behind: `stop` ends them in order;
 * when the process exits without it (an uncaught exception, process.exit) they are killed on the way out; and
 * when it is killed outright, the reaper, a process that only waits for that, does it instead.
 */
export class Supervisor {
  readonly #children = new Set<SupervisedChild>();
  readonly #directories = new Set<string>();
  readonly #onExit = () => this.#killNow();
  #reaper: { readonly process: ChildProcess; readonly input: Writable } | undefined;
  #stopping: Promise<void> | undefined;

  constructor() {
    process.on('exit', this.#onExit);
  }

  /** Starts a child process; it does not throw when the command is missing: see the child's `exited`. */
  spawn(options: ChildOptions): SupervisedChild {
    assert(this.#stopping === undefined, 'a stopped supervisor starts nothing', { child: options.name });
    this.#startReaper();
    const child = new SupervisedChild(options);
    const pid = child.process.pid;
    this.#children.add(child);
    this.#tellReaper({ pid, tracked: true });
    void child.exited.then(() => {
      this.#children.delete(child);
      this.#tellReaper({ pid, tracked: false });
    });
    return child;
  }

  /** Makes an empty folder that goes when the supervisor stops. */
  temporaryDirectory(purpose: string): string {
    assert(this.#stopping === undefined, 'a stopped supervisor makes nothing', { purpose });
    this.#startReaper();
    const directory = mkdtempSync(join(tmpdir(), `weir-${purpose}-`));
    this.#directories.add(directory);
    this.#tellReaper({ directory, tracked: true });
    return directory;
  }

  /** Ends every child, waits until they are gone and removes the folders; may be called more than once. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    await Promise.all([...this.#children].map((child) => child.stop()));
    for (const directory of this.#directories) {
      rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
      this.#tellReaper({ directory, tracked: false });
    }
    this.#directories.clear();
    process.off('exit', this.#onExit);
    const reaper = this.#reaper;
    if (reaper === undefined) return;
    const exited = new Promise((resolve) => reaper.process.once('exit', resolve));
    reaper.process.ref();
    reaper.input.end();
    if (reaper.process.exitCode === null && reaper.process.signalCode === null) await exited;
  }

  #killNow(): void {
    for (const child of this.#children) child.kill('SIGKILL');
    for (const directory of this.#directories)
      rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  }

  #startReaper(): void {
    if (this.#reaper !== undefined) return;
    const child = spawn(process.execPath, [REAPER], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    child.on('error', () => undefined);
    child.stdin.on('error', () => undefined); // a reaper that died early costs only the guard against SIGKILL
    child.unref();
    this.#reaper = { process: child, input: child.stdin };
  }

  #tellReaper(message: ReaperMessage): void {
    if (this.#reaper?.input.writable === true) this.#reaper.input.write(`${JSON.stringify(message)}\n`);
  }
}

/** What a supervisor tells its reaper: a process group or a folder has come, or has gone. */
export interface ReaperMessage {
  readonly tracked: boolean;
  readonly pid?: number | undefined;
  readonly directory?: string;
}

/** Sends a signal to a process group; false when no process of it is left. */
export function killGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-leader, signal);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const REAPER = fileURLToPath(new URL('./reaper.ts', import.meta.url));
