import { fileURLToPath } from 'node:url';
import type { Us } from '../models/core/units.ts';
import type { CacheConfig, FromCache, ToCache } from './cache-config.ts';
import { describeExit, type SupervisedChild, type Supervisor } from './children.ts';
import type { RunClock } from './clock.ts';
import type { MarkKind, MetricTapeData } from './metric-tape.ts';
import type { RecordingEntry } from './recording.ts';

/** What a cache process hands over at the end. */
export interface CacheReport {
  readonly tape: MetricTapeData;
  readonly entries: readonly RecordingEntry[];
}

/** The run's side of a cache process. */
export class CacheHandle {
  readonly config: CacheConfig;
  /** Loopback port it answers HTTP on. */
  readonly port: number;
  readonly #child: SupervisedChild;
  readonly #entries: RecordingEntry[] = [];
  #tape: MetricTapeData = { metrics: [], frames: [] };
  #killed = false;

  private constructor(config: CacheConfig, child: SupervisedChild, port: number) {
    this.config = config;
    this.#child = child;
    this.port = port;
    child.process.on('message', (message: FromCache) => {
      if (message.kind !== 'marked' && message.kind !== 'finished') return;
      this.#tape = message.tape;
      this.#entries.push(...message.entries);
    });
  }

  /** Starts a cache process and returns when it listens. */
  static async start(supervisor: Supervisor, config: CacheConfig): Promise<CacheHandle> {
    const child = supervisor.spawn({
      name: config.component,
      command: process.execPath,
      args: [PROGRAM],
      ipc: true,
    });
    const { port } = await ask(child, { kind: 'start', config }, 'listening');
    return new CacheHandle(config, child, port);
  }

  /** The run begins: the process tells the time of this clock from now on. */
  async go(clock: RunClock): Promise<void> {
    await ask(this.#child, { kind: 'go', epoch: clock.epoch() }, 'ready');
  }

  /** Reads its metrics now, under the nominal time `atUs`. */
  mark(mark: MarkKind, atUs: Us): void {
    if (!this.#killed && this.#child.process.connected)
      this.#child.process.send({ kind: 'mark', mark, atUs } satisfies ToCache);
  }

  /** Collects what it measured and recorded; of one that was killed, what it had told by then. */
  async finish(): Promise<CacheReport> {
    if (!this.#killed) await ask(this.#child, { kind: 'finish' }, 'finished');
    return { tape: this.#tape, entries: this.#entries };
  }

  /** Whether it was killed. */
  get killed(): boolean {
    return this.#killed;
  }

  /** Kills the process outright, as a fault; returns when it is gone. */
  async kill(): Promise<void> {
    this.#killed = true;
    this.#child.kill('SIGKILL');
    await this.#child.closed;
  }

  async stop(): Promise<void> {
    await this.#child.stop();
  }

  /** Rejects when the process ends by itself, with its last lines; to be raced against the run. */
  async failed(): Promise<never> {
    const exit = await this.#child.closed;
    if (this.#killed) return new Promise(() => undefined);
    throw new Error(
      `${this.config.component} ${describeExit(exit)}; it said last:\n${this.#child.lastLines().join('\n')}`,
    );
  }
}

type Answer<Kind extends FromCache['kind']> = Extract<FromCache, { readonly kind: Kind }>;

/** Sends a message and waits for the answer of a kind, within a limit. */
function ask<Kind extends FromCache['kind']>(
  child: SupervisedChild,
  message: ToCache,
  kind: Kind,
): Promise<Answer<Kind>> {
  return new Promise((resolve, reject) => {
    const settle = (action: () => void) => {
      clearTimeout(timer);
      child.process.off('message', onMessage);
      action();
    };
    const onMessage = (answer: FromCache) => {
      if (answer.kind === kind) settle(() => resolve(answer as Answer<Kind>));
    };
    const timer = setTimeout(
      () => settle(() => reject(new Error(`${child.name} did not answer ${message.kind}`))),
      LIMIT_MS,
    );
    child.process.on('message', onMessage);
    void child.closed.then((exit) => {
      settle(() =>
        reject(
          new Error(`${child.name} ${describeExit(exit)}; it said last:\n${child.lastLines().join('\n')}`),
        ),
      );
    });
    if (child.process.connected) child.process.send(message);
  });
}

const PROGRAM = fileURLToPath(new URL('./cache-process.ts', import.meta.url));
const LIMIT_MS = 15_000;
