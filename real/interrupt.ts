/** Turns SIGINT, SIGTERM and SIGHUP into an abort for as long as it is not disposed of. */
export interface Interrupts {
  readonly signal: AbortSignal;
  /** Gives the signals back to whoever had them. */
  dispose(): void;
}

/** Listens for the signals that ask a process to end; the reason of the abort is the signal's name. */
export function abortOnInterrupt(): Interrupts {
  const controller = new AbortController();
  const handlers = SIGNALS.map((name) => [name, () => controller.abort(name)] as const);
  for (const [name, handler] of handlers) process.on(name, handler);
  return {
    signal: controller.signal,
    dispose: () => handlers.forEach(([name, handler]) => process.off(name, handler)),
  };
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
