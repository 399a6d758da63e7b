import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve, sep } from 'node:path';
import { Command } from 'commander';
import type { RunDocument } from '../models/core/run-record.ts';
import { renderRunList, type ListedComparison, type ListedRun } from '../reports/run-list.ts';
import { MissingError, UsageError } from './exit.ts';
import { interruptible } from './interrupt.ts';
import { readRun } from './output.ts';
import { note, print } from './terminal.ts';

/** Port used unless --port names another. */
const DEFAULT_PORT = 4870;

/** `weir serve`: a folder of runs with their reports, in the browser, on this machine only. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('show a folder of runs and comparisons with their reports, on 127.0.0.1')
    .argument('<folder>', 'a run or a comparison written with --out, or a folder of such')
    .option('--port <number>', 'port to listen on; 0 picks a free one', String(DEFAULT_PORT))
    .addHelpText('after', '\nExample:\n  weir run evening-peak --out runs/base\n  weir serve runs')
    .action(async (folder: string, options: { readonly port: string }) => {
      if (!existsSync(folder) || !statSync(folder).isDirectory()) {
        throw new UsageError(`expected a folder of runs, but there is no folder ${folder}`);
      }
      const port = Number(options.port);
      if (!Number.isInteger(port) || port < 0 || port > 65_535) {
        throw new UsageError(`--port: expected a number from 0 to 65535, got "${options.port}"`);
      }
      const server = await listen(resolve(folder), port);
      const address = server.address();
      const used = typeof address === 'object' && address !== null ? address.port : port;
      await print(`Serving ${folder} on http://127.0.0.1:${used}/  (Ctrl-C stops)`);
      const { signal } = interruptible('Stopping');
      await new Promise<void>((done) => {
        signal.addEventListener('abort', () => {
          server.closeAllConnections();
          server.close(() => done());
        });
      });
    });
}

/** A page below a folder, by the path that it is served at. */
interface Page {
  readonly href: string;
  readonly file: string;
}

/** What there is to see in a folder. */
interface Shown {
  readonly runs: readonly (ListedRun & Page)[];
  readonly comparisons: readonly (ListedComparison & Page)[];
}

/** Runs and comparisons of a folder: itself, those directly below it, and the runs that those compare. */
export function findShown(folder: string): Shown {
  const children = (of: string) => readdirSync(join(folder, of)).sort().map((name) => join(of, name));
  const isCompared = (of: string) => existsSync(join(folder, of, 'comparison.html'));
  const own = existsSync(join(folder, 'summary.json'));
  const places = own ? ['.'] : ['.', ...children('.').flatMap((one) =>
    isCompared(one) ? [one, ...children(one)] : [one])];
  const comparisons = places.filter(isCompared).map((place) => ({
    name: nameOf(folder, place),
    href: hrefOf(place, 'comparison'),
    file: join(folder, place, 'comparison.html'),
  }));
  return { runs: places.flatMap((place) => runIn(folder, place) ?? []), comparisons };
}

/** The run in a place below a folder; undefined, with a note if it cannot be read, where there is none. */
function runIn(folder: string, place: string): (ListedRun & Page) | undefined {
  const path = join(folder, place);
  const file = join(path, 'report.html');
  if (!existsSync(join(path, 'summary.json')) || !existsSync(file)) return undefined;
  let document: RunDocument;
  try {
    document = readRun(path);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    note(`left out: ${error.message}`);
    return undefined;
  }
  return { name: nameOf(folder, place), href: place === '.' ? 'report' : hrefOf(place), file, document };
}

function nameOf(folder: string, place: string): string {
  return place === '.' ? basename(folder) : place.split(sep).join('/');
}

function hrefOf(place: string, ...more: readonly string[]): string {
  const parts = place === '.' ? more : [...place.split(sep), ...more];
  return parts.map(encodeURIComponent).join('/');
}

async function listen(folder: string, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    try {
      serveRequest(folder, request, response);
    } catch (error) {
      // A run that is being written or removed, or an address that is none: the next request may fare better.
      note(`weir: ${request.url ?? ''}: ${error instanceof Error ? error.message : String(error)}`);
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
      response.end('this could not be read\n');
    }
  });
  return new Promise((done, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE' || error.code === 'EACCES';
      const remedy = `port ${port} cannot be used (${error.code}); choose another with --port, or --port 0`;
      fail(taken ? new MissingError(remedy) : error);
    });
    server.listen(port, '127.0.0.1', () => done(server));
  });
}

/** Answers with the list of runs or with one report. */
function serveRequest(folder: string, request: IncomingMessage, response: ServerResponse): void {
  const answer = (status: number, type: string, body: string | Buffer) => {
    const plain = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
    const headers = { 'content-type': type, ...plain };
    response.writeHead(status, headers).end(request.method === 'HEAD' ? undefined : body);
  };
  if (request.method !== 'GET' && request.method !== 'HEAD') return answer(405, 'text/plain', 'only GET\n');
  const { runs, comparisons } = findShown(folder);
  const path = (request.url ?? '/').split('?', 1)[0]!;
  if (path === '/') {
    return answer(200, 'text/html; charset=utf-8', renderRunList(basename(folder), runs, comparisons));
  }
  // Only names that were found are served: a path can lead nowhere else.
  const page = [...runs, ...comparisons].find((candidate) => path === `/${candidate.href}`);
  if (page === undefined) return answer(404, 'text/plain', 'no such run\n');
  answer(200, 'text/html; charset=utf-8', readFileSync(page.file));
}
