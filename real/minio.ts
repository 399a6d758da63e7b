import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { describeExit, type SupervisedChild, type Supervisor } from './children.ts';
import { S3_REGION, type S3Endpoint } from './object-store.ts';
import { requireProgram } from './setup.ts';

/** A MinIO server of our own that runs until its supervisor stops. */
export interface Minio {
  /** Where and with which credentials its S3 interface answers. */
  readonly endpoint: S3Endpoint;
  stop(): Promise<void>;
  /** Starts it again after a stop, with what it held, where it was; returns when it takes requests. */
  startAgain(): Promise<void>;
}

/**
 * Starts MinIO on a free loopback port with a data folder and credentials of its own, and returns when it
 * takes requests. Throws MissingRequirementError when it is not installed, and an error with the server's own
 * last lines when it does not come up.
 */
export async function startMinio(supervisor: Supervisor, signal?: AbortSignal): Promise<Minio> {
  const program = requireProgram('minio');
  const data = supervisor.temporaryDirectory('minio');
  const accessKeyId = `weir-${randomBytes(6).toString('hex')}`;
  const secretAccessKey = randomBytes(24).toString('hex');
  const start = async (port: number): Promise<SupervisedChild> => supervisor.spawn({
    name: 'minio',
    command: program,
    args: [
      'server', data, '--address', `127.0.0.1:${port}`,
      '--console-address', `127.0.0.1:${await freePort()}`,
    ],
    env: {
      MINIO_ROOT_USER: accessKeyId,
      MINIO_ROOT_PASSWORD: secretAccessKey,
      MINIO_BROWSER: 'off',
      MINIO_UPDATE: 'off',
      CI: 'true', // a quarter of the memory: MinIO's own switch for small machines
    },
  });
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    let child = await start(port);
    const url = `http://127.0.0.1:${port}`;
    if (await healthy(child, url, signal)) {
      return {
        endpoint: { url, region: S3_REGION, accessKeyId, secretAccessKey },
        stop: async () => void (await child.stop()),
        startAgain: async () => {
          child = await start(port);
          if (!(await healthy(child, url, signal))) await fail(child);
        },
      };
    }
    // Somebody else may have taken the port between our look and MinIO's.
    const taken = child.lastLines().some((line) => /address already in use|port .*in use/i.test(line));
    if (!taken || attempt === PORT_ATTEMPTS) await fail(child);
  }
}

/** A loopback port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** Waits for the health check; false when the server ended. /minio/health/ready says 200 too early. */
async function healthy(
  child: SupervisedChild,
  url: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const deadline = Date.now() + START_LIMIT_MS;
  while (!child.gone) {
    signal?.throwIfAborted();
    if (Date.now() > deadline) {
      await fail(child, `did not take requests within ${START_LIMIT_MS / 1000} s`);
    }
    try {
      const answer = await fetch(`${url}/minio/health/cluster`, { signal: AbortSignal.timeout(2_000) });
      await answer.body?.cancel();
      if (answer.status === 200) return true;
    } catch {
      // Not listening yet.
    }
    await Promise.race([child.exited, new Promise((resolve) => setTimeout(resolve, 50))]);
  }
  return false;
}

async function fail(child: SupervisedChild, problem?: string): Promise<never> {
  const exit = child.gone ? await child.closed : undefined;
  await child.stop();
  const what = problem ?? (exit === undefined ? 'did not start' : describeExit(exit));
  throw new Error(`minio ${what}; it said last:\n${child.lastLines().slice(-15).join('\n')}`);
}

const PORT_ATTEMPTS = 3;
const START_LIMIT_MS = 30_000;
