import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { Command } from 'commander';
import type { RunDocument } from '../models/core/run-record.ts';
import { renderRunList, type ListedRun } from '../reports/run-list.ts';
import { MissingError, UsageError } from './exit.ts';
import { interruptible } from './interrupt.ts';
import { readRun } from './output.ts';
import { note, print } from './terminal.ts';

/** Port used unless --port names another. */
const DEFAULT_PORT = 4870;

/** `weir serve`: a folder of runs with their reports, in the browser, on this machine only. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('show a folder of runs with their reports, on 127.0.0.1')
    .argument('<folder>', 'a run written with --out, or a folder of such runs')
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

/** Runs of a folder: itself, or those directly below it, by name. */
export function findRuns(folder: string): ListedRun[] {
  const own = existsSync(join(folder, 'summary.json'));
  const names = own ? ['.'] : readdirSync(folder).sort();
  const runs: ListedRun[] = [];
  for (const name of names) {
    const path = join(folder, name);
    if (!existsSync(join(path, 'summary.json')) || !existsSync(join(path, 'report.html'))) continue;
    let document: RunDocument;
    try {
      document = readRun(path);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      note(`left out: ${error.message}`);
      continue;
    }
    runs.push(own
      ? { name: basename(folder), href: 'report', document }
      : { name, href: encodeURIComponent(name), document });
  }
  return runs;
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
  const runs = findRuns(folder);
  const path = (request.url ?? '/').split('?', 1)[0]!;
  if (path === '/') return answer(200, 'text/html; charset=utf-8', renderRunList(basename(folder), runs));
  // Only names that were found are served: a path can lead nowhere else.
  const run = runs.find((candidate) => path === `/${candidate.href}`);
  if (run === undefined) return answer(404, 'text/plain', 'no such run\n');
  const file = existsSync(join(folder, 'summary.json')) ? folder : join(folder, run.name);
  answer(200, 'text/html; charset=utf-8', readFileSync(join(file, 'report.html')));
}
