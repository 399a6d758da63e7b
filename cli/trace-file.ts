import { closeSync, createReadStream, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import {
  CacheTraceError, TraceBuilder, type CacheTrace, type TraceParser,
} from '../scenarios/cache-traces/cache-trace.ts';
import type { CsvColumns } from '../scenarios/cache-traces/csv.ts';
import {
  createParser, detectFormat, TRACE_FORMATS, type TraceFormat,
} from '../scenarios/cache-traces/formats.ts';
import { suggest } from '../scenarios/errors.ts';
import { MissingError, UsageError } from './exit.ts';
import { HOME } from './files.ts';

const SHIPPED = join(HOME, 'scenarios', 'cache-traces');
const SHIPPED_NAME = /^(.+)\.(tr|bin|csv|log)(\.gz)?$/;

/** Names of the cache traces Weir ships. */
export function shippedTraces(): string[] {
  return readdirSync(SHIPPED).flatMap((file) => SHIPPED_NAME.exec(file)?.[1] ?? []).sort();
}

/** A trace with the name it goes by and the format it was read as. */
export interface TraceFile {
  readonly file: string;
  readonly format: TraceFormat;
  readonly trace: CacheTrace;
}

/**
 * Reads a trace file, or one Weir ships by its name, packed with gzip or not; what is wrong with it is a
 * UsageError.
 */
export async function readTraceFile(
  name: string, format: TraceFormat | undefined, columns: CsvColumns | undefined,
): Promise<TraceFile> {
  const file = findTrace(name);
  const builder = new TraceBuilder();
  let parser: TraceParser | undefined;
  let found = format;
  try {
    for await (const chunk of unpacked(file)) {
      if (parser === undefined) {
        found ??= columns === undefined ? detectFormat(file, chunk.subarray(0, 4096)) : 'csv';
        if (found === undefined) {
          throw new UsageError(`${name}: unknown format; name it with --format: ${TRACE_FORMATS.join(', ')}`);
        }
        parser = createParser(found, builder, columns);
      }
      parser.push(chunk);
    }
    parser?.end();
    return { file: basename(file), format: found ?? 'webcachesim', trace: builder.finish(name) };
  } catch (error) {
    if (error instanceof CacheTraceError) throw new UsageError(error.message);
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')) {
      throw new UsageError(`${name}: after ${builder.length} requests: damaged gzip data: ${error.message}`);
    }
    if (error instanceof Error && 'syscall' in error) throw new UsageError(`${name}: ${error.message}`);
    throw error;
  }
}

function findTrace(name: string): string {
  if (existsSync(name)) {
    if (statSync(name).isDirectory()) throw new UsageError(`expected a trace file, got the folder ${name}`);
    return name;
  }
  const shipped = readdirSync(SHIPPED).find((file) => SHIPPED_NAME.exec(file)?.[1] === name);
  if (shipped !== undefined) return join(SHIPPED, shipped);
  throw new UsageError(`expected a trace file or the name of a shipped trace, got "${name}": `
    + suggest(name, shippedTraces()));
}

/** The bytes of a file, unpacked when it begins as gzip files do. */
async function* unpacked(file: string): AsyncGenerator<Uint8Array> {
  const head = Buffer.alloc(4);
  const descriptor = openSync(file, 'r');
  readSync(descriptor, head, 0, 4, 0);
  closeSync(descriptor);
  if (head.readUInt32LE(0) === 0xfd2fb528) {
    throw new MissingError(`${file} is packed with Zstandard; unpack it with: zstd -d ${file}`);
  }
  const raw = createReadStream(file, { highWaterMark: 1 << 20 });
  if (head.readUInt16BE(0) !== 0x1f8b) {
    for await (const chunk of raw) yield chunk as Uint8Array;
    return;
  }
  const gunzip = createGunzip({ chunkSize: 1 << 20 });
  raw.on('error', (error) => gunzip.destroy(error));
  for await (const chunk of raw.pipe(gunzip)) yield chunk as Uint8Array;
}
