import { Agent, get } from 'node:http';
import { afterAll, expect, test, type TestContext } from 'vitest';
import {
  PROXY_MATRIX, timesOf, type ProxyName, type ProxyRow, type Seen,
} from '../models/cdn/proxies.fixture.ts';
import { freePort } from '../real/minio.ts';
import { RealOrigin } from './proxies/origin.fixture.ts';
import { ProxyServers } from './proxies/servers.fixture.ts';
import { requiredProgram } from './requirements.ts';

// The rows that the cache node reproduces (models/cdn/proxies.test.ts), asked of the real nginx and
// Varnish: the
// same table, the other arm. Requests at the origin are equal; nobody is answered before the model says;
// where
// one fetch serves all, nobody much later. G is left out: it takes 13 s and shows the timeout, as F does.
const ROWS = PROXY_MATRIX.filter(({ name }) => name !== 'G');

const LOCK = 'proxy_cache_lock on;';
const STALE = 'proxy_cache_use_stale updating; proxy_cache_background_update on; proxy_cache_revalidate on;';
const SLICE = `slice 1m; proxy_set_header Range $slice_range;
  proxy_cache_key $server_port$request_uri$slice_range;`;
const NGINX = [
  ['nginx', ''], ['nginx-lock', LOCK], ['nginx-swr', `${LOCK} ${STALE}`], ['nginx-slice', SLICE],
] as const;

/** Timers and clocks of three programs: an answer may seem to come a little before its time. [ms] */
const EARLY_MS = 15;
/** Between two looks of who waits for nginx's lock. [ms] */
const STEP_MS = 500;
/** What a busy machine adds; below the half second between two steps of nginx. [ms] */
const LATE_MS = 450;

const agent = new Agent({ maxSockets: Infinity });
const origin = new RealOrigin();
const servers = new ProxyServers();
let started: Promise<Record<Exclude<ProxyName, 'ats'>, number>> | undefined;

afterAll(async () => {
  await servers.close();
  origin.close();
  agent.destroy();
});

/** Ports of the proxies, which are started by the first who asks. */
function ports(ctx: TestContext) {
  const nginx = requiredProgram(ctx, 'nginx');
  const varnish = requiredProgram(ctx, 'varnish');
  return started ??= start(nginx, varnish);
}

async function start(nginx: string, varnish: string) {
  const at = await origin.listen();
  const free = await Promise.all([0, 1, 2, 3, 4].map(() => freePort()));
  const [nginxAt, lockAt, swrAt, sliceAt, varnishAt] = free as [number, number, number, number, number];
  const found = {
    nginx: nginxAt, 'nginx-lock': lockAt, 'nginx-swr': swrAt, 'nginx-slice': sliceAt, varnish: varnishAt,
  };
  servers.nginx(nginx, at, NGINX.map(([name, lines]) => [found[name], lines]));
  servers.varnish(varnish, at, found.varnish);
  await Promise.all(free.map((port) => servers.ready(port)));
  return found;
}

for (const row of ROWS) {
  test(`C33 the real nginx and Varnish, ${row.name}: ${row.title}`, async (ctx) => {
    const all = Object.entries(await ports(ctx)) as Array<[ProxyName, number]>;
    const proxies = all.filter(([name]) => name in row.expected);
    await Promise.all(proxies.map(([name, port]) => prepare(row, name, port)));
    const seen: Seen[] = [];
    // A herd has the machine for itself; what is mostly waiting goes on side by side.
    if (row.clients.count < 50) seen.push(...await Promise.all(proxies.map((one) => play(row, ...one))));
    else for (const one of proxies) seen.push(await play(row, ...one));
    proxies.forEach(([name], i) => {
      const { origin: requests, conditional = 0, medianMs, longestMs, ranges } = row.expected[name]!;
      const { origin: asked, conditional: asIf } = seen[i]!;
      expect({ name, requests: asked, conditional: asIf }).toEqual({ name, requests, conditional });
      if (ranges !== undefined) expect(seen[i]!.ranges).toEqual(ranges);
      const times = timesOf(seen[i]!);
      // Of a herd behind a lock, who comes a little after the first finds the object a step earlier.
      const early = EARLY_MS + (row.name === 'A' && name.startsWith('nginx-') ? STEP_MS : 0);
      expect(times.medianMs).toBeGreaterThan(medianMs - early);
      expect(times.longestMs).toBeGreaterThan(longestMs - early);
      // A hundred fetches keep the machine busy; a fetch that serves all is over in time.
      if (requests === 1) expect(times.medianMs).toBeLessThan(medianMs + LATE_MS);
    });
  });
}

const pathOf = (row: ProxyRow, name: ProxyName) => `/${name}/${encodeURIComponent(row.name)}`;

/** Tells the origin of the object, and has one ask for it whose answer has expired when the others do. */
async function prepare(row: ProxyRow, name: ProxyName, port: number): Promise<void> {
  origin.register(pathOf(row, name), row.origin);
  if (row.agedMs === undefined) return;
  await fetchFrom(port, pathOf(row, name), {});
  await pause(row.agedMs);
}

/** Plays a row on a real proxy. */
async function play(row: ProxyRow, name: ProxyName, port: number): Promise<Seen> {
  const path = pathOf(row, name);
  const { clients, agedMs } = row;
  const ask = (i: number) => {
    const first = clients.ranges?.[i];
    const last = first === undefined ? 0 : first + (clients.rangeBytes ?? 100_000) - 1;
    return fetchFrom(port, path, first === undefined ? {} : { Range: `bytes=${first}-${last}` });
  };
  const before = requestsFor(path).length;
  const firstByteMs: number[] = [];
  if (clients.kind === 'herd') {
    firstByteMs.push(...await Promise.all(Array.from({ length: clients.count }, (_, i) => ask(i))));
  } else if (clients.kind === 'sequence') {
    for (let i = 0; i < clients.count; i++) {
      if (i > 0 && clients.pauseMs !== undefined) await pause(clients.pauseMs);
      firstByteMs.push(await ask(i));
    }
  } else {
    const early = ask(-1);
    await pause(clients.lateMs!);
    firstByteMs.push(await ask(0));
    await early;
  }
  if (agedMs !== undefined) await pause(row.origin.firstByteMs); // for what goes on in the background
  const requests = requestsFor(path).slice(before);
  return {
    origin: requests.length, conditional: requests.filter((one) => one.conditional).length, firstByteMs,
    ranges: requests.flatMap(({ range }) => (range === undefined ? [] : [range])),
  };
}

function requestsFor(path: string) {
  return origin.requests.filter((one) => one.path === path);
}

/** Fetches a path to its end; the time to its first byte. [ms] */
function fetchFrom(port: number, path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const sentAt = performance.now();
    const call = get({ host: '127.0.0.1', port, path, agent, headers }, (answer) => {
      const firstByteMs = performance.now() - sentAt;
      answer.resume().on('end', () => resolve(firstByteMs)).on('error', reject);
    });
    call.on('error', reject);
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
