/**
 * One cache as a process of its own. It is configured over IPC, answers HTTP from `start` on, tells the run's
 * time from `go` on, and hands over what it measured and recorded on `finish`. It ends when its parent does.
 */
import { MetricSet } from '../models/core/metrics.ts';
import type { CacheSoFar, FromCache, ToCache } from './cache-config.ts';
import { openParent } from './cache-parent.ts';
import { CacheServer } from './cache-server.ts';
import { RunClock } from './clock.ts';
import { MetricTape } from './metric-tape.ts';

const metrics = new MetricSet();
const tape = new MetricTape(metrics);
const clock = new RunClock();
let server: CacheServer | undefined;
let told = 0;

async function receive(message: ToCache): Promise<void> {
  switch (message.kind) {
    case 'start': {
      const { config } = message;
      server = new CacheServer(
        config,
        openParent(config.parent, config.parentLimitMs),
        clock,
        metrics,
      );
      return tell({ kind: 'listening', port: await server.listen() });
    }
    case 'go':
      clock.restart(message.epoch);
      return tell({ kind: 'ready' });
    case 'mark':
      tape.mark(message.mark, message.atUs);
      return tell({ kind: 'marked', ...soFar() });
    case 'finish':
      return tell({ kind: 'finished', ...soFar() });
    default:
      message satisfies never;
  }
}

/** What was measured, and what was recorded since it was last told: it may be killed before the next time. */
function soFar(): CacheSoFar {
  const entries = server?.recorder.entries ?? [];
  const fresh = entries.slice(told);
  told = entries.length;
  return { tape: tape.data(), entries: fresh };
}

function tell(message: FromCache): void {
  process.send!(message);
}

process.on('message', (message: ToCache) => void receive(message));
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
