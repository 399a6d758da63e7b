import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { SessionLog } from '../models/core/run-record.ts';
import { loggedP1203 } from '../models/player/p1203.ts';
import type { CodecName } from '../models/storage/codecs.ts';
import { UsageError } from './exit.ts';
import { note } from './terminal.ts';

/** Refuses a folder that could not be written to. */
export function prepareP1203(folder: string): void {
  if (existsSync(folder) && !statSync(folder).isDirectory()) {
    throw new UsageError(`--p1203: expected a folder, but ${folder} is a file`);
  }
  const parent = dirname(resolve(folder));
  if (!existsSync(parent)) throw new UsageError(`--p1203: there is no folder ${parent}`);
}

/** Writes each logged session that P.1203 can judge to a file of its own: NETWORK-SESSION.json. */
export function writeP1203(folder: string, logs: readonly SessionLog[], codecs: readonly CodecName[]): void {
  mkdirSync(folder, { recursive: true });
  const leftOut = new Map<string, number>();
  let written = 0;
  for (const log of logs) {
    const input = loggedP1203(log, codecs);
    if (typeof input === 'string') {
      leftOut.set(input, (leftOut.get(input) ?? 0) + 1);
      continue;
    }
    const name = `${log.network.replace(/[^\w.-]+/g, '_')}-${log.session}.json`;
    writeFileSync(join(folder, name), `${JSON.stringify(input, null, 2)}\n`);
    written++;
  }
  const without = [...leftOut].map(([why, count]) => `; left out ${count}, as ${why}`).join('');
  note(`Wrote ${folder}/: ${written} of ${logs.length} logged sessions as input for itu_p1203${without}`);
}
