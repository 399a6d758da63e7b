/** Keeps the last lines of an output, however much of it comes; for the errors that quote it. */
export class LineTail {
  readonly #limit: number;
  readonly #lines: string[] = [];
  #unfinished = '';

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes in more output; a line longer than 2000 characters is cut. */
  add(chunk: Buffer | string): void {
    const parts = (this.#unfinished + chunk.toString()).split(/\r?\n|\r/);
    this.#unfinished = (parts.pop() ?? '').slice(0, LONGEST_LINE);
    for (const line of parts) if (line !== '') this.#lines.push(line.slice(0, LONGEST_LINE));
    if (this.#lines.length > this.#limit) this.#lines.splice(0, this.#lines.length - this.#limit);
  }

  /** The last lines, oldest first. */
  lines(): string[] {
    const all = this.#unfinished === '' ? [...this.#lines] : [...this.#lines, this.#unfinished];
    return all.slice(-this.#limit);
  }
}

const LONGEST_LINE = 2_000;
