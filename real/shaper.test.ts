import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterEach, expect, test } from 'vitest';
import { ConstantBandwidth, TraceBandwidth } from '../models/network/trace.ts';
import type { Bandwidth } from '../models/network/bandwidth.ts';
import type { Us } from '../models/core/units.ts';
import { RunClock } from './clock.ts';
import { freePort } from './minio.ts';
import { LinkShaper } from './shaper.ts';

const MBIT = 1_000_000;
const cleanups: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

test('bytes arrive as the trace allows: within 3 % of its integral, and never before it', async () => {
  const clock = new RunClock();
  const periods = [
    { durationUs: 700_000, rate: 8 * MBIT, latencyUs: 40_000 },
    { durationUs: 500_000, rate: 1 * MBIT, latencyUs: 40_000 },
    { durationUs: 300_000, rate: 30 * MBIT, latencyUs: 40_000 },
    { durationUs: 200_000, rate: 0, latencyUs: 40_000 },
  ];
  const bandwidth = new TraceBandwidth(periods, 350_000);
  const port = await shaped(clock, bandwidth, (socket) => pour(socket));
  const arrivals: { at: Us; bytes: number }[] = [];
  let bytes = 0;
  const delays = monitorEventLoopDelay({ resolution: 5 });
  delays.enable();
  const dialledAt = clock.now();
  const client = dial(port);
  client.on('data', (data: Buffer) => {
    bytes += data.length;
    arrivals.push({ at: clock.now(), bytes });
  });
  await sleep(3_700);
  client.destroy();
  // Timers are a millisecond coarse; beyond that this process is late when the machine is busy with other
  // things, which it measures itself: a byte waits for the link, for its delay and for the client's socket.
  const lateUs = 20_000 + (3 * delays.max) / 1e3;
  const halfRttUs = 20_000;
  const bitsSince = (from: Us, at: Us) =>
    bandwidth.bitsUntil(Math.max(from, at - halfRttUs)) - bandwidth.bitsUntil(from);
  const most = (at: Us) => bitsSince(dialledAt, at);
  const least = (at: Us) => bitsSince(arrivals[0]!.at - halfRttUs, at - lateUs);
  const last = arrivals.at(-1)!;
  expect(last.bytes * 8).toBeLessThanOrEqual(1.03 * most(last.at));
  expect(last.bytes * 8).toBeGreaterThanOrEqual(0.97 * least(last.at));
  for (const { at, bytes: soFar } of arrivals) {
    expect(soFar * 8).toBeLessThanOrEqual(most(at));
    expect(soFar * 8).toBeGreaterThanOrEqual(least(at) - 16_384 * 8); // a piece under way
  }
});

test('an answer takes at least the round-trip time, and not much more', async () => {
  const clock = new RunClock();
  const port = await shaped(clock, new ConstantBandwidth(50 * MBIT, 80_000), (socket) => {
    socket.on('data', (data: Buffer) => socket.write(data));
  });
  const client = dial(port);
  const times: Us[] = [];
  for (let i = 0; i < 5; i++) {
    const sentAt = clock.now();
    client.write('ping');
    await new Promise((resolve) => client.once('data', resolve));
    times.push(clock.now() - sentAt);
  }
  for (const time of times) expect(time).toBeGreaterThanOrEqual(80_000);
  expect(Math.min(...times)).toBeLessThan(120_000); // two timers of a millisecond and two loopback hops
});

test('connections of one link share it', async () => {
  const clock = new RunClock();
  const port = await shaped(clock, new ConstantBandwidth(8 * MBIT, 10_000), (socket) => pour(socket));
  const received = [0, 0];
  const clients = received.map((_, i) => {
    const client = dial(port);
    client.on('data', (data: Buffer) => (received[i]! += data.length));
    return client;
  });
  await sleep(1_200);
  clients.forEach((client) => client.destroy());
  const sum = received[0]! + received[1]!;
  expect(sum).toBeLessThanOrEqual(((8 * MBIT) / 8) * 1.3);
  expect(sum).toBeGreaterThan(((8 * MBIT) / 8) * 0.9);
  expect(Math.abs(received[0]! - received[1]!)).toBeLessThan(sum * 0.05);
});

test('the server is held back while the link is full, and what it sent arrives whole', async () => {
  const clock = new RunClock();
  const size = 3_000_000;
  let taken = 0;
  const port = await shaped(clock, new ConstantBandwidth(20 * MBIT, 0), (socket) => {
    socket.end(Buffer.alloc(size, 7), () => (taken = clock.now()));
  });
  const started = clock.now();
  const chunks: Buffer[] = [];
  const client = dial(port);
  client.on('data', (data: Buffer) => chunks.push(data));
  await new Promise((resolve) => client.once('end', resolve));
  expect(Buffer.concat(chunks).equals(Buffer.alloc(size, 7))).toBe(true);
  expect(clock.now() - started).toBeGreaterThanOrEqual(1_190_000);
  expect(taken).toBeGreaterThan(0);
});

test('a half-closed connection still gets its answer', async () => {
  const port = await shaped(new RunClock(), new ConstantBandwidth(8 * MBIT, 20_000), (socket) => {
    let text = '';
    socket.on('data', (data: Buffer) => (text += data.toString()));
    socket.on('end', () => socket.end(`got ${text}`));
  });
  const client = dial(port);
  client.end('all of it');
  let answer = '';
  client.on('data', (data: Buffer) => (answer += data.toString()));
  await new Promise((resolve) => client.once('end', resolve));
  expect(answer).toBe('got all of it');
});

test('a reset of the server reaches the viewer after what was sent before it', async () => {
  const port = await shaped(new RunClock(), new ConstantBandwidth(8 * MBIT, 20_000), (socket) => {
    socket.write('before', () => setTimeout(() => socket.resetAndDestroy(), 20));
  });
  const client = dial(port);
  let answer = '';
  client.on('data', (data: Buffer) => (answer += data.toString()));
  const error = await new Promise<NodeJS.ErrnoException>((resolve) => client.once('error', resolve));
  expect(error.code).toBe('ECONNRESET');
  expect(answer).toBe('before');
});

test("a server that refuses is a reset, and a viewer that leaves closes the server's side", async () => {
  const clock = new RunClock();
  const refused = new LinkShaper({
    clock,
    bandwidth: new ConstantBandwidth(MBIT),
    target: { host: '127.0.0.1', port: await freePort() },
  });
  cleanups.push(() => refused.close());
  const error = await new Promise<NodeJS.ErrnoException>((resolve) => {
    void refused.listen().then((port) => dial(port).once('error', resolve));
  });
  expect(error.code).toBe('ECONNRESET');
  let closed: (() => void) | undefined;
  const serverClosed = new Promise<void>((resolve) => (closed = resolve));
  const port = await shaped(clock, new ConstantBandwidth(MBIT), (socket) => {
    pour(socket);
    socket.once('close', () => closed!());
  });
  const client = dial(port);
  await new Promise((resolve) => client.once('data', resolve));
  client.destroy();
  await serverClosed;
});

async function shaped(
  clock: RunClock,
  bandwidth: Bandwidth,
  serve: (socket: Socket) => void,
): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const target = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
  const shaper = new LinkShaper({ clock, bandwidth, target });
  cleanups.push(
    () => {
      sockets.forEach((socket) => socket.destroy());
      server.close();
    },
    () => shaper.close(),
  );
  return shaper.listen();
}

function dial(port: number): Socket {
  const client = connect({ host: '127.0.0.1', port, noDelay: true, allowHalfOpen: true });
  client.on('error', () => undefined);
  cleanups.push(() => void client.destroy());
  return client;
}

/** Sends for as long as the other side takes. */
function pour(socket: Socket): void {
  const block = Buffer.alloc(64 * 1024, 1);
  const more = () => {
    while (!socket.destroyed && socket.write(block));
  };
  socket.on('drain', more);
  more();
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
