import { cloudFrontParser, nginxParser } from './access-logs.ts';
import type { TraceBuilder, TraceParser } from './cache-trace.ts';
import { csvParser, type CsvColumns } from './csv.ts';
import { OracleGeneralParser } from './oracle-general.ts';
import { webcachesimParser } from './webcachesim.ts';

/**
 * Trace formats by name, as `--format` takes them. To add one: one file beside this one, one name here, one
 * case below.
 */
export const TRACE_FORMATS = ['oracleGeneral', 'webcachesim', 'csv', 'cloudfront', 'nginx'] as const;

/** Name of a trace format. */
export type TraceFormat = (typeof TRACE_FORMATS)[number];

/** A parser of a format that hands what it finds to the builder. */
export function createParser(format: TraceFormat, builder: TraceBuilder, columns?: CsvColumns): TraceParser {
  switch (format) {
    case 'oracleGeneral':
      return new OracleGeneralParser(builder);
    case 'webcachesim':
      return webcachesimParser(builder);
    case 'csv':
      return csvParser(builder, columns);
    case 'cloudfront':
      return cloudFrontParser(builder);
    case 'nginx':
      return nginxParser(builder);
    default:
      format satisfies never;
      throw new Error('unreachable');
  }
}

/** The format of a file by its first bytes, unpacked, and by its name; undefined when neither says. */
export function detectFormat(file: string, head: Uint8Array): TraceFormat | undefined {
  const name = file.replace(/\.gz$/i, '');
  if (/oracleGeneral/i.test(name)) return 'oracleGeneral';
  if (head.some((byte) => byte < 9)) return /\.bin$/i.test(name) ? 'oracleGeneral' : undefined;
  const [first = ''] = new TextDecoder().decode(head).replace(/^\uFEFF/, '').split(/\r?\n/);
  if (/^#(Version|Fields):/.test(first)) return 'cloudfront';
  if (/\[\d{2}\/\w{3}\/\d{4}:.*\] "/.test(first)) return 'nginx';
  if (/\.csv$/i.test(name) || /^[^\d\s][^,;\t]*[,;\t]/.test(first)) return 'csv';
  return /^\s*\S+\s+\S+\s+\d+(\s|$)/.test(first) ? 'webcachesim' : undefined;
}
