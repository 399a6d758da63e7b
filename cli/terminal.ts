import type { TerminalOptions } from '../reports/terminal.ts';

/**
 * Whether and how wide to draw for a stream: no colour with NO_COLOR, TERM=dumb or off a terminal;
 * FORCE_COLOR overrides.
 */
export function terminalOptions(stream: NodeJS.WriteStream): TerminalOptions {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  const forced = FORCE_COLOR !== undefined && FORCE_COLOR !== '' && FORCE_COLOR !== '0';
  const refused = (NO_COLOR !== undefined && NO_COLOR !== '') || TERM === 'dumb';
  const colour = !refused && (forced || stream.isTTY === true);
  return { colour, width: Math.min(stream.columns ?? 100, 140) };
}

/** Writes text to standard output and waits until it is out, so that an exit cannot cut it off. */
export function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text.endsWith('\n') ? text : `${text}\n`, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

/** A message for people, on standard error. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}
