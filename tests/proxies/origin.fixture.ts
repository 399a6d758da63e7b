import { createServer, type IncomingMessage, type ServerResponse, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Origin } from '../../models/cdn/proxies.fixture.ts';

/** A request that has come to the origin. */
export interface OriginRequest {
  readonly path: string;
  readonly conditional: boolean;
  /** The range that is asked for, such as `0-99`; undefined for all of it. */
  readonly range: string | undefined;
}

/** A small origin over HTTP that answers each path as the row it was registered for says. */
export class RealOrigin {
  readonly requests: OriginRequest[] = [];
  readonly #server: Server;
  readonly #answers = new Map<string, Origin>();

  constructor() {
    this.#server = createServer((request, response) => {
      const answer = this.#answers.get(request.url!);
      const conditional = request.headers['if-none-match'] === VALIDATOR;
      this.requests.push({ path: request.url!, conditional, range: rangeOf(request) });
      if (answer === undefined) response.writeHead(400).end();
      else setTimeout(() => respond(request, response, answer), answer.firstByteMs);
    });
  }

  /** Listens on a free loopback port. */
  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** From now on requests for this path are answered so. */
  register(path: string, answer: Origin): void {
    this.#answers.set(path, answer);
  }
}

const rangeOf = (request: IncomingMessage) => /^bytes=(\d+-\d+)$/.exec(request.headers.range ?? '')?.[1];
const VALIDATOR = '"v1"';
const PARTS = 20;

function respond(request: IncomingMessage, response: ServerResponse, answer: Origin): void {
  const { status, bytes, bodyMs, maxAge, staleWhileRevalidate } = answer;
  const control = typeof maxAge === 'number' ? `max-age=${maxAge}` : maxAge;
  const stale = staleWhileRevalidate === undefined ? '' : `, stale-while-revalidate=${staleWhileRevalidate}`;
  if (control !== undefined) response.setHeader('Cache-Control', control + stale);
  if (status === 200) {
    response.setHeader('ETag', VALIDATOR);
    response.setHeader('Accept-Ranges', 'bytes'); // without it nginx answers a range in full
  }
  if (status === 200 && request.headers['if-none-match'] === VALIDATOR) {
    response.writeHead(304).end();
    return;
  }
  const range = status === 200 ? rangeOf(request)?.split('-').map(Number) : undefined;
  if (range !== undefined) {
    const [first, last] = [range[0]!, Math.min(range[1]!, bytes - 1)];
    response.writeHead(206, {
      'Content-Length': last + 1 - first, 'Content-Range': `bytes ${first}-${last}/${bytes}`,
    }).end(Buffer.alloc(last + 1 - first));
    return;
  }
  response.writeHead(status, { 'Content-Length': bytes });
  const parts = bodyMs > 0 ? PARTS : 1;
  const write = (part: number): void => {
    const size = Math.floor((bytes * (part + 1)) / parts) - Math.floor((bytes * part) / parts);
    if (part === parts - 1) response.end(Buffer.alloc(size));
    else {
      response.write(Buffer.alloc(size));
      setTimeout(() => write(part + 1), bodyMs / (parts - 1));
    }
  };
  write(0);
}
