import { EXIT } from './exit.ts';
import { note } from './terminal.ts';

/** Within this time a second signal is the echo of the first, sent to a group and forwarded as well. [ms] */
const ECHO_MS = 300;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * A signal that the first Ctrl-C (SIGTERM, SIGHUP) aborts; a second one ends the process at once. `restore`
 * puts the default handling back.
 */
export function interruptible(
  message: string,
): { readonly signal: AbortSignal; readonly restore: () => void } {
  const controller = new AbortController();
  let firstMs = 0;
  const onSignal = () => {
    if (!controller.signal.aborted) {
      firstMs = performance.now();
      note(`\n${message} (again to stop at once)`);
      controller.abort();
    } else if (performance.now() - firstMs > ECHO_MS) process.exit(EXIT.interrupted);
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  const restore = () => {
    for (const name of SIGNALS) process.off(name, onSignal);
  };
  return { signal: controller.signal, restore };
}
