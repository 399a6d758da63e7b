/**
 * A worker that a run starts for itself: told over IPC what to work with, it takes chunks until SIGTERM, at
 * which it does what it has, and ends at once when the run is gone.
 */
import { startChunkWorker, type ChunkWorkerConfig, type FromChunkWorker } from './chunk-worker.ts';

process.once('message', (config: ChunkWorkerConfig) => {
  void (async () => {
    const worker = await startChunkWorker(config, (line) => tell({ kind: 'log', line }));
    const drain = () => void worker.drain().then(() => process.exit(0));
    process.once('SIGTERM', drain);
    tell({ kind: 'ready', name: worker.name });
  })();
});
process.on('disconnect', () => process.exit(0));

function tell(message: FromChunkWorker): void {
  if (process.connected) process.send!(message);
}
