import { Agent, createServer, request, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { edgeParams } from '../models/cdn/params.ts';
import { cacheRequests } from '../models/cdn/metrics.ts';
import { MetricSet } from '../models/core/metrics.ts';
import type { CacheConfig } from './cache-config.ts';
import { CacheHandle } from './cache-handle.ts';
import { openParent } from './cache-parent.ts';
import { CacheServer } from './cache-server.ts';
import { Supervisor } from './children.ts';
import { RunClock } from './clock.ts';
import { joinTapes } from './metric-tape.ts';
import { freePort } from './minio.ts';

const cleanups: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

describe('a cache over HTTP', () => {
  test('answers a miss from its parent, then a hit, and one parent fetch for all who wait', async () => {
    let fetches = 0;
    const parent = await serve((_request, response) => {
      fetches++;
      setTimeout(() => response.end('body'), 50);
    });
    const { port, server } = await cache(parent);
    const together = await Promise.all([get(port, '/v/a.ts'), get(port, '/v/a.ts'), get(port, '/v/a.ts')]);
    expect(together.map((answer) => answer.headers['x-cache'])).toEqual(['MISS', 'COALESCED', 'COALESCED']);
    const hit = await get(port, '/v/a.ts');
    expect(hit).toMatchObject({ status: 200, body: 'body' });
    expect(hit.headers).toMatchObject({
      'x-cache': 'HIT',
      'x-weir-node': 'edge-0',
      'content-type': 'video/mp2t',
      'content-length': '4',
    });
    expect(fetches).toBe(1);
    expect(
      server.recorder.entries.map((entry) =>
        'input' in entry ? entry.input.kind : 'call' in entry && entry.call.port,
      ),
    ).toEqual([
      'requested',
      'fetchFromParent',
      'requested',
      'requested',
      'headArrived',
      'respond',
      'respond',
      'respond',
      'fetchEnded',
      'answerEnded',
      'answerEnded',
      'answerEnded',
      'requested',
      'respond',
    ]);
  });

  test.each([
    { parent: 'has no such object', answer: 404, fetched: 1 },
    { parent: 'is in trouble', answer: 500, fetched: 2 },
    { parent: 'is overloaded', answer: 503, fetched: 2 },
  ])('passes on that its parent $parent, and asks again as it should', async ({ answer, fetched }) => {
    let fetches = 0;
    const parent = await serve((_request, response) => {
      fetches++;
      response.writeHead(answer).end();
    });
    const { port } = await cache(parent);
    expect((await get(port, '/x')).status).toBe(answer);
    expect((await get(port, '/x')).status).toBe(answer);
    expect(fetches).toBe(fetched);
  });

  test('a parent that is silent, cut short or gone is a timeout or a reset', async () => {
    const silent = await cache(await serve(() => undefined), { parentLimitMs: 200 });
    expect(await get(silent.port, '/x')).toMatchObject({ status: 504, body: 'parentTimeout\n' });
    const cut = await cache(
      await serve((_request, response) => {
        response.writeHead(200, { 'Content-Length': 100 });
        response.write('some', () => response.destroy());
      }),
    );
    await expect(get(cut.port, '/x')).rejects.toThrow(); // it had begun to answer
    const gone = await cache(await freePort());
    expect(await get(gone.port, '/x')).toMatchObject({ status: 502, body: 'parentReset\n' });
  });

  test('drops the bytes of what the node evicts, and passes through what is too large to keep', async () => {
    const parent = await serve((call, response) =>
      response.end(Buffer.alloc(call.url === '/large' ? 500 : 60)),
    );
    const { port } = await cache(parent, { capacity: 100 });
    const results: unknown[] = [];
    for (const path of ['/a', '/b', '/b', '/a', '/large', '/large', '/a']) {
      const answer = await get(port, path);
      expect(answer.body).toHaveLength(path === '/large' ? 500 : 60);
      results.push(answer.headers['x-cache']);
    }
    expect(results).toEqual(['MISS', 'MISS', 'HIT', 'MISS', 'MISS', 'MISS', 'HIT']);
  });

  test('a client that leaves does not keep the object from the cache', async () => {
    const parent = await serve((_request, response) => setTimeout(() => response.end('late'), 150));
    const { port } = await cache(parent);
    const socket = connect({ host: '127.0.0.1', port });
    socket.write('GET /a HTTP/1.1\r\nHost: x\r\n\r\n');
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect((await get(port, '/a')).headers['x-cache']).toBe('HIT');
  });

  test('what is no request for an object never reaches the node', async () => {
    const { port, server } = await cache(await freePort());
    for (const path of ['/', '/../etc/passwd', '/a/..%2f', '/a?b=c', `/${'a'.repeat(600)}`, '/%00']) {
      expect((await get(port, path)).status).toBe(400);
    }
    expect((await get(port, '/a', 'POST')).status).toBe(405);
    expect(await raw(port, 'nonsense\r\n\r\n')).toContain('400 Bad Request');
    expect(await raw(port, `GET /a HTTP/1.1\r\nHost: x\r\nA: ${'b'.repeat(70_000)}\r\n\r\n`)).toContain(
      '431',
    );
    expect(server.recorder.entries).toEqual([]);
  });
});

test('caches as processes: two tiers, metrics and recordings handed over, gone at the end', async () => {
  const parent = await serve((call, response) => {
    if (call.url === '/none') response.writeHead(404).end();
    else response.end('object');
  });
  const supervisor = new Supervisor();
  cleanups.push(() => supervisor.stop());
  const clock = new RunClock();
  const regional = await CacheHandle.start(
    supervisor,
    config({ component: 'regional-0', tier: 'regional' }, parent),
  );
  const edge = await CacheHandle.start(supervisor, config({}, regional.port));
  for (const handle of [regional, edge]) await handle.go(clock);
  for (const handle of [regional, edge]) handle.mark('sample', 0);
  expect((await get(edge.port, '/a')).headers['x-cache']).toBe('MISS');
  expect((await get(edge.port, '/a')).headers['x-cache']).toBe('HIT');
  expect((await get(edge.port, '/none')).status).toBe(404);
  for (const handle of [regional, edge]) handle.mark('end', 1_000_000);
  const reports = [await regional.finish(), await edge.finish()];
  const view = joinTapes(reports.map((report) => report.tape)).view(0);
  const count = (tier: string, result: string) => view.total(cacheRequests, { tier, result });
  expect([count('edge', 'miss'), count('edge', 'hit'), count('edge', 'error')]).toEqual([1, 1, 1]);
  expect([count('regional', 'miss'), count('regional', 'hit'), count('regional', 'error')]).toEqual([
    1, 0, 1,
  ]);
  const entries = reports[1]!.entries;
  expect(
    entries.every((entry) => entry.component === 'edge-0' && entry.now >= 0 && entry.now <= clock.now()),
  ).toBe(true);
  expect(entries).toHaveLength(12);
  await edge.stop();
  await expect(edge.failed()).rejects.toThrow('edge-0 ended with status 0');
});

async function cache(parentPort: number, change: Partial<CacheConfig> = {}) {
  const clock = new RunClock();
  const complete = config(change, parentPort);
  const server = new CacheServer(
    complete,
    openParent(complete.parent, complete.parentLimitMs),
    clock,
    new MetricSet(),
  );
  cleanups.push(() => server.close());
  return { server, port: await server.listen() };
}

function config(change: Partial<CacheConfig>, parentPort: number): CacheConfig {
  return {
    component: 'edge-0',
    tier: 'edge',
    storage: { ...edgeParams.parse({}), memory: undefined },
    capacity: 1_000_000,
    behaviour: { preset: 'varnish' },
    parentLimitMs: 5_000,
    parent: { kind: 'http', host: '127.0.0.1', port: parentPort },
    ...change,
  };
}

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const agent = new Agent({ keepAlive: false });

function get(port: number, path: string, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port, path, method, agent }, (answer) => {
      let body = '';
      answer.setEncoding('latin1').on('data', (text: string) => (body += text));
      answer.on('error', reject);
      answer.on('end', () => resolve({ status: answer.statusCode!, headers: answer.headers, body }));
    });
    call.on('error', reject).end();
  });
}

function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    let answer = '';
    socket.on('data', (data: Buffer) => (answer += data.toString()));
    socket.on('error', () => undefined).on('close', () => resolve(answer));
    socket.write(text);
  });
}
