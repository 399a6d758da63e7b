/** Before this time nothing is shown: short work needs no progress. [ms] */
const QUIET_MS = 2000;
/** Between two redraws. [ms] */
const REDRAW_MS = 200;

/** One line of progress with its remaining time, on standard error and only on a terminal. */
export class ProgressLine {
  readonly #stream: NodeJS.WriteStream;
  readonly #startedMs = performance.now();
  #drawnMs = 0;
  #shown = false;

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream;
  }

  /** `fraction` from 0 to 1; `detail` stands after the remaining time. */
  update(fraction: number, detail: string): void {
    const now = performance.now();
    const elapsedMs = now - this.#startedMs;
    if (this.#stream.isTTY !== true || elapsedMs < QUIET_MS || now - this.#drawnMs < REDRAW_MS) return;
    this.#drawnMs = now;
    const leftMs = fraction > 0.01 ? (elapsedMs * (1 - fraction)) / fraction : NaN;
    const eta = Number.isNaN(leftMs) ? 'estimating' : `${formatLeft(leftMs)} left`;
    const width = 24;
    const filled = Math.round(width * fraction);
    const bar = '█'.repeat(filled) + '░'.repeat(width - filled);
    const line = `${bar} ${(fraction * 100).toFixed(0).padStart(3)} %  ${eta}  ${detail}`;
    this.#stream.write(`\r\x1b[2K${line.slice(0, (this.#stream.columns ?? 100) - 1)}`);
    this.#shown = true;
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#shown) this.#stream.write('\r\x1b[2K');
    this.#shown = false;
  }
}

function formatLeft(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 90 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}
