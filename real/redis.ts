import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { describeExit, type SupervisedChild, type Supervisor } from './children.ts';
import { freePort } from './minio.ts';
import { MissingRequirementError } from './missing-requirement.ts';
import { requireProgram } from './setup.ts';

/** A redis-server of our own that runs until its supervisor stops. */
export interface RedisServer {
  /** Where it answers, with its password. */
  readonly url: string;
  /** Its configuration: a server started with it again goes on with what this one has written down. */
  readonly configuration: string;
  readonly child: SupervisedChild;
}

/**
 * Starts redis-server on a free loopback port with a folder and a password of its own, every change written
 * to disk, and returns when it answers. Throws MissingRequirementError when it is not installed.
 */
export async function startRedis(supervisor: Supervisor, signal?: AbortSignal): Promise<RedisServer> {
  const command = requireProgram('redis-server');
  await loadIoredis();
  const folder = supervisor.temporaryDirectory('redis');
  const password = randomBytes(24).toString('hex');
  const configuration = join(folder, 'redis.conf');
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    // In a file and not on the command line, which everybody on the machine can read.
    const lines = [`bind 127.0.0.1`, `port ${port}`, `dir ${folder}`, `requirepass ${password}`, 'save ""',
      'appendonly yes', 'maxmemory-policy noeviction', ''];
    writeFileSync(configuration, lines.join('\n'), { mode: 0o600 });
    const child = supervisor.spawn({ name: 'redis-server', command, args: [configuration] });
    const url = `redis://:${password}@127.0.0.1:${port}`;
    if (await comesUp(child, url, signal)) return { url, configuration, child };
    // Somebody else may have taken the port between our look and the server's.
    const taken = child.lastLines().some((line) => /address already in use/i.test(line));
    if (taken && attempt < PORT_ATTEMPTS) continue;
    throw new Error(epitaph(child, describeExit(await child.closed)));
  }
}

/**
 * Throws MissingRequirementError unless the URL of `--redis` is one and a server answers there and takes the
 * password.
 */
export async function checkRedis(text: string): Promise<void> {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'redis:' && url.protocol !== 'rediss:')) {
    throw new MissingRequirementError('redis', 'the URL of --redis is not a redis or rediss URL',
      'Give --redis redis://:PASSWORD@HOST:PORT, or leave --redis out to let Weir start redis-server');
  }
  const problem = await problemOf(text);
  if (problem === undefined) return;
  throw new MissingRequirementError('redis', `${url.host} cannot be used: ${problem}`,
    'Check the URL and that the server runs, or leave --redis out to let Weir start redis-server');
}

/** What a child said last, after what happened to it. */
export function epitaph(child: SupervisedChild, what: string): string {
  return `${child.name} ${what}; it said last:\n${child.lastLines().slice(-15).join('\n')}`;
}

/** Waits until a server answers; false when it ended. */
async function comesUp(
  child: SupervisedChild, url: string, signal: AbortSignal | undefined,
): Promise<boolean> {
  const deadline = performance.now() + START_LIMIT_MS;
  while (!child.gone) {
    signal?.throwIfAborted();
    if (performance.now() > deadline) {
      await child.stop();
      throw new Error(epitaph(child, `did not answer within ${START_LIMIT_MS / 1000} s`));
    }
    if (await problemOf(url) === undefined) return true;
    await Promise.race([child.exited, new Promise((resolve) => setTimeout(resolve, 30))]);
  }
  return false;
}

/** Why a server cannot be used; undefined when it answers. */
async function problemOf(url: string): Promise<string | undefined> {
  const Client = await loadIoredis();
  const client = new Client(url, {
    lazyConnect: true, connectTimeout: 3_000, commandTimeout: 3_000, maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let problem = 'nobody answers';
  client.on('error', (error: Error) => {
    problem = error.message || error.name;
  });
  try {
    await client.connect();
    await client.ping();
    return undefined;
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    // The event says why, what is thrown often only that the connection is closed.
    return said === '' || said.includes('Connection is closed') ? problem : said;
  } finally {
    client.disconnect();
  }
}

async function loadIoredis(): Promise<typeof Redis> {
  try {
    return (await import('ioredis')).Redis;
  } catch (error) {
    throw missingPackage('ioredis', error);
  }
}

/** An optional package of npm's is not there. */
export function missingPackage(name: string, cause: unknown): MissingRequirementError {
  return new MissingRequirementError(name, 'the npm package is not installed, as it is optional',
    `Run in Weir's folder: npm install --include=optional`, { cause });
}

const PORT_ATTEMPTS = 3;
const START_LIMIT_MS = 15_000;
