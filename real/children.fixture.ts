/**
 * A parent for children.test.ts: starts a docile child, a child that ignores SIGTERM and has a child of its
 * own, and a temporary folder, says which they are, and then ends in the way its argument names.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Supervisor } from './children.ts';
import { abortOnInterrupt } from './interrupt.ts';

const supervisor = new Supervisor();
const directory = supervisor.temporaryDirectory('fixture');
writeFileSync(join(directory, 'data'), 'x');
const docile = supervisor.spawn({ name: 'docile', command: 'sleep', args: ['300'] });
const stubborn = supervisor.spawn({
  name: 'stubborn',
  command: 'sh',
  args: ['-c', 'trap "" TERM; sleep 301 & echo ready; while :; do wait; done'],
  graceMs: 200,
});
await new Promise((resolve) => stubborn.process.stdout!.once('data', resolve));

const way = process.argv[2];
const interrupts = way === 'interrupt' ? abortOnInterrupt() : undefined;
interrupts?.signal.addEventListener('abort', () => {
  void supervisor.stop().then(() => process.exit(130));
});
process.stdout.write(
  `${JSON.stringify({ groups: [docile.process.pid, stubborn.process.pid], directory })}\n`,
);

if (way === 'throw')
  setTimeout(() => {
    throw new Error('thrown on purpose');
  }, 50);
if (way === 'reject') void Promise.reject(new Error('rejected on purpose'));
if (way === 'exit') process.exit(3);
if (way === 'stop') await supervisor.stop();
else setInterval(() => undefined, 1_000);
