import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { NEVER, type Bytes, type Us } from '../models/core/units.ts';
import type { Bandwidth } from '../models/network/bandwidth.ts';
import type { Clock } from './clock.ts';
import { pieceBytes, ShapedLink } from './shaped-link.ts';
import { WakeTimer } from './timer.ts';

/** What a shaped link connects. */
export interface LinkShaperOptions {
  readonly clock: Clock;
  /** Capacity and round-trip time over the run's clock. */
  readonly bandwidth: Bandwidth;
  /** The server behind the link. */
  readonly target: { readonly host: string; readonly port: number };
}

/**
 * One viewer's access link: a TCP proxy on the loopback that lets bytes from the server through exactly as
 * fast as a trace allows, and delays both directions by half its round-trip time. All connections share the
 * link.
 *
 *   viewer ──▶ half the RTT ─────────────────────────────▶ server
 *   viewer ◀── half the RTT ◀── ShapedLink [bits of trace] ◀── server
 */
export class LinkShaper {
  readonly #options: LinkShaperOptions;
  readonly #link: ShapedLink<() => void>;
  readonly #up = new DelayLine();
  readonly #down = new DelayLine();
  readonly #timer: WakeTimer;
  readonly #server: Server;
  readonly #connections = new Map<number, Connection>();
  #target: LinkShaperOptions['target'];
  #lastFlow = 0;

  constructor(options: LinkShaperOptions) {
    this.#options = options;
    this.#target = options.target;
    this.#link = new ShapedLink(options.bandwidth);
    const wakeAt = () => Math.min(this.#link.wakeAt(), this.#up.wakeAt(), this.#down.wakeAt());
    this.#timer = new WakeTimer(options.clock, wakeAt, (now) => this.#woken(now));
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#accept(client));
  }

  /** Starts to listen on a free loopback port. */
  async listen(): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    return (this.#server.address() as AddressInfo).port;
  }

  /** New connections go to another server from now on; those that there are stay. */
  retarget(port: number): void {
    this.#target = { ...this.#target, port };
  }

  /** Cuts every connection and stops to listen. */
  async close(): Promise<void> {
    this.#timer.close();
    for (const { client, server } of this.#connections.values()) {
      client.destroy();
      server.destroy();
    }
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(client: Socket): void {
    const flow = ++this.#lastFlow;
    const { host, port } = this.#target;
    const server = connect({ host, port, noDelay: true, allowHalfOpen: true });
    this.#connections.set(flow, { client, server });
    this.#forward(flow, client, server);
    this.#shape(flow, client, server);
    client.once('close', () => {
      this.#connections.delete(flow);
      this.#link.drop(this.#options.clock.now(), flow);
      server.destroy();
      this.#timer.rearm();
    });
    client.on('error', () => client.destroy());
  }

  /** Viewer to server: delayed, not limited. */
  #forward(flow: number, client: Socket, server: Socket): void {
    let inFlight = 0;
    client.on('data', (data: Buffer) => {
      inFlight += data.length;
      if (inFlight > MOST_QUEUED) client.pause();
      this.#delay(this.#up, () => {
        inFlight -= data.length;
        if (this.#connections.has(flow)) server.write(data);
        if (inFlight <= MOST_QUEUED) client.resume();
      });
    });
    client.on('end', () => this.#delay(this.#up, () => server.end()));
  }

  /** Server to viewer: through the link, then delayed. */
  #shape(flow: number, client: Socket, server: Socket): void {
    const enqueue = (bytes: number, deliver: () => void) => {
      this.#link.enqueue(this.#options.clock.now(), flow, deliver, bytes);
      this.#timer.rearm();
    };
    server.on('data', (data: Buffer) => {
      const step = pieceBytes(this.#options.bandwidth.rateAt(this.#options.clock.now()));
      for (let at = 0; at < data.length; at += step) {
        const piece = data.subarray(at, at + step);
        enqueue(piece.length, () => {
          if (!client.destroyed) client.write(piece);
        });
      }
      if (this.#link.queued(flow) > this.#mostQueued()) server.pause();
    });
    server.on('end', () => enqueue(0, () => client.end()));
    server.on('error', () => enqueue(0, () => client.resetAndDestroy()));
    client.on('drain', () => this.#resume(flow));
  }

  #woken(now: Us): void {
    this.#up.deliver(now);
    for (const { flow, piece, at } of this.#link.passed(now)) {
      this.#down.add(at + this.#halfRtt(at), piece);
      this.#resume(flow);
    }
    this.#down.deliver(now);
  }

  #resume(flow: number): void {
    const connection = this.#connections.get(flow);
    if (connection === undefined || !connection.server.isPaused()) return;
    const waiting = this.#link.queued(flow) + connection.client.writableLength;
    if (waiting <= this.#mostQueued() / 2) connection.server.resume();
  }

  /**
   * What a flow may have queued: enough that the link is not idle while this process is not given the
   * processor.
   */
  #mostQueued(): Bytes {
    const rate = this.#options.bandwidth.rateAt(this.#options.clock.now());
    return Math.max(MOST_QUEUED, (rate / 8) * QUEUED_S);
  }

  #delay(line: DelayLine, action: () => void): void {
    const now = this.#options.clock.now();
    line.add(now + this.#halfRtt(now), action);
    this.#timer.rearm();
  }

  #halfRtt(at: Us): Us {
    return Math.round(this.#options.bandwidth.latencyAt(at) / 2);
  }
}

interface Connection {
  readonly client: Socket;
  readonly server: Socket;
}

/** What is on its way, in the order it was sent: a later piece never overtakes an earlier one. */
class DelayLine {
  readonly #queue: { readonly at: Us; readonly action: () => void }[] = [];
  #lastAt: Us = 0;

  add(at: Us, action: () => void): void {
    this.#lastAt = Math.max(this.#lastAt, at);
    this.#queue.push({ at: this.#lastAt, action });
  }

  deliver(now: Us): void {
    let count = 0;
    while (count < this.#queue.length && this.#queue[count]!.at <= now) count++;
    for (const { action } of this.#queue.splice(0, count)) action();
  }

  wakeAt(): Us {
    return this.#queue[0]?.at ?? NEVER;
  }
}

const MOST_QUEUED = 256 * 1024;
const QUEUED_S = 0.5;
