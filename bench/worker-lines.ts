import { createInterface } from 'node:readline';
import type { Lap } from './racers.ts';

/** The worker's end of a Racer: does the work each line asks for, timed. */
export async function answerLines(work: (amount: number) => Omit<Lap, 'cpuSeconds'>): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    const before = process.cpuUsage();
    const result = work(Number(line));
    const { user, system } = process.cpuUsage(before);
    const lap: Lap = { cpuSeconds: (user + system) / 1e6, ...result };
    process.stdout.write(`${JSON.stringify(lap)}\n`);
  }
}
