import { request, type Agent, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { Us } from '../models/core/units.ts';
import type { FetchFailure } from '../models/player/events.ts';
import type { Clock } from './clock.ts';

/** How a GET ended. */
export type GetOutcome =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly body: Buffer;
      /** From the request to the first byte of the answer. */
      readonly firstByteUs: Us;
      /** From the first byte to the last. */
      readonly transferUs: Us;
    }
  | { readonly kind: 'failed'; readonly cause: 'timeout' | 'reset' }
  | { readonly kind: 'cancelled' };

/** How far a GET has come. */
export interface GetProgress {
  /** Size of the answer by its headers; 0 while it is not known. */
  size: number;
  received: number;
  /** From the request to the first byte; 0 before it. */
  firstByteUs: Us;
}

/** A GET under way. */
export interface Get {
  /** Resolves, never rejects. */
  readonly outcome: Promise<GetOutcome>;
  /** How it stands; the same object, kept up to date. */
  readonly progress: Readonly<GetProgress>;
  /** Gives up: the connection is closed, so that the server stops sending. */
  cancel(): void;
}

/** What a GET needs. */
export interface GetOptions {
  readonly clock: Clock;
  readonly agent: Agent;
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Longest wait for the last byte. [ms] */
  readonly limitMs: number;
}

/** Fetches a whole answer over HTTP and measures it; the world's faults are outcomes, not exceptions. */
export function httpGet(options: GetOptions): Get {
  const { clock, limitMs, ...target } = options;
  let cancel = () => {};
  const progress: GetProgress = { size: 0, received: 0, firstByteUs: 0 };
  const outcome = new Promise<GetOutcome>((resolve) => {
    const sentAt = clock.now();
    const call = request({ ...target, method: 'GET' });
    const settle = (result: GetOutcome) => {
      clearTimeout(timer);
      resolve(result); // the first one counts
    };
    const give = (result: GetOutcome) => {
      settle(result);
      call.destroy();
    };
    const timer = setTimeout(() => give({ kind: 'failed', cause: 'timeout' }), limitMs);
    cancel = () => give({ kind: 'cancelled' });
    call.once('response', (answer) => readBody(answer, clock, sentAt, progress, settle, give));
    call.on('error', () => settle({ kind: 'failed', cause: 'reset' }));
    call.end();
  });
  return { outcome, progress, cancel: () => cancel() };
}

/** Why an answer is of no use to a player; undefined when it is. */
export function failureOf(outcome: GetOutcome): FetchFailure | undefined {
  if (outcome.kind === 'failed') return outcome.cause;
  if (outcome.kind === 'cancelled') return 'reset';
  if (outcome.status === 200) return undefined;
  return outcome.status === 404 || outcome.status === 400 ? 'notFound' : 'serverError';
}

function readBody(
  answer: IncomingMessage,
  clock: Clock,
  sentAt: Us,
  progress: GetProgress,
  settle: (outcome: GetOutcome) => void,
  give: (outcome: GetOutcome) => void,
): void {
  const firstByteAt = clock.now();
  const chunks: Buffer[] = [];
  progress.firstByteUs = firstByteAt - sentAt;
  progress.size = Number(answer.headers['content-length'] ?? 0);
  answer.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    progress.received += chunk.length;
    if (progress.received > LARGEST_BODY) give({ kind: 'failed', cause: 'reset' });
  });
  answer.on('end', () => {
    // An answer cut short ends too: only `complete` tells.
    if (!answer.complete) return settle({ kind: 'failed', cause: 'reset' });
    settle({
      kind: 'answered',
      status: answer.statusCode ?? 0,
      headers: answer.headers,
      body: Buffer.concat(chunks),
      firstByteUs: firstByteAt - sentAt,
      transferUs: clock.now() - firstByteAt,
    });
  });
  answer.on('error', () => settle({ kind: 'failed', cause: 'reset' }));
}

const LARGEST_BODY = 256 * 1024 * 1024; // a minute of video at 35 Mbit/s
