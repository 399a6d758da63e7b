import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { MetricSet } from '../models/core/metrics.ts';
import { playerParams } from '../models/player/params.ts';
import { RunClock } from './clock.ts';
import { freePort } from './minio.ts';
import { PlayerHost } from './player-host.ts';

const COMMON = {
  startBuffer: '1s',
  resumeBuffer: '1s',
  retries: 1,
  retryDelay: '50ms',
  retryDelayMax: '50ms',
  bufferMax: '4s',
};
const PARAMS = playerParams.parse(COMMON);
const MASTER =
  '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=90000\nhigh/p.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=10000\nlow/p.m3u8\n';
const MEDIA = '#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n0.ts\n#EXTINF:1,\n1.ts\n#EXT-X-ENDLIST\n';
const cleanups: (() => void)[] = [];

afterEach(() =>
  cleanups
    .splice(0)
    .reverse()
    .forEach((cleanup) => cleanup()),
);

test('a viewer plays a video to its end, from playlists of any order', async () => {
  const asked: string[] = [];
  const { host, outcome } = await watch((request, response) => {
    asked.push(request.url!);
    serveVideo(request.url!, response);
  });
  expect(await outcome).toBe('finished');
  // 5 Mbps is assumed at first, halved while the buffer is low: the high rendition fits, and its playlist
  // alone is asked for.
  const segments = ['/v0/high/0.ts', '/v0/high/1.ts'];
  expect(asked).toEqual(['/v0/master.m3u8', '/v0/high/p.m3u8', ...segments]);
  expect(host.rows[0]).toMatchObject({ playedSeconds: 2, segments: 2, network: 'test' });
  expect(
    host.recorder.entries
      .filter((entry) => 'input' in entry)
      .map((entry) => entry.input.kind)
      .slice(0, 4),
  ).toEqual(['sessionStarted', 'manifestArrived', 'manifestArrived', 'segmentArrived']);
});

test.each([
  { fault: 'a missing manifest', broken: '/v0/master.m3u8', status: 404, cause: 'notFound', attempts: 1 },
  {
    fault: 'an error at a media playlist',
    broken: '/v0/high/p.m3u8',
    status: 500,
    cause: 'serverError',
    attempts: 2,
  },
  { fault: 'an error at a segment', broken: '/v0/high/0.ts', status: 503, cause: 'serverError', attempts: 2 },
  { fault: 'a missing segment', broken: '/v0/high/1.ts', status: 404, cause: 'notFound', attempts: 1 },
])('$fault fails the session as $cause', async ({ broken, status, cause, attempts }) => {
  let count = 0;
  const { host, outcome } = await watch((request, response) => {
    if (request.url !== broken) return serveVideo(request.url!, response);
    count++;
    response.writeHead(status).end();
  });
  expect(await outcome).toBe('failed');
  expect(count).toBe(attempts);
  expect(failures(host)).toEqual(Array(attempts).fill(cause));
});

test.each([
  { fault: 'no playlist', master: '<html>' },
  { fault: 'a rendition too few', master: MASTER.split('\n').slice(0, 3).join('\n') },
])("a manifest that is $fault is the server's error", async ({ master }) => {
  const { host, outcome } = await watch((request, response) => {
    if (request.url === '/v0/master.m3u8') response.end(master);
    else serveVideo(request.url!, response);
  });
  expect(await outcome).toBe('failed');
  expect(failures(host)).toEqual(['serverError', 'serverError']);
});

test('an answer cut short is a reset, is tried again, and playback goes on', async () => {
  let cut = false;
  const { host, outcome } = await watch((request, response) => {
    if (request.url !== '/v0/high/0.ts' || cut) return serveVideo(request.url!, response);
    cut = true;
    response.writeHead(200, { 'Content-Length': 1000 });
    response.write('some', () => response.destroy());
  });
  expect(await outcome).toBe('finished');
  expect(failures(host)).toEqual(['reset']);
});

test('a transfer that all but stops is given up for a lower rendition of the same segment', async () => {
  const asked: string[] = [];
  const { host, outcome } = await watch((request, response) => {
    asked.push(request.url!);
    if (request.url !== '/v0/high/1.ts') return serveVideo(request.url!, response);
    response.writeHead(200, { 'Content-Length': 112_500 });
    response.write(Buffer.alloc(500));
  }, Infinity, playerParams.parse({ ...COMMON, abr: { rule: 'throughput' } }));
  expect(await outcome).toBe('finished');
  const segments = asked.filter((url) => url.endsWith('.ts'));
  expect(segments).toEqual(['/v0/low/0.ts', '/v0/high/1.ts', '/v0/low/1.ts']);
  expect(host.rows[0]).toMatchObject({ abandoned: 1, segments: 2, playedSeconds: 2 });
});

test('client data go along in headers where they are asked for', async () => {
  const told: unknown[] = [];
  const { outcome } = await watch((request, response) => {
    told.push(request.headers['cmcd-object']);
    serveVideo(request.url!, response);
  }, Infinity, playerParams.parse({ ...COMMON, cmcd: 'header' }));
  expect(await outcome).toBe('finished');
  const segment = 'br=(900;v),d=1000,lb=(100;v),ot=v,tb=(900;v)';
  expect(told).toEqual(['ot=m', 'ot=m', segment, segment]);
});

test('a server that is not there is a reset', async () => {
  const { host, outcome } = await watch(undefined);
  expect(await outcome).toBe('failed');
  expect(failures(host)).toEqual(['reset', 'reset']);
});

test('a viewer who leaves closes the connection of the request under way', async () => {
  let closed: (() => void) | undefined;
  const connectionClosed = new Promise<void>((resolve) => (closed = resolve));
  const { outcome } = await watch((request, response) => {
    if (request.url !== '/v0/high/0.ts') return serveVideo(request.url!, response);
    response.writeHead(200, { 'Content-Length': 1000 });
    response.write('slow');
    response.once('close', () => closed!());
  }, 300_000);
  expect(await outcome).toBe('leftBeforeStart');
  await connectionClosed;
});

async function watch(listener: RequestListener | undefined, startupPatienceUs = Infinity, params = PARAMS) {
  const port = listener === undefined ? await freePort() : await serve(listener);
  let left: ((outcome: string) => void) | undefined;
  const outcome = new Promise<string>((resolve) => (left = resolve));
  const host: PlayerHost = new PlayerHost({
    clock: new RunClock(),
    metrics: new MetricSet(),
    params,
    slots: 1,
    renditions: ['low', 'high'],
    media: { bitrates: () => [100_000, 900_000], segmentUs: () => 1_000_000, segmentCount: () => 2 },
    networks: ['test'],
    logFromUs: 0,
    masterPath: (video) => `/v${video}/master.m3u8`,
    onLeave: () => left!(host.rows.at(-1)!.outcome),
  });
  cleanups.push(() => host.close());
  host.start(0, { session: 0, video: 0, watchUs: Infinity, startupPatienceUs }, 0, port);
  return { host, outcome };
}

function failures(host: PlayerHost): string[] {
  return host.recorder.entries.flatMap((entry) => {
    return 'input' in entry && entry.input.kind === 'fetchFailed' ? [entry.input.cause] : [];
  });
}

function serveVideo(url: string, response: ServerResponse): void {
  if (url === '/v0/master.m3u8') response.end(MASTER);
  else if (url.endsWith('.m3u8')) response.end(MEDIA);
  else response.end(Buffer.alloc(url.includes('high') ? 112_500 : 12_500));
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
