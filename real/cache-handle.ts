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

  private constructor(config: CacheConfig, child: SupervisedChild, port: number) {
    this.config = config;
    this.#child = child;
    this.port = port;
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
    if (this.#child.process.connected)
      this.#child.process.send({ kind: 'mark', mark, atUs } satisfies ToCache);
  }

  /** Collects what it measured and recorded. */
  async finish(): Promise<CacheReport> {
    return ask(this.#child, { kind: 'finish' }, 'finished');
  }

  async stop(): Promise<void> {
    await this.#child.stop();
  }

  /** Rejects when the process ends, with its last lines; to be raced against the run. */
  async failed(): Promise<never> {
    const exit = await this.#child.closed;
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
