import { EXIT } from './exit.ts';
import { note } from './terminal.ts';

/**
 * A signal that the first Ctrl-C (or SIGTERM) aborts; the second one ends the process at once. `restore`
 * puts the default handling back.
 */
export function interruptible(
  message: string,
): { readonly signal: AbortSignal; readonly restore: () => void } {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    note(`\n${message} (again to stop at once)`);
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  const restore = () => {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  };
  return { signal: controller.signal, restore };
}
