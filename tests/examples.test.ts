import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

// Named one by one, so that the compiler and the test of dead files follow them.
const examples = {
  'bank': () => import('../docs/examples/bank.ts'),
  'branch': () => import('../docs/examples/branch.ts'),
  'busy-evening': () => import('../docs/examples/busy-evening.ts'),
  'call-centre': () => import('../docs/examples/call-centre.ts'),
  'coach-tours': () => import('../docs/examples/coach-tours.ts'),
  'common-random-numbers': () => import('../docs/examples/common-random-numbers.ts'),
  'fork-join': () => import('../docs/examples/fork-join.ts'),
  'machine-repair': () => import('../docs/examples/machine-repair.ts'),
  'petrol-station': () => import('../docs/examples/petrol-station.ts'),
  'printer': () => import('../docs/examples/printer.ts'),
  'shortest-first': () => import('../docs/examples/shortest-first.ts'),
  'tandem': () => import('../docs/examples/tandem.ts'),
  'web-server': () => import('../docs/examples/web-server.ts'),
  'workshop': () => import('../docs/examples/workshop.ts'),
} as const;

const folder = join(import.meta.dirname, '..', 'docs', 'examples');

describe('docs/examples', () => {
  test('every example is here', () => {
    const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));
    expect(files.map((file) => file.replace(/\.ts$/, ''))).toEqual(Object.keys(examples));
  });

  test.each(Object.keys(examples))('%s prints what stands beside it', (name) => {
    const script = join(folder, `${name}.ts`);
    const { status, stdout, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
    expect({ status, stderr, stdout }).toEqual({
      status: 0, stderr: '', stdout: readFileSync(join(folder, `${name}.out`), 'utf8'),
    });
  });
});
