import type { TraceParser } from './cache-trace.ts';

/**
 * Cuts bytes into lines of UTF-8 text and hands them on with their numbers from 1; empty lines are passed
 * over.
 */
export class LineParser implements TraceParser {
  readonly #decoder = new TextDecoder();
  readonly #onLine: (line: string, number: number) => void;
  #rest = '';
  #number = 0;

  constructor(onLine: (line: string, number: number) => void) {
    this.#onLine = onLine;
  }

  push(bytes: Uint8Array): void {
    this.#take(this.#decoder.decode(bytes, { stream: true }));
  }

  end(): void {
    this.#take(`${this.#decoder.decode()}\n`);
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop()!;
    for (const line of lines) {
      this.#number++;
      const whole = line.endsWith('\r') ? line.slice(0, -1) : line;
      if (whole.trim() !== '') this.#onLine(whole, this.#number);
    }
  }
}
