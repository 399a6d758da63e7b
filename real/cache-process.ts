/**
 * One cache as a process of its own. It is configured over IPC, answers HTTP from `start` on, tells the run's
 * time from `go` on, and hands over what it measured and recorded on `finish`. It ends when its parent does.
 */
import { MetricSet } from '../models/core/metrics.ts';
import type { FromCache, ToCache } from './cache-config.ts';
import { openParent } from './cache-parent.ts';
import { CacheServer } from './cache-server.ts';
import { RunClock } from './clock.ts';
import { MetricTape } from './metric-tape.ts';

const metrics = new MetricSet();
const tape = new MetricTape(metrics);
const clock = new RunClock();
let server: CacheServer | undefined;

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
      return tape.mark(message.mark, message.atUs);
    case 'finish':
      return tell({ kind: 'finished', tape: tape.data(), entries: server?.recorder.entries ?? [] });
    default:
      message satisfies never;
  }
}

function tell(message: FromCache): void {
  process.send!(message);
}

process.on('message', (message: ToCache) => void receive(message));
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
