import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';

/** What a racer prints, as JSON on one line, for each line with an amount of work that it reads. */
export interface Lap {
  /** Processor time the work took. [s] */
  readonly cpuSeconds: number;
  /** Hash over what has been computed so far. */
  readonly hash: string;
  /** For queueing models: mean time spent waiting, in units of the mean service time. */
  readonly meanWait?: number;
  /** Mean number in the system. */
  readonly meanNumber?: number;
}

/**
 * A process that does work by the line: each contestant has its own, so that none changes how another is
 * compiled.
 */
export class Racer {
  readonly name: string;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #complaint = '';

  constructor(name: string, command: string, args: readonly string[]) {
    this.name = name;
    this.#child = spawn(command, args);
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#complaint += text));
    this.#child.on('error', (error) => (this.#complaint += error.message));
    // A racer that has died is noticed by the missing answer.
    this.#child.stdin.on('error', () => undefined);
  }

  /** Has it do an amount of work (events, customers) and waits for the result. */
  async run(amount: number): Promise<Lap> {
    this.#child.stdin.write(`${amount}\n`);
    const answer = await this.#lines.next();
    if (answer.done === true) throw new Error(`${this.name} gave no result: ${this.#complaint.trim()}`);
    return JSON.parse(answer.value) as Lap;
  }

  stop(): void {
    this.#child.stdin.end();
  }
}

/** A racer and the amount of work a lap of it is. */
export interface Entrant {
  readonly racer: Racer;
  readonly lap: number;
}

/** Speed of a racer, with what it computed. */
export interface Result {
  /** Amount of work a second of processor time, in its best lap: what else the machine does only slows it. */
  readonly speed: number;
  /** The first lap, which is the same amount of work for all. */
  readonly first: Lap;
  readonly last: Lap;
}

/**
 * Lets the racers run in turns, so that a busy machine slows all of them alike: first the same amount of work
 * for all, for its result, then a lap to warm up, then `laps` that count.
 */
export async function race(entrants: readonly Entrant[], laps: number, firstLap: number): Promise<Result[]> {
  const results: Lap[][] = entrants.map(() => []);
  for (let lap = 0; lap < laps + 2; lap++) {
    for (const [i, { racer, lap: amount }] of entrants.entries()) {
      results[i]!.push(await racer.run(lap === 0 ? firstLap : amount));
    }
  }
  return results.map((done, i) => {
    const speeds = done.slice(2).map(({ cpuSeconds }) => entrants[i]!.lap / cpuSeconds);
    return { speed: Math.max(...speeds), first: done[0]!, last: done[done.length - 1]! };
  });
}
