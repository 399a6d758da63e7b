import { Agent, get } from 'node:http';
import { afterAll, expect, test, type TestContext } from 'vitest';
import {
  PROXY_MATRIX, timesOf, type ProxyName, type ProxyRow, type Seen,
} from '../models/cdn/proxies.fixture.ts';
import { freePort } from '../real/minio.ts';
import { RealOrigin } from './proxies/origin.fixture.ts';
import { ProxyServers } from './proxies/servers.fixture.ts';
import { requiredProgram } from './requirements.ts';

// The rows that the cache node reproduces (models/cdn/proxies.test.ts), asked of the real nginx, Varnish and
// Traffic Server: the same table, the other arm. Requests at the origin are equal; nobody is answered before
// the model says; where one fetch serves all, nobody much later. G is left out: it takes 13 s and shows the
// timeout, as F does.
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
/** The same of who waits in Traffic Server. [ms] */
const ATS_STEP_MS = 50;
/** What a busy machine adds; below the half second between two steps of nginx. [ms] */
const LATE_MS = 450;

const agent = new Agent({ maxSockets: Infinity });
const origin = new RealOrigin();
const servers = new ProxyServers();
let started: Promise<Record<ProxyName, number>> | undefined;

afterAll(async () => {
  await servers.close();
  origin.close();
  agent.destroy();
});

/** Ports of the proxies, which are started by the first who asks. */
function ports(ctx: TestContext) {
  const nginx = requiredProgram(ctx, 'nginx');
  const varnish = requiredProgram(ctx, 'varnish');
  const ats = requiredProgram(ctx, 'trafficserver');
  return started ??= start(nginx, varnish, ats);
}

async function start(nginx: string, varnish: string, ats: string) {
  const at = await origin.listen();
  const names = ['nginx', 'nginx-lock', 'nginx-swr', 'nginx-slice', 'varnish', 'ats'] as const;
  const free = await Promise.all(names.map(() => freePort()));
  const found = Object.fromEntries(names.map((name, i) => [name, free[i]!])) as Record<ProxyName, number>;
  servers.nginx(nginx, at, NGINX.map(([name, lines]) => [found[name], lines]));
  servers.varnish(varnish, at, found.varnish);
  servers.trafficServer(ats, at, found.ats);
  await Promise.all(free.map((port) => servers.ready(port)));
  await storing(found.ats);
  return found;
}

for (const row of ROWS) {
  test(`C33 the real nginx, Varnish and Traffic Server, ${row.name}: ${row.title}`, async (ctx) => {
    const all = Object.entries(await ports(ctx)) as Array<[ProxyName, number]>;
    const proxies = all.filter(([name]) => name in row.expected);
    await Promise.all(proxies.map(([name, port]) => prepare(row, name, port)));
    const seen: Seen[] = [];
    // A herd has the machine for itself; what is mostly waiting goes on side by side.
    if (row.clients.count < 50) seen.push(...await Promise.all(proxies.map((one) => play(row, ...one))));
    else for (const one of proxies) seen.push(await play(row, ...one));
    proxies.forEach(([name], i) => {
      const { origin: requests, conditional = 0, medianMs, realMs, longestMs, ranges } = row.expected[name]!;
      const { origin: asked, conditional: asIf } = seen[i]!;
      expect({ name, requests: asked, conditional: asIf }).toEqual({ name, requests, conditional });
      if (ranges !== undefined) expect(seen[i]!.ranges).toEqual(ranges);
      const times = timesOf(seen[i]!);
      const early = EARLY_MS + earlyStep(row, name);
      expect(times.medianMs).toBeGreaterThan(medianMs - early);
      expect(times.longestMs).toBeGreaterThan(longestMs - early);
      // A hundred fetches keep the machine busy; a fetch that serves all is over in time.
      if (requests === 1) expect(times.medianMs).toBeLessThan((realMs ?? medianMs) + LATE_MS);
    });
  });
}

/** Of a herd that waits in steps, who comes a little after the first finds the object a step earlier. */
function earlyStep({ name: row, clients }: ProxyRow, name: ProxyName): number {
  if (name === 'ats') return clients.kind === 'herd' ? ATS_STEP_MS : 0;
  return row === 'A' && name.startsWith('nginx-') ? STEP_MS : 0;
}

/** Waits until a proxy keeps what it fetches: Traffic Server listens before its cache is there. */
async function storing(port: number): Promise<void> {
  const path = '/storing';
  origin.register(path, { firstByteMs: 0, bodyMs: 0, bytes: 100, status: 200, maxAge: 600 });
  for (let tries = 0; tries < 100; tries++) {
    const before = requestsFor(path).length;
    await fetchFrom(port, path, {}).catch(() => undefined);
    if (before > 0 && requestsFor(path).length === before) return;
    await pause(100);
  }
  throw new Error('Traffic Server keeps nothing');
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
